"""Two takes side by side, under `=`: what differs stands under each, the rest in one line."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical

from rushes.providers.language import _
from rushes.tui.actions.contact_sheet import ContactSheet
from rushes.tui.lines import dailies_lines
from rushes.tui.lines.cards import Card
from rushes.tui.lines.comparison import Fact, compared, fact_lines, facts_of, same_line
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.star_words import stars
from rushes.tui.screen.dailies.full import FullPicture
from rushes.tui.screen.dailies.keyed import KeyedScreen, ScreenKey
from rushes.tui.screen.pictures.box import PictureBox
from rushes.tui.screen.pictures.pixels import fitted
from rushes.tui.screen.widgets.key_line import Hint, KeyLine
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.posters.poster import Poster

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

LEAST_LINES = 3
"""Lines under each picture at least: its name, and two of facts."""

AROUND = 2
"""Cells of a frame, across and down."""

USUAL_FORM = (16, 9)
"""Of a picture that is not there yet."""

SIDES = ("left", "right")


class CompareScreen(KeyedScreen):
    """Two cards of a batch. Rating and opening are for the framed one."""

    DEFAULT_CSS = """
    CompareScreen {
        & #header, & #same, & #footer { height: 1; }
        & #both { height: 1fr; }
        & .side { width: 1fr; height: 1fr; }
        & .side Paper { height: 1fr; overflow: hidden; }
    }
    """

    def __init__(
        self,
        dashboard: "Dashboard",
        sheet: ContactSheet,
        two: tuple[Card, Card],
        batch: tuple[Card, ...],
        rated: Callable[[Card], None],
    ) -> None:
        """`batch` are the cards that `n` and `N` go through; `rated` is told of a rated card."""
        super().__init__(dashboard)
        self._sheet = sheet
        self._two = [card.key for card in two]
        self._batch = [card.key for card in batch]
        self._told = rated
        self._chosen = 0
        self._posters = self.desk.posters.changed.new()

    def compose(self) -> ComposeResult:
        """The pieces, top to bottom."""
        yield Paper(self.glyphs, id="header", ground=Ground.PANEL)
        with Horizontal(id="both"):
            for side in SIDES:
                with Vertical(classes="side"):
                    yield PictureBox(self.glyphs, self.gallery, framed=True, id=side)
                    yield Paper(self.glyphs, id=f"{side}-facts")
        yield Paper(self.glyphs, id="same")
        yield KeyLine(self.glyphs, id="footer", ground=Ground.PANEL)

    def on_mount(self) -> None:
        """Show them."""
        self.run_worker(self._follow_posters())

    async def _follow_posters(self) -> None:
        while True:
            await self._posters.next()
            if not self.is_open:
                return
            for side in SIDES:
                self.query_one(f"#{side}", PictureBox).came()
            self.draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw in the new size."""
        self.call_after_refresh(self.draw)

    @property
    def cards(self) -> tuple[Card, Card] | None:
        """The two as they are now; None where one of them is gone."""
        left, right = (self._sheet.card(key) for key in self._two)
        return (left, right) if left and right else None

    @property
    def framed(self) -> Card | None:
        """The one that keys are for."""
        return self.cards[self._chosen] if self.cards else None

    # -- drawing ------------------------------------------------------------------------------

    def draw(self) -> None:
        """Draw everything."""
        two = self.cards
        if two is None:
            self.back()
            return
        now, prices = self.desk.clock.now(), self.desk.settings.prices
        known = [
            facts_of(card, self.gallery.poster(card).media, prices, now, self.glyphs)
            for card in two
        ]
        *differ, same = compared(*known)
        height = self._box_height([self.gallery.poster(card) for card in two])
        room = self.query_one("#both").size.height - height - 1
        for n, (side, card) in enumerate(zip(SIDES, two, strict=True)):
            box = self.query_one(f"#{side}", PictureBox)
            box.styles.height = height
            box.show_card(card, chosen=n == self._chosen)
            self.query_one(f"#{side}-facts", Paper).show(self._side(card, differ[n], room))
        self.query_one("#same", Paper).show([same_line(same, self.glyphs)])
        self.draw_said()

    def _box_height(self, posters: Sequence[Poster]) -> int:
        """The lines that both pictures fill at full width, or as many as there are."""
        cells = self.size.width // 2 - AROUND
        forms = [(poster.width, poster.height) for poster in posters if poster.width]
        pixels = [fitted(*form, cells, 10**6)[1] for form in forms or [USUAL_FORM]]
        room = self.query_one("#both").size.height - LEAST_LINES
        return max(1 + AROUND, min(room, (max(pixels) + 1) // 2 + AROUND))

    def _side(self, card: Card, facts: Sequence[Fact], lines: int) -> list[Cell]:
        cells = self.query_one("#left-facts").size.width - 2
        right = stars(card.rating, self.glyphs)
        name = Piece(card.task.name, Role.TEXT, True, struck=card.rejected)
        head = fit((name,), cells - cell_width(right), self.glyphs.ellipsis)
        below = fact_lines(facts, cells, max(1, lines))
        return [(Piece(" "), *line) for line in ((*head, *right), *below)]

    def draw_said(self) -> None:
        """Show what is said at the right end of the header."""
        gallery, cells = self.gallery, self.size.width
        place = [self._batch.index(key) + 1 if key in self._batch else 0 for key in self._two]
        where = _("{left} and {right} of {all}").format(
            left=place[0], right=place[1], all=len(self._batch)
        )
        left = dailies_lines.title(
            self.glyphs,
            Piece("  " + _("compare"), Role.TEXT, True),
            Piece(f"  {where}" if all(place) else "", Role.QUIET),
        )
        right = self.said
        if not right and gallery.without is not None:
            right = (Piece(gallery.without.words, Role.QUIET),)
        room = cells - cell_width(right) - 1
        line = (*fit(left, room, self.glyphs.ellipsis), *right)
        self.query_one("#header", Paper).show([line])
        self.query_one("#footer", KeyLine).show_hints(self._hints())

    def _hints(self) -> Sequence[Hint]:
        return (
            Hint(("left", "right"), _("the other one")),
            Hint(("1", "2", "3", "4", "5"), _("rate")),
            Hint(("0",), _("reject")),
            Hint(("i",), _("full")),
            Hint(("tab",), _("swap sides")),
            Hint(("n", "N"), _("next two of the batch")),
            Hint(("o",), _("open")),
            Hint(("escape",), _("back")),
        )

    # -- keys ---------------------------------------------------------------------------------

    def screen_keys(self) -> Sequence[ScreenKey]:
        """The keys of a comparison."""
        return (
            ScreenKey(("left", "right", "h", "l"), "the other one", self._other),
            *(ScreenKey((str(n),), "rate it", partial(self._rate, n)) for n in range(1, 6)),
            ScreenKey(("0",), "reject it", partial(self._rate, 0)),
            ScreenKey(("i", "enter"), "its picture in full", self._full),
            ScreenKey(("tab",), "swap sides", self._swap),
            ScreenKey(("n",), "the next two of the batch", partial(self._step, 2)),
            ScreenKey(("N",), "the two before", partial(self._step, -2)),
            ScreenKey(("o",), "open its file", self._open),
            ScreenKey(("?",), "every key", self.show_keys),
            ScreenKey(("escape", "=", "q"), "back", self.back),
        )

    def _other(self) -> None:
        self._chosen = 1 - self._chosen
        self.draw()

    def _swap(self) -> None:
        self._two.reverse()
        self._chosen = 1 - self._chosen
        self.draw()

    def _step(self, by: int) -> None:
        """Go on by two cards of the batch, from the one that stands first in it."""
        places = [self._batch.index(key) for key in self._two if key in self._batch]
        count = len(self._batch)
        if count < 2:
            return
        first = (min(places, default=0) + by) % count
        self._two = [self._batch[first], self._batch[(first + 1) % count]]
        self.draw()

    async def _rate(self, rating: int) -> None:
        card = self.framed
        if card is not None:
            self._sheet.note_rating(card)
            await self.give(card, rating)
            self._told(card)
            self.draw()

    def _full(self) -> None:
        card = self.framed
        if card is not None:
            self.app.push_screen(FullPicture(self.dashboard, card, self._rated_in_full))

    def _rated_in_full(self, card: Card) -> None:
        self._told(card)
        self.draw()

    def _open(self) -> None:
        card = self.framed
        if card is not None:
            self.open_card(card)
