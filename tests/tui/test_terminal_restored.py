"""However the dashboard ends, the terminal is given back (reliability.md M8, M9, row 63)."""

import os
import re
import signal
import sys
from pathlib import Path

from terminal import Terminal

from rushes.tui.screen.terminal import KEEP_TITLE, TITLE_BACK

CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from manual_clock import ManualClock
from fake_desk import FakeDesk, settings_of
from sample_tasks import a_day
from rushes.tui.screen.app import RushesApp

desk = FakeDesk(settings_of(Path(sys.argv[1])), ManualClock())
desk.put(*a_day())
app = RushesApp(desk)
if sys.argv[2] == "crash":
    def crash():
        api_key = "k3y-of-the-crash"
        raise RuntimeError("the screen broke \\x1b]0;title\\x07 at https://cdn.example/v?sig=s3cret")
    app.call_later(crash)
if sys.argv[2] == "twice":
    unmounted = RushesApp.on_unmount
    async def signalled(self):
        unmounted(self)
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.1)
    RushesApp.on_unmount = signalled
app.run()
sys.exit(app.return_code)
"""


def dashboard(folder: Path, how: str = "") -> Terminal:
    root = Path(__file__).parents[2]
    path = f"{root}:{root / 'tests/support'}"
    env = {**os.environ, "PYTHONPATH": path, "TERM": "xterm-256color"}
    return Terminal([sys.executable, "-c", CHILD, str(folder), how], env)


def test_a_key_ends_it_with_the_terminal_restored(tmp_path: Path) -> None:
    terminal = dashboard(tmp_path)
    terminal.until("opening shot")
    terminal.press(b"q")
    assert terminal.end() == 0
    assert terminal.left_on == []
    _, ending = terminal.read.rsplit(b"\x1b[m", 1)  # the terminal's own colours
    assert b"\x1b[?1049l" in ending
    assert KEEP_TITLE.encode() in terminal.read
    assert TITLE_BACK.encode() in ending, "the window has its own title again"
    assert re.search(rb"\x1b\[[\d;]*m", ending) is None


def test_a_crash_says_where_but_shows_no_local_variable(tmp_path: Path) -> None:
    terminal = dashboard(tmp_path, "crash")
    assert terminal.end() == 1
    assert terminal.left_on == []
    assert "internal error, RuntimeError: the screen broke" in terminal.text
    assert "in crash" in terminal.text
    assert "k3y-of-the-crash" not in terminal.text
    assert "s3cret" not in terminal.text
    assert b"\x1b]0;" not in terminal.read


def test_a_second_signal_amid_the_restoring_waits_for_it(tmp_path: Path) -> None:
    terminal = dashboard(tmp_path, "twice")
    terminal.until("running")
    terminal.signal(signal.SIGTERM)
    assert terminal.end() in (128 + signal.SIGTERM, 128 + signal.SIGHUP)
    assert terminal.left_on == []
