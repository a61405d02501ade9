"""The dashboard with one of its calls made to fail, from its start to first rows and `q`.

Run as a script it is that dashboard, in the terminal that it has.
"""

import importlib
import json
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path

from calls import Strike
from home import wrongs
from scenarios import FIRST, Stage, environ, watched
from seam import Seam, engage
from terminal import Terminal
from tormentor import HUNG, Outcome, note
from torture import FILM, Call, Homes, Tried, wrong_words
from waiting import PATIENCE


class Screen:
    """Tries strikes at the dashboard, in copies of a home with one task."""

    def __init__(self, stage: Stage, folder: Path) -> None:
        self._stage = stage
        self._homes = Homes(folder, lambda home: watched(stage, home))

    def calls(self) -> list[Call]:
        """The calls that the dashboard makes where nothing is done to it."""
        home = self._homes.another()
        done, _ = _dashboard(home, None)
        assert done.code == 0, done
        return Call.all_in(done)

    def tried(self, strike: Strike) -> Tried:
        """What comes of one strike."""
        home = self._homes.another()
        done, left_on = _dashboard(home, strike)
        wrong = tuple(self._wrongs(home, done, left_on))
        return Tried(strike, done, wrong)

    def _wrongs(self, home: Path, done: Outcome, left_on: list[bytes]) -> Iterator[str]:
        yield from wrong_words(done)
        yield from (f"left on: {mode!r}" for mode in left_on)
        broken = [*wrongs(home, FILM)]
        yield from broken
        if not broken and FIRST not in self._stage.well(home, "ls").out:
            yield "lost: the task"


def _dashboard(home: Path, strike: Strike | None) -> tuple[Outcome, list[bytes]]:
    """How it ended, and the modes of the terminal that it left on."""
    calls = home.parent / "calls"
    variables = {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "TERM": "xterm-256color",
        "PATH": os.environ["PATH"],
    }
    words = json.dumps(asdict(strike)) if strike else ""
    argv = [sys.executable, __file__, str(calls), words]
    terminal = Terminal(argv, {**environ(home), **variables})
    try:
        _read(terminal, FIRST)
        if not terminal.ended:
            terminal.press(b"q")
        code = terminal.exit_code() if _read(terminal) else HUNG
    finally:
        terminal.kill()
    said = calls.read_text() if calls.exists() else ""
    return Outcome(code, terminal.text, "", tuple(said.splitlines())), terminal.left_on


def _read(terminal: Terminal, wanted: str | None = None) -> bool:
    """Read until that is there, or the program is over; False where it takes too long."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if wanted is not None and wanted in terminal.text:
            return True
        if not terminal.more(0.2) and terminal.ended:
            return True
    return False


def _main(calls: str, words: str) -> None:
    from rushes.tui.shell.process import run

    # What is loaded later would be counted.
    importlib.import_module("rushes.tui.screen.app")

    opened = os.open(calls, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    strike = Strike(**json.loads(words)) if words else None
    engage(Seam(strike, partial(note, os.write, opened)))
    run([])


if __name__ == "__main__":
    _main(*sys.argv[1:])
