"""The base of all sheets that open over the dashboard: one frame, the same keys to leave it.

The title is in the upper edge, the keys that work in the lower one, the position at its right.
A sheet lies between the header and the last line, which stays free for a notice. Its height stays
while it is open, whatever comes and goes in it.
"""

from collections.abc import Sequence
from typing import ClassVar, TypeVar

from rich.console import RenderableType
from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.renderables.background_screen import BackgroundScreen
from textual.screen import ModalScreen
from textual.widgets import Input

from rushes.providers.language import _
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.edges import Hint, lower_edge, upper_edge
from rushes.tui.screen.widgets.behind import Behind
from rushes.tui.screen.widgets.frame import KeyEdge, Wall
from rushes.tui.screen.widgets.paper import Paper

T = TypeVar("T")

EDGES = 2
"""Rows of the frame."""

AROUND = 2
"""Rows of the screen that no sheet covers with what it shows: the header and the last line."""

WIDEST = 120
"""Columns of a sheet at most; as `max-width` below."""

LEFT = 2
"""Cells before each line of a sheet: where lists have their cursor."""


class Sheet(ModalScreen[T]):
    """A sheet over the dashboard; escape closes it with nothing.

    A subclass gives what is in the frame (`content`) and what its edges say (`heading`, `aside`,
    `hints`, `position`); it calls `draw_frame` when one of these changed.
    """

    DEFAULT_CSS = """
    Sheet {
        align: center top; overflow: hidden; background: $background 70%;
        & > #sheet { width: 100%; max-width: 120; margin-top: 1; background: $panel; }
        & #upper, & #lower { height: 1; }
        & #inside, & #content { height: 1fr; }
        & #content { width: 1fr; background: $panel; }
        & #below { dock: bottom; height: 1; }
        & #sheet Inked { background: $panel; scrollbar-background: $panel; }
        & #sheet Inked { scrollbar-background-hover: $panel; scrollbar-background-active: $panel; }
        & #sheet Inked { scrollbar-color: $ink-frame; }
        & #entry { height: 1; & > Paper { width: 4; } & > Input { width: 1fr; } }
        & Input, & TextArea { border: none; background: $panel; padding: 0; height: 1; }
        & Input:focus, & TextArea:focus { border: none; background-tint: $background 0%; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "close", "Close", show=False)]

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs

    # -- what a subclass says -----------------------------------------------------------------

    def content(self) -> ComposeResult:
        """The widgets in the frame."""
        yield from ()

    @property
    def heading(self) -> str:
        """What stands in the upper edge at the left."""
        return ""

    @property
    def aside(self) -> Cell:
        """What stands in the upper edge at the right: a range, a state."""
        return ()

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that work here, the one that closes it last."""
        return (self.closing,)

    @property
    def position(self) -> str:
        """Where in what it shows one is, such as `9 of 12`."""
        return ""

    @property
    def rows(self) -> int:
        """The rows it would have in its frame; fewer where the screen is lower."""
        return self.size.height

    # -- the frame ----------------------------------------------------------------------------

    @property
    def closing(self) -> Hint:
        """The key that closes every sheet."""
        return Hint(("escape",), _("close"))

    @property
    def room(self) -> int:
        """The rows that there are in its frame."""
        return max(1, min(self.rows, self.size.height - AROUND - EDGES))

    @property
    def line_room(self) -> int:
        """The cells of a line: walls, what is before each, a blank and the scroll bar are not."""
        return max(0, min(WIDEST, self.size.width) - 2 - LEFT - 2)

    def paper(self, id: str) -> Paper:  # noqa: A002 - Textual's
        """A widget of lines on the ground of the sheet."""
        return Paper(self.glyphs, id=id, ground=Ground.PANEL)

    def entry(self, sign: str, placeholder: str) -> ComposeResult:
        """A line to type in, behind a sign."""
        with Horizontal(id="entry"):
            before = self.paper("sign")
            before.show([indented((Piece(sign, Role.ACCENT, True),))])
            yield before
            yield Input(placeholder=placeholder, compact=True)

    def more(self, paper: Paper) -> str:
        """Signs for what follows above and below of what is in sight."""
        top, last = paper.scroll_offset.y, paper.max_scroll_y
        above, below = self.glyphs.ascending, self.glyphs.descending
        return (above if top else "") + (below if top < last else "")

    def compose(self) -> ComposeResult:
        """The frame with the content in it, and the line below it."""
        with Vertical(id="sheet"):
            yield self.paper("upper")
            with Horizontal(id="inside"):
                yield Wall(self.glyphs)
                with Vertical(id="content"):
                    yield from self.content()
                yield Wall(self.glyphs)
            yield KeyEdge(self.glyphs, id="lower", ground=Ground.PANEL)
        yield Paper(self.glyphs, id="below")

    def render(self) -> RenderableType:
        """The dashboard behind it."""
        behind = super().render()
        if isinstance(behind, BackgroundScreen):
            return Behind(behind.screen, behind.color)  # pyright: ignore[reportUnknownMemberType]
        return behind

    @on(events.Mount)
    def _watch_scrolling(self) -> None:
        """Say where one is whenever something is scrolled."""
        for paper in self.query("#content Paper"):
            self.watch(paper, "scroll_y", self.draw_frame, init=False)

    def on_resize(self, _: events.Resize) -> None:
        """Draw the frame in the new size."""
        self.query_one("#sheet").styles.height = self.room + EDGES
        self.call_after_refresh(self.draw_frame)

    def draw_frame(self) -> None:
        """Write what the edges say now."""
        upper, lower = self.query_one("#upper", Paper), self.query_one("#lower", KeyEdge)
        if cells := upper.size.width:
            upper.show([upper_edge(self.heading, self.aside, cells, self.glyphs)])
            lower.show_edge(lower_edge(self.hints, self.position, cells, self.glyphs))

    # -- its end ------------------------------------------------------------------------------

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with `result`; does nothing if the sheet was closed by an earlier key."""
        return super().dismiss(result) if self.is_active else AwaitComplete()

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)


def indented(line: Cell) -> Cell:
    """A line that begins where the rows of a list begin."""
    return (Piece(" " * LEFT), *line)


def position_words(at: int, of: int, more: str = "") -> str:
    """Such as `9 of 12`, behind the signs for what follows; empty for nothing."""
    words = _("{at} of {all}").format(at=at, all=of)
    return f"{more} {words}".strip() if of else ""
