"""Text that is selected with the mouse in lines that we draw ourselves."""

from collections.abc import Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style


def index_at(text: str, cells: int) -> int:
    """The index of the character that stands so many cells from the left; its length behind it."""
    at = 0
    for index, character in enumerate(text):
        at += cell_len(character)
        if at > cells:
            return index
    return len(text)


def selected(segments: Iterable[Segment], start: int, end: int, style: Style) -> list[Segment]:
    """The segments, of which the characters from `start` up to `end` have that style, too."""
    found: list[Segment] = []
    at = 0
    for text, own, _control in segments:
        first, last = max(0, start - at), max(0, end - at)
        parts = ((text[:first], own), (text[first:last], _over(own, style)), (text[last:], own))
        if first >= last:
            parts = ((text, own),)
        found += [Segment(part, look) for part, look in parts if part]
        at += len(text)
    return found


def _over(own: Style | None, style: Style) -> Style:
    return style if own is None else own + style
