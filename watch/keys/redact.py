"""Makes a response body fit for a bug report: keeps its form, removes private values.

Only values known to be harmless are kept: words under names such as `status` and `code`, times,
small numbers, and the hosts of links. Other values keep at most their length and punctuation.
"""

import json
import re
from collections.abc import Callable
from itertools import chain
from typing import cast

from rushes.providers.named import ENDINGS
from rushes.providers.node import Json

LENGTH_LIMIT = 200
"""Characters that are kept of a masked text (a multiple of four: base64 stays base64)."""

_WORDS = re.compile(
    r"status|state|task_status|status_(code|msg)|code|error_(code|type)|type|object|action|model"
    r"|format|purpose|progress|storage|ratio|size|kind",
    re.IGNORECASE,
)
_WORD = re.compile(r"[A-Za-z0-9][\w.%:*+-]{0,39}", re.ASCII)
_PHRASE = re.compile(r"(request|content) moderated|task not found", re.IGNORECASE)
"""The statuses of several words that a vendor documents (docs.bfl.ai)."""

_KNOWN = re.compile(
    r"[0-9.]{1,6}%?"
    r"|1[0-9]{9}([0-9]{3})?"  # Unix seconds or milliseconds
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]{8,12}(Z|[+-][0-9]{2}:[0-9]{2})?"
    r"|[0-9]{8}T[0-9]{6}Z"
)
_LINK = re.compile(r"(https?://)?([^/?#]*)([^?#]*)\??([^#]*)#?.*", re.IGNORECASE | re.DOTALL)
_STEP = re.compile(r"v[0-9]|api|tasks?|videos?|images?|content|p|img|files|generations|")
_ENDING = re.compile(rf"\.({'|'.join(chain(*ENDINGS.values()))})", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_$-][A-Za-z_$.-]{0,60}[0-9]{0,3}", re.ASCII)
_ID_LENGTH = 12


def redacted(body: bytes) -> str:
    """`body` as indented JSON with placeholders; a body that is no JSON is only measured."""
    try:
        return json.dumps(_redacted(json.loads(body), ""), indent=2)
    except (ValueError, RecursionError):
        return json.dumps(f"<{len(body)} bytes that are not JSON>")


def _redacted(value: Json, name: str) -> Json:
    match value:
        case dict():
            members = cast("dict[str, Json]", value).items()
            return {_own(key, n): _redacted(each, key) for n, (key, each) in enumerate(members)}
        case list():
            return [_redacted(each, name) for each in value]
        case str():
            return _text(value, name)
        case bool() | None:
            return value
        case _:
            return _number(value, name)


def _own(key: str, n: int) -> str:
    """A member's name, or its number where the name itself may be an id."""
    return key if _NAME.fullmatch(key) else f"<name {n + 1}>"


def _number(value: float, name: str) -> int | float:
    """A number, its digits gone where it may be an id."""
    is_id = re.search(r"id$", name, re.IGNORECASE) or abs(value) >= 10**_ID_LENGTH
    whole = isinstance(value, int) and not _KNOWN.fullmatch(str(value))
    return int(re.sub(r"[0-9]", "9", str(value))) if is_id and whole else value


def _text(text: str, name: str) -> str:
    if not text or _KNOWN.fullmatch(text):
        return text
    if _WORDS.fullmatch(name) and (_WORD.fullmatch(text) or _PHRASE.fullmatch(text)):
        return text
    if text.startswith(("{", "[")):
        return _document(text, name)
    if text.startswith("data:"):
        return text.partition(",")[0][:60] + ",AAAA"
    link = text.strip()
    if re.match(r"https?://|/", link, re.IGNORECASE) and not re.search(r"\s", link):
        return _link(link)
    return f"<{len(text)} characters>" if re.search(r"\s", text) else _mask(text)


def _document(text: str, name: str) -> str:
    """A JSON document that a text holds, as some gateways send results and what was asked for."""
    try:
        return json.dumps(_redacted(json.loads(text), name))
    except ValueError:
        return f"<{len(text)} characters>"


def _link(text: str) -> str:
    """A link with its host, the words of its path and the names of its query."""
    match = _LINK.fullmatch(text)
    if match is None:
        return _mask(text)
    scheme, host, path, query = match[1] or "", match[2], match[3], match[4]
    steps = _each(path, "/", _step)
    fields = _each(query, "&", _field)
    whose = _mask(host) if "@" in host else host
    return f"{scheme}{whose}{steps}" + (f"?{fields}" if query else "")


def _step(step: str) -> str:
    """A step of a path: the ending of a file is kept, it tells what kind of file it is."""
    stem, dot, ending = step.rpartition(".")
    if _STEP.fullmatch(step):
        return step
    return _mask(stem) + dot + ending if _ENDING.fullmatch(dot + ending) else _mask(step)


def _field(field: str) -> str:
    name, equals, value = field.partition("=")
    kept = value if _KNOWN.fullmatch(value) else _mask(value)
    return f"{name if _NAME.fullmatch(name) else _mask(name)}{equals}{kept}"


def _each(text: str, separator: str, change: Callable[[str], str]) -> str:
    return separator.join(change(part) for part in text.split(separator))


def _mask(text: str) -> str:
    """The same text with every letter an x and every digit a 9; a long one is cut."""
    text = re.sub(r"[0-9]", "9", text[:LENGTH_LIMIT])
    return re.sub(r"[^\W\d_]|[^\x00-\x7f]", "x", text)
