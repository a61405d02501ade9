"""The box that takes anything: it shows what it recognised and asks only what it cannot tell."""

from collections.abc import Container as Watched
from collections.abc import Mapping, Sequence
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import TextArea

from providers.text import clean
from tui.fit import Cell, Piece
from tui.glyphs import Glyphs
from tui.intake import Find, decide, entries, find_line, finds, undecided
from tui.roles import Role
from tui.screens.sheet import Sheet
from tui.widgets.paper import Paper, Rule
from watch.paste import TEXT_LIMIT, TooMuch, read_paste
from watch.settings import Account
from watch.task import Entry, Ref

ROWS = 8


def _harmless(text: str) -> str:
    return "\n".join(clean(line, TEXT_LIMIT) for line in text[: TEXT_LIMIT + 1].splitlines())


class PasteArea(TextArea):
    """A text area in which enter is not a new line, and a paste brings no control characters."""

    def on_key(self, event: events.Key) -> None:
        """Leave enter to the box."""
        if event.key in ("enter", "escape"):
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Take the text in, cleaned."""
        event.prevent_default()
        event.stop()
        self.insert(_harmless(event.text))


class AddBox(Sheet[list[Entry]]):
    """Returns the entries to watch."""

    DEFAULT_CSS = """
    AddBox {
        & #text { height: 5; }
        & #finds { height: 8; }
        & #hint { height: 1; }
    }
    """

    def __init__(
        self,
        accounts: Mapping[str, Account],
        watched: Watched[Ref],
        now: datetime,
        glyphs: Glyphs,
        text: str = "",
    ) -> None:
        super().__init__()
        self._accounts = accounts
        self._watched = watched
        self._now = now
        self._glyphs = glyphs
        self._text = _harmless(text)
        self._finds: Sequence[Find] = ()
        self._fault = ""
        self._at: int | None = None  # which find is asked about; None while text is typed

    def compose(self) -> ComposeResult:
        """The text, what was recognised, and what to press."""
        with Container(id="sheet") as sheet:
            sheet.border_title = "add"
            yield PasteArea(
                self._text,
                id="text",
                compact=True,
                highlight_cursor_line=False,
                placeholder="ids, a link, a curl line, a submit response, a page of log",
            )
            yield Rule(self._glyphs)
            yield Paper(id="finds")
            yield Paper(id="hint")

    def on_resize(self, _: events.Resize) -> None:
        """Write the finds for the room there is."""
        self.call_after_refresh(self._recognise)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._recognise()

    def _recognise(self) -> None:
        self._fault = ""
        self._at = None
        try:
            found = read_paste(self.query_one("#text", PasteArea).text, self._accounts)
        except TooMuch as error:
            found, self._fault = [], str(error)
        self._finds = finds(found, tuple(self._accounts))
        self._write()

    def _write(self) -> None:
        paper = self.query_one("#finds", Paper)
        cells = paper.scrollable_content_region.width
        at = self._at if self._at is not None else -1
        first = max(0, at - ROWS + 1)
        hidden = len(self._finds) - first - ROWS
        shown = list(enumerate(self._finds))[first : first + ROWS - (1 if hidden > 0 else 0)]
        lines = [
            find_line(find, self._watched, cells, self._glyphs, here=n == at) for n, find in shown
        ]
        if hidden > 0:
            lines.append((Piece(f"    and {hidden + 1} more", Role.FAINT),))
        paper.show([*lines, *[()] * (ROWS - len(lines))])
        self.query_one("#hint", Paper).show([self._hint()])

    def _hint(self) -> Cell:
        if self._fault:
            return (Piece(f"  {self._fault}", Role.URGENT),)
        if self._at is not None:
            return (
                Piece("  whose is it?", Role.WARM),
                Piece("  a number says it, enter goes on, esc goes back", Role.FAINT),
            )
        if not self._finds:
            return (Piece("  nothing recognised yet", Role.FAINT),)
        asks = sum(find.account is None for find in self._finds)
        number = asks + len(entries(self._finds, self._watched, self._now))
        if asks:
            text = f"  enter asks whose {asks} of them " + ("is" if asks == 1 else "are")
            return (Piece(text, Role.ACCENT), Piece(f", then adds {number}", Role.QUIET))
        return (
            Piece(f"  enter adds {number}" if number else "  all watched already", Role.ACCENT),
        )

    def on_key(self, event: events.Key) -> None:
        """Enter goes on; while it is asked whose a task is, numbers and arrows answer."""
        if event.key == "enter":
            event.stop()
            self._go_on()
        elif self._at is not None:
            self._answer(self._at, event)

    def _answer(self, at: int, event: events.Key) -> None:
        candidates = self._finds[at].candidates
        if event.key.isdigit() and 0 < int(event.key) <= min(9, len(candidates)):
            self._finds = decide(self._finds, at, candidates[int(event.key) - 1])
            following = undecided(self._finds)
            self._at = at if following is None else following
        elif event.key in ("up", "down"):
            self._at = (at + (1 if event.key == "down" else -1)) % len(self._finds)
        elif event.key in ("left", "right"):
            chosen = self._finds[at].account
            here = candidates.index(chosen) if chosen in candidates else -1
            step = 1 if event.key == "right" else -1
            self._finds = decide(self._finds, at, candidates[(here + step) % len(candidates)])
        else:
            return
        event.stop()
        self._write()

    def _go_on(self) -> None:
        missing = undecided(self._finds)
        if missing is not None:
            self._at = missing
            self.set_focus(None)
            self._write()
        elif self._finds:
            self.dismiss(entries(self._finds, self._watched, self._now))

    def action_close(self) -> None:
        """Back from the question to the text, from there to the dashboard."""
        if self._at is None:
            self.dismiss(None)
            return
        self._at = None
        self.query_one("#text", PasteArea).focus()
        self._write()
