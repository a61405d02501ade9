"""Where the cards of the dailies lie: columns, rows, and the heads between them."""

from bisect import bisect_right
from collections.abc import Sequence

from rushes.providers.frozen import frozen
from rushes.tui.lines.cards import CARD_HEIGHT, CARD_WIDTH

LEFT = 1
"""Cells left of the first card."""

LEAST_HEIGHT = 5
"""Lines of a card where there are few: two of its picture, two under it, and the frame's."""


HEAD_HEIGHT = 2
"""Lines of a head: one closes the frames of the row above."""


@frozen
class Band:
    """Lines of the grid: a section's head, or a row of cards.

    `start` is the first card's place, `count` how many cards there are; 0 for a head.
    """

    y: int
    height: int
    section: int
    start: int
    count: int = 0


@frozen
class GridLayout:
    """Where everything is. The first section's head stands above the grid and is none of it."""

    columns: int
    card_height: int
    bands: tuple[Band, ...]

    def height(self, lines: int) -> int:
        """All of its lines where so many are in sight; some are blank, so that a row begins them.

        What closes the frame of the last row is none of them.
        """
        if not self.bands:
            return 0
        last = self.bands[-1]
        end = last.y + last.height
        return end if end <= lines else self.top_for(last.start, 0, lines) + lines

    def band_at(self, y: int) -> Band | None:
        """What lies on that line."""
        at = bisect_right(self.bands, y, key=lambda band: band.y) - 1
        found = self.bands[at] if at >= 0 else None
        return found if found and y < found.y + found.height else None

    def band_of(self, place: int) -> int:
        """The band, by number, of the card at that place."""
        rows = ((n, b) for n, b in enumerate(self.bands) if b.count)
        return next((n for n, b in rows if b.start <= place < b.start + b.count), 0)

    def above(self, place: int, by: int) -> int:
        """The place as many rows up (down, for a positive `by`), in the same column if it can be.

        At the first and the last row it is the first and the last card.
        """
        rows = [band for band in self.bands if band.count]
        at = next(n for n, b in enumerate(rows) if b.start <= place < b.start + b.count)
        column, to = place - rows[at].start, at + by
        if not 0 <= to < len(rows):
            to = max(0, min(to, len(rows) - 1))
            if to == at:
                return rows[to].start if by < 0 else rows[to].start + rows[to].count - 1
        return rows[to].start + min(column, rows[to].count - 1)

    def card_at(self, x: int, y: int) -> int | None:
        """The place of the card in that cell."""
        band, column = self.band_at(y), (x - LEFT) // CARD_WIDTH
        if band is None or x < LEFT or column >= band.count:
            return None
        return band.start + column

    def top_for(self, place: int, top: int, lines: int) -> int:
        """The first line to show, of `lines`, so that the card is in sight: `top` if it can be.

        A row of cards begins there, unless all is at the end.
        """
        if not self.bands:
            return 0
        band = self.bands[self.band_of(place)]
        if band.y < top:
            return band.y
        least = band.y + band.height - lines
        if least <= top:
            return top
        return next(b.y for b in self.bands if b.count and b.y >= min(least, band.y))


def grid_layout(sections: Sequence[int], width: int, lines: int) -> GridLayout:
    """The layout for sections of so many cards each, in a screen `width` wide with `lines` free."""
    columns = max(1, (width - 5) // CARD_WIDTH)
    card_height = max(LEAST_HEIGHT, min(CARD_HEIGHT, lines))
    bands: list[Band] = []
    y = place = 0
    for section, cards in enumerate(sections):
        if section:
            bands.append(Band(y, HEAD_HEIGHT, section, place))
            y += HEAD_HEIGHT
        for start in range(0, cards, columns):
            count = min(columns, cards - start)
            bands.append(Band(y, card_height, section, place + start, count))
            y += card_height
        place += cards
    return GridLayout(columns, card_height, tuple(bands))
