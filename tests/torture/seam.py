"""Stands between a process and its calls: writes them down, and has one of them fail.

The functions are replaced where the program, and the libraries that it uses, look them up: in the
modules `os`, `fcntl`, `socket`, `sqlite3`, `threading` and `json`.
"""

import _socket
import builtins
import fcntl
import inspect
import io
import json
import os
import socket
import sqlite3
import ssl
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from calls import END, PART, Failure, Strike, failure_of

_OURS = Path(__file__).resolve().parents[2]
_MODULES = {"os": os, "fcntl": fcntl, "json": json}
_PLAIN = (
    *("os.open", "os.close", "os.read", "os.pread", "os.write", "os.fsync", "os.ftruncate"),
    *("os.rename", "os.replace", "os.link", "os.unlink", "os.mkdir", "os.rmdir", "os.readlink"),
    *("os.stat", "os.lstat", "os.fstat", "os.statvfs", "os.fstatvfs", "os.scandir", "os.listdir"),
    *("os.chmod", "os.fchmod", "os.utime", "fcntl.flock", "fcntl.lockf"),
    *("json.loads", "json.dumps"),
)
_OF_SOCKETS = (
    *("connect", "send", "recv", "recv_into", "setsockopt", "shutdown", "dup", "getpeername"),
)

Real = Callable[..., Any]


class Seam:
    """Counts the calls of one process. `say` is given a line for each call that is of interest.

    Without a strike these are all calls, with it the one that failed: its name, its number and the
    place in the program that it was made from.
    """

    def __init__(self, strike: Strike | None, say: Callable[[str], None]) -> None:
        self._strike = strike
        self._failure = failure_of(strike) if strike is not None else None
        self._say = say
        self._counts: Counter[str] = Counter()
        self._turn = threading.Lock()
        self._own = threading.local()

    def call(self, name: str, real: Real, *args: Any, **more: Any) -> Any:
        """What the real call returns, or its failure."""
        if getattr(self._own, "busy", False):
            return real(*args, **more)
        self._own.busy = True
        try:
            failure = self._due(name)
        finally:
            self._own.busy = False
        if failure is None:
            return real(*args, **more)
        return _failing(failure, name, real, *args, **more)

    def _due(self, name: str) -> Failure | None:
        with self._turn:
            self._counts[name] += 1
            number = self._counts[name]
        strike = self._strike
        if strike is None:
            self._say(f"{name}\t{number}\t{_place()}")
            return None
        late = number > strike.number and not strike.lasting
        if name != strike.call or number < strike.number or late:
            return None
        if number == strike.number:
            self._say(f"{name}\t{number}\t{_place()}")
        return self._failure


def _failing(failure: Failure, name: str, real: Real, *args: Any, **more: Any) -> Any:
    if failure.error is not None:
        if failure.done:
            real(*args, **more)
        raise failure.error()
    if failure.name == END:
        return 0 if name.endswith("recv_into") else b""
    assert failure.name == PART
    if name.endswith("recv"):
        return real(args[0], max(1, args[1] // 7), *args[2:], **more)
    if name == "os.read":
        return real(args[0], max(1, args[1] // 7))
    thing, data = args[0], memoryview(args[1])
    return real(thing, data[: max(1, len(data) // 2)], *args[2:], **more)


def _place() -> str:
    """The innermost line of the program that leads to this call; empty where none does."""
    frame = inspect.currentframe()
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if path.is_absolute() and path.resolve().is_relative_to(_OURS):
            inside = path.resolve().relative_to(_OURS)
            if inside.parts[0] not in ("tests", ".venv"):
                return f"{inside}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def engage(seam: Seam) -> None:
    """Have every call of this process go through the seam, for good."""
    for name in _PLAIN:
        module, function = name.split(".")
        _wrap(seam, _MODULES[module], function, name)
    _wrap(seam, builtins, "open", "io.open")
    io.open = builtins.open
    _wrap(seam, _socket, "getaddrinfo", "socket.getaddrinfo")
    for method in _OF_SOCKETS:
        _wrap_socket(seam, method)
    _wrap_socket_init(seam)
    for kind, write in ((ssl.SSLObject, "write"), (ssl.SSLSocket, "send")):
        _wrap(seam, kind, "do_handshake", "ssl.do_handshake")
        _wrap(seam, kind, "read", "ssl.read")
        _wrap(seam, kind, write, "ssl.write")
    starting = "_start_joinable_thread" if sys.version_info >= (3, 13) else "_start_new_thread"
    _wrap(seam, threading, starting, "threading.start")
    _wrap_sqlite(seam)


def _wrap(seam: Seam, where: Any, attribute: str, name: str) -> None:
    real = getattr(where, attribute)

    def wrapped(*args: Any, **more: Any) -> Any:
        return seam.call(name, real, *args, **more)

    setattr(where, attribute, wrapped)


def _wrap_socket(seam: Seam, method: str) -> None:
    real = getattr(socket.socket, method)

    def wrapped(self: socket.socket, *args: Any, **more: Any) -> Any:
        # What wakes the event loop is a pair of sockets within the process: it has no errors.
        if self.family == socket.AF_UNIX:
            return real(self, *args, **more)
        return seam.call(f"socket.{method}", real, self, *args, **more)

    setattr(socket.socket, method, wrapped)


def _wrap_socket_init(seam: Seam) -> None:
    real = socket.socket.__init__

    def wrapped(
        self: socket.socket,
        family: int = -1,
        type: int = -1,  # noqa: A002  the standard library's names
        proto: int = -1,
        fileno: int | None = None,
    ) -> None:
        if fileno is not None:
            return real(self, family, type, proto, fileno)
        return seam.call("socket.socket", real, self, family, type, proto, fileno)

    socket.socket.__init__ = wrapped


def _wrap_sqlite(seam: Seam) -> None:
    class Cursor(sqlite3.Cursor):
        def fetchone(self) -> Any:
            return seam.call("sqlite3.fetch", super().fetchone)

        def fetchall(self) -> list[Any]:
            return seam.call("sqlite3.fetch", super().fetchall)

        def __next__(self) -> Any:
            return seam.call("sqlite3.fetch", super().__next__)

    class Connection(sqlite3.Connection):
        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

        def execute(self, *args: Any) -> sqlite3.Cursor:
            return seam.call("sqlite3.execute", super().execute, *args)

        def executemany(self, *args: Any) -> sqlite3.Cursor:
            return seam.call("sqlite3.execute", super().executemany, *args)

        def __exit__(self, *error: Any) -> Any:
            if error[0] is not None:
                return super().__exit__(*error)
            try:
                return seam.call("sqlite3.commit", super().__exit__, None, None, None)
            except BaseException:
                # As the module does where a commit fails.
                if self.in_transaction:
                    self.rollback()
                raise

    real = sqlite3.connect

    def connect(*args: Any, **more: Any) -> sqlite3.Connection:
        if args and args[0] == ":memory:":
            return real(*args, **more)
        return seam.call("sqlite3.connect", real, *args, **{"factory": Connection, **more})

    sqlite3.connect = connect
