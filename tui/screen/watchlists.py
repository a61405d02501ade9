"""The box of watchlists, under `w`: opens another list of the home, or begins one."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from rushes.providers.errors import RushesError
from rushes.providers.language import _, plural
from rushes.providers.text import clean
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.fit import Cell, Piece, clip, fit, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.sheet import Sheet, indented, position_words
from rushes.tui.screen.widgets.paper import Paper, Rule
from rushes.tui.screen.widgets.rows import Rows
from rushes.watch.desk import Desk
from rushes.watch.watchlist.opened import Listed

ROWS = 10
"""Lists in sight at a time, where there is room for them."""

LOW = 8
"""Rows of a sheet in which every line is used."""

HINTS = 3
"""Lines for what enter would do, or why it did not."""

_NAME = 36
"""Cells of a name at most; one is rarely half as long."""

_FACTS = 2 + 14 + 10
"""Cells of a line that are not the name's: the sign, the tasks, and whether it is open."""


class WatchlistsScreen(Sheet[str]):
    """Returns the name of the list that is open now, if that is another one."""

    DEFAULT_CSS = """
    WatchlistsScreen {
        & #lists { height: 1fr; }
        & #hint { height: 3; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def __init__(self, desk: Desk, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._desk = desk
        self._lists: Sequence[Listed] = ()
        self._at = 0
        self._fault = ""
        self._list = Rows(glyphs, id="lists", ground=Ground.PANEL)

    def content(self) -> ComposeResult:
        """The lists, a line for a name, and what enter would do."""
        yield self._list
        yield Rule(self.glyphs, ground=Ground.PANEL)
        yield from self.entry("+", _("or the name of a new list"))
        yield self.paper("hint")

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("watchlists")

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that choose."""
        return (Hint(("enter",), _("open")), Hint(("up", "down"), _("move")), self.closing)

    @property
    def position(self) -> str:
        """Which list the cursor is on."""
        return position_words(self._at + 1, len(self._lists), self.more(self._list))

    async def on_mount(self) -> None:
        """Find the lists of the home; the open one may be elsewhere, or not on disk yet."""
        here = Listed(self._desk.watchlist.name, len(self._desk.ledger.refs()))
        others = [each for each in await self._desk.watchlist.of_home() if each.name != here.name]
        self._lists = sorted([here, *others], key=lambda listed: listed.name)
        self._at = self._lists.index(here)
        self._write()

    @property
    def rows(self) -> int:
        """The lists and what stands below them."""
        return ROWS + 2 + HINTS

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        hint = self.query_one("#hint", Paper)
        cells = hint.scrollable_content_region.width
        name = max(8, min(_NAME, self._list.room - _FACTS))
        rows = [self._line(each, name, here=n == self._at) for n, each in enumerate(self._lists)]
        self._list.show_rows(rows, None if self._typed else self._at)
        lines = self._hint(max(8, cells - 2))
        blank: list[Cell] = [()] if self.room > LOW else []
        hint.show([*blank, *lines][:HINTS])
        self.draw_frame()

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    def _line(self, listed: Listed, cells: int, *, here: bool) -> Cell:
        name = clip(listed.name, cells, self.glyphs.ellipsis)
        chosen = here and not self._typed
        opened = listed.name == self._desk.watchlist.name
        return (
            Piece(f"{self.glyphs.mark} " if opened else "  ", Role.ACCENT),
            *fit((Piece(name, Role.TEXT, chosen),), cells, self.glyphs.ellipsis),
            *fit(
                (
                    Piece(
                        _("broken")
                        if listed.trouble
                        else plural("{n} task", "{n} tasks", listed.tasks),
                        Role.URGENT if listed.trouble else Role.QUIET,
                    ),
                ),
                14,
                self.glyphs.ellipsis,
                right=True,
            ),
            Piece(f"  {_('open now')}" if opened else "", Role.FAINT),
        )

    def _hint(self, cells: int) -> list[Cell]:
        """Lines that say what enter would do, or why it cannot."""
        listed = self._listed
        if text := self._fault or (listed.trouble if listed else ""):
            return [indented((Piece(line, Role.URGENT),)) for line in wrap(text, cells)]
        enter = Piece("enter ", Role.ACCENT, True)
        if listed is None:
            name = clip(clean(self._typed), cells - 20, self.glyphs.ellipsis)
            begins = Piece(_("begins {name}").format(name=name), Role.TEXT)
            return [indented((enter, begins))]
        if listed.name == self._desk.watchlist.name:
            already = _("{name} is open already").format(name=listed.name)
            return [indented((Piece(already, Role.FAINT),))]
        opens = Piece(_("opens {name}").format(name=listed.name), Role.TEXT)
        return [indented((enter, opens))]

    @property
    def _listed(self) -> Listed | None:
        """The list that enter is about; None for one that is not there yet."""
        if typed := self._typed:
            return next((listed for listed in self._lists if listed.name == typed), None)
        return self._lists[self._at] if self._lists else None

    @on(Input.Changed)
    def _changed(self) -> None:
        self._fault = ""
        self._write()

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        listed = self._listed
        await self._open(listed.name if listed else self._typed)

    @on(Rows.Clicked)
    async def _clicked(self, event: Rows.Clicked) -> None:
        """A click on a list opens it."""
        await self._open(self._lists[event.row].name)

    async def _open(self, name: str) -> None:
        if not name or name == self._desk.watchlist.name:
            self.dismiss(None)
            return
        try:
            why_not = await self._desk.switch(name)
            self._fault = refusal_words(why_not) if why_not is not None else ""
        except RushesError as error:
            self._fault = str(error)
        if self._fault:
            self._write()
        else:
            self.dismiss(self._desk.watchlist.name)

    def action_step(self, by: int) -> None:
        """Move the cursor, and clear a name that was being typed."""
        self._fault = ""
        if not self._typed and self._lists:
            self._at = (self._at + by) % len(self._lists)
        self.query_one(Input).clear()
        self._write()
