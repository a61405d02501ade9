"""The errors of requests without a whole answer, in words that a person can act on."""

import os
import socket
import ssl

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import catalogued
from rushes.providers.text import clean
from rushes.watch.disk.atomic import plain_words
from rushes.watch.disk.shortage import causes, shortage


class Unreachable(RushesError):
    """No whole answer came; asking again later may help.

    `status` is the HTTP status of an answer that began and did not end, None where none began.
    """

    code = ErrorCode.UNREACHABLE

    def __init__(self, reason: str, status: int | None = None) -> None:
        super().__init__(reason)
        self.status = status


class Untrusted(Unreachable):
    """The host's certificate is not trusted: asking again within minutes will not help."""

    code = ErrorCode.UNTRUSTED


_CA_UNKNOWN = (18, 19, 20, 21)
"""OpenSSL's codes for a certificate of an unknown authority, and for a self-signed one."""


def unreachable(error: BaseException, host: str, status: int | None = None) -> Unreachable:
    """The error to raise where a library failed with `error` while it asked `host`."""
    untrusted = any(isinstance(cause, ssl.SSLCertVerificationError) for cause in causes(error))
    return (Untrusted if untrusted else Unreachable)(in_words(error, host), status)


def hinting(error: Unreachable, variable: str) -> Unreachable:
    """The error to raise where a proxy's `variable` is set and not followed: that may be why.

    The same error where something answered, where its cause is known, or without such a variable.
    """
    known = error.status is not None or isinstance(error, Untrusted) or shortage(error) is not None
    if known or not variable:
        return error
    return Unreachable(f"{error}; {variable} is not followed without [network] proxy")


def is_refusal(error: BaseException) -> bool:
    """Whether the connection was refused, or the other side does not speak TLS."""
    return any(isinstance(cause, ConnectionRefusedError | ssl.SSLError) for cause in causes(error))


def in_words(error: BaseException, host: str) -> str:
    """The clearest of an error's causes, in words; `host` is the host that was asked.

    A library's own text is left out: it may quote the request, and with it the key.
    """
    if (lack := shortage(error)) is not None:
        return plain_words(lack)
    chain = list(causes(error))
    for cause in chain:
        match cause:
            case socket.gaierror():
                return f"cannot resolve {clean(host, 80)}"
            case ssl.SSLCertVerificationError():
                return _distrust(cause)
            case ssl.SSLError():
                return f"TLS failed: {clean(getattr(cause, 'reason', '') or 'no reason given', 80)}"
            case ConnectionRefusedError():
                return catalogued("connection refused")
            case ConnectionError():
                return catalogued("connection reset")
            case _:
                continue
    for cause in chain:
        if isinstance(cause, OSError) and cause.errno is not None:
            return os.strerror(cause.errno).lower()
    return catalogued("the connection ended before a whole answer came")


def _distrust(error: ssl.SSLCertVerificationError) -> str:
    way_out = "; [network] ca_file can name a CA" if error.verify_code in _CA_UNKNOWN else ""
    return f"certificate not trusted: {clean(error.verify_message, 120)}{way_out}"
