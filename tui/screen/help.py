"""Every key, under `?`: typing finds a name, and pressing a key finds what it does."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.actions import keys
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.screen.command_groups import Groups
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.help_lines import HelpLines
from rushes.tui.screen.page import Page
from rushes.tui.screen.sheet import indented
from rushes.tui.screen.widgets.paper import Paper

LONGEST = 40
"""Characters of what is searched for."""

_SCROLLING = frozenset({"up", "down", "pageup", "pagedown", "home", "end"})


class HelpScreen(Page, inherit_bindings=False):
    """The help. Letters make a word to search for, any other key is searched for itself."""

    DEFAULT_CSS = """
    HelpScreen #search { height: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Close", show=False),
        Binding("down", "scroll(1)", show=False),
        Binding("up", "scroll(-1)", show=False),
        Binding("pagedown", "scroll_half(1)", show=False),
        Binding("pageup", "scroll_half(-1)", show=False),
        Binding("home", "scroll(-100000)", show=False),
        Binding("end", "scroll(100000)", show=False),
    ]

    def __init__(
        self, keymap: Keymap, situation: Situation, glyphs: Glyphs, groups: Groups
    ) -> None:
        super().__init__(glyphs)
        self._lines = HelpLines(keymap, situation, glyphs, groups)
        self._own_key = keymap.key("help")
        self._text = ""
        self._is_key = False

    def content(self) -> ComposeResult:
        """What is searched for, and the lines."""
        yield self.paper("search")
        yield from super().content()

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("every key")

    @property
    def aside(self) -> Cell:
        """Where they are changed."""
        return (Piece(_("config.toml, [keys] changes them"), Role.QUIET),)

    @property
    def hints(self) -> Sequence[Hint]:
        """How to find a key."""
        more = (Hint(("backspace",), _("all")),) if self._text else ()
        return (*more, *super().hints)

    @property
    def rows(self) -> int:
        """The search, and a row for each line while nothing is searched for."""
        return 1 + len(self._lines.whole(self.line_room))

    def lines(self, cells: int) -> Sequence[Cell]:
        """Every command and its keys, or those that are searched for."""
        return self._lines.found(self._text) if self._text else self._lines.whole(cells)

    def write(self) -> None:
        """Write what is searched for, and what it finds."""
        mark = Piece("/ ", Role.ACCENT, True)
        asked = Piece(_("type a name, or press a key"), Role.FAINT)
        line = (Piece(self._text, Role.TEXT, True),) if self._text else (asked,)
        self.query_one("#search", Paper).show([indented((mark, *line))])
        super().write()

    def on_key(self, event: events.Key) -> None:
        """Search for what was typed, or for the key that was pressed."""
        if event.key == "escape" or event.key in _SCROLLING:
            return
        event.stop()
        event.prevent_default()
        pressed = keys.canonical(event.key) or event.character or ""
        if pressed == self._own_key and not self._text:
            self.action_close()
        elif event.key == "backspace":
            self._find("" if self._is_key else self._text[:-1])
        elif (
            event.is_printable and event.character and (self._text or not event.character.isspace())
        ):
            self._find(("" if self._is_key else self._text) + event.character)
        elif pressed:
            self._find(keys.shown(pressed, ascii_only=self.glyphs.names_arrows), is_key=True)

    def on_paste(self, event: events.Paste) -> None:
        """Search for a text that was pasted."""
        event.stop()
        self._find(clean(event.text, LONGEST))

    def _find(self, text: str, *, is_key: bool = False) -> None:
        self._text, self._is_key = text[:LONGEST], is_key
        self._paper.scroll_to(y=0, animate=False)
        self.write()
