"""The parts of a sheet's frame that are drawn: its walls, and an edge whose keys are clicked."""

from textual import events
from textual.strip import Strip

from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.edges import Edge
from rushes.tui.screen.widgets.paper import Inked, Paper


class Wall(Inked):
    """A side of the frame."""

    DEFAULT_CSS = "Wall { width: 1; height: 1fr; }"

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__(glyphs, ground=Ground.PANEL)

    def render_line(self, y: int) -> Strip:
        """One line of the widget."""
        return self.strip((Piece(self.glyphs.wall, Role.FRAME),))


class KeyEdge(Paper):
    """The lower edge: a click on one of its keys presses that key."""

    _edge: Edge | None = None

    def show_edge(self, edge: Edge) -> None:
        """Draw that edge."""
        self._edge = edge
        self.show([edge.line])

    def on_click(self, event: events.Click) -> None:
        """Press the key under the mouse."""
        key = self._edge.key_at(event.x) if self._edge is not None else ""
        if key:
            event.stop()
            self.app.post_message(events.Key(key, key if len(key) == 1 else None))
