"""The palette: finds any command by name, under ctrl+p."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Input

from rushes.providers.language import _
from rushes.tui.actions.catalogue import Command
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.section_head import section_head
from rushes.tui.screen.command_groups import Groups, found, keys_of
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.sheet import Sheet, indented, position_words
from rushes.tui.screen.widgets.paper import Paper
from rushes.tui.screen.widgets.rows import Rows

REASONS_FROM = 88
"""Cells of a line from which it says why a command cannot act now; below, the last line does."""

_KEYS = 11
_NAME = 15


class Palette(Sheet[Command]):
    """A line to search with, the commands in their groups, their keys, and why some cannot act.

    While something is searched for the groups are gone, and what fits best is first.
    """

    DEFAULT_CSS = """
    Palette #why { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
        Binding("pagedown", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
    ]

    def __init__(
        self, keymap: Keymap, situation: Situation, glyphs: Glyphs, groups: Groups
    ) -> None:
        super().__init__(glyphs)
        self._keymap = keymap
        self._situation = situation
        self._groups = groups
        self._lines: list[str | Command] = []
        self._at = 0
        self._list = Rows(glyphs, id="found", ground=Ground.PANEL)
        self._search("")

    def content(self) -> ComposeResult:
        """The search line, the list, and why the command under the cursor cannot act."""
        yield from self.entry("/", _("what do you want to do?"))
        yield self._list
        yield self.paper("why")

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("everything")

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that choose."""
        return (
            Hint(("enter",), _("do it")),
            Hint(("up", "down"), _("move")),
            self.closing,
        )

    @property
    def position(self) -> str:
        """Which command the cursor is on."""
        rows = self._command_rows
        at = rows.index(self._at) + 1 if rows else 0
        return position_words(at, len(rows), self.more(self._list))

    @property
    def _command_rows(self) -> list[int]:
        """The lines that are no head of a group."""
        return [n for n, line in enumerate(self._lines) if isinstance(line, Command)]

    @property
    def _current(self) -> Command | None:
        line = self._lines[self._at] if self._at < len(self._lines) else None
        return line if isinstance(line, Command) else None

    def _search(self, text: str) -> None:
        wanted = text.strip()
        self._lines = list(self._found(wanted) if wanted else self._grouped())
        self._at = next(iter(self._command_rows), 0)

    def _grouped(self) -> Iterator[str | Command]:
        for group, commands in self._groups.items():
            yield group
            yield from commands

    def _found(self, text: str) -> list[Command]:
        return found(self._groups, text, self._keys)

    def _keys(self, command: Command) -> tuple[str, ...]:
        return keys_of(command, self._keymap, ascii_only=self.glyphs.names_arrows)

    def on_resize(self, _: events.Resize) -> None:
        """Write the list for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        cells = self._list.room
        lines = [
            section_head(_(line), cells, self.glyphs)
            if isinstance(line, str)
            else self._line(line, cells, here=n == self._at)
            for n, line in enumerate(self._lines)
        ]
        nothing: Cell = (Piece(_("nothing is called that"), Role.FAINT),)
        self._list.show_rows(lines or [nothing], self._at if lines else None)
        why = self._current.why_not(self._situation) if self._current else ""
        said = (Piece(f"{self.glyphs.alert} ", Role.WARM), Piece(why, Role.TEXT)) if why else ()
        self.query_one("#why", Paper).show([indented(said)])
        self.draw_frame()

    def _line(self, command: Command, cells: int, *, here: bool) -> Cell:
        """Name, description, why it cannot act now where there is room for that, and keys."""
        cut = self.glyphs.ellipsis
        why = command.why_not(self._situation)
        name, about = (Role.FAINT, Role.FAINT) if why else (Role.TEXT, Role.QUIET)
        key = (Piece(" ".join(self._keys(command)), name if why else Role.ACCENT),)
        reason: Cell = ()
        if why and cells >= REASONS_FROM:
            reason = (Piece(f"  {self.glyphs.alert} ", Role.WARM), Piece(why, Role.QUIET))
        room = max(0, cells - _KEYS - 1 - _NAME - cell_width(reason))
        return (
            *fit((Piece(command.label, name, here),), _NAME, cut),
            *fit((Piece(command.help, about),), room, cut),
            *reason,
            Piece(" "),
            *fit(key, _KEYS, cut, right=True),
        )

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self._search(event.value)
        self._write()

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self._current is not None:
            self.dismiss(self._current)

    @on(Rows.Clicked)
    def _clicked(self, event: Rows.Clicked) -> None:
        if event.row in self._command_rows:
            self._at = event.row
            self._submit()

    def action_step(self, by: int) -> None:
        """Move the cursor, from the last command to the first."""
        if rows := self._command_rows:
            self._at = rows[(rows.index(self._at) + by) % len(rows)]
            self._write()

    def action_page(self, pages: int) -> None:
        """Move the cursor by what is in sight."""
        if rows := self._command_rows:
            step = pages * max(1, self._list.size.height - 1)
            self._at = rows[max(0, min(len(rows) - 1, rows.index(self._at) + step))]
            self._write()
