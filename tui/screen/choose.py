"""A box to choose one of a few things: by number, with the arrows or with the mouse."""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from rushes.providers.frozen import frozen
from rushes.tui.lines.fit import Cell, Piece, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper

V = TypeVar("V")


@frozen
class Choice(Generic[V]):
    """Something to choose. `note` says more; `chosen` is what is on now."""

    value: V
    text: str
    note: str = ""
    chosen: bool = False


class Choose(Sheet[V]):
    """A short list; at most nine things."""

    DEFAULT_CSS = """
    Choose {
        & > #sheet { width: auto; min-width: 32; }
        & #choices { width: 48; max-width: 100%; height: auto; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("enter", "choose", show=False),
    ]

    def __init__(self, title: str, choices: Sequence[Choice[V]], glyphs: Glyphs) -> None:
        super().__init__()
        self._title = title
        self._choices = choices
        self._glyphs = glyphs
        self._at = next((n for n, choice in enumerate(choices) if choice.chosen), 0)

    def compose(self) -> ComposeResult:
        """The lines in a frame."""
        with Container(id="sheet") as sheet:
            sheet.border_title = self._title
            yield Paper(self._glyphs, id="choices")

    def on_mount(self) -> None:
        """Write the lines."""
        self._write()

    def _write(self) -> None:
        column = max(width(choice.text) for choice in self._choices)
        self.query_one("#choices", Paper).show(
            [self._line(n, choice, column) for n, choice in enumerate(self._choices)]
        )

    def _line(self, n: int, choice: Choice[V], column: int) -> Cell:
        here = n == self._at
        return (
            Piece(self._glyphs.cursor if here else " ", Role.ACCENT),
            Piece(f" {n + 1} ", Role.FAINT),
            Piece(choice.text.ljust(column), Role.TEXT, here),
            Piece(f"  {choice.note}", Role.QUIET),
        )

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once."""
        if event.key.isdigit() and 0 < int(event.key) <= len(self._choices):
            event.stop()
            self.dismiss(self._choices[int(event.key) - 1].value)

    def on_click(self, event: events.Click) -> None:
        """A click chooses at once."""
        lines = self.query_one("#choices", Paper)
        if event.widget is lines and event.y < len(self._choices):
            self.dismiss(self._choices[event.y].value)

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self._at = (self._at + by) % len(self._choices)
        self._write()

    def action_choose(self) -> None:
        """Take what is under the cursor."""
        self.dismiss(self._choices[self._at].value)
