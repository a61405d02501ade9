"""The dashboard with one of its calls made to fail, from its start to first rows and `q`.

Run as a script it is that dashboard, in the terminal that it has.
"""

import json
import os
import sys
import time
from dataclasses import asdict
from functools import partial
from pathlib import Path

from calls import Strike
from scenarios import environ
from seam import Seam, engage
from terminal import Terminal
from tormentor import Outcome, note
from waiting import PATIENCE

_HUNG = -1


def dashboard(home: Path, strike: Strike | None, row: str) -> tuple[Outcome, list[bytes]]:
    """How it ended, and the modes of the terminal that it left on; it is quit at that row."""
    calls = home.parent / "calls"
    words = json.dumps(asdict(strike)) if strike else ""
    variables = {
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "TERM": "xterm-256color",
        "PATH": os.environ["PATH"],
    }
    terminal = Terminal(
        [sys.executable, __file__, str(calls), words], {**environ(home), **variables}
    )
    try:
        _read(terminal, row)
        terminal.press(b"q")
        hung = not _read(terminal)
        code = _HUNG if hung else terminal.exit_code()
    finally:
        terminal.kill()
    said = calls.read_text() if calls.exists() else ""
    return Outcome(code, terminal.text, "", tuple(said.splitlines())), terminal.left_on


def _read(terminal: Terminal, wanted: str | None = None) -> bool:
    """Read until that is there, or nothing comes any more; False where it takes too long."""
    end = time.monotonic() + PATIENCE
    while (left := end - time.monotonic()) > 0:
        if wanted is not None and wanted in terminal.text:
            return True
        if not terminal.more(min(left, 0.2)) and terminal.ended:
            return True
    return False


def _main(calls: str, words: str) -> None:
    import rushes.tui.command.dashboard
    import rushes.tui.screen.app  # noqa: F401  what is loaded later is not counted
    from rushes.tui.shell.process import run

    opened = os.open(calls, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
    strike = Strike(**json.loads(words)) if words else None
    engage(Seam(strike, partial(note, os.write, opened)))
    run([])


if __name__ == "__main__":
    _main(*sys.argv[1:])
