"""What could not be written into the history is said at the end, and ends soon (rows 46, 69)."""

from __future__ import annotations

import signal
import sqlite3
import time
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

import pytest
from waiting import AT_ONCE, PATIENCE

from rushes.watch import opening
from rushes.watch.disk.paths import Paths
from rushes.watch.history.opening import open_database
from rushes.watch.history.store import History
from rushes.watch.polling import turns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Play, Rushes

UNSAVED = "warning: history not saved: "
"""Why comes behind it: that others hold it, or that the disk is slow to say so."""

IN_A_HURRY = """
import sys
from rushes.tui.shell.process import run
from rushes.watch.polling import turns
turns.BUSY_FOR = 0.2
run({argv})
"""
"""Starts Rushes, but each process asks alone before long where another one holds the history."""

OVER, UNDER_WAY = 400, 60
"""Seconds after the opening: everything has played; one still runs."""


@pytest.fixture
def held(staged: Rushes) -> Iterator[Rushes]:
    """A home whose history another program holds."""
    path = Paths.find(staged.environ).history
    open_database(path).db.close()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield staged


@pytest.mark.parametrize("command", ["wait", "get"])
def test_a_command_whose_facts_cannot_be_saved_does_its_work_and_says_so(
    held: Rushes, play: Play, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(opening, "History", partial(History, patience=0.2))
    monkeypatch.setattr(turns, "BUSY_FOR", 0.2)
    play.offset = OVER
    held.watch(play.ref("opening shot"))
    done = held(command, play.ref("opening shot"))
    assert done.code == 0
    assert done.err.splitlines()[-1].startswith(UNSAVED)
    assert done.err.count("not saved") == 1


def test_one_that_is_ended_by_a_signal_says_so_too_and_soon(held: Rushes, play: Play) -> None:
    play.offset = UNDER_WAY
    held.watch(play.ref("neon alley"))
    process = held.start_code(IN_A_HURRY.format(argv=["wait", play.ref("neon alley")]))
    assert process.stdout is not None
    assert b"running" in process.stdout.readline()
    before = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=PATIENCE)
    took = time.monotonic() - before
    print(f"\nended {took:.2f} s after the signal")
    assert process.returncode == 128 + signal.SIGTERM
    assert err.decode().splitlines()[-1].startswith(UNSAVED)
    assert took < AT_ONCE
