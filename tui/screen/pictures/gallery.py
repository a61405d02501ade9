"""From a card to its picture: the poster that stands for it, and the cells that show it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from rich.segment import Segment
from rich.style import Style

from rushes.tui.lines.cards import Card
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.pictures.half_blocks import half_blocks
from rushes.tui.screen.pictures.pictures import Pictures
from rushes.tui.screen.pictures.pixels import Pixels
from rushes.tui.screen.pictures.shown import QUARTER
from rushes.tui.screen.pictures.without import NoPictures, no_pictures
from rushes.watch.posters.poster import MAKING, Poster, PosterReason, PosterState, failed
from rushes.watch.posters.posters import Posters


class FinePictures(Protocol):
    """Pictures that the terminal draws in its own pixels."""

    @property
    def pictures(self) -> Pictures[Any]:
        """What was read of them."""
        ...

    @property
    def least_cells(self) -> int:
        """How wide a picture is at least that it draws; smaller ones are drawn in half blocks."""
        ...

    def draw(
        self, path: Path, cells: int, rows: int, ground: Style, *, dimmed: bool = False
    ) -> list[list[Segment]] | None:
        """The cells of a picture; None where it is not there yet."""
        ...

    def taken_away(self) -> str:
        """What removes all of them from the terminal."""
        ...


class Gallery:
    """The pictures of the desk's posters, as long as there are any to be drawn.

    `without` is why there are none at all. `epoch` changes when all that was drawn is to be drawn
    anew, not only what waited for a picture.
    """

    def __init__(self, posters: Posters, pictures: Pictures[Pixels], glyphs: Glyphs) -> None:
        self._posters = posters
        self._pictures = pictures
        self._glyphs = glyphs
        self._fine: FinePictures | None = None
        self._tried_again: set[Path] = set()
        self._listeners: list[Callable[[], None]] = []
        self.without: NoPictures | None = None
        self.epoch = 0
        pictures.listen(self._came)

    def look(self, color_system: str | None, *, no_color: bool, off: bool = False) -> None:
        """Find out anew whether there are any; `color_system` is Rich's word for the colours."""
        self.without = no_pictures(self._glyphs, color_system, no_color=no_color, off=off)

    def listen(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have `changed` called when pictures came; returns what ends that."""
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    def _came(self) -> None:
        for changed in [*self._listeners]:
            changed()

    # -- how they are drawn -------------------------------------------------------------------

    def draw_by(self, fine: FinePictures | None) -> None:
        """Have the terminal draw them in that way; None: draw them in half blocks."""
        if fine is not None:
            fine.pictures.listen(self._came)
        self._fine = fine
        self.all_anew()

    def taken_away(self) -> str:
        """What removes all pictures from the terminal, which is to be given back."""
        return self._fine.taken_away() if self._fine else ""

    def lost(self) -> None:
        """Draw all anew: the terminal may have lost what it was sent."""
        if self._fine is not None:
            self._fine.taken_away()
            self.all_anew()

    def all_anew(self) -> None:
        """Draw all of them again."""
        self.epoch += 1
        self._came()

    # -- what is drawn ------------------------------------------------------------------------

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
        if path is None:
            return poster
        readers = [self._pictures, *([self._fine.pictures] if self._fine else [])]
        refused = [each for each in readers if each.is_unreadable(path)]
        if not refused:
            return poster
        if path in self._tried_again:
            return failed(PosterReason.UNREADABLE)
        self._tried_again.add(path)
        self._posters.discard(poster)
        for each in refused:
            each.forget(path)
        return MAKING

    def blocks(
        self, poster: Poster, cells: int, rows: int, ground: Style, *, dimmed: bool = False
    ) -> list[list[Segment]] | None:
        """The picture in so many cells; None where it is not there, or not yet."""
        if self.without is not None or poster.path is None:
            return None
        if self._fine is not None and cells >= self._fine.least_cells:
            return self._fine.draw(poster.path, cells, rows, ground, dimmed=dimmed)
        pixels = self._pictures.get(poster.path, cells, rows)
        if pixels is None:
            return None
        shown = pixels.dimmed(QUARTER) if dimmed else pixels
        return half_blocks(shown, cells, rows, ground, self._glyphs.half_block)

    def cancel(self) -> None:
        """Have nothing made any more that was only asked for."""
        self._posters.cancel()
