"""Why no answer came, in words a person can act on."""

import os
import socket
import ssl
from collections.abc import Iterator

from providers.errors import RushesError
from providers.text import clean


class Unreachable(RushesError):
    """No whole answer came from the other side; asking again later may help."""


def in_words(error: BaseException, host: str) -> str:
    """The plainest cause among an error's causes; `host` is who was asked.

    A library's own text is left out: it may quote the request, and with it the key.
    """
    causes = list(_causes(error))
    for cause in causes:
        match cause:
            case socket.gaierror():
                return f"cannot resolve {clean(host, 80)}"
            case ssl.SSLCertVerificationError():
                return f"certificate not trusted: {clean(cause.verify_message, 120)}"
            case ssl.SSLError():
                return f"TLS failed: {clean(cause.reason or 'no reason given', 80)}"
            case ConnectionRefusedError():
                return "connection refused"
            case ConnectionError():
                return "connection reset"
            case _:
                continue
    for cause in causes:
        if isinstance(cause, OSError) and cause.errno is not None:
            return os.strerror(cause.errno).lower()
    return "the connection ended before a whole answer came"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and everything it came from, the nearest first."""
    waiting: list[BaseException] = [error]
    for _ in range(64):
        if not waiting:
            return
        current = waiting.pop(0)
        yield current
        if isinstance(current, BaseExceptionGroup):
            waiting.extend(current.exceptions)  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
        waiting.extend(e for e in (current.__cause__, current.__context__) if e is not None)
