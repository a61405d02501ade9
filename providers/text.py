"""Makes text from outside safe to show, store and name files by."""

import re
import unicodedata

TEXT_LIMIT = 4096
"""Characters kept of any one text (reliability.md S5)."""

COMBINING_LIMIT = 8
"""Combining marks and joiners kept in a row: more would cover neighbouring lines (S2)."""

_WHITE = re.compile(r"[\t\n\v\f\r\x85\u2028\u2029]+")
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\xad\u061c\u180e\u200b\u200e\u200f\ufeff"  # marks without width
    "\u202a-\u202e\u2060-\u206f"  # bidi embeddings, overrides and isolates, unseen operators
    "\ud800-\udfff"  # lone surrogates
    "\ufff9-\ufffb"  # interlinear annotation
    "\U000e0000-\U000e007f]"  # tags
)


_STACKING = frozenset({"Mn", "Mc", "Me", "Cf"})
_LINK = re.compile(r"https?:\\?/\\?/[^\s'\"<>]+", re.IGNORECASE)


def _visible(match: re.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return f"⟦U+{code:04X}⟧"


def _thin_combining(text: str) -> str:
    kept: list[str] = []
    run = 0
    for char in text:
        # By category: many marks that stack have no combining class (U+0489, U+20DD, U+FE0F).
        run = run + 1 if unicodedata.category(char) in _STACKING else 0
        if run <= COMBINING_LIMIT:
            kept.append(char)
    return "".join(kept)


def clean(text: str, limit: int = TEXT_LIMIT) -> str:
    """`text` as one line that is safe in a terminal, a log and a file name.

    Line breaks and tabs become spaces; other controls, bidi marks, tags and lone surrogates become
    visible stand-ins; long runs of combining marks and overlong texts are cut. Idempotent.
    """
    text = text[: limit * 2]
    text = _WHITE.sub(" ", text).strip()
    text = _UNSAFE.sub(_visible, text)
    if not text.isascii():
        text = _thin_combining(text)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def without_query(url: str) -> str:
    """`url` fit to show: without its query and the signatures in its path, which are secrets (S6).

    The rest names the same file before and after the link was renewed.
    """
    if url.startswith("data:"):
        return clean(url.partition(",")[0], 80) + ",…"
    return clean(_unsigned(url))


def without_queries(text: str) -> str:
    """A sentence fit to show: the links in it without their signatures."""
    return _LINK.sub(lambda link: _unsigned(link.group()), text)


def _unsigned(url: str) -> str:
    # Only now: a list of tasks shows no link, and the patterns take 3 ms to load.
    from rushes.providers.path_signatures import without_path_signatures

    head, mark, query = url.partition("?")
    return without_path_signatures(head) + (f"{mark}…" if query else mark)
