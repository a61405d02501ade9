"""The dashboard's lines in which something is typed: a filter, a label, tags."""

from typing import TYPE_CHECKING

from textual import events, on

from rushes.providers.errors import RushesError
from rushes.providers.language import _, plural
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.held_keys import HeldKeys
from rushes.tui.screen.view import View
from rushes.tui.screen.widgets.entry_line import EntryLine
from rushes.tui.screen.widgets.filter import FilterLine
from rushes.watch.desk import Desk
from rushes.watch.query import Query, parse
from rushes.watch.search_texts import fold_texts

if TYPE_CHECKING:
    from rushes.tui.screen.widgets.edit_line import EditLine, Save

_WHILE_FILTERING = frozenset({"up", "down", "pageup", "pagedown"})
"""Keys that still move the cursor while a filter is typed."""


class TypedLines(View):
    """The drawing, with the lines that take the footer's place; one at a time is open."""

    def __init__(self, desk: Desk, keymap: Keymap, glyphs: Glyphs, held_keys: HeldKeys) -> None:
        line = FilterLine(glyphs, held_keys.reached_filter, desk.settings)
        super().__init__(desk, keymap, glyphs, line)
        self.held_keys = held_keys
        self._edit: EditLine | None = None

    @property
    def open_line(self) -> EntryLine | None:
        """The line that is being typed in; None where none is."""
        lines = (self.filter, self._edit)
        return next((line for line in lines if line is not None and line.is_open), None)

    def typed_in(self, line: EntryLine, event: events.Key) -> bool:
        """Whether a key that the line received runs no command here."""
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            line.close(kept=False)
            return True
        return line is not self.filter or event.key not in _WHILE_FILTERING

    @property
    def box_is_open(self) -> bool:
        """Whether a sheet is open over this screen, or a line in it."""
        return self.app.screen is not self or self.open_line is not None

    def box_is_ready(self) -> bool:
        """Whether the open box has the focus; a line that lost it gets it again."""
        there = self.app.screen
        if there is not self:
            return there.is_mounted and (there.focused is not None or not there.focus_chain)
        if (line := self.open_line) is not None and not line.listens:
            line.listen()
            return False
        return True

    def open_filter(self) -> None:
        """Ask for a filter."""
        self.add_class("-filtering")
        self.filter.open(self.board.filter.text)
        if older := self.desk.watchlist.left_out:
            self.say(
                plural(
                    "{n} older task: enter looks through it, too",
                    "{n} older tasks: enter looks through them, too",
                    older,
                )
            )
        self.run_worker(fold_texts(tuple(self.desk.ledger.tasks().values())), group="texts")

    async def open_edit(self, what: str, text: str, about: str, save: "Save") -> None:
        """Have something of a task typed; the line is made with the first of them."""
        from rushes.tui.screen.widgets.edit_line import EditLine

        if self._edit is None:
            self._edit = EditLine(self.glyphs, self.held_keys.reached_filter, id="edit")
            await self.mount(self._edit)
        self.add_class("-filtering")
        self._edit.open(what, text, about, save)

    @on(FilterLine.Narrowed)
    def _narrowed(self, event: FilterLine.Narrowed) -> None:
        self.board.set_filter(event.query, self.now)
        self.redraw()

    def show_such(self, wanted: str | None) -> None:
        """Show the tasks of a filter; nothing for None."""
        if wanted is not None:
            self.board.set_filter(parse(wanted), self.now)
            self.redraw()

    @on(EntryLine.Left)
    def _line_left(self, event: EntryLine.Left) -> None:
        self.remove_class("-filtering")
        self.table.focus()
        if event.line is self.filter:
            if not event.kept:
                self.board.set_filter(Query(""), self.now)
            elif self.board.filter and self.desk.watchlist.left_out:
                self.run_worker(self._reach(self.board.filter), group="reach", exclusive=True)
        self.redraw()

    async def _reach(self, query: Query) -> None:
        """Have the filter find what is too old to be watched, too."""
        try:
            found, read = await self.desk.watchlist.reach(query)
        except RushesError as error:
            self.say(str(error), Tone.ERROR)
            return
        self.pull()
        self.say(
            plural("looked through {n} older task", "looked through {n} older tasks", found)
            if read >= found
            else _("looked through the newest {read} of {found} older tasks").format(
                read=read, found=found
            )
        )
