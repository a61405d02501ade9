"""An HTTP reply as it arrived, and the reading of its body as JSON."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NoReturn

from rushes.providers.errors import UnexpectedReply
from rushes.providers.frozen import frozen
from rushes.providers.node import Json, Node, Reading
from rushes.providers.text import clean

BODY_LIMIT = 8 * 1024 * 1024
"""Bytes of decoded JSON that are read at most (reliability.md S5)."""

VALUES_LIMIT = 50_000
"""JSON values that are read at most: no other thread runs meanwhile (reliability.md row 22)."""

DIGITS_LIMIT = 300
"""Digits of a whole number that are read at most, about as many as a float can stand for."""


@frozen
class Reply:
    """One HTTP answer: status, headers with lower-case names, and the body's bytes."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def date(self) -> datetime | None:
        """The time by the server's clock (UTC); None where it is missing or not of this century.

        A cache passes on the `Date` of the original reply, and says in `Age` how many seconds ago
        that was (RFC 9111, 5.1).
        """
        moment = _http_date(self.headers.get("date", ""))
        if moment is None or not 2000 <= moment.year < 2100:
            return None
        age = self.headers.get("age", "").strip()
        return moment + timedelta(seconds=int(age)) if re.fullmatch(r"\d{1,7}", age) else moment

    @property
    def is_page(self) -> bool:
        """Whether it is a web page or XML, told by its first byte: some JSON comes as text/html."""
        return self.body[:512].removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")

    @property
    def retry_after(self) -> float | None:
        """Seconds that `Retry-After` asks to wait: its number, or its date less the `Date` header.

        None when absent or unreadable; 0 for a past date or a negative number.
        """
        text = self.headers.get("retry-after", "").strip()
        if re.fullmatch(r"-?\d{1,15}(\.\d+)?", text):
            return max(0.0, float(text))
        until, now = _http_date(text), self.date
        if until is None or now is None:
            return None
        return max(0.0, (until - now).total_seconds())

    @property
    def poll_after(self) -> float | None:
        """Seconds until the next question that `openai-poll-after-ms` asks for, beside an answer.

        None when absent or unreadable (the vendor's client for OpenAI's video form).
        """
        text = self.headers.get("openai-poll-after-ms", "").strip()
        return int(text) / 1000 if re.fullmatch(r"\d{1,12}", text) else None


@frozen
class Ask:
    """What was asked: the task's id (None accepts any), and the base URL of relative links.

    `file_id` is the file that a question about one file was about; None accepts any.
    """

    task_id: str | None = None
    base: str = ""
    file_id: str | None = None


@lru_cache(maxsize=16)  # all that is answered in a second has one date
def _http_date(text: str) -> datetime | None:
    from email.utils import parsedate_to_datetime  # many modules, for the first answer

    try:
        moment = parsedate_to_datetime(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def read_json(body: bytes) -> Node:
    """A cursor at the root of `body`; raises UnexpectedReply when it is not clean, bounded JSON."""
    if len(body) > BODY_LIMIT:
        raise UnexpectedReply("$", f"at most {BODY_LIMIT} bytes", f"{len(body)}")
    # Each value but one follows a comma or a bracket; those within texts are too few to matter.
    values = sum(map(body.count, (b",", b"[", b"{")))
    if values > VALUES_LIMIT:
        raise UnexpectedReply("$", f"at most {VALUES_LIMIT} values", f"{values}")
    if not body.strip():
        raise UnexpectedReply("$", "JSON", "an empty body")
    try:
        value = json.loads(
            body.decode("utf-8-sig"),  # some servers put a byte order mark before it
            object_pairs_hook=_consistent,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            parse_int=_bounded,
        )
    except (ValueError, RecursionError) as error:
        raise UnexpectedReply("$", "JSON", _describe(body, error)) from None
    return Node("$", value, Reading())


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _consistent(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    """The members of a JSON object; raises ValueError where one name has two different values.

    JSON does not define which of the two counts (RFC 8259, 4), and one may be a terminal status.
    """
    members = dict(pairs)
    if len(members) < len(pairs):
        for name, value in pairs:
            if members[name] != value:
                raise ValueError(f"{clean(name, 40)!r} with two values")
    return members


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError("a number out of range")
    return number


def _bounded(digits: str) -> int:
    # Python takes thousands of digits, in a time that grows with their square and lets no other
    # thread run meanwhile: 8 MiB of such numbers are a stall of 130 ms (reliability.md row 88).
    if len(digits) > DIGITS_LIMIT:
        raise ValueError("a number out of range")
    return int(digits)


def _describe(body: bytes, error: Exception) -> str:
    start = body[:512].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "a web page"
    if isinstance(error, RecursionError):
        return "JSON nested too deep"
    if isinstance(error, UnicodeDecodeError):
        return "bytes that are not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"text that is not JSON ({clean(error.msg, 60)} at character {error.pos})"
    return clean(str(error), 80)
