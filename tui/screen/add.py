"""The add box: shows the tasks it finds in any pasted text, and asks only for unclear accounts."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from textual import events, on
from textual.app import ComposeResult
from textual.widgets import TextArea

from rushes.providers.language import _, plural
from rushes.providers.registry import ids_in
from rushes.providers.text import clean
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.section_head import section_head
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.found_tasks import Find, decide, entries, find_lines, finds, undecided
from rushes.tui.screen.sheet import Sheet, indented, position_words
from rushes.tui.screen.widgets.paper import Paper
from rushes.tui.screen.widgets.rows import Rows
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.account_choice import AccountChoice
from rushes.watch.watchlist.paste import TEXT_LIMIT, TooMuch, read_paste

ROWS = 8

_AROUND = 5 + 1
"""Rows of the box that show no finds: the text, and the head of what was recognised."""

LOW = 20
"""Rows of the screen below which less is seen of the text."""

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
        & #text { height: 5; padding: 0 2; scrollbar-size-vertical: 1; }
        & #text { scrollbar-color: $ink-frame; scrollbar-background: $panel; }
        &.-low #text { height: 3; }
        & #head { height: 1; }
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
        super().__init__(glyphs)
        self._account_choice = account_choice
        self._watched = set(watched)
        self._save = save
        self._now = now
        self._text = _harmless(text)
        self._finds: Sequence[Find] = ()
        self._fault = ""
        self._at: int | None = None  # which find is asked about; None while text is typed
        self._list = Rows(glyphs, id="finds", ground=Ground.PANEL)

    def content(self) -> ComposeResult:
        """The text, and what was recognised."""
        yield PasteArea(
            self._text,
            id="text",
            compact=True,
            highlight_cursor_line=False,
            placeholder=_("ids, a link, a curl line, a submit response, a page of log"),
        )
        yield self.paper("head")
        yield self._list

    @property
    def heading(self) -> str:
        """What it does."""
        return _("add")

    @property
    def rows(self) -> int:
        """The text and some finds."""
        return ROWS + _AROUND

    def on_mount(self) -> None:
        """Put the cursor behind the text that opened the box."""
        text = self.query_one("#text", PasteArea)
        text.move_cursor(text.document.end)

    def on_resize(self, _: events.Resize) -> None:
        """Write the finds for the new size."""
        self.set_class(self.size.height < LOW, "-low")
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
        head, cells = self.query_one("#head", Paper), self._list.room
        title = _("Whose is it?") if self._at is not None else _("Recognised")
        head.show([indented(section_head(title, cells, self.glyphs))])
        lines = find_lines(self._finds, self._watched, cells, self.glyphs)
        if self._fault:
            lines = [(Piece(self._fault, Role.URGENT),)]
        elif not lines:
            lines = [(Piece(_("nothing yet"), Role.FAINT),)]
        self._list.show_rows(lines, self._at)
        self.draw_frame()

    @property
    def hints(self) -> Sequence[Hint]:
        """What enter would do; while it asks, how to answer."""
        if self._at is not None:
            return (
                Hint((), _("says it"), f"1-{min(9, len(self._finds[self._at].candidates))}"),
                Hint(("left", "right"), _("others")),
                Hint(("up", "down"), _("task")),
                Hint(("enter",), _("go on")),
                Hint(("escape",), _("back")),
            )
        does = self._enter_does()
        return (*((Hint(("enter",), does),) if does else ()), self.closing)

    @property
    def position(self) -> str:
        """Which find is asked about, else how many there are."""
        found = len(self._finds)
        if self._at is not None:
            return position_words(self._at + 1, found, self.more(self._list))
        words = plural("{n} task", "{n} tasks", found) if found else ""
        return f"{self.more(self._list)} {words}".strip()

    def _enter_does(self) -> str:
        asks = sum(find.account is None for find in self._finds)
        number = len(entries(self._finds, self._watched, self._now))
        whose = plural("asks whose {n} is", "asks whose {n} are", asks)
        if asks and number:
            return _("adds {n}, {asks}").format(n=number, asks=whose)
        if asks:
            return whose
        if number:
            return _("adds {n}").format(n=number)
        return _("closes: all watched already") if self._finds else ""

    @on(Rows.Clicked)
    def _clicked(self, event: Rows.Clicked) -> None:
        """Ask whose that one is, if it can be of several."""
        if event.row < len(self._finds) and len(self._finds[event.row].candidates) > 1:
            self._at = event.row
            self.set_focus(None)
            self._write()

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
