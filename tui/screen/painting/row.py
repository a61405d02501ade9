"""One line of the terminal as it stands there, compared with what shall stand there."""

from collections.abc import Iterator

from textual.strip import Strip

from rushes.tui.screen.painting.cells import PLACEHOLDER, is_certain
from rushes.tui.screen.painting.inks import PLAIN, Ink

UNKNOWN = "\0"
"""The text of a cell of which nothing is known."""

_LEFT_OUT = (UNKNOWN, PLACEHOLDER)


class Row:
    """What stands in the cells of a line: `texts` as in `cells_of`, and `inks`.

    `strips` are those that stand there whole and untouched, by the columns where they begin.
    """

    __slots__ = ("_dirty", "inks", "strips", "texts")

    def __init__(self, width: int) -> None:
        self.texts = [UNKNOWN] * width
        self.inks = [PLAIN] * width
        self.strips: dict[int, Strip] = {}
        self._dirty: list[tuple[int, int]] = []

    def put(self, x: int, cells: list[str], inks: list[Ink]) -> None:
        """Put cells there, each with its ink, and note where they differ."""
        end = x + len(cells)
        texts_there, inks_there = self.texts[x:end], self.inks[x:end]
        if texts_there == cells and inks_there == inks:
            return
        self.strips.clear()
        self._cut(x)
        self._cut(end)
        there = zip(texts_there, cells, inks_there, inks, strict=True)
        begun = -1
        for at, (was, cell, before, ink) in enumerate(there, x):
            if was != cell or before is not ink:
                if begun < 0:
                    begun = at
            elif begun >= 0:
                self._dirty.append((begun, at))
                begun = -1
        if begun >= 0:
            self._dirty.append((begun, end))
        self.texts[x:end] = cells
        self.inks[x:end] = inks

    def _cut(self, x: int) -> None:
        """Make blanks of a wide character that goes on from before column `x` into it."""
        texts = self.texts
        if x < len(texts) and not texts[x]:
            start, end = self._head(x), self._end(x)
            texts[start:end] = " " * (end - start)
            self._dirty += [(start, x), (x, end)]

    def _head(self, x: int) -> int:
        """The column where the character in column `x` begins."""
        while x and not self.texts[x]:
            x -= 1
        return x

    def _end(self, x: int) -> int:
        """The column after the characters up to `x`."""
        texts = self.texts
        while x < len(texts) and not texts[x]:
            x += 1
        return x

    def runs(self) -> Iterator[tuple[int, int]]:
        """The stretches of columns that have to be sent, left to right; they are then clean.

        No character is cut. If one of uncertain width is among them, all uncertain ones directly
        before it and all that is known after it are sent again: it may cover some of that.
        """
        if not self._dirty:
            return
        dirty, self._dirty = sorted(self._dirty), []
        begun, ended = dirty[0]
        for start, end in (*dirty[1:], (len(self.texts) + 1, 0)):
            if start <= ended:
                ended = max(ended, end)
                continue
            begun, ended = self._head(begun), self._end(ended)
            if (doubtful := self._doubtful(begun, ended)) is not None:
                if begun < doubtful:
                    yield begun, doubtful
                yield from self._known(doubtful, dirty)
                return
            yield begun, ended
            begun, ended = start, end

    def _doubtful(self, start: int, end: int) -> int | None:
        """The first column of the first characters of uncertain width that lie there."""
        texts = self.texts
        if "".join(texts[start:end]).isascii():
            return None
        for x in range(start, end):
            if texts[x] and not is_certain(texts[x]):
                while x and self._is_doubtful(before := self._head(x - 1)):
                    x = before
                return x
        return None

    def _is_doubtful(self, x: int) -> bool:
        return self.texts[x] != UNKNOWN and not is_certain(self.texts[x])

    def _known(self, x: int, dirty: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """The stretches from column `x` on of which anything is known.

        Pictures are left out but where they are `dirty`: only what is directly behind is covered,
        and no sign that is drawn double is before a picture (`SignsMeasured`).
        """
        texts = self.texts
        left_out = [
            at
            for at in range(x, len(texts))
            if texts[at][:1] in _LEFT_OUT
            and (texts[at] == UNKNOWN or not any(start <= at < end for start, end in dirty))
        ]
        for end in (*left_out, len(texts)):
            if x < end:
                yield x, end
            x = end + 1
