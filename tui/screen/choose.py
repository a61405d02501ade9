"""A sheet to choose one of a few things: by number, with the arrows or with the mouse.

What is in force has a sign of its own, apart from the cursor.
"""

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.tui.lines.fit import Cell, Piece, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.sheet import Sheet, position_words
from rushes.tui.screen.widgets.rows import Rows

V = TypeVar("V")

NUMBERED = 9
"""Choices that have a number of their own."""


@frozen
class Choice(Generic[V]):
    """Something to choose. `note` says more; `state` is what is said of the one in force."""

    value: V
    text: str
    note: str = ""
    chosen: bool = False
    state: str = ""


class Choose(Sheet[V]):
    """A list, one of it in force or none. `aside` stands at the right of the title."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("enter", "choose", show=False),
        Binding("q", "close", show=False),
    ]

    def __init__(
        self, title: str, choices: Sequence[Choice[V]], glyphs: Glyphs, aside: Cell = ()
    ) -> None:
        super().__init__(glyphs)
        self._title = title
        self._aside = aside
        self._choices = choices
        self._at = next((n for n, choice in enumerate(choices) if choice.chosen), 0)
        self._list = Rows(glyphs, id="choices", ground=Ground.PANEL)

    def content(self) -> ComposeResult:
        """The choices."""
        yield self._list

    @property
    def heading(self) -> str:
        """What is chosen."""
        return self._title

    @property
    def aside(self) -> Cell:
        """What else is in force."""
        return self._aside

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that choose."""
        numbers = min(NUMBERED, len(self._choices))
        return (
            Hint(("enter",), _("choose")),
            Hint((), _("at once"), f"1-{numbers}"),
            Hint(("up", "down"), _("move")),
            self.closing,
        )

    @property
    def position(self) -> str:
        """Which one the cursor is on."""
        return position_words(self._at + 1, len(self._choices), self.more(self._list))

    @property
    def rows(self) -> int:
        """A row for each."""
        return len(self._choices)

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        columns = [
            max(map(width, words), default=0)
            for words in (
                [choice.text for choice in self._choices],
                [choice.state for choice in self._choices],
            )
        ]
        lines = [self._line(n, choice, *columns) for n, choice in enumerate(self._choices)]
        self._list.show_rows(lines, self._at)
        self.draw_frame()

    def _line(self, n: int, choice: Choice[V], column: int, states: int) -> Cell:
        cut = self.glyphs.ellipsis
        sign = self.glyphs.mark if choice.chosen else " "
        state = fit((Piece(choice.state, Role.ACCENT),), states, cut)
        return (
            Piece(f"{sign} ", Role.ACCENT),
            Piece(f"{n + 1} " if n < NUMBERED else "  ", Role.FAINT),
            *fit((Piece(choice.text, Role.TEXT, n == self._at),), column, cut),
            *((Piece("  "), *state) if states else ()),
            Piece(f"  {choice.note}", Role.QUIET),
        )

    def on_key(self, event: events.Key) -> None:
        """A number chooses at once."""
        if event.key.isdigit() and 0 < int(event.key) <= len(self._choices):
            event.stop()
            self.dismiss(self._choices[int(event.key) - 1].value)

    @on(Rows.Clicked)
    def _clicked(self, event: Rows.Clicked) -> None:
        """A click chooses at once."""
        self.dismiss(self._choices[event.row].value)

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self._at = (self._at + by) % len(self._choices)
        self._write()

    def action_choose(self) -> None:
        """Take what is under the cursor."""
        self.dismiss(self._choices[self._at].value)
