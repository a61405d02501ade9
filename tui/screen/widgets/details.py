"""The pane with everything about the task under the cursor."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from rich.segment import Segment
from textual import events
from textual.geometry import Offset, Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from rushes.tui.lines.details import Detail, details
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.task_sections import NOTHING_BESIDE, Beside, Frame
from rushes.tui.screen.internal_errors import InternalErrors, internal
from rushes.tui.screen.widgets.paper import Paper
from rushes.tui.screen.widgets.selected import index_at, selected
from rushes.watch.task import Task

MARGIN = 2
"""Cells that are not text: the wall and a space."""


BEHIND = 1
"""A blank between the text and the scroll bar."""

WIDEST = 72
"""Cells beyond which lines are no easier to read."""

AHEAD = timedelta(seconds=20)
"""How far is looked ahead, where a second changed nothing, for whether time will change anything.

No line comes back once it changed, so what is the same at both ends is the same between.
"""

_NOTHING = Detail((), {}, 0, 0)

DrawLine = Callable[[int], list[Segment]]
"""Draws one of the lines that are left for pictures: none where it has nothing to show."""


def _draws_none(_line: int) -> list[Segment]:
    return []


class DetailPane(Paper, can_focus=True):
    """The details of one task; a line at its left is lit while it has the focus.

    One of its outputs can be `picked`: by number, None for none.
    """

    DEFAULT_CSS = """
    DetailPane { scrollbar-gutter: stable; }
    """
    ALLOW_SELECT = True

    class Opened(Message):
        """An output was clicked twice."""

    def __init__(self, glyphs: Glyphs, internal_errors: InternalErrors) -> None:
        super().__init__(glyphs, id="details")
        self._internal_errors = internal_errors
        self._shown: tuple[Task, datetime, Beside] | None = None
        self._steady: tuple[datetime, object] | None = None
        self._detail = _NOTHING
        self.picked: int | None = None
        self.beside = True  # the list is at its left
        self._pictures: tuple[int, int, int] | None = None
        self.picture: DrawLine = _draws_none
        self.small_pictures: DrawLine = _draws_none

    @property
    def least_lines(self) -> int:
        """As many as there is room for: most tasks have fewer."""
        return self.scrollable_content_region.height

    def show_task(self, task: Task | None, now: datetime, beside: Beside = NOTHING_BESIDE) -> None:
        """Write what is known of the task, from the top if it is another one."""
        before = self._shown[0].ref if self._shown else None
        self._shown = (task, now, beside) if task else None
        if task is None or task.ref != before:
            self.picked = None
            self.scroll_to(y=0, animate=False)
        self._write()

    def on_resize(self) -> None:
        """Write it for the new size."""
        self._write()

    def _write(self) -> None:
        room = self.scrollable_content_region.size
        if self._shown is None or room.width <= MARGIN + BEHIND:
            self._steady, self._detail = None, _NOTHING
            self.show(())
            return
        task, now, beside = self._shown
        face = (task, beside, room, self.glyphs)
        if self._stays(now, face):
            return
        frame = Frame(now, min(WIDEST, room.width - MARGIN - BEHIND), self.glyphs, beside)
        detail = self._detail_of(task, frame)
        ahead = replace(frame, now=now + AHEAD)
        stays = detail.lines == self._lines == self._detail_of(task, ahead).lines
        self._steady = (now, face) if stays else None
        pictures = detail.picture_at, beside.picture_rows, detail.small_at
        moved, self._pictures, self._detail = pictures != self._pictures, pictures, detail
        self.show(detail.lines)
        if moved:  # their lines are empty, as others are: which they are is not in them
            self.refresh()

    def _stays(self, now: datetime, face: object) -> bool:
        """Whether it is known that what is written is what would be written now."""
        if self._steady is None:
            return False
        since, known = self._steady
        return since <= now <= since + AHEAD and face == known

    def _detail_of(self, task: Task, frame: Frame) -> Detail:
        try:
            return details(task, frame)
        except Exception as error:  # noqa: BLE001 - one task's fault is that task's (S8)
            self._internal_errors.caught(f"the details of {task.ref}", error)
            words = Piece(f"{self.glyphs.alert} {internal(error)}", Role.FAILED)
            return replace(_NOTHING, lines=((words,),))

    # -- its outputs ----------------------------------------------------------------------------

    def step(self, by: int) -> None:
        """Pick the next output, or the one before; scroll by a line where there is none."""
        numbers = list(self._detail.outputs)
        at = numbers.index(self.picked) + by if self.picked in numbers else (0 if by > 0 else -1)
        if 0 <= at < len(numbers):
            self.pick(numbers[at])
        else:
            self.scroll_relative(y=by, animate=False)

    def pick(self, n: int | None) -> None:
        """Pick an output, and bring it into sight."""
        if n != self.picked:
            for each in (self.picked, n):
                self._repaint(each)
            self.picked = n
        if n is not None and (rows := self._detail.outputs.get(n)):
            width = self.scrollable_content_region.width
            self.scroll_to_region(Region(0, rows.start, width, len(rows)), animate=False)

    def _repaint(self, n: int | None) -> None:
        rows = self._detail.outputs.get(n, range(0)) if n is not None else range(0)
        top, width = self.scroll_offset.y, self.size.width
        if rows:
            self.refresh(Region(0, rows.start - top, width, len(rows)))

    def on_click(self, event: events.Click) -> None:
        """Pick the output that was clicked; open it at the second click."""
        if self.text_selection is not None:
            return  # the mouse was moved: it selected text
        self.pick(self._detail.output_at(event.y + self.scroll_offset.y))
        if event.chain == 2 and self.picked is not None:
            event.prevent_default()  # Textual would select all of the text
            self.post_message(self.Opened())

    # -- drawing --------------------------------------------------------------------------------

    def on_focus(self) -> None:
        """Light the line at the left."""
        self.refresh()

    def on_blur(self) -> None:
        """Darken the line at the left."""
        self.pick(None)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the widget, behind the line at the left."""
        row = y + self.scroll_offset.y
        line = self._lines[row] if row < len(self._lines) else ()
        sign = self.glyphs.wall if self.beside or self.has_focus else " "
        wall = Piece(f"{sign} ", Role.ACCENT if self.has_focus else Role.RULE)
        cells = self.scrollable_content_region.width
        if drawn := self._pictures_at(row):
            line = self.segments((wall,), MARGIN)
            blank = self.inks.style(Role.TEXT, Ground.PLAIN, False)
            return Strip(Segment.adjust_line_length([*line, *drawn], cells, blank), cells)
        picked = self.picked is not None and row in self._detail.outputs.get(self.picked, ())
        segments = self.segments((wall, *line), cells, Ground.CURSOR if picked else Ground.PLAIN)
        return Strip(self._with_selection(segments, row), cells)

    def _pictures_at(self, row: int) -> list[Segment]:
        """What is drawn of pictures in a line; nothing where it is a line of text."""
        if self._shown is None:
            return []
        detail, beside = self._detail, self._shown[2]
        small_rows = beside.small.rows if beside.small is not None else 0
        if 0 <= row - detail.picture_at < beside.picture_rows:
            return self.picture(row - detail.picture_at)
        if 0 <= row - detail.small_at < small_rows:
            return self.small_pictures(row - detail.small_at)
        return []

    # -- selecting text -------------------------------------------------------------------------

    def _with_selection(self, segments: list[Segment], row: int) -> list[Segment]:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is None or row >= len(self._lines):
            return segments
        start, end = span
        last = len("".join(piece.text for piece in self._lines[row]))
        until = last if end < 0 else min(end, last)
        style = self.screen.get_component_rich_style("screen--selection")
        return selected(segments, start + MARGIN, until + MARGIN, style)

    def text_offset_at(self, x: int, y: int) -> Offset | None:
        """The character and the line at cells of this widget; None below the last line."""
        row = y + self.scroll_offset.y
        if row >= len(self._lines):
            return None
        text = "".join(piece.text for piece in self._lines[row])
        return Offset(index_at(text, max(0, x - MARGIN)), row)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that is selected, and what ends it."""
        return selection.extract(self.text), "\n"
