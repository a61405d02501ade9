"""The filter while it is typed, where the footer is otherwise."""

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input

from rushes.tui.lines.fit import Piece
from rushes.tui.lines.roles import Role
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.query import Query, read


class FilterLine(Horizontal):
    """One line: the filter, and what is wrong with it if anything is."""

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
        """The terms that are typed so far, those without a meaning left out."""

        def __init__(self, query: Query) -> None:
            super().__init__()
            self.query = query

    class Left(Message):
        """The filter is finished with; `kept` unless it was given up."""

        def __init__(self, *, kept: bool) -> None:
            super().__init__()
            self.kept = kept

    def __init__(self, on_key: Callable[[events.Key], None]) -> None:
        """`on_key` hears of each key that comes here and goes on to the screen."""
        super().__init__(id="filter")
        self._on_its_key = on_key

    def compose(self) -> ComposeResult:
        """The sign, the text, the fault."""
        yield Paper(id="slash")
        yield Input(
            placeholder="words, status:failed, expires<1h, -tag:done",
            compact=True,
            select_on_focus=False,
        )
        yield Paper(id="fault")

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
        """Whether what is typed comes here."""
        return self.screen.focused is self.query_one(Input)

    def listen(self) -> None:
        """Have the focus, so that it does."""
        self.query_one(Input).focus()

    def close(self, *, kept: bool) -> None:
        """End, with the filter as it is or without any."""
        self.remove_class("-open")
        self.post_message(self.Left(kept=kept))

    def on_key(self, event: events.Key) -> None:
        """Say that it was typed here."""
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
