"""Recognises keys in what a person pastes, or in what a file gives as an id.

No command is run and no keyring asked for it: a key that is not known in this process is told by
the hash of its first use (`remembered.py`), or by its beginning.
"""

import re
from collections.abc import Iterable, Iterator

from rushes.watch.keys.key_hash import KeyHash
from rushes.watch.keys.known_keys import hide, how_many

BEGINNINGS = r"sk-|key-|r8_|AIza"
"""How the keys of many services begin, as a pattern. No gateway's ids begin so."""

_LIKE_A_KEY = re.compile(rf"(?<![\w.-])(?:{BEGINNINGS}|(?i:bearer)\s)")

WORDLIKE = 16
"""Characters below which a key may be a word (a local gateway's "success") that ids hold, too."""

_used: dict[KeyHash, None] = {}


def learn_used(hashes: Iterable[KeyHash]) -> None:
    """Have `is_key` and `without_used` recognise the keys of these hashes from now on."""
    global _used
    _used = _used | dict.fromkeys(hashes)


def how_many_known() -> int:
    """How many keys `is_key` knows; what it said of a text holds while that is the same."""
    return how_many() + len(_used)


def is_key(text: str) -> bool:
    """Whether a text that is to be an id begins as keys do, holds a known key, or was one before.

    A key of a few characters has to be all of the text.
    """
    if _LIKE_A_KEY.search(text) or without_used(text) != text:
        return True
    rest = hide(text)
    held = rest != text
    return held and (len(text) - len(rest) > WORDLIKE or not re.search(r"\w", rest))


def without_used(text: str) -> str:
    """A pasted text with blanks in place of the keys that only their hashes are known of."""
    for used in _used:
        for start, end in _words(text, used.length):
            if used.is_of(text[start:end]):
                text = text[:start] + " " * (end - start) + text[end:]
    return text


def _words(text: str, length: int) -> Iterator[tuple[int, int]]:
    """Where so many characters without a blank begin and end as a word does."""
    word = re.compile(rf"(?<!\w)(?=\S{{{length}}}(?!\w))")
    return ((match.start(), match.start() + length) for match in word.finditer(text))
