"""However the dashboard ends, the terminal is given back (reliability.md M8, M9, row 63)."""

import os
import pty
import re
import select
import signal
import sys
import time
from pathlib import Path

import pytest

CHILD = """
import asyncio, sys
from pathlib import Path
from manual_clock import ManualClock
from stand_in import StandInDesk, a_day, settings_of
from tui.app import RushesApp

desk = StandInDesk(settings_of(Path(sys.argv[1])), ManualClock())
desk.put(*a_day())
app = RushesApp(desk)
if sys.argv[2] == "crash":
    def account_states():
        api_key = "k3y-of-the-crash"
        raise RuntimeError("the engine broke")
    app.call_later(lambda: setattr(desk, "account_states", account_states))
app.run()
sys.exit(app.return_code)
"""

ON = (b"\x1b[?1049h", b"\x1b[?1000h")
OFF = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?25h")


class Terminal:
    """A dashboard in a terminal of its own."""

    def __init__(self, folder: Path, how: str = "") -> None:
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            root = Path(__file__).parents[2]
            path = f"{root}:{root / 'tests/support'}"
            env = {**os.environ, "PYTHONPATH": path, "TERM": "xterm-256color"}
            argv = [sys.executable, "-c", CHILD, str(folder), how]
            os.execve(sys.executable, argv, env)  # noqa: S606 - no shell is wanted
        self.read = b""

    def until(self, wanted: bytes, seconds: float = 20) -> None:
        """Read until that was written."""
        end = time.monotonic() + seconds
        while wanted not in self.read and self.more(end - time.monotonic()):
            pass
        assert wanted in self.read, self.read[-2000:]

    def more(self, seconds: float) -> bool:
        ready, _, _ = select.select([self.fd], [], [], max(0.0, seconds))
        if not ready:
            return False
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            return False
        self.read += data
        return bool(data)

    def end(self) -> int:
        """Read what is left; the exit code."""
        while self.more(10):
            pass
        os.close(self.fd)
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT], ids=lambda n: n.name
)
def test_a_signal_ends_it_with_the_terminal_restored(tmp_path: Path, number: int) -> None:
    terminal = Terminal(tmp_path)
    terminal.until(b"opening shot")
    began = time.monotonic()
    os.kill(terminal.pid, number)
    assert terminal.end() == 128 + number
    assert time.monotonic() - began < 5
    for mode in OFF:
        assert mode in terminal.read


def test_a_key_ends_it_with_the_terminal_restored(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path)
    terminal.until(b"opening shot")
    os.write(terminal.fd, b"q")
    assert terminal.end() == 0
    for on, off in zip(ON, OFF, strict=False):
        assert terminal.read.rindex(on) < terminal.read.rindex(off)


def test_a_crash_says_where_but_shows_no_local_variable(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, "crash")
    assert terminal.end() == 1
    text = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b"", terminal.read)
    assert b"the engine broke" in text
    # The line of source that raised is shown; the value of the name in it is not.
    assert b"k3y-of-the-crash" not in text
    for mode in OFF:
        assert mode in terminal.read
