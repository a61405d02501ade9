"""A line in which something is typed; it takes the footer's place while it is open."""

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from rushes.providers.language import _
from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.widgets.click_line import ClickLine
from rushes.tui.screen.widgets.paper import Paper

KEEP, DROP = "keep", "drop"
"""What a click on a hint asks for."""


class EntryLine(Horizontal):
    """One line: what is typed, the text, and a note on it."""

    DEFAULT_CSS = """
    EntryLine {
        height: 1; display: none; background: $panel;
        & > #what { width: 3; }
        & > Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $panel;
            color: $ink-text;
        }
        & > Input:focus { border: none; background-tint: $background 0%; }
        & > #note { width: 2fr; }
        &.-open { display: block; }
    }
    """

    class Left(Message):
        """Posted when the line closes; `kept` is False where escape discarded the text."""

        def __init__(self, line: "EntryLine", *, kept: bool) -> None:
            super().__init__()
            self.line = line
            self.kept = kept

    def __init__(
        self,
        glyphs: Glyphs,
        on_key: Callable[[events.Key], None],
        *,
        id: str,  # noqa: A002 - Textual's
        placeholder: str = "",
    ) -> None:
        """`on_key` hears of each key that comes here and goes on to the screen."""
        super().__init__(id=id)
        self._glyphs = glyphs
        self._placeholder = placeholder
        self._on_its_key = on_key

    def compose(self) -> ComposeResult:
        """What is typed, the text, the note."""
        yield Paper(self._glyphs, id="what", ground=Ground.PANEL)
        yield Input(placeholder=self._placeholder, compact=True, select_on_focus=False)
        yield ClickLine(self._glyphs, id="note", ground=Ground.PANEL)

    @property
    def is_open(self) -> bool:
        """Whether it is being typed in."""
        return self.has_class("-open")

    def begin(self, what: str, text: str) -> None:
        """Open the line with `text`, all of it selected."""
        self.add_class("-open")
        sign = self.query_one("#what", Paper)
        written: Cell = (Piece(f" {what} ", Role.ACCENT, True),)
        sign.styles.width = cell_width(written)
        sign.show([written])
        entry = self.query_one(Input)
        entry.value = text
        entry.action_select_all()
        self.note("", Role.TEXT)
        self.listen()

    def note(self, text: str, role: Role) -> None:
        """Write a note behind the text; without one the keys that work here stand there."""
        line: Cell = (Piece(f"  {text}", role),)
        self.query_one("#note", Paper).show([line if text else self._hints()])

    @property
    def dropped(self) -> str:
        """What escape brings."""
        return _("as before")

    def _hints(self) -> Cell:
        """The keys that work here, at the right end."""
        words = (("enter", KEEP, _("keep")), ("esc", DROP, self.dropped))
        pieces: list[Piece] = []
        for key, command, word in words:
            pieces.append(Piece(f" {key} ", Role.ACCENT, True, command=command))
            pieces.append(Piece(f"{word} ", Role.QUIET, command=command))
        cells = self.query_one("#note", Paper).size.width
        return (Piece(" " * max(0, cells - cell_width(pieces))), *pieces)

    @on(ClickLine.Clicked)
    async def _clicked(self, event: ClickLine.Clicked) -> None:
        event.stop()
        if event.command == DROP:
            self.close(kept=False)
        else:
            await self.query_one(Input).action_submit()

    @property
    def listens(self) -> bool:
        """Whether the text field has the focus."""
        return self.screen.focused is self.query_one(Input)

    def listen(self) -> None:
        """Give the text field the focus."""
        self.query_one(Input).focus()

    def close(self, *, kept: bool) -> None:
        """Close the line; keep the text, or discard it."""
        self.remove_class("-open")
        self.post_message(self.Left(self, kept=kept))

    def on_key(self, event: events.Key) -> None:
        """Pass the key to the callback before it bubbles on."""
        self._on_its_key(event)
