"""Hides the keys that were found in every text that is about to be written or shown.

Our own code holds keys as `Secret`s; a library's error or a gateway's reply may still hold one as
plain text (reliability.md S6).
"""

import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from threading import Lock

SHORTEST = 6
"""Characters of the shortest key that is hidden: hiding shorter ones would garble sentences."""

HIDDEN = "***"

_NAMES = {"&": ("amp",), "<": ("lt",), ">": ("gt",), '"': ("quot",), "'": ("apos",)}
"""What HTML calls the characters that cannot stand in it."""

_forms: dict[str, re.Pattern[str]] = {}
"""Patterns of the keys' forms, the longest first, as one key may be the beginning of another."""

_learning = Lock()
"""Accounts look for their keys in threads; of two at once, neither may be forgotten."""


def learn(key: str) -> None:
    """Have `hide` hide this key from now on."""
    global _forms
    if len(key) >= SHORTEST:
        with _learning:
            forms = _forms | {form: _however_escaped(form) for form in _forms_of(key)}
            _forms = dict(sorted(forms.items(), key=lambda item: len(item[0]), reverse=True))


def hide(text: str) -> str:
    """`text` with every learnt key replaced: as it is, escaped, in a URL or in base64."""
    for pattern in _forms.values():
        text = pattern.sub(HIDDEN, text)
    return text


def hide_in(body: bytes) -> bytes:
    """The bytes of a reply with every learnt key replaced; all else stays as it is."""
    # Every byte is a character of Latin-1, and every form of a key is ASCII.
    return hide(body.decode("latin-1")).encode("latin-1")


def without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that hold no key, for a program that needs none."""
    return {name: value for name, value in environ.items() if hide(value) == value}


def _forms_of(key: str) -> Iterator[str]:
    yield key
    # A variable may hold bytes that are no text.
    data = key.encode(errors="surrogatepass")
    for before in range(3):
        # What of base64 is the key's alone, however many bytes are in front of it.
        encoded = b64encode(bytes(before) + data).decode()
        own = encoded[-(-before * 8 // 6) : (before + len(key)) * 8 // 6]
        yield own
        yield own.translate({ord("+"): "-", ord("/"): "_"})


def _however_escaped(form: str) -> re.Pattern[str]:
    # Some write JSON with `\/` or `\u002B`, or a page with `&#x2F;`; one may stand in the other, or
    # a few times in itself. An escape without end must not be gone through again at each place.
    return re.compile("".join(map(_escaped, form)))


def _escaped(character: str) -> str:
    if character.isalnum():
        return character
    code = ord(character)
    digits = "".join(f"[{digit}{digit.upper()}]" for digit in f"{code:02x}")
    names = "|".join([f"#0{{0,4}}{code}", f"#[xX]0{{0,4}}{digits}", *_NAMES.get(character, ())])
    return (
        rf"(?:\\{{0,8}}{re.escape(character)}|(?:%(?:25){{0,4}}|\\{{1,8}}u00){digits}"
        rf"|&(?:amp;){{0,4}}(?:{names});)"
    )
