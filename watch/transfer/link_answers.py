"""Reads from an HTTP answer that is no file whether its link may serve later.

The statuses are those of RFC 9110 and its companions, and 499 and 520 to 599 of proxies. A 400 is
read for what it names: S3, Google Cloud Storage and Baidu BOS answer so where a token or a signed
request has ended.
"""

import re
from collections.abc import Callable, Iterator

from rushes.providers.reply import Reply
from rushes.watch.network.assets import Arriving
from rushes.watch.network.direct import Chunk
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.reasons import HttpStatus, KeyRefused
from rushes.watch.transfer.request import LinkAnswer, LinkRefused

_BUSY = (202, 408, 409, 421, 423, 425, 429, 499)
_ABSENT = (204, 401, 402, 403, 404, 424)

_READ = 4096
"""Bytes of a refusal's body that are looked at."""

_READ_WITHIN = 5.0
"""Seconds that they may take."""

_ENDED = re.compile(
    rb"expired|out of date|not valid in the specified time frame"
    rb"|\b(?:AccessDenied|AuthenticationFailed|Forbidden|Unauthorized|NotAuthorized\w*)\b"
    rb"|\b(?:Invalid\w*Token\w*|Token\w*(?:Invalid|RefreshRequired)\w*)\b",
    re.IGNORECASE,
)
"""How bodies say that a token or a request has ended, or that this link opens nothing."""


def refusal(arriving: Arriving, *, keyed: bool, now: Callable[[], float]) -> LinkRefused | None:
    """Why the answer is not the file, nor a part of it; None where its body may be.

    `keyed`: it was asked for with the key. `now` counts seconds, for reading the body of a 400.
    """
    status = arriving.status
    answer = _answer(status)
    if answer is None:
        return None
    if status == 400 and says_ended(_beginning(arriving.chunks, now)):
        answer = LinkAnswer.ABSENT
    key = keyed and status in (401, 403)
    reason = KeyRefused(status) if key else HttpStatus(status)
    after = Reply(status, arriving.headers, b"").retry_after or 0.0
    return LinkRefused(reason, answer, after=after, key_refused=key)


def says_ended(body: bytes) -> bool:
    """Whether the body of a 400 names a token or a request that has ended, or is not let in."""
    return _ENDED.search(body) is not None


def _answer(status: int) -> LinkAnswer | None:
    if status in _BUSY or status >= 500:
        return LinkAnswer.BUSY
    if status in _ABSENT:
        return LinkAnswer.ABSENT
    # What is asked for in parts is answered 416 where it is shorter now: the part knows better.
    return LinkAnswer.FINAL if status >= 400 and status != 416 else None


def _beginning(chunks: Iterator[Chunk], now: Callable[[], float]) -> bytes:
    body, until = b"", now() + _READ_WITHIN
    try:
        for chunk in chunks:
            body += chunk
            if len(body) >= _READ or now() >= until:
                break
    except Unreachable:
        pass  # what has come may say enough
    return body[:_READ]
