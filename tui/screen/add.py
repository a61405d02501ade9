"""The add box: shows the tasks it finds in any pasted text, and asks only for unclear accounts."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Container
from textual.widgets import TextArea

from rushes.providers.registry import ids_in
from rushes.providers.text import clean
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.found_tasks import Find, decide, entries, find_line, finds, undecided, window
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper, Rule
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.account_choice import AccountChoice
from rushes.watch.watchlist.paste import TEXT_LIMIT, TooMuch, read_paste

ROWS = 8

_AROUND = 10
"""Rows of the box that show no finds: the text, the lines around it, the hint."""

Save = Callable[[list[Entry]], object]


def _harmless(text: str) -> str:
    return "\n".join(clean(line, TEXT_LIMIT) for line in text[: TEXT_LIMIT + 1].splitlines())


class PasteArea(TextArea):
    """A text area in which enter is not a new line, and a paste brings no control characters."""

    def on_key(self, event: events.Key) -> None:
        """Leave enter to the box."""
        if event.key in ("enter", "escape"):
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Insert the text without control characters."""
        event.prevent_default()
        event.stop()
        self.take(event.text)

    def take(self, text: str) -> None:
        """Insert a pasted text; a new line keeps it apart from an id beside the cursor."""
        row, column = self.cursor_location
        before, after = self.document[row][:column], self.document[row][column:]
        behind = any(seen.end == len(before) for seen in ids_in(before)) and text[:1].isalnum()
        ahead = any(seen.start == 0 for seen in ids_in(after)) and text[-1:].isalnum()
        self.insert(("\n" if behind else "") + _harmless(text) + ("\n" if ahead else ""))


class AddBox(Sheet[list[Entry]]):
    """Returns the entries to watch; `save` gets the certain ones before it asks about others."""

    DEFAULT_CSS = """
    AddBox {
        & #text { height: 5; }
        & #finds { height: 8; }
        & #hint { height: 1; }
    }
    """

    def __init__(
        self,
        account_choice: AccountChoice,
        watched: Collection[Ref],
        now: datetime,
        glyphs: Glyphs,
        save: Save,
        text: str = "",
    ) -> None:
        super().__init__()
        self._account_choice = account_choice
        self._watched = set(watched)
        self._save = save
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
            yield Paper(self._glyphs, id="finds")
            yield Paper(self._glyphs, id="hint")

    def on_mount(self) -> None:
        """Put the cursor behind the text that opened the box."""
        text = self.query_one("#text", PasteArea)
        text.move_cursor(text.document.end)

    def on_resize(self, _: events.Resize) -> None:
        """Write the finds for the new size."""
        self.call_after_refresh(self._recognise)

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self._recognise()

    def _recognise(self) -> None:
        self._fault = ""
        self._at = None
        try:
            found = read_paste(
                self.query_one("#text", PasteArea).text, self._account_choice.accounts
            )
        except TooMuch as error:
            found, self._fault = [], str(error)
        self._finds = finds(found, self._account_choice)
        self._write()

    def _write(self) -> None:
        paper = self.query_one("#finds", Paper)
        cells = paper.scrollable_content_region.width
        rows = max(2, min(ROWS, self.size.height * 9 // 10 - _AROUND))
        paper.styles.height = rows
        shown = window(len(self._finds), rows, self._at)
        lines = [
            find_line(self._finds[n], self._watched, cells, self._glyphs, here=n == self._at)
            for n in shown
        ]
        if hidden := len(self._finds) - len(shown):
            lines.append((Piece(f"    and {hidden} more", Role.FAINT),))
        paper.show([*lines, *[()] * (rows - len(lines))])
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
        number = len(entries(self._finds, self._watched, self._now))
        if asks:
            first = f"adds {number} and " if number else ""
            text = f"  enter {first}asks whose {asks} of them " + ("is" if asks == 1 else "are")
            return (Piece(text, Role.ACCENT),)
        return (
            Piece(f"  enter adds {number}" if number else "  all watched already", Role.ACCENT),
        )

    def on_key(self, event: events.Key) -> None:
        """Enter goes on; numbers and arrows choose an account while the box asks for one."""
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
        certain = entries(self._finds, self._watched, self._now)
        if missing is not None:
            if certain:
                self._save(certain)
                self._watched |= {entry.ref for entry in certain}
            self._at = missing
            self.set_focus(None)
            self._write()
        elif self._finds:
            self.dismiss(certain)

    def on_paste(self, event: events.Paste) -> None:
        """Insert a paste into the text, also while the box asks for an account."""
        event.stop()
        self._to_text()
        self.query_one("#text", PasteArea).take(event.text)

    def action_close(self) -> None:
        """Go back from the question to the text, and from the text to the dashboard."""
        if self._at is None:
            self.dismiss(None)
            return
        self._to_text()
        self._write()

    def _to_text(self) -> None:
        self._at = None
        self.query_one("#text", PasteArea).focus()
