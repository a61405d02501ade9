"""The process that decodes: reads requests until the other end closes, and answers each.

It writes no file and opens none: each comes as a descriptor. It is started by `process.py` alone.
"""

import os
import resource
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO

from rushes.watch.posters.formats import Format
from rushes.watch.posters.messages import REQUEST, Made, read_request, write_answer
from rushes.watch.posters.poster import PosterReason

SECONDS = 15
"""Seconds after which it ends over one file, by a clock or of the processor.

Who started it ends it sooner; this is for one that nobody looks after any more.
"""

MEMORY = 1536 << 20
"""Bytes of addresses that it may have: a picture of 170 million pixels fits, and an 8K film."""

_NICE = 10

Decode = Callable[[BinaryIO, Format], Made | PosterReason]


def main() -> None:
    """Answer what comes on the standard input, which is a socket."""
    limit()
    from rushes.watch.posters.decoding import decoded

    with socket.socket(fileno=0) as desk:
        serve(desk, decoded)


def limit() -> None:
    """Let this process have less than it could: memory, files, the processor."""
    os.nice(_NICE)
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NOFILE: 32,
    }
    for which, most in limits.items():
        # Where a system has no such limit, or a lower one, that is as it is.
        with suppress(OSError, ValueError):
            resource.setrlimit(which, (most, most))


def serve(desk: socket.socket, decode: Decode) -> None:
    """Answer requests one by one until there are no more."""
    while (request := _next(desk)) is not None:
        wanted, descriptor = request
        _bound()
        with os.fdopen(descriptor, "rb") as file:
            answer = decode(file, wanted)
        signal.alarm(0)
        desk.sendall(write_answer(answer))


def _next(desk: socket.socket) -> tuple[Format, int] | None:
    """The next request and its file; None where the other end has closed."""
    head, descriptors, _, _ = socket.recv_fds(desk, REQUEST.size, 1)
    while head and len(head) < REQUEST.size:
        more = desk.recv(REQUEST.size - len(head))
        head = head + more if more else b""
    return (read_request(head), descriptors[0]) if head else None


def _bound() -> None:
    """Have the system end this process where the next file takes too long."""
    signal.alarm(SECONDS)
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + SECONDS
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
