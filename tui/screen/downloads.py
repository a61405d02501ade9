"""The downloads screen: every transfer, and keys to pause, cancel and retry one.

Its keys are those of the list, with `[keys]` applied: the key that pauses polling pauses a file,
the one that removes a task cancels a file, those that poll or download try it again.
"""

from collections.abc import Callable, Mapping

from textual import events
from textual.app import ComposeResult
from textual.containers import Container
from textual.content import Content

from rushes.tui.actions.catalogue import Keymap
from rushes.tui.actions.keys import canonical, shown
from rushes.tui.lines.download_words import obstacles, refusal_words
from rushes.tui.lines.fit import Cell, Piece, wrap
from rushes.tui.lines.glyphs import ASCII, Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.transfers import Stage, TransferRow, lines, transfers
from rushes.tui.screen.internal_errors import InternalErrors, contained
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.desk import Desk
from rushes.watch.downloads.job import OutputKey
from rushes.watch.refusals import DownloadRefusal

TICK_EVERY = 1.0
"""Seconds between two drawings at most: what is left of a link's life goes down by itself."""


class DownloadsScreen(Sheet[None]):
    """The transfers as they proceed. The cursor stays on its file, whatever line that moves to."""

    DEFAULT_CSS = """
    DownloadsScreen #lines { height: auto; max-height: 100%; }
    """

    def __init__(self, desk: Desk, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__()
        self._desk = desk
        self._reader = desk.ledger.readers.new()
        self._keymap = keymap
        self._acts: Mapping[str, Callable[[], None]] = {
            "down": lambda: self._move(1),
            "up": lambda: self._move(-1),
            "pause": self._pause,
            "mark": self._pause,
            "remove": self._cancel,
            "poll": self._retry,
            "download": self._retry,
            "details": self._retry,
            "downloads": self.action_close,
            "quit": self.action_close,
        }
        self._glyphs = glyphs
        self.internal_errors = InternalErrors(self)
        self._rows: tuple[TransferRow, ...] = ()
        self._current: OutputKey | None = None
        self._place = 0

    def compose(self) -> ComposeResult:
        """The lines in a frame."""
        with Container(id="sheet") as sheet:
            sheet.border_title = "downloads"
            sheet.border_subtitle = Content(self._hints())
            yield Paper(self._glyphs, id="lines")

    def on_mount(self) -> None:
        """Follow the transfers."""
        self.run_worker(self._follow())

    async def _follow(self) -> None:
        while True:
            await self._reader.wait(TICK_EVERY)
            self._reader.take()
            self.pull()

    def on_resize(self, _: events.Resize) -> None:
        """Write the lines for the new size."""
        self.call_after_refresh(self.pull)

    @contained
    def pull(self) -> None:
        """Write the transfers as they are now."""
        now, forecast = self._desk.clock.now(), self._desk.download_policy.forecast
        queue = [job.slot for job in self._desk.downloads.jobs]
        self._rows = transfers(self._desk.ledger.tasks(), queue, forecast.lost, now)
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
        """Lines about a full disk, and about files that will not be saved in time."""
        said = obstacles(self._desk.downloads.shortage, self._desk.download_policy.forecast)
        found: list[Cell] = [
            (Piece(line, Role.URGENT),) for text in said for line in wrap(text, cells)
        ]
        return [*found, ()] if found else []

    @property
    def text(self) -> str:
        """What is written, without colours."""
        return self.query_one("#lines", Paper).text

    @property
    def _row(self) -> TransferRow | None:
        return self._rows[self._place] if self._place < len(self._rows) else None

    def on_key(self, event: events.Key) -> None:
        """Do to the file what the key's command does to a task."""
        command = self._keymap.commands.get(canonical(event.key) or event.character or "")
        act = self._acts.get(command.id) if command is not None else None
        if act is not None:
            event.stop()
            event.prevent_default()
            act()

    def _hints(self) -> str:
        """The keys that matter; commands without a key are left out."""
        said = {"pause": "pause, go on", "remove": "cancel", "poll": "try again"}
        keys = ((self._keymap.key(command), what) for command, what in said.items())
        hints = [
            f"{shown(key, ascii_only=self._glyphs is ASCII)} {what}" for key, what in keys if key
        ]
        return "  ".join([*hints, "esc closes"])

    def _move(self, by: int) -> None:
        """Move the cursor by lines."""
        if self._rows:
            self._place = max(0, min(len(self._rows) - 1, self._place + by))
            self._current = self._rows[self._place].slot
            self._write()

    def _pause(self) -> None:
        """Pause what is under way or waits; go on with what was set aside."""
        row = self._row
        if row is None:
            return
        if row.stage in (Stage.UNDER_WAY, Stage.WAITING, Stage.REFUSED):
            self._said(self._desk.download_policy.pause(*row.slot))
        else:
            self._said(self._desk.download_policy.queue(*row.slot))

    def _cancel(self) -> None:
        """Cancel the file; it is not fetched any more unless a person asks."""
        if self._row is not None:
            self._said(self._desk.download_policy.cancel(*self._row.slot))

    def _retry(self) -> None:
        """Fetch what failed or was set aside, and at once what waits for another try."""
        row = self._row
        if row is not None and row.stage not in (Stage.UNDER_WAY, Stage.WAITING):
            self._said(self._desk.download_policy.queue(*row.slot))

    def _said(self, why_not: DownloadRefusal | None) -> None:
        if why_not is not None:
            self.notify(refusal_words(why_not), severity="warning", markup=False)
        self.pull()
