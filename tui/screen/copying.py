"""The sheet under `c`: what can be copied of the tasks, each part by its letter."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rushes.providers.language import Words, _
from rushes.tui.actions.copying import Copyable, Part
from rushes.tui.lines.fit import Cell, Piece, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.sheet import Sheet, position_words
from rushes.tui.screen.widgets.rows import Rows

_NAMES: Mapping[Part, str] = Words(
    {
        Part.ID: "id",
        Part.REF: "ref",
        Part.LINK: "link",
        Part.PATH: "path",
        Part.PROMPT: "prompt",
        Part.ERROR: "error",
        Part.REQUEST: "request id",
        Part.UPSTREAM: "upstream id",
        Part.ALL: "all of it, as text",
    }
)


def part_name(part: Part) -> str:
    """What a part is called."""
    return _NAMES[part]


class CopySheet(Sheet[Copyable]):
    """A line for each part that there is; a letter takes it at once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("enter", "take", show=False),
    ]

    def __init__(self, parts: Sequence[Copyable], glyphs: Glyphs) -> None:
        super().__init__(glyphs)
        self._parts = parts
        self._at = 0
        self._list = Rows(glyphs, id="parts", ground=Ground.PANEL)

    def content(self) -> ComposeResult:
        """The parts."""
        yield self._list

    @property
    def heading(self) -> str:
        """What is done."""
        return _("copy")

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that copy."""
        return (
            Hint(("up", "down"), _("move")),
            Hint(("enter",), _("copy")),
            Hint((), _("at once"), _("its letter")),
            self.closing,
        )

    @property
    def position(self) -> str:
        """Which one the cursor is on."""
        return position_words(self._at + 1, len(self._parts))

    @property
    def rows(self) -> int:
        """A row for each."""
        return len(self._parts)

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self._write)

    def _write(self) -> None:
        column = max(width(part_name(each.part)) for each in self._parts)
        lines = [self._line(n, each, column) for n, each in enumerate(self._parts)]
        self._list.show_rows(lines, self._at)
        self.draw_frame()

    def _line(self, n: int, each: Copyable, column: int) -> Cell:
        name = part_name(each.part)
        return (
            Piece(f"{each.part.value}  ", Role.ACCENT, True),
            Piece(name + " " * (column - width(name)), Role.TEXT, n == self._at),
            # A link is shown without what signs it, which `without_query` cuts with this sign.
            Piece(f"  {each.shown.replace('…', self.glyphs.ellipsis)}", Role.QUIET),
        )

    def on_key(self, event: events.Key) -> None:
        """A letter copies at once."""
        for each in self._parts:
            if event.key == each.part.value:
                event.stop()
                self.dismiss(each)

    @on(Rows.Clicked)
    def _clicked(self, event: Rows.Clicked) -> None:
        """A click copies at once."""
        self.dismiss(self._parts[event.row])

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self._at = (self._at + by) % len(self._parts)
        self._write()

    def action_take(self) -> None:
        """Copy what is under the cursor."""
        self.dismiss(self._parts[self._at])
