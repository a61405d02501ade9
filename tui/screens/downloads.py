"""The downloads pane: every file on its way, and what can be done about it."""

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container

from tui.desk_port import DeskPort
from tui.fit import Cell, Piece, wrap
from tui.glyphs import Glyphs
from tui.roles import Role
from tui.screens.sheet import Sheet
from tui.transfers import Stage, Transfer, lines, transfers
from tui.widgets.paper import Paper
from watch.job import Slot

PULL_EVERY = 0.25
"""Seconds between two looks at the transfers; they report no more often."""


class DownloadsScreen(Sheet[None]):
    """The transfers, live. The cursor belongs to a file, never to a line number."""

    DEFAULT_CSS = """
    DownloadsScreen #lines { height: auto; max-height: 100%; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("T,q", "close", "Close", show=False),
        Binding("j,down", "move(1)", show=False),
        Binding("k,up", "move(-1)", show=False),
        Binding("p,space", "pause", "Pause or go on", show=False),
        Binding("x,delete", "cancel", "Cancel", show=False),
        Binding("r,d,enter", "retry", "Try again", show=False),
    ]

    def __init__(self, desk: DeskPort, glyphs: Glyphs) -> None:
        super().__init__()
        self._desk = desk
        self._glyphs = glyphs
        self._rows: tuple[Transfer, ...] = ()
        self._current: Slot | None = None
        self._place = 0

    def compose(self) -> ComposeResult:
        """The lines in a frame."""
        with Container(id="sheet") as sheet:
            sheet.border_title = "downloads"
            sheet.border_subtitle = "p pause, go on  x cancel  r try again  esc closes"
            yield Paper(id="lines")

    def on_mount(self) -> None:
        """Follow the transfers."""
        self.set_interval(PULL_EVERY, self.pull)

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the room there is."""
        self.call_after_refresh(self.pull)

    def pull(self) -> None:
        """Write down how everything is now."""
        now, forecast = self._desk.clock.now(), self._desk.forecast
        queue = [job.slot for job in self._desk.downloads.jobs]
        self._rows = transfers(self._desk.tasks(), queue, forecast.lost, now)
        slots = [row.slot for row in self._rows]
        if self._current in slots:
            self._place = slots.index(self._current)
        elif slots:
            self._place = min(self._place, len(slots) - 1)
            self._current = slots[self._place]
        self._write()

    def _write(self) -> None:
        paper = self.query_one("#lines", Paper)
        cells = paper.scrollable_content_region.width
        if cells < 1:
            return
        warnings = self._warnings(cells)
        paper.show((*warnings, *lines(self._rows, self._current, cells, self._glyphs)))
        top, row = paper.scroll_offset.y, self._place + len(warnings)
        height = paper.scrollable_content_region.height
        if row < top or row >= top + height:
            paper.scroll_to(y=max(0, row - height + 1), animate=False)

    def _warnings(self, cells: int) -> list[Cell]:
        """What stands in the way of all of them."""
        said = (self._desk.downloads.shortage, self._desk.forecast.sentence)
        found: list[Cell] = [
            (Piece(line, Role.URGENT),) for text in said if text for line in wrap(text, cells)
        ]
        return [*found, ()] if found else []

    @property
    def text(self) -> str:
        """What is written, without colours."""
        return self.query_one("#lines", Paper).text

    @property
    def _row(self) -> Transfer | None:
        return self._rows[self._place] if self._place < len(self._rows) else None

    def action_move(self, by: int) -> None:
        """Move the cursor by lines."""
        if self._rows:
            self._place = max(0, min(len(self._rows) - 1, self._place + by))
            self._current = self._rows[self._place].slot
            self._write()

    def action_pause(self) -> None:
        """Pause what is under way or waits; go on with what was set aside."""
        row = self._row
        if row is None:
            return
        if row.stage in (Stage.UNDER_WAY, Stage.WAITING):
            self._said(self._desk.pause_download(*row.slot))
        else:
            self._said(self._desk.download(*row.slot))

    def action_cancel(self) -> None:
        """Give it up; it is not fetched unasked any more."""
        if self._row is not None:
            self._said(self._desk.cancel_download(*self._row.slot))

    def action_retry(self) -> None:
        """Fetch what failed or was set aside."""
        row = self._row
        if row is not None and row.stage not in (Stage.UNDER_WAY, Stage.WAITING):
            self._said(self._desk.download(*row.slot))

    def _said(self, why_not: str) -> None:
        if why_not:
            self.notify(why_not, severity="warning", markup=False)
        self.pull()
