"""A program in a terminal of its own: its keys, its window, every byte that it writes."""

import codecs
import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence

import pyte
from waiting import PATIENCE

ON = (b"\x1b[?1049h", b"\x1b[?1000h", b"\x1b[?1003h", b"\x1b[?2004h", b"\x1b[?25l")
"""The modes that a dashboard turns on: alternate screen, mouse, paste, no cursor."""

OFF = (b"\x1b[?1049l", b"\x1b[?1000l", b"\x1b[?1003l", b"\x1b[?2004l", b"\x1b[?25h")

_ESCAPES = re.compile(rb"\x1b(\[[0-9;?<>=]*[ -/]*[@-~]|[@-Z\\^_]|[()].)")


class _Seen:
    """An emulated terminal that has been shown what was written so far, from some byte on."""

    def __init__(self, columns: int, rows: int, since: int) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self.screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._shown = since

    def show(self, read: bytes) -> None:
        """Show it what has come since it was last looked at."""
        self._stream.feed(self._decoder.decode(read[self._shown :]))
        self._shown = len(read)


class Terminal:
    """One process with a terminal; `read` is all that it has written so far."""

    def __init__(
        self, argv: Sequence[str], environ: Mapping[str, str], rows: int = 32, columns: int = 120
    ) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            # The size has to be there before the program asks for it.
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execve(argv[0], list(argv), dict(environ))  # noqa: S606 - no shell is wanted
        self.read = b""
        self._seen: dict[tuple[int, int, int], _Seen] = {}
        self._modes: list[object] = termios.tcgetattr(self._fd)

    # -- what a person does -------------------------------------------------------------------

    def press(self, keys: bytes) -> None:
        """Type something."""
        os.write(self._fd, keys)

    def resize(self, rows: int, columns: int) -> None:
        """Give the window another size."""
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def signal(self, number: int) -> None:
        """Send the process a signal."""
        os.kill(self.pid, number)

    def close(self) -> None:
        """Close the window."""
        os.close(self._fd)

    # -- what comes of it ---------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What was written, without the escape sequences."""
        return _ESCAPES.sub(b"", self.read).decode("utf-8", "replace")

    def screen(self, columns: int = 120, rows: int = 32, since: int = 0) -> list[str]:
        """The lines on an empty screen of that size after all that was written, or since then."""
        size = (columns, rows, since)
        if size not in self._seen:
            self._seen[size] = _Seen(*size)
        self._seen[size].show(self.read)
        return list(self._seen[size].screen.display)

    def shows(self, wanted: str, columns: int = 120, rows: int = 32, since: int = 0) -> bool:
        """Whether that stands on a line of such a screen, whenever its letters were sent."""
        return any(wanted in line for line in self.screen(columns, rows, since))

    @property
    def left_on(self) -> list[bytes]:
        """The modes that were turned on, and not off again since."""
        pairs = zip(ON, OFF, strict=True)
        return [on for on, off in pairs if self.read.rfind(on) > self.read.rfind(off)]

    @property
    def as_before(self) -> bool:
        """Whether echo, line editing and the like are as the program found them."""
        return termios.tcgetattr(self._fd) == self._modes

    @property
    def ended(self) -> bool:
        """Whether the process is over; its exit code can still be asked for."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def until(self, wanted: str, since: int = 0) -> None:
        """Read until that was written, after `since` bytes."""
        end = time.monotonic() + PATIENCE
        mark = wanted.encode()
        while mark not in self.read[since:] and self.more(end - time.monotonic()):
            pass
        assert mark in self.read[since:], self.text[-2000:]

    def until_so(self, reached: Callable[[], bool]) -> None:
        """Read until something is so that is not seen in one mark."""
        end = time.monotonic() + PATIENCE
        while not reached():
            assert time.monotonic() < end, self.text[-2000:]
            self.more(0.05)

    def more(self, seconds: float) -> bool:
        """Read what comes within that time; False if nothing does, or no more ever will."""
        if not select.select([self._fd], [], [], max(0.0, seconds))[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:
            return False
        self.read += data
        return bool(data)

    def rest(self, seconds: float) -> None:
        """Read all that is written in so many seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.more(left):
            pass

    def stopped(self) -> int:
        """Wait until the process stops; the signal that stopped it."""
        pid = status = 0
        end = time.monotonic() + PATIENCE
        while not pid:
            assert time.monotonic() < end, f"it goes on: {self.text[-2000:]}"
            self.more(0.1)
            pid, status = os.waitpid(self.pid, os.WUNTRACED | os.WNOHANG)
        assert os.WIFSTOPPED(status), os.waitstatus_to_exitcode(status)
        return os.WSTOPSIG(status)

    def end(self) -> int:
        """Read what is left; the exit code."""
        until = time.monotonic() + PATIENCE
        while self.more(until - time.monotonic()):
            pass
        assert time.monotonic() < until, f"it goes on: {self.text[-2000:]}"
        code = self.exit_code()
        self.close()
        return code

    def exit_code(self) -> int:
        """Wait for the process to end."""
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self) -> None:
        """End it whatever it does, where it has not ended yet."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            self.close()
