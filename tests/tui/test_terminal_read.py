"""A terminal whose reads fail, as those of one that went away do, ends no thread of the screen."""

from __future__ import annotations

import errno
import os
import select
import threading
from typing import TYPE_CHECKING

import pytest

from rushes.tui.screen.terminal import RESTLESS, Bell, TerminalDriver

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.message import Message


class Terminal(TerminalDriver):
    """A driver whose terminal is a pipe; it starts nothing."""

    def __init__(self, fileno: int) -> None:
        self.fileno = fileno
        self.exit_event = threading.Event()
        self.heard: list[Message] = []

    def process_message(self, message: Message) -> None:
        self.heard.append(message)
        self.exit_event.set()


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    for end in ends:
        os.close(end)


@pytest.mark.parametrize("failure", [errno.EIO, errno.ESTALE])
def test_a_read_that_fails_is_tried_again(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch, failure: int
) -> None:
    out, into = pipe
    failures = [failure]
    read = os.read

    def failing_once(fileno: int, count: int) -> bytes:
        if fileno == out and failures:
            raise OSError(failures.pop(), "injected")
        return read(fileno, count)

    monkeypatch.setattr(os, "read", failing_once)
    terminal = Terminal(out)
    os.write(into, b"q")
    terminal.run_input_thread()
    assert [getattr(each, "key", None) for each in terminal.heard] == ["q"]


def test_how_wide_the_terminal_draws_is_told(pipe: tuple[int, int]) -> None:
    terminal = Terminal(pipe[0])
    os.write(pipe[1], b"\x1b[2;3R")
    terminal.run_input_thread()
    assert [getattr(each, "cells", None) for each in terminal.heard] == [2]


def test_a_terminal_at_rest_wakes_nothing_and_still_ends_at_once(
    pipe: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty looks a second for a key were half of what an idle dashboard cost."""
    asleep, terminal, looks = threading.Event(), Terminal(pipe[0]), list[float | None]()
    terminal.bell = bell = Bell()
    wait = select.select

    def watched(reads: list[int], writes: list[int], odd: list[int], *within: float) -> object:
        looks.append(*within or (None,))
        if not within:
            asleep.set()
        return wait(reads, writes, odd, *within)

    monkeypatch.setattr(select, "select", watched)
    thread = threading.Thread(target=terminal.run_input_thread)
    thread.start()
    assert asleep.wait(10 * RESTLESS)
    bell.ring()
    terminal.exit_event.set()
    thread.join(10 * RESTLESS)
    assert not thread.is_alive()
    assert looks.count(None) == 1
    bell.close()


def test_a_bell_needs_no_write_and_rings_on(monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> int:
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "write", failing)
    bell = Bell()
    assert select.select([bell.fileno], [], [], 0)[0] == []
    bell.ring()
    for _look in range(2):
        assert select.select([bell.fileno], [], [], 0)[0] == [bell.fileno]
    bell.close()
