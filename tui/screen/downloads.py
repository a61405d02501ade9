"""The downloads sheet: every transfer, and keys to pause, cancel and retry one.

Nothing moves under the finger: a file that was listed keeps its row until the sheet is closed or
a key asks for another order.

Its keys are those of the list, with `[keys]` applied: the key that pauses polling pauses a file,
the one that removes a task cancels a file, those that poll or download try it again, and the one
that asks for an order lists them anew.
"""

from collections.abc import Callable, Mapping, Sequence

from textual import events, on
from textual.app import ComposeResult

from rushes.providers.language import _
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.keys import canonical
from rushes.tui.lines.download_words import obstacles, refusal_words
from rushes.tui.lines.fit import Cell, Piece, wrap
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.transfer_lines import facts, lines, total_line
from rushes.tui.lines.transfers import Stage, TransferRow, totals, transfers
from rushes.tui.lines.words import shown_path
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.internal_errors import InternalErrors, contained
from rushes.tui.screen.sheet import Sheet, indented, position_words
from rushes.tui.screen.widgets.paper import Paper
from rushes.tui.screen.widgets.rows import Rows
from rushes.watch.desk import Desk
from rushes.watch.downloads.job import OutputKey
from rushes.watch.refusals import DownloadRefusal

TICK_EVERY = 1.0
"""Seconds between two drawings at most: what is left of a link's life goes down by itself."""

SPARE = 16
"""Rows that it has besides those of the files that were on their way when it was opened."""

AIRY = 20
"""Rows of the screen from which an empty line stands below the totals."""

FACTS = 2
"""Lines for what there is to say of the file under the cursor."""


class DownloadsScreen(Sheet[None]):
    """The transfers as they proceed, each in its row. The cursor stays on its file."""

    DEFAULT_CSS = """
    DownloadsScreen {
        & #totals { height: 2; }
        & #facts { height: 2; }
        &.-low #totals { height: 1; }
    }
    """

    def __init__(self, desk: Desk, keymap: Keymap, glyphs: Glyphs) -> None:
        super().__init__(glyphs)
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
            "sort": self._sort,
            "downloads": self.action_close,
            "quit": self.action_close,
        }
        self.internal_errors = InternalErrors(self)
        self._rows: tuple[TransferRow, ...] = ()
        self._list = Rows(glyphs, id="lines", ground=Ground.PANEL)
        self._current: OutputKey | None = None
        self._place = 0
        self._height = len(desk.downloads.jobs) + SPARE

    def content(self) -> ComposeResult:
        """The totals, what stands in the way, the files, and the one under the cursor in full."""
        yield self.paper("totals")
        yield self.paper("warnings")
        yield self._list
        yield self.paper("facts")

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("transfers")

    @property
    def rows(self) -> int:
        """A row for each file that was on its way when it was opened, and some more."""
        return self._height

    @property
    def aside(self) -> Cell:
        """Where files go."""
        download = self._desk.settings.download
        folder = str(download.bucket) if download.bucket else shown_path(download.folder)
        return (Piece(_("to {folder}").format(folder=folder), Role.QUIET),)

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys that matter; commands without a key are left out."""
        said = {
            "pause": _("pause, go on"),
            "remove": _("give up"),
            "poll": _("try again"),
            "sort": _("sort anew"),
        }
        keys = ((self._keymap.key(command), what) for command, what in said.items())
        return (*(Hint((key,), what) for key, what in keys if key), self.closing)

    @property
    def position(self) -> str:
        """Which file the cursor is on."""
        return position_words(self._place + 1, len(self._rows), self.more(self._list))

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
        self.set_class(self.size.height < AIRY, "-low")
        self.call_after_refresh(self.pull)

    @contained
    def pull(self) -> None:
        """Write the transfers as they are now."""
        now, forecast = self._desk.clock.now(), self._desk.download_policy.losses.forecast
        queue = [job.slot for job in self._desk.downloads.jobs]
        kept = [row.slot for row in self._rows]
        self._rows = transfers(self._desk.ledger.tasks(), queue, forecast.lost, now, kept)
        slots = [row.slot for row in self._rows]
        if self._current in slots:
            self._place = slots.index(self._current)
        elif slots:
            self._place = min(self._place, len(slots) - 1)
            self._current = slots[self._place]
        self._write()

    def _sort(self) -> None:
        """List them in their usual order, without those that are saved."""
        self._rows = ()
        self.pull()

    def _write(self) -> None:
        cells = self._list.room
        if cells < 1:
            return
        warnings, row = self.query_one("#warnings", Paper), self._row
        said = self._warnings(cells)
        warnings.styles.height = len(said)
        warnings.show(said)
        self.query_one("#totals", Paper).show([indented(total_line(totals(self._rows)))])
        shown = lines(self._rows, cells, self.glyphs)
        self._list.show_rows(shown, self._place if self._rows else None)
        text, role = facts(row) if row is not None else ("", Role.QUIET)
        about: list[Cell] = [indented((Piece(line, role),)) for line in wrap(text, cells)]
        self.query_one("#facts", Paper).show(about[:FACTS])
        self.draw_frame()

    def _warnings(self, cells: int) -> list[Cell]:
        """Lines about a full disk, and about files that will not be saved in time."""
        said = obstacles(self._desk.downloads.shortage, self._desk.download_policy.losses.forecast)
        found: list[Cell] = [
            indented((Piece(line, Role.URGENT),)) for text in said for line in wrap(text, cells)
        ]
        return found

    @property
    def text(self) -> str:
        """What is written, without colours."""
        return "\n".join(paper.text for paper in self.query("#content Paper").results(Paper))

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

    @on(Rows.Clicked)
    def _clicked(self, event: Rows.Clicked) -> None:
        self._move(event.row - self._place)

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
        """Give the file up; it is not fetched any more unless a person asks."""
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
