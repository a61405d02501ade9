"""Text as the cells of a terminal, and which of them every terminal draws equally wide."""

import unicodedata
from functools import lru_cache

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

_JOINER = "\u200d"
_PICTURES = 0x1F000
"""From here on characters are pictures, whose widths terminals disagree about."""


@lru_cache(maxsize=4096)
def cells_of(text: str) -> list[str] | None:
    """One string a cell: a character with its marks, and "" for what a wider one goes on into.

    None where the cells cannot be told: control characters, or parts that are together not as wide
    as Textual takes the whole to be. The list is shared: do not change it.
    """
    if text.isascii():
        return list(text) if text.isprintable() else None
    units: list[str] = []
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp"):
            return None
        if units and (units[-1].endswith(_JOINER) or cell_len(character) == 0):
            units[-1] += character
        else:
            units.append(character)
    cells: list[str] = []
    for unit in units:
        cells += (unit, *[""] * (cell_len(unit) - 1))
    return cells if len(cells) == cell_len(text) else None


PLACEHOLDER = "\U0010eeee"
"""What a terminal draws a part of a picture for; it is sent only to those that are known to."""

_HALF_BLOCK = "\u2580"
"""What pictures are made of, thousands a screen: they are off where it would be drawn double."""


@lru_cache(maxsize=4096)
def is_certain(cell: str) -> bool:
    """Whether every terminal draws this cell as wide as it is here.

    Not certain are characters with marks, pictures, and what Unicode calls ambiguous: a Chinese
    terminal may draw that double.
    """
    if len(cell) != 1:
        return cell.startswith(PLACEHOLDER)
    if cell == _HALF_BLOCK:
        return True
    form, kind = unicodedata.east_asian_width(cell), unicodedata.category(cell)[0]
    if cell_len(cell) == 2:
        return form in "WF" and kind in "LNPZ"
    return form in ("N", "Na", "H") and kind in "LNPSZ" and ord(cell) < _PICTURES


def without_pictures(strip: Strip) -> Strip:
    """The strip with blanks for what only a terminal can draw that was sent the pictures."""
    if not any(PLACEHOLDER in text for text, _, _ in strip):
        return strip
    kept = [
        Segment(" " * cell_len(text), style)
        if PLACEHOLDER in text
        else Segment(text, style, control)
        for text, style, control in strip
    ]
    return Strip(kept, strip.cell_length)


def placed(strip: Strip) -> Strip:
    """The strip, with the cursor put where it belongs after what may be drawn wider or narrower."""
    segments: list[Segment] = []
    column, doubtful = 0, False
    for text, style, control in strip:
        written: list[str] = []
        for cell in cells_of(text) or [text]:
            column += 1
            if not cell:
                continue
            certain = is_certain(cell)
            if doubtful and certain:
                written.append(f"\x1b[{column}G")
            doubtful = not certain
            written.append(cell)
        segments.append(Segment("".join(written), style, control))
    return Strip(segments, strip.cell_length)
