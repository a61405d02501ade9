"""The keys that were found, so that whatever is about to be written somewhere can be rid of them.

Keys are `Secret`s in our own hands; a library's error or a gateway's reply may hold one as plain
text all the same (reliability.md S6).
"""

from base64 import b64encode
from collections.abc import Iterator
from threading import Lock
from urllib.parse import quote

SHORTEST = 6
"""Characters from which a key is looked for: without shorter ones no sentence would be readable."""

HIDDEN = "***"

_forms: tuple[str, ...] = ()
"""The longest first: one key may be the beginning of another."""

_learning = Lock()
"""Accounts look for their keys in threads; of two at once, neither may be forgotten."""


def learn(key: str) -> None:
    """Have `hide` know this key from now on."""
    global _forms
    if len(key) >= SHORTEST:
        with _learning:
            _forms = tuple(sorted({*_forms, *_forms_of(key)}, key=len, reverse=True))


def hide(text: str) -> str:
    """`text` without any key that was learnt, be it as it is, quoted, in a URL or in base64."""
    for form in _forms:
        text = text.replace(form, HIDDEN)
    return text


def hide_in(body: bytes) -> bytes:
    """The same for the bytes of a reply, which are otherwise left as they are."""
    # Every byte is a character of Latin-1, and every form of a key is ASCII.
    return hide(body.decode("latin-1")).encode("latin-1")


def _forms_of(key: str) -> Iterator[str]:
    yield key
    yield repr(key)[1:-1]
    yield quote(key, safe="")
    for before in range(3):
        # What of base64 is the key's alone, however many bytes are in front of it.
        encoded = b64encode(bytes(before) + key.encode()).decode()
        own = encoded[-(-before * 8 // 6) : (before + len(key)) * 8 // 6]
        yield own
        yield own.translate({ord("+"): "-", ord("/"): "_"})
