"""The line in which a filter is typed; it takes the footer's place."""

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.query import Query, read


class FilterLine(Horizontal):
    """One line: the filter's text, and what is wrong with it."""

    DEFAULT_CSS = """
    FilterLine {
        height: 1; display: none; background: $background;
        & > #slash { width: 3; }
        & > Input {
            width: 1fr; height: 1; border: none; padding: 0; background: $background;
            color: $ink-text;
        }
        & > Input:focus { border: none; background-tint: $background 0%; }
        & > #fault { width: 2fr; }
        &.-open { display: block; }
    }
    """

    class Narrowed(Message):
        """Posted with the query typed so far; faulty terms are left out."""

        def __init__(self, query: Query) -> None:
            super().__init__()
            self.query = query

    class Left(Message):
        """Posted when the line closes; `kept` is False where escape discarded the filter."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, glyphs: Glyphs, on_key: Callable[[events.Key], None]) -> None:
        """`on_key` hears of each key that comes here and goes on to the screen."""
        super().__init__(id="filter")
        self._glyphs = glyphs
        self._on_its_key = on_key

    def compose(self) -> ComposeResult:
        """The sign, the text, the fault."""
        yield Paper(self._glyphs, id="slash")
        yield Input(
            placeholder="words, status:failed, expires<1h, -tag:done",
            compact=True,
            select_on_focus=False,
        )
        yield Paper(self._glyphs, id="fault")

    @property
    def is_open(self) -> bool:
        """Whether it is being typed in."""
        return self.has_class("-open")

    def open(self, text: str) -> None:
        """Begin with `text`."""
        self.add_class("-open")
        self.query_one("#slash", Paper).show([(Piece(" / ", Role.ACCENT, True),)])
        entry = self.query_one(Input)
        entry.value = text
        entry.action_select_all()
        self.listen()

    @property
    def listens(self) -> bool:
        """Whether the text field has the focus."""
        return self.screen.focused is self.query_one(Input)

    def listen(self) -> None:
        """Give the text field the focus."""
        self.query_one(Input).focus()

    def close(self, *, kept: bool) -> None:
        """Close the line; keep the filter, or discard it."""
        self.remove_class("-open")
        self.post_message(self.Left(kept=kept))

    def on_key(self, event: events.Key) -> None:
        """Pass the key to the callback before it bubbles on."""
        self._on_its_key(event)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        if not self.is_open:
            return
        query, fault = read(event.value)
        self.query_one("#fault", Paper).show([(Piece(f"  {fault}", Role.URGENT),) if fault else ()])
        self.post_message(self.Narrowed(query))

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        _, fault = read(event.value)
        if not fault:
            self.close(kept=True)
