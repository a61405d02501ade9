"""Tells the service manager how it goes, by the protocol of sd_notify(3).

A datagram of `NAME=value` lines goes to the socket that NOTIFY_SOCKET names; without one all of
this does nothing.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping

_MICRO = 1_000_000


class ServiceManager:
    """The manager that started this process, as the environment tells of it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        name = environ.get("NOTIFY_SOCKET", "")
        # A name that begins with @ is in the abstract namespace, which the kernel marks with NUL.
        self._address = f"\0{name[1:]}" if name.startswith("@") else name
        self._status = ""

    @property
    def listens(self) -> bool:
        """Whether anybody is told."""
        return self._address[:1] in ("/", "\0")

    @property
    def sign_every(self) -> float | None:
        """Seconds between two signs of life: half of what is allowed; None where none is wanted."""
        pid, allowed = (self._environ.get(f"WATCHDOG_{name}", "") for name in ("PID", "USEC"))
        is_ours = pid in ("", str(os.getpid()))
        if not (self.listens and is_ours and allowed.isdecimal() and int(allowed)):
            return None
        return int(allowed) / _MICRO / 2

    def ready(self) -> None:
        """Say that what was to be started, or read anew, is at work."""
        self._send("READY=1")

    def reloading(self) -> None:
        """Say that the settings are being read anew; `ready` ends that."""
        now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
        self._send("RELOADING=1", f"MONOTONIC_USEC={now}")

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._send("STOPPING=1")

    def status(self, text: str) -> None:
        """Say in a line how it goes, where that is not what was said last."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={text}")

    def alive(self) -> None:
        """Give a sign of life."""
        self._send("WATCHDOG=1")

    def _send(self, *lines: str) -> None:
        if not self.listens:
            return
        # Nobody has to listen: what cannot be said is left out, and nothing waits for a reader.
        with contextlib.suppress(OSError, ValueError):
            kind = socket.SOCK_DGRAM | getattr(socket, "SOCK_CLOEXEC", 0)
            with socket.socket(socket.AF_UNIX, kind) as out:
                out.setblocking(False)
                out.sendto("\n".join(lines).encode(), self._address)
