"""Text by terminal cells where Rich, which knows them best, would cost more than all else: help.

A Chinese character takes two cells, and a line may end behind any of them.
"""

import re

# Compiled by their first use, as `re` does: both take as long as all else that a help loads.
_WIDE = (
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]"
)

_PIECES = (
    "[(\\[“‘《（「]*[\u2e80-\u2fff\u3040-\ua4cf\uac00-\ud7a3\uf900-\ufaff]"
    "[\u3001-\u3002\u300b\u300d\uff00-\uff0f\uff1a-\uff1f”’》）」]*\\s*|\\S+?(?=[\u2e80-\ua4cf\uf900-\uffef])\\s*|\\S+\\s*|\\s+"
)
"""A wide character with the signs that belong to it, or a word; with the blanks behind it."""


def cells(text: str) -> int:
    """How many terminal cells a text takes."""
    return len(text) if text.isascii() else len(text) + len(re.findall(_WIDE, text))


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text with blanks behind it, `width` cells in all, or before it if `right`.

    It is as it is where it is wider.
    """
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks


def parts(word: str) -> list[str]:
    """A word in the parts between which a line may end: one, unless it has wide characters."""
    return [word] if word.isascii() else re.findall(_PIECES, word)


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """A text in lines of at most `width` cells; all but the first are indented.

    A word that is wider than a line is not broken.
    """
    lines, line = list[str](), ""
    for piece in re.findall(_PIECES, text):
        if line.strip() and cells(line) + cells(piece.rstrip()) > width:
            lines.append(line.rstrip())
            line = " " * indent + piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()] if line.strip() else lines or [""]
