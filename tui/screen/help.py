"""Every key, under `?`."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from rushes.tui.actions.catalogue import Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.screen.help_lines import help_lines
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper


class HelpScreen(Sheet[None]):
    """The help; any key that scrolls scrolls it."""

    DEFAULT_CSS = """
    HelpScreen #lines { height: auto; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q,enter", "close", "Close", show=False),
        Binding("j,down", "scroll(1)", show=False),
        Binding("k,up", "scroll(-1)", show=False),
        Binding("ctrl+d,pagedown,space", "scroll(10)", show=False),
        Binding("ctrl+u,pageup", "scroll(-10)", show=False),
    ]

    def __init__(self, keymap: Keymap, situation: Situation, glyphs: Glyphs) -> None:
        super().__init__()
        self._keymap = keymap
        self._situation = situation
        self._glyphs = glyphs

    def compose(self) -> ComposeResult:
        """The lines in a frame."""
        with Container(id="sheet") as sheet:
            sheet.border_title = "keys"
            sheet.border_subtitle = "config.toml can change them; esc closes"
            yield Paper(self._glyphs, id="lines")

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        lines = self.query_one("#lines", Paper)
        cells = lines.scrollable_content_region.width
        lines.show(help_lines(self._keymap, self._situation, cells, self._glyphs))

    def action_scroll(self, rows: int) -> None:
        """Scroll by rows."""
        self.query_one("#lines", Paper).scroll_relative(y=rows, animate=False)
