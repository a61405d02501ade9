"""The pane with everything about the task under the cursor."""

from datetime import datetime

from textual.strip import Strip

from rushes.tui.lines.details import details
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.task_sections import Frame
from rushes.tui.screen.internal_errors import InternalErrors, internal
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Task, Trouble

MARGIN = 2
"""Cells that are not text: the wall and a space."""


WIDEST = 72
"""Cells beyond which lines are no easier to read."""


class DetailPane(Paper, can_focus=True):
    """The details of one task; a line at its left is lit while it has the focus."""

    DEFAULT_CSS = """
    DetailPane { scrollbar-gutter: stable; }
    """

    def __init__(self, glyphs: Glyphs, internal_errors: InternalErrors) -> None:
        super().__init__(glyphs, id="details")
        self._internal_errors = internal_errors
        self._shown: tuple[Task, datetime, Trouble | None] | None = None
        self.beside = True  # the list is at its left

    @property
    def least_lines(self) -> int:
        """As many as there is room for: most tasks have fewer."""
        return self.scrollable_content_region.height

    def show_task(self, task: Task | None, now: datetime, account: Trouble | None) -> None:
        """Write what is known of the task, from the top if it is another one."""
        before = self._shown[0].ref if self._shown else None
        self._shown = (task, now, account) if task else None
        if task is None or task.ref != before:
            self.scroll_to(y=0, animate=False)
        self._write()

    def on_resize(self) -> None:
        """Write it for the new size."""
        self._write()

    def _write(self) -> None:
        cells = min(WIDEST, self.scrollable_content_region.width - MARGIN)
        if self._shown is None or cells < 1:
            self.show(())
            return
        task, now, account = self._shown
        try:
            lines = details(task, Frame(now, cells, self.glyphs, account))
        except Exception as error:  # noqa: BLE001 - one task's fault is that task's (S8)
            self._internal_errors.caught(f"the details of {task.ref}", error)
            lines = ((Piece(f"{self.glyphs.alert} {internal(error)}", Role.FAILED),),)
        self.show(lines)

    def on_focus(self) -> None:
        """Light the line at the left."""
        self.refresh()

    def on_blur(self) -> None:
        """Darken the line at the left."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the widget, behind the line at the left."""
        row = y + self.scroll_offset.y
        line = self._lines[row] if row < len(self._lines) else ()
        sign = self.glyphs.wall if self.beside or self.has_focus else " "
        wall = Piece(f"{sign} ", Role.ACCENT if self.has_focus else Role.RULE)
        return self.strip((wall, *line))
