"""Hides the keys that were found in every text that is about to be written or shown.

Our own code holds keys as `Secret`s; a library's error or a gateway's reply may still hold one as
plain text, or in any spelling that decodes to it (reliability.md S6, row 85).
"""

from collections.abc import Collection, Iterator, Mapping
from threading import Lock

from rushes.providers.secret import Secret
from rushes.watch.keys.spellings import Span, Spellings, spans

SHORTEST = 6
"""Characters of the shortest key that is hidden: hiding shorter ones would garble sentences."""

HIDDEN = "***"
"""What stands in the place of a key."""

_forms: dict[str, Spellings] = {}
"""The keys that were found, each with its spellings."""

_learning = Lock()
"""Accounts look for their keys in threads; of two at once, neither may be forgotten."""


def learn(key: str) -> None:
    """Have `hide` hide this key from now on."""
    global _forms
    if len(key) >= SHORTEST and key not in _forms:
        with _learning:
            _forms = {**_forms, key: Spellings.of(key)}


def how_many() -> int:
    """How many keys are hidden: what was rid of fewer may hold one of the others."""
    return len(_forms)


def hide(text: str, only: Secret | None = None) -> str:
    """`text` with every learnt key replaced, or with that one key replaced, however it is spelled.

    As it is, with any of its characters escaped as in JSON, a URL or a page, or in base64.
    """
    found = sorted(spans(text, _sought(only)))
    if not found:
        return text
    pieces: list[str] = []
    last = 0
    for start, end in _joined(found):
        pieces += [text[last:start], HIDDEN]
        last = end
    return "".join([*pieces, text[last:]])


def hide_in(body: bytes, only: Secret | None = None) -> bytes:
    """The bytes of a reply with the same keys replaced; all else stays as it is."""
    # Every byte is a character of Latin-1, and every spelling of a key is ASCII.
    return hide(body.decode("latin-1"), only).encode("latin-1")


def without_keys(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that hold no key, for a program that needs none."""
    return {name: value for name, value in environ.items() if hide(value) == value}


def _sought(only: Secret | None) -> Collection[Spellings]:
    if only is None:
        return _forms.values()
    key = only.reveal()
    if len(key) < SHORTEST:
        return ()
    return (_forms.get(key) or Spellings.of(key),)


def _joined(ordered: list[Span]) -> Iterator[Span]:
    """The spans, those that overlap as one: a key may be the beginning of another."""
    start, end = ordered[0]
    for next_start, next_end in ordered[1:]:
        if next_start < end:
            end = max(end, next_end)
        else:
            yield start, end
            start, end = next_start, next_end
    yield start, end
