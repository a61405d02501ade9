"""Finds a key in a text, in whatever spelling decodes to it.

A text without escapes is searched as it is. Else its escapes are resolved, one in the other, in
pieces of bounded size, and a find is mapped back to the text. So the time is linear in the text,
however many ways there are to spell a key.
"""

import re
from base64 import b64encode
from collections.abc import Collection, Iterable, Iterator
from functools import cache

from rushes.providers.frozen import frozen

WINDOW = 1 << 16
"""Characters whose escapes are resolved at a time."""

ROUNDS = 4
"""Escapes that are resolved one in the other, beside those that one pattern takes at once."""

_LONGEST_ESCAPE = 24
"""Characters of a key's character that is escaped in a few ways at once."""

_SIGNS = re.compile(r"[\\%&]")

_ESCAPE = re.compile(
    r"""
    (?<!\\) \\++ (?: (?:u00|x) (?P<text>[2-7][0-9a-fA-F]) | (?P<sign>[!-/:-@\[\]^-`{-~]) )?
    | % (?:25)* (?:u00)? (?P<link>[2-7][0-9a-fA-F])
    | & (?:amp;)* (?: \#[xX]0* (?P<page>[2-7][0-9a-fA-F]) ;?
                    | \#0* (?P<number>[0-9]{2,3}) ;?
                    | (?P<name>[A-Za-z]{2,9}) ; )
    """,
    re.VERBOSE,
)
r"""`\u0073` `\x73` `\/` behind any number of backslashes, `%73`, `&#115;` `&#x73;` `&sol;`."""


@cache
def _names() -> dict[str, str]:
    """The printable ASCII characters that HTML has a name for; few texts have any."""
    from html.entities import html5

    return {
        name.removesuffix(";"): sign
        for name, sign in html5.items()
        if len(sign) == 1 and "!" <= sign <= "~"
    }


Span = tuple[int, int]


@frozen
class Spellings:
    """A key as it is and in base64; `plain` are the same texts with their escapes resolved."""

    raw: tuple[str, ...]
    plain: tuple[str, ...]

    @classmethod
    def of(cls, key: str) -> "Spellings":
        """The spellings of one key."""
        raw = tuple(dict.fromkeys(_forms_of(key)))
        return cls(raw, tuple(dict.fromkeys(map(_resolved, raw))))


def spans(text: str, keys: Collection[Spellings]) -> Iterator[Span]:
    """Where in a text the keys are; spans may overlap."""
    raw = [form for key in keys for form in key.raw]
    yield from _found(text, raw)
    if not raw or not _SIGNS.search(text):
        return
    plain = [form for key in keys for form in key.plain]
    # What begins in a piece has to end in it, too.
    reach = _LONGEST_ESCAPE * max(map(len, raw))
    for start in range(0, len(text), WINDOW):
        piece = text[start : start + WINDOW + reach]
        resolved = _resolved(piece)
        if resolved is not piece and any(form in resolved for form in plain):
            resolved, places = _mapped(piece)
            for begin, end in _found(resolved, plain):
                yield start + places[begin], start + places[end]


def _found(text: str, forms: Iterable[str]) -> Iterator[Span]:
    for form in forms:
        at = text.find(form)
        while at >= 0:
            yield at, at + len(form)
            at = text.find(form, at + len(form))


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


def _meaning(escape: re.Match[str]) -> str:
    """The printable character that an escape stands for; any other escape as it is."""
    kind = escape.lastgroup
    if kind is None:
        return "\\"
    said = escape[kind]
    if kind == "sign":
        return said
    if kind == "name":
        return _names().get(said, escape.group())
    code = int(said, 10 if kind == "number" else 16)
    return chr(code) if 0x20 < code < 0x7F else escape.group()


def _resolved(text: str) -> str:
    """The text without escapes of printable characters."""
    for _ in range(ROUNDS):
        resolved = _ESCAPE.sub(_meaning, text)
        if resolved == text:
            break
        text = resolved
    return text


def _mapped(text: str) -> tuple[str, list[int]]:
    """The same, and where in `text` each of its characters begins, its end included."""
    places = list(range(len(text) + 1))
    for _ in range(ROUNDS):
        pieces: list[str] = []
        kept: list[int] = []
        last = 0
        for escape in _ESCAPE.finditer(text):
            meaning = _meaning(escape)
            pieces += [text[last : escape.start()], meaning]
            kept += places[last : escape.start() + len(meaning)]
            last = escape.end()
        before, text = text, "".join([*pieces, text[last:]])
        places = kept + places[last:]
        if text == before:
            break
    return text, places
