"""One line of the terminal as it stands there, compared with what shall stand there."""

from collections.abc import Iterator, Sequence

from rushes.tui.screen.painting.cells import is_certain
from rushes.tui.screen.painting.inks import Ink


class Row:
    """What stands in the cells of a line; None is a cell of which nothing is known.

    `texts` are as in `cells_of`. `dirty` are the columns that have yet to be sent.
    """

    __slots__ = ("dirty", "inks", "texts")

    def __init__(self, width: int) -> None:
        self.texts: list[str | None] = [None] * width
        self.inks: list[Ink | None] = [None] * width
        self.dirty: set[int] = set()

    def put(self, x: int, cells: Sequence[str], ink: Ink) -> int:
        """Put cells there, and note where they differ; the column after them."""
        texts, inks = self.texts, self.inks
        end = x + len(cells)
        if texts[x:end] == cells and inks[x:end].count(ink) == end - x:
            return end
        self._cut(x)
        self._cut(end)
        for at, cell in enumerate(cells, x):
            if texts[at] != cell or inks[at] is not ink:
                self.dirty.add(at)
        texts[x:end] = cells
        inks[x:end] = [ink] * len(cells)
        return end

    def _cut(self, x: int) -> None:
        """Make blanks of a wide character that goes on from before column `x` into it."""
        texts = self.texts
        if not x < len(texts) or texts[x] != "":
            return
        start, end = self._head(x), x
        while end < len(texts) and texts[end] == "":
            end += 1
        texts[start:end] = " " * (end - start)
        self.dirty.update(range(start, end))

    def _head(self, x: int) -> int:
        while x > 0 and self.texts[x] == "":
            x -= 1
        return x

    def runs(self) -> Iterator[tuple[int, int]]:
        """The stretches of columns that have to be sent, left to right; they are then clean.

        No character is cut. If one of uncertain width is among them, all uncertain ones directly
        before it and all that is known after it are sent again: it may cover some of that.
        """
        texts = self.texts
        columns = sorted({self._head(x) for x in self.dirty})
        self.dirty = set()
        for index, x in enumerate(columns):
            if (text := texts[x]) is not None and not is_certain(text):
                while x > 0 and (text := texts[self._head(x - 1)]) and not is_certain(text):
                    x = self._head(x - 1)
                known = [at for at in range(x, len(texts)) if texts[at]]
                columns = [*(at for at in columns[:index] if at < x), *known]
                break
        begun = ended = -1
        for x in columns:
            if x != ended:
                if begun >= 0:
                    yield begun, ended
                begun = x
            ended = self._end(x)
        if begun >= 0:
            yield begun, ended

    def _end(self, x: int) -> int:
        texts = self.texts
        x += 1
        while x < len(texts) and texts[x] == "":
            x += 1
        return x
