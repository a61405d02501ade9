"""What a real terminal sends the dashboard: bursts without brackets, answers that come late."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from terminal import Terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

THERE = "tk-hiapi-there0001"
IDS = [f"tk-hiapi-burst000{n}" for n in range(3)]


@pytest.fixture
def terminal(rushes: Rushes) -> Iterator[Terminal]:
    rushes.environ |= {"LANG": "C.UTF-8", "TERM": "xterm-256color"}
    rushes.configure("[providers.hiapi]\nbase_url = 'http://127.0.0.1:9'\n")
    rushes.watch(THERE)
    opened = Terminal([sys.executable, "-m", "rushes"], rushes.process_environ())
    opened.until("waiting")
    yield opened
    opened.kill()


def watched(rushes: Rushes) -> list[str]:
    return [task["id"] for task in rushes("ls", "--json").json()["tasks"]]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("end", ["\r", "\n", "\x1b[13;1u"])
@pytest.mark.parametrize("before", [b"", b"a"])
def test_ids_typed_in_one_burst_all_come_into_the_box(
    terminal: Terminal, rushes: Rushes, before: bytes, end: str
) -> None:
    terminal.press(before + end.join(IDS).encode())
    terminal.until("adds 3")
    assert watched(rushes) == [THERE]
    terminal.press(b"\r")
    terminal.until_so(lambda: watched(rushes) == [THERE, *IDS])


def test_a_late_answer_of_the_terminal_is_no_key(terminal: Terminal, rushes: Rushes) -> None:
    """DA1 opened the help; the `x` of a colour would stop watching a task."""
    seen = len(terminal.read)
    terminal.press(b"\x1b[?62;22c\x1b]11;rgb:00/00/xx\x07\x1b[0n\x1b[?62;")
    terminal.press(b"c")
    terminal.press(b"a")
    terminal.until("nothing yet", seen)
    assert "every key" not in terminal.text[seen:]
    assert watched(rushes) == [THERE]
