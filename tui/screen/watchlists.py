"""The box of watchlists, under `w`: opens another list of the home, or begins one."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.content import Content
from textual.widgets import Input

from rushes.providers.errors import RushesError
from rushes.providers.text import clean
from rushes.tui.actions.keys import shown
from rushes.tui.lines.download_words import refusal_words
from rushes.tui.lines.fit import Cell, Piece, clip, fit, wrap
from rushes.tui.lines.glyphs import ASCII, Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import count
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper, Rule
from rushes.watch.desk import Desk
from rushes.watch.watchlist.opened import Listed

ROWS = 10
"""Lists in sight at a time, where there is room for them."""

HINTS = 3
"""Lines for what enter would do, or why it did not."""

_AROUND = 5 + HINTS
"""Lines of the box that show no list."""

_NAME = 36
"""Cells of a name at most; one is rarely half as long."""

_FACTS = 2 + 14 + 6
"""Cells of a line that are not the name's: the cursor, the tasks, and whether it is open."""


class WatchlistsScreen(Sheet[str]):
    """Returns the name of the list that is open now, if that is another one."""

    DEFAULT_CSS = """
    WatchlistsScreen {
        & > #sheet { max-width: 68; }
        & #lists { height: auto; margin-bottom: 1; }
        & #hint { height: 3; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def __init__(self, desk: Desk, glyphs: Glyphs) -> None:
        super().__init__()
        self._desk = desk
        self._glyphs = glyphs
        self._lists: Sequence[Listed] = ()
        self._at = 0
        self._fault = ""

    def compose(self) -> ComposeResult:
        """The lists, a line for a name, and what enter would do."""
        arrows = " ".join(shown(key, ascii_only=self._glyphs is ASCII) for key in ("up", "down"))
        with Container(id="sheet") as sheet:
            sheet.border_title = "watchlists"
            sheet.border_subtitle = Content(f"{arrows} choose  enter opens  esc closes")
            yield Paper(self._glyphs, id="lists")
            yield Rule(self._glyphs)
            yield Input(placeholder="or the name of a new one", compact=True)
            yield Paper(self._glyphs, id="hint")

    async def on_mount(self) -> None:
        """Find the lists of the home; the open one may be elsewhere, or not on disk yet."""
        here = Listed(self._desk.watchlist.name, len(self._desk.ledger.refs()))
        others = [each for each in await self._desk.watchlist.of_home() if each.name != here.name]
        self._lists = sorted([here, *others], key=lambda listed: listed.name)
        self._at = self._lists.index(here)
        self._write()

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        paper, hint = self.query_one("#lists", Paper), self.query_one("#hint", Paper)
        cells = hint.scrollable_content_region.width
        shown = list(enumerate(self._lists))[self._first : self._first + self._room]
        name = max(8, min(_NAME, cells - _FACTS))
        paper.show([self._line(listed, name, here=n == self._at) for n, listed in shown])
        lines = self._hint(max(8, cells - 2))
        hint.show([*lines[:HINTS], *[()] * (HINTS - len(lines))])

    @property
    def _room(self) -> int:
        """Lists that can be shown at once: the box has nine tenths of the screen at most."""
        return max(1, min(ROWS, self.size.height * 9 // 10 - _AROUND))

    @property
    def _first(self) -> int:
        return max(0, self._at - self._room + 1)

    @property
    def _typed(self) -> str:
        return self.query_one(Input).value.strip()

    def _line(self, listed: Listed, cells: int, *, here: bool) -> Cell:
        name = clip(listed.name, cells, self._glyphs.ellipsis)
        chosen = here and not self._typed
        opened = listed.name == self._desk.watchlist.name
        return (
            Piece(f"{self._glyphs.cursor if chosen else ' '} ", Role.ACCENT),
            *fit((Piece(name, Role.TEXT, chosen),), cells, self._glyphs.ellipsis),
            *fit(
                (
                    Piece(
                        "broken" if listed.trouble else count(listed.tasks, "task"),
                        Role.URGENT if listed.trouble else Role.QUIET,
                    ),
                ),
                14,
                self._glyphs.ellipsis,
                right=True,
            ),
            Piece("  open" if opened else "", Role.FAINT),
        )

    def _hint(self, cells: int) -> list[Cell]:
        """Lines that say what enter would do, or why it cannot."""
        listed = self._listed
        if text := self._fault or (listed.trouble if listed else ""):
            return [(Piece(f"  {line}", Role.URGENT),) for line in wrap(text, cells)]
        if listed is None:
            name = clip(clean(self._typed), cells - 20, self._glyphs.ellipsis)
            return [(Piece("  enter begins ", Role.QUIET), Piece(name, Role.ACCENT))]
        if listed.name == self._desk.watchlist.name:
            return [(Piece("  that is the one that is open", Role.FAINT),)]
        return [(Piece(f"  enter opens {listed.name}", Role.ACCENT),)]

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

    async def on_click(self, event: events.Click) -> None:
        """A click on a list opens it."""
        row = self._first + event.y
        if event.widget is self.query_one("#lists", Paper) and row < len(self._lists):
            await self._open(self._lists[row].name)

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
