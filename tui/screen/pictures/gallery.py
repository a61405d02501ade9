"""From a card to its picture: the poster that stands for it, and the cells that show it."""

from collections.abc import Callable
from pathlib import Path

from rich.segment import Segment
from rich.style import Style

from rushes.tui.lines.cards import Card
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.pictures.half_blocks import half_blocks
from rushes.tui.screen.pictures.pictures import Pictures
from rushes.tui.screen.pictures.without import NoPictures, no_pictures
from rushes.watch.posters.poster import MAKING, Poster, PosterReason, PosterState, failed
from rushes.watch.posters.posters import Posters

QUARTER = 4
"""A rejected picture has a fourth of its light."""


class Gallery:
    """The pictures of the desk's posters, as long as there are any to be drawn.

    `without` is why there are none at all.
    """

    def __init__(self, posters: Posters, pictures: Pictures, glyphs: Glyphs) -> None:
        self._posters = posters
        self._pictures = pictures
        self._glyphs = glyphs
        self._tried_again: set[Path] = set()
        self.without: NoPictures | None = None

    def look(self, color_system: str | None, *, no_color: bool) -> None:
        """Find out anew whether there are any; `color_system` is Rich's word for the colours."""
        self.without = no_pictures(self._glyphs, color_system, no_color=no_color)

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have `changed` called when pictures came; returns what ends that."""
        return self._pictures.listen(changed)

    def poster(self, card: Card) -> Poster:
        """The poster of a card's own output; where that gives none, of what is beside it."""
        if self.without is not None or not card.asset.saved:
            return MAKING
        own = self._checked(self._posters.of_output(card.task, card.asset.n))
        if own.state is PosterState.NOT_INSTALLED:
            self.without = NoPictures.NOT_INSTALLED
        if own.state in (PosterState.NONE, PosterState.FAILED):
            beside = self._checked(self._posters.of(card.task))
            if beside.state in (PosterState.READY, PosterState.MAKING):
                return beside
        return own

    def _checked(self, poster: Poster) -> Poster:
        """A poster whose file could not be read is made anew, once."""
        path = poster.path
        if path is None or not self._pictures.is_unreadable(path):
            return poster
        if path in self._tried_again:
            return failed(PosterReason.UNREADABLE)
        self._tried_again.add(path)
        self._posters.discard(poster)
        self._pictures.forget(path)
        return MAKING

    def blocks(
        self, poster: Poster, cells: int, rows: int, ground: Style, *, dimmed: bool = False
    ) -> list[list[Segment]] | None:
        """The picture in so many cells; None where it is not there, or not yet."""
        if self.without is not None or poster.path is None:
            return None
        pixels = self._pictures.get(poster.path, cells, rows)
        if pixels is None:
            return None
        shown = pixels.dimmed(QUARTER) if dimmed else pixels
        return half_blocks(shown, cells, rows, ground, self._glyphs.half_block)

    def cancel(self) -> None:
        """Have nothing made any more that was only asked for."""
        self._posters.cancel()
