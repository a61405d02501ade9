"""The dailies, under `v`: what arrived, as a contact sheet to look at and to judge."""

from collections.abc import Sequence
from functools import partial

from textual import events, on

from rushes.providers.language import _
from rushes.tui.actions.contact_sheet import Range
from rushes.tui.actions.sheet_kinds import SheetKind
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.cards import Card
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.roles import Role
from rushes.tui.screen.dailies.compare import CompareScreen
from rushes.tui.screen.dailies.full import FullPicture
from rushes.tui.screen.dailies.grid import CardGrid
from rushes.tui.screen.dailies.keyed import ScreenKey
from rushes.tui.screen.dailies.view import DailiesView
from rushes.tui.screen.widgets.entry_line import EntryLine
from rushes.tui.screen.widgets.filter import FilterLine
from rushes.watch.query import Query
from rushes.watch.ratings import stepped

_WHILE_FILTERING = frozenset({"up", "down", "pageup", "pagedown"})
"""Keys that still move the cursor while a filter is typed."""


class DailiesScreen(DailiesView):
    """Cards of what arrived; the filter's language, ratings, and two of them side by side."""

    # -- keys ---------------------------------------------------------------------------------

    def screen_keys(self) -> Sequence[ScreenKey]:
        """The keys of the dailies."""
        return (
            ScreenKey(("left", "h"), "the card before", partial(self._step, -1)),
            ScreenKey(("right", "l"), "the card after", partial(self._step, 1)),
            ScreenKey(("up", "k"), "the row above", partial(self._step_row, -1)),
            ScreenKey(("down", "j"), "the row below", partial(self._step_row, 1)),
            ScreenKey(("pageup", "ctrl+u"), "a screen up", partial(self._page, -1)),
            ScreenKey(("pagedown", "ctrl+d"), "a screen down", partial(self._page, 1)),
            ScreenKey(("home", "g"), "the first card", partial(self._go, 0)),
            ScreenKey(("end", "G"), "the last card", partial(self._go, -1)),
            *(ScreenKey((str(n),), "rate it", partial(self._rate, n)) for n in range(1, 6)),
            ScreenKey(("0",), "reject it", partial(self._rate, 0)),
            ScreenKey(("+",), "one better", partial(self._step_rating, 1)),
            ScreenKey(("-",), "one worse", partial(self._step_rating, -1)),
            ScreenKey(("u",), "take the last rating back", self._undo),
            ScreenKey(("space",), "mark it", self._mark),
            ScreenKey(("=",), "compare two side by side", self._compare),
            ScreenKey(("i", "enter"), "its picture in full", self._full),
            ScreenKey(("o",), "open its file", partial(self._on_current, self.open_card)),
            ScreenKey(("d",), "download it", partial(self._on_current, self.fetch_card)),
            ScreenKey(("/",), "filter as you type", self._open_filter),
            ScreenKey(("[",), "the ratings before", partial(self._step_range, -1)),
            ScreenKey(("]",), "the ratings after", partial(self._step_range, 1)),
            ScreenKey(("f",), "group by day, batch or not", self._group),
            ScreenKey(("e",), "all notices", self._notices),
            ScreenKey(("?",), "every key", self.show_keys),
            ScreenKey(("escape", "v", "q"), "back", self.back),
        )

    async def pressed(self, event: events.Key) -> None:
        """Do what the key is for, unless a filter is typed."""
        self.touched_at = self.desk.clock.monotonic()
        if self.held_keys.take_back(event, self):
            return
        if event is not self.typed or event.key in _WHILE_FILTERING:
            await super().pressed(event)
            self.held_keys.hold(self)
        elif event.key == "escape":
            event.stop()
            event.prevent_default()
            self.filter.close(kept=False)

    @property
    def box_is_open(self) -> bool:
        """Whether a screen is open over this one, or the filter in it."""
        return self.app.screen is not self or self.filter.is_open

    def box_is_ready(self) -> bool:
        """Whether what is open has the focus; a filter that lost it gets it again."""
        there = self.app.screen
        if there is not self:
            return there.is_mounted and (there.focused is not None or not there.focus_chain)
        if self.filter.is_open and not self.filter.listens:
            self.filter.listen()
            return False
        return True

    def _step(self, by: int) -> None:
        self._move(self.sheet.place + by)

    def _step_row(self, by: int) -> None:
        self._move(self.grid.place_above(by))

    def _page(self, pages: int) -> None:
        self._move(self.grid.place_above(pages * self.grid.rows))

    def _go(self, place: int) -> None:
        self._move(place % max(1, len(self.sheet)))

    def _move(self, place: int) -> None:
        before = self.sheet.cards
        self.sheet.move_to(place, self.now)
        if self.sheet.cards is not before:
            self.draw()
            return
        self.grid.moved()
        self.draw_head()
        self.draw_said()

    def _on_current(self, act: "partial[None] | object") -> None:
        card = self.sheet.current
        if card is not None and callable(act):
            act(card)

    async def _rate(self, rating: int | None) -> None:
        card = self.sheet.current
        if card is not None:
            self.sheet.note_rating(card)
            await self._give(card, rating)

    async def _give(self, card: Card, rating: int | None) -> None:
        await self.give(card, rating)
        self.said = (*self.said, Piece("  u ", Role.ACCENT, True), Piece(_("undo"), Role.QUIET))
        self.rated(card)

    def rated(self, card: Card) -> None:
        """Show the rating that a card has now, here or in a screen above."""
        self.take_in([card.task.ref])
        self.grid.redraw([card.key])
        self.draw_lines()

    async def _step_rating(self, by: int) -> None:
        card = self.sheet.current
        if card is not None:
            await self._rate(stepped(card.rating, by))

    async def _undo(self) -> None:
        last = self.sheet.undo_rating()
        if last is None:
            self.say(_("no rating to take back"), Tone.WARNING)
            return
        key, rating = last
        if card := self.sheet.card(key):
            await self.give(card, rating)
            self.take_in([key[0]])
            self.sheet.arrange(self.now)
            self.sheet.put_cursor(key)
            self.draw()

    def _mark(self) -> None:
        self.sheet.mark()
        if self.sheet.cursor is not None:
            self.grid.redraw([self.sheet.cursor])
        self.draw_said()

    def _compare(self) -> None:
        two = self.sheet.compared()
        if two is None:
            self.say(_("it takes two to compare"), Tone.WARNING)
            return
        batch = self.sheet.batch(two[0])
        self.app.push_screen(CompareScreen(self.dashboard, self.sheet, two, batch, self.rated))

    def _full(self) -> None:
        card = self.sheet.current
        if card is not None:
            self.app.push_screen(FullPicture(self.dashboard, card, self.rated))

    def _open_filter(self) -> None:
        self.add_class("-filtering")
        self.filter.open(self.sheet.filter.text)

    @on(FilterLine.Narrowed)
    def _narrowed(self, event: FilterLine.Narrowed) -> None:
        self.sheet.narrow(event.query, self.now)
        self.draw()

    @on(EntryLine.Left)
    def _filter_left(self, event: EntryLine.Left) -> None:
        self.remove_class("-filtering")
        self.grid.focus()
        if not event.kept:
            self.sheet.narrow(Query(""), self.now)
        self.draw()

    def _step_range(self, by: int) -> None:
        self.sheet.step_range(by, self.now)
        self.draw()

    async def clicked(self, key: str) -> None:
        """Do what was clicked: a range of ratings, or a key."""
        if key in Range.__members__:
            self.sheet.show_range(Range[key], self.now)
            self.draw()
        elif key == "notices":
            self._notices()
        else:
            await super().clicked(key)

    def _notices(self) -> None:
        self.dashboard.open_sheet(SheetKind.NOTICES)

    def _group(self) -> None:
        self.sheet.next_grouping(self.now)
        self.draw()

    @on(CardGrid.Picked)
    def _picked(self, event: CardGrid.Picked) -> None:
        self.draw_lines()
        if event.twice:
            self._full()

    @on(CardGrid.Scrolled)
    def _scrolled(self) -> None:
        self.draw_head()
