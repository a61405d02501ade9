"""Starts the process that decodes, asks it, and ends it: a file that breaks it breaks nothing else.

It is a fresh interpreter that knows no folder but those of Rushes and of its two libraries, in a
session of its own, with no variable but those that say where shared libraries are.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from time import monotonic

from rushes.watch.posters.formats import Format
from rushes.watch.posters.messages import (
    ANSWER,
    BadAnswer,
    Made,
    length_behind,
    read_answer,
    write_request,
)
from rushes.watch.posters.poster import PosterReason

SECONDS = 10.0
"""Seconds that one poster may take."""

START = 10.0
"""Seconds more for the first one of a process, which has to be started and to load libraries."""

MOST = 250
"""Posters that one process makes: what its libraries do not give back is given back then."""

_ENDING = 1.0
_LIBRARIES = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")
_PROGRAM = """\
import sys
sys.path += sys.argv[1:]
from rushes.watch.posters.child import main
main()
"""


def decoder_command() -> Sequence[str]:
    """What starts it: isolated from the folder, the variables and the site of this process."""
    folders = dict[str, None]()
    for name in ("rushes", "PIL", "av"):
        found = find_spec(name)
        if found is not None and found.origin is not None:
            folders[str(Path(found.origin).absolute().parent.parent)] = None
    return (sys.executable, "-I", "-S", "-B", "-c", _PROGRAM, *folders)


class DecoderProcess:
    """Asks one process at a time, which is started when it is needed. `decode` blocks."""

    def __init__(
        self,
        command: Callable[[], Sequence[str]] = decoder_command,
        seconds: float = SECONDS,
        start: float = START,
    ) -> None:
        self._command = command
        self._seconds = seconds
        self._start_takes = start
        self._running: _Running | None = None
        self._over = False
        self._turn = Lock()

    def decode(self, file: int, wanted: Format) -> Made | PosterReason:
        """A poster of the open file, or why there is none; at most so many seconds later.

        A process that dies, hangs or says anything odd is ended: the next file has a new one.
        """
        if self._running is not None and self._running.has_ended:
            self.end()
        seconds = self._seconds if self._running else self._seconds + self._start_takes
        try:
            running = self._running or self._started()
            answer = running.ask(file, wanted, monotonic() + seconds)
        except TimeoutError:
            self.end()
            return PosterReason.TIMED_OUT
        except (OSError, BadAnswer):
            self.end()
            return PosterReason.DIED
        if running.asked >= MOST:
            self.end()
        return answer

    def end(self) -> None:
        """End the process, if there is one; the next file starts another."""
        with self._turn:
            running, self._running = self._running, None
        if running is not None:
            running.end()

    def close(self) -> None:
        """End it, and start none any more."""
        with self._turn:
            self._over = True
        self.end()

    def _started(self) -> "_Running":
        with self._turn:
            if self._over:
                raise ConnectionAbortedError("no more posters are made")
            self._running = _Running(self._command())
            return self._running


class _Running:
    """A process that runs; `asked` is how many files it was given."""

    def __init__(self, command: Sequence[str]) -> None:
        """Start it; raises OSError."""
        self.asked = 0
        self._asking = Lock()
        self._socket, its_end = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and words
                command,
                stdin=its_end.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={name: os.environ[name] for name in _LIBRARIES if name in os.environ},
                start_new_session=True,
            )
        except BaseException:
            self._socket.close()
            raise
        finally:
            its_end.close()

    def ask(self, file: int, wanted: Format, until: float) -> Made | PosterReason:
        """Its answer; raises TimeoutError, BadAnswer, and OSError where it has ended."""
        with self._asking:
            self.asked += 1
            self._socket.settimeout(max(0.01, until - monotonic()))
            socket.send_fds(self._socket, [write_request(wanted)], [file])
            head = self._read(ANSWER.size, until)
            return read_answer(head, self._read(length_behind(head), until))

    @property
    def has_ended(self) -> bool:
        """Whether it runs no more, for whatever reason."""
        return self._process.poll() is not None

    def end(self) -> None:
        """Kill it, with whatever it may have started; who asks it at this moment is told of it."""
        with contextlib.suppress(OSError):
            os.killpg(self._process.pid, signal.SIGKILL)
            self._socket.shutdown(socket.SHUT_RDWR)
        with self._asking:
            self._socket.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_ENDING)

    def _read(self, size: int, until: float) -> bytes:
        read = bytearray()
        while len(read) < size:
            self._socket.settimeout(max(0.01, until - monotonic()))
            piece = self._socket.recv(size - len(read))
            if not piece:
                raise ConnectionResetError("it has ended")
            read += piece
        return bytes(read)
