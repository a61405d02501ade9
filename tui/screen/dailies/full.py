"""A picture in full, under `i`: the whole screen, and what is known of the file."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult

from rushes.providers.language import _
from rushes.tui.lines.cards import Card, every_card, media_words
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.star_words import stars
from rushes.tui.lines.words import size
from rushes.tui.screen.dailies.keyed import KeyedScreen, ScreenKey
from rushes.tui.screen.pictures.box import PictureBox
from rushes.tui.screen.widgets.key_line import Hint, KeyLine
from rushes.tui.screen.widgets.paper import Paper

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard


class FullPicture(KeyedScreen):
    """One output of a task; left and right go to its other ones."""

    DEFAULT_CSS = """
    FullPicture {
        & #picture { height: 1fr; }
        & #facts, & #footer { height: 1; }
    }
    """

    def __init__(
        self, dashboard: "Dashboard", card: Card, rated: Callable[[Card], None] | None = None
    ) -> None:
        """`rated` is told of a card that got a rating here."""
        super().__init__(dashboard)
        self._cards = every_card(card.task, self.desk.clock.now())
        keys = [each.key for each in self._cards]
        self._at = keys.index(card.key) if card.key in keys else 0
        self._told = rated
        self._posters = self.desk.posters.changed.new()

    def compose(self) -> ComposeResult:
        """The picture, and two lines below."""
        yield PictureBox(self.glyphs, self.gallery, id="picture")
        yield Paper(self.glyphs, id="facts")
        yield KeyLine(self.glyphs, id="footer", ground=Ground.PANEL)

    def on_mount(self) -> None:
        """Show it."""
        self._draw()
        self.run_worker(self._follow_posters())

    async def _follow_posters(self) -> None:
        while True:
            refs = await self._posters.next()
            if not self.is_open:
                return
            if self.card.task.ref in refs:
                self.query_one("#picture", PictureBox).came()
                self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw in the new size."""
        self.call_after_refresh(self._draw)

    @property
    def card(self) -> Card:
        """What is shown."""
        return self._cards[self._at]

    def _draw(self) -> None:
        self.query_one("#picture", PictureBox).show_card(self.card)
        self.draw_said()

    def draw_said(self) -> None:
        """Show what is said in the place of the facts."""
        said, cells = self.said, self.size.width
        self.query_one("#facts", Paper).show([said or self._facts(cells)])
        several = len(self._cards) > 1
        hints = [
            *([Hint(("left", "right"), _("other files"))] if several else []),
            Hint(("1", "2", "3", "4", "5"), _("rate")),
            Hint(("0",), _("reject")),
            Hint(("o",), _("open")),
            Hint(("?",), _("help")),
            Hint(("escape",), _("back")),
        ]
        self.query_one("#footer", KeyLine).show_hints(hints)

    def _facts(self, cells: int) -> Cell:
        card, poster = self.card, self.gallery.poster(self.card)
        fetch = card.asset.fetch
        known = (fetch.total or fetch.done) if fetch else 0
        facts = [
            _("{place} of {all}").format(place=self._at + 1, all=len(self._cards)),
            card.asset.output.kind,
            *(media_words(poster.media, self.glyphs) if poster.media else ()),
            *([size(known)] if known else ()),
            card.task.model or "",
        ]
        if self.gallery.without is not None:
            facts.append(self.gallery.without.words)
        right = (*stars(card.rating, self.glyphs), Piece(" "))
        left = (
            Piece(f" {card.task.name}", Role.ACCENT, True),
            Piece("  " + "  ".join(filter(None, facts)), Role.QUIET),
        )
        room = cells - cell_width(right)
        return (*fit(left, room, self.glyphs.ellipsis), *right)

    # -- keys ---------------------------------------------------------------------------------

    def screen_keys(self) -> Sequence[ScreenKey]:
        """The keys of a picture in full."""
        return (
            ScreenKey(("left", "h"), "the file before", partial(self._step, -1)),
            ScreenKey(("right", "l"), "the file after", partial(self._step, 1)),
            *(ScreenKey((str(n),), "rate it", partial(self._rate, n)) for n in range(1, 6)),
            ScreenKey(("0",), "reject it", partial(self._rate, 0)),
            ScreenKey(("o",), "open its file", self._open),
            ScreenKey(("?",), "every key", self.show_keys),
            ScreenKey(("escape", "i", "q", "enter"), "back", self.back),
        )

    def _step(self, by: int) -> None:
        self._at = (self._at + by) % len(self._cards)
        self.said = ()
        self._draw()

    async def _rate(self, rating: int) -> None:
        before = self.card
        await self.give(before, rating)
        if (task := self.desk.ledger.task(before.task.ref)) is not None:
            self._cards = every_card(task, self.desk.clock.now())
            self._at = min(self._at, len(self._cards) - 1)
        if self._told is not None:
            self._told(before)
        self._draw()

    def _open(self) -> None:
        self.open_card(self.card)
