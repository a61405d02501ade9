"""Runs a program at a pseudo-terminal and watches what it paints, what it costs, how it answers."""

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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

MIB = 1 << 20

_CONTROLS = re.compile(
    rb"\x1b(?:\[[0-?]*[ -/]*[@-~]"  # CSI
    rb"|\][^\x07\x1b]*(?:\x07|\x1b\\)"  # OSC
    rb"|[PX^_][^\x1b]*\x1b\\"  # DCS, SOS, PM, APC
    rb"|[()*+][0-9A-Za-z]"  # character sets
    rb"|[ -/]*[0-~])"
)


class PtySession:
    """A program at a terminal of its own, in cells of 10 by 20 pixels.

    Times are seconds since it was started.
    """

    def __init__(
        self,
        argv: Sequence[str],
        environ: Mapping[str, str],
        *,
        columns: int = 120,
        rows: int = 40,
    ) -> None:
        self.painted = bytearray()
        self.received = 0
        whole = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TERM": "xterm-256color",
            "COLORTERM": "truecolor",
            "LC_ALL": "C.UTF-8",
            **environ,
        }
        self.began = time.perf_counter()
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            with contextlib.suppress(OSError):
                size = struct.pack("HHHH", rows, columns, 10 * columns, 20 * rows)
                fcntl.ioctl(0, termios.TIOCSWINSZ, size)
                os.execvpe(argv[0], list(argv), whole)
            os._exit(127)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.kill()

    def read(self, seconds: float) -> bytes:
        """What comes within so many seconds, at once when something does; b"" for nothing."""
        if not select.select([self._fd], [], [], max(seconds, 0.0))[0]:
            return b""
        try:
            data = os.read(self._fd, 1 << 16)
        except OSError:
            return b""
        self.received += len(data)
        self.painted += data
        return data

    def drain(self, seconds: float) -> int:
        """Read for so many seconds; the bytes that came."""
        before, until = self.received, time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.read(left)
        return self.received - before

    def text(self, since: int = 0) -> bytes:
        """What was painted from that byte on, without its control sequences."""
        return _CONTROLS.sub(b"", bytes(self.painted[since:]))

    def wait_for(self, text: str, within: float = 30.0, *, since: int = 0) -> float | None:
        """Seconds from the start until `text` is painted; None where it does not come in time.

        Only what is painted from byte `since` on counts.
        """
        wanted, until = text.encode(), time.perf_counter() + within
        while (left := until - time.perf_counter()) > 0:
            if self.read(left) and wanted in self.text(since):
                return time.perf_counter() - self.began
        return None

    def wait_for_quiet(self, quiet: float, within: float = 30.0) -> None:
        """Return once nothing came for `quiet` seconds, or after `within`."""
        until = time.perf_counter() + within
        while time.perf_counter() < until and self.read(quiet):
            pass

    def send(self, keys: str) -> None:
        """Type."""
        os.write(self._fd, keys.encode())

    def answered(self, keys: str, text: str, within: float = 5.0) -> float | None:
        """Type, and wait for `text`: the seconds between; None where it does not come in time."""
        since, at = len(self.painted), time.perf_counter()
        self.send(keys)
        came = self.wait_for(text, within, since=since)
        return None if came is None else self.began + came - at

    def cpu(self) -> float:
        """Seconds of processor time of all its threads so far."""
        total = 0
        for thread in Path(f"/proc/{self.pid}/task").iterdir():
            with contextlib.suppress(OSError):
                total += int((thread / "schedstat").read_text().split()[0])
        return total / 1e9

    def memory(self, *, peak: bool = False) -> float:
        """Resident memory in MiB, now or at its peak."""
        wanted = "VmHWM:" if peak else "VmRSS:"
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(wanted):
                return int(line.split()[1]) * 1024 / MIB
        return float("nan")

    def kill(self) -> None:
        """End that process and close the terminal."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)
        with contextlib.suppress(OSError):
            os.waitpid(self.pid, 0)
        with contextlib.suppress(OSError):
            os.close(self._fd)

    def quit(self, key: str = "q", within: float = 10.0) -> None:
        """Type the key that quits and wait for the end."""
        self.send(key)
        until = time.perf_counter() + within
        while time.perf_counter() < until:
            self.read(0.05)
            with contextlib.suppress(ChildProcessError):
                if os.waitpid(self.pid, os.WNOHANG)[0] == 0:
                    continue
            with contextlib.suppress(OSError):
                os.close(self._fd)
            return
        self.kill()
