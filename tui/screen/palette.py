"""The palette: finds any command by name, under ctrl+p."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container
from textual.widgets import Input

from rushes.tui.actions import keys
from rushes.tui.actions.catalogue import LIST, MOVE, RUSHES, TASK, Command, Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece, fit
from rushes.tui.lines.glyphs import ASCII, Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper

ROWS = 14

_ORDER = (*TASK, *LIST, *RUSHES, *MOVE)
"""What is done to a task first; moving about is what nobody looks for here."""


def found(text: str) -> list[Command]:
    """The commands whose id, label or help holds every word; those named so come first."""
    words = text.casefold().split()

    def holds(command: Command) -> bool:
        about = f"{command.id} {command.label} {command.help}".casefold()
        return all(word in about for word in words)

    def rank(command: Command) -> bool:
        return bool(words) and not command.label.startswith(words[0])

    return sorted(filter(holds, _ORDER), key=rank)


class Palette(Sheet[Command]):
    """A line to search with, the commands found, their keys, and why some cannot act now."""

    DEFAULT_CSS = """
    Palette {
        align: center top;
        & > #sheet { margin-top: 3; max-width: 76; }
        & #found { height: 14; margin-top: 1; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,ctrl+n", "step(1)", show=False),
        Binding("up", "step(-1)", show=False),
    ]

    def __init__(self, keymap: Keymap, situation: Situation, glyphs: Glyphs) -> None:
        super().__init__()
        self._keymap = keymap
        self._situation = situation
        self._glyphs = glyphs
        self._found = found("")
        self._at = 0

    def compose(self) -> ComposeResult:
        """The search line and the list."""
        with Container(id="sheet") as sheet:
            sheet.border_title = "everything"
            yield Input(placeholder="what do you want to do?", compact=True)
            yield Paper(self._glyphs, id="found")

    def on_resize(self, _: events.Resize) -> None:
        """Write the list for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        paper = self.query_one("#found", Paper)
        first = max(0, self._at - ROWS + 1)
        shown = self._found[first : first + ROWS]
        cells = paper.scrollable_content_region.width
        lines = [self._line(c, cells, here=first + n == self._at) for n, c in enumerate(shown)]
        nothing: Cell = (Piece("   nothing is called that", Role.FAINT),)
        paper.show([*(lines or [nothing]), *[()] * (ROWS - max(1, len(lines)))])

    def _line(self, command: Command, cells: int, *, here: bool) -> Cell:
        why_not = command.why_not(self._situation)
        key = keys.shown(self._keymap.key(command.id), ascii_only=self._glyphs is ASCII)
        text: Cell = (
            Piece(f"{self._glyphs.cursor if here else ' '} ", Role.ACCENT),
            Piece(command.label.ljust(15), Role.FAINT if why_not else Role.TEXT, here),
            Piece(why_not or command.help, Role.FAINT if why_not else Role.QUIET),
        )
        cut = self._glyphs.ellipsis
        shown = fit(text, max(0, cells - 12), cut)
        return (*shown, *fit((Piece(key, Role.ACCENT),), 11, cut, right=True))

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self._found = found(event.value)
        self._at = 0
        self._write()

    @on(Input.Submitted)
    def _submit(self) -> None:
        if self._found:
            self.dismiss(self._found[self._at])

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        if self._found:
            self._at = (self._at + by) % len(self._found)
            self._write()
