"""Names on disk are ours: whatever a template and a provider's words make, made safe (S3)."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count
from pathlib import PurePosixPath

from rushes.providers.text import COMBINING_LIMIT

PART_BYTES = 120
"""Bytes of UTF-8 that one component of a path has at most."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=$|\.|\s)", re.IGNORECASE)
# Letters and marks by their category, but nothing is seen of them: two names would look the same.
_INVISIBLE = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def with_extension(stem: PurePosixPath, extension: str) -> Iterator[PurePosixPath]:
    """Names for a file in the order to be tried: the stem's own, then with -2, -3 and so on.

    `extension` begins with a dot and is one of `providers.media`.
    """
    for n in count(1):
        ending = extension if n == 1 else f"-{n}{extension}"
        yield stem.with_name(_cut(stem.name, PART_BYTES - len(ending)) + ending)


def safe(text: str, encoding: str = "utf-8") -> str:
    """`text` as one component of a path: visible, harmless to shells and file systems, bounded.

    Letters, digits and marks that `encoding` has, blanks and `._-` stay; no leading dot, dash or
    blank, no trailing dot or blank, no name that Windows reserves, at most PART_BYTES. Idempotent.
    """
    text = unicodedata.normalize("NFC", text[: PART_BYTES * 4])
    visible = _INVISIBLE.sub("\0", text)
    text = "".join(c if _welcome(c) and fits(c, encoding) else "\0" for c in visible)
    text = _thin(re.sub("\0+", "_", re.sub(" {2,}", " ", text)))
    while text and (text[0] in " .-" or _is_mark(text[0])):
        text = text[1:]
    if _RESERVED.match(text):
        text = "_" + text
    return _cut(text, PART_BYTES) or "_"


def fits(text: str, encoding: str) -> bool:
    """Whether `encoding` has every character of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _welcome(char: str) -> bool:
    return char in " ._-" or unicodedata.category(char)[0] in "LNM"


def _is_mark(char: str) -> bool:
    return unicodedata.category(char)[0] == "M"


def _thin(text: str) -> str:
    """`text` with a few marks on any one letter at most."""
    kept: list[str] = []
    run = 0
    for char in text:
        run = run + 1 if _is_mark(char) else 0
        if run <= COMBINING_LIMIT:
            kept.append(char)
    return "".join(kept)


def _cut(text: str, size: int) -> str:
    """`text` in at most `size` bytes of UTF-8, whole characters, not ending in dot or blank."""
    return text.encode()[:size].decode(errors="ignore").rstrip(" .")
