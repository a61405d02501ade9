"""The dashboard's drawing: takes changes from the desk's reader, and draws only those."""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from math import inf

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.geometry import Size

from rushes.tui.actions.board import Board
from rushes.tui.actions.catalogue import Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.actions.views import VIEWS
from rushes.tui.lines.arrange import Arrangement, Details, arrange
from rushes.tui.lines.columns import headings, provider_tags
from rushes.tui.lines.counts import Counts
from rushes.tui.lines.download_words import obstacles
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.header import Overview, header, slowest, trouble_lines
from rushes.tui.lines.standstill import still, stilled
from rushes.tui.screen.footer import FooterState, footer
from rushes.tui.screen.internal_errors import InternalErrors, contained
from rushes.tui.screen.toasts import ToastDigest
from rushes.tui.screen.whole_frame import WholeFrame
from rushes.tui.screen.widgets.details import DetailPane
from rushes.tui.screen.widgets.filter import FilterLine
from rushes.tui.screen.widgets.paper import Paper, Rule
from rushes.tui.screen.widgets.table import TaskTable
from rushes.tui.shell.frame_file import NO_AGE
from rushes.watch.changes import PACE, Event
from rushes.watch.desk import Desk
from rushes.watch.polling.account_state import AccountState
from rushes.watch.task import Ref, Trouble

TICK_EVERY = 1.0
"""Seconds between repaints of what shows time."""

QUIET = 60.0
"""Seconds for which the desk's changes are waited for at a time; each wakes the screen at once."""

_MODES = {Details.BESIDE: "-beside", Details.BELOW: "-below", Details.INSTEAD: "-instead"}


class View(WholeFrame):
    """Header, list, details and footer; the subclass `Dashboard` adds the behaviour."""

    DEFAULT_CSS = """
    View {
        layout: vertical; background: $background;
        & #header, & #headings, & #footer { height: 1; }
        & #troubles { height: auto; max-height: 3; display: none; }
        & #body { height: 1fr; layout: vertical; }
        & #list { height: 1fr; width: 1fr; }
        & #empty, & #calm { height: 1fr; display: none; }
        & #divider { display: none; }
        & #details { display: none; height: 1fr; width: 1fr; }
        &.-trouble #troubles { display: block; }
        &.-beside #body { layout: horizontal; }
        &.-beside #details, &.-below #details, &.-below #divider { display: block; }
        &.-instead.-open #details { display: block; }
        &.-instead.-open #list { display: none; }
        &.-empty #table, &.-empty #headings { display: none; }
        &.-empty #empty { display: block; }
        &.-filtering #footer { display: none; }
        &.-small > * { display: none; } &.-small #calm { display: block; }
    }
    """

    def __init__(self, desk: Desk, keymap: Keymap, glyphs: Glyphs, filter_line: FilterLine) -> None:
        super().__init__()
        self.desk = desk
        self.board = Board()
        self.keymap = keymap
        self.glyphs = glyphs
        self.internal_errors = InternalErrors(self)
        self.table = TaskTable(self.board, glyphs, lambda: self.now, self.internal_errors)
        self.details = DetailPane(glyphs, self.internal_errors)
        self.filter = filter_line
        self.arrangement: Arrangement | None = None
        self._reader = desk.ledger.readers.new(in_slices=True)
        self._counts = Counts()
        self._toasts = ToastDigest()
        self._states: Mapping[str, AccountState] = {}
        self.stands = asyncio.Event()
        """Set once the first frame is on the screen."""
        self._arranged = 0
        self._sized: Size | None = None

    @property
    def now(self) -> datetime:
        """Our time (UTC)."""
        return self.desk.clock.now()

    def compose(self) -> ComposeResult:
        """The pieces, top to bottom."""
        yield Paper(self.glyphs, id="header")
        yield Paper(self.glyphs, id="troubles")
        yield Rule(self.glyphs)
        with Container(id="body"):
            with Vertical(id="list"):
                yield Paper(self.glyphs, id="headings")
                yield self.table
                yield Paper(self.glyphs, id="empty")
            yield Rule(self.glyphs, id="divider")
            yield self.details
        yield Rule(self.glyphs)
        yield Paper(self.glyphs, id="footer")
        yield self.filter
        yield Paper(self.glyphs, id="calm")

    def on_mount(self) -> None:
        """Draw everything, and begin to follow the desk and the clock."""
        self.pull()
        self.run_worker(self._follow())
        self.run_worker(self._take_in())
        self.set_interval(TICK_EVERY, self.tick)

    def on_resize(self) -> None:
        """Arrange the parts for the new size."""
        if self.size == self._sized:
            return  # a terminal that does not know its size says so again and again
        self._sized = self.size
        width, height = self.size
        self.arrangement = arrange(width, height)
        self.set_class(self.arrangement is None, "-small")
        for mode, name in _MODES.items():
            self.set_class(self.arrangement is not None and self.arrangement.details is mode, name)
        if self.arrangement is None:
            from rushes.tui.screen.empty import calm

            self.drawn = True
            self.query_one("#calm", Paper).show(calm(width, height))
            self.call_after_refresh(self._stand)
            return
        extent = self.arrangement.extent
        beside = self.arrangement.details is Details.BESIDE
        below = self.arrangement.details is Details.BELOW
        self.details.beside = beside
        self.details.styles.width = extent if beside else "1fr"
        self.details.styles.height = extent if below else "1fr"
        self.call_after_refresh(self._stand)

    def _stand(self) -> None:
        """Draw in the new size."""
        self.redraw()
        if not self.stands.is_set():
            self.call_after_refresh(self.stands.set)

    # -- following the desk -------------------------------------------------------------------

    async def _follow(self) -> None:
        while True:
            await self._reader.wait(QUIET)
            self.pull()

    async def _take_in(self) -> None:
        """Take in what is read behind the frame: a slice at a time, and drawn less often."""
        drawn = -inf
        while True:
            read = await self._reader.arrivals()
            now = self.desk.clock.monotonic()
            if due := now - drawn >= PACE or not self.desk.ledger.unread:
                drawn = now
            self._extend(read, draw=due)

    @contained
    def _extend(self, read: Collection[Ref], *, draw: bool) -> None:
        tasks = self.desk.ledger.tasks()
        self.board.extend(tasks, read, self.now)
        self._counts.take(tasks, read, layout=False)
        if draw:
            self._draw_empty()
            self.table.grew()
            self.draw_lines()

    @contained
    def pull(self) -> None:
        """Take the changes from the reader, and draw them."""
        changes = self._reader.take()
        if not changes:
            return
        tasks, now = self.desk.ledger.tasks(), self.now
        changed = self.board.take(tasks, changes.refs, changes.layout, now)
        self._counts.take(tasks, changes.refs, changes.layout)
        self._tell(changes.events, now)
        if changes.layout:
            watched = self.desk.ledger.refs()
            self.table.tags = provider_tags(dict.fromkeys(ref.provider for ref in watched))
        if self.board.arranged != self._arranged:
            self.redraw()
            return
        self.table.changed(changed)
        self.draw_lines()
        if self.board.cursor in changed:
            self.draw_details()

    def _tell(self, happened: Iterable[Event], now: datetime) -> None:
        told, instead = self._toasts.tell(happened, now)
        if instead:
            self.app.clear_notifications()
        for toast in told:
            self.notify(toast.text, severity=toast.tone.value, markup=False)

    @contained
    def tick(self) -> None:
        """Draw what a second changes: countdowns, run times, glowing rows."""
        if self.arrangement is None:
            return
        dark = self.board.tick(self.now)
        if self.board.arranged != self._arranged:
            self.redraw()
            return
        self.table.changed(dark)
        self.table.tick(self._counts.awaits)
        self.draw_lines()
        self.draw_details()

    # -- drawing ------------------------------------------------------------------------------

    @contained
    def redraw(self) -> None:
        """Draw everything."""
        if self.arrangement is None:
            return
        self.drawn = True
        self._arranged = self.board.arranged
        self._draw_empty()
        self.table.show()
        self.draw_lines()
        self.draw_details()

    @contained
    def draw_lines(self) -> None:
        """Draw the lines above and below the list."""
        width, now = self.size.width, self.now
        self._states = self.desk.account_states()
        self._draw_header(width, now)
        notices, states = self._notices(), self._states.values()
        paused = self.desk.paused
        troubles = trouble_lines(states, notices, now, width, self.glyphs, paused=paused)
        self.set_class(bool(troubles), "-trouble")
        self.query_one("#troubles", Paper).show(troubles)
        self._share_troubles()
        columns = headings(self.table.columns, self.board.sort, self.board.descending, self.glyphs)
        self.query_one("#headings", Paper).show([columns])
        self._draw_footer(width, now)

    def _notices(self) -> tuple[str, ...]:
        """What is wrong with our own files, and what stands in the way of downloads."""
        if not self.stands.is_set():
            return self.desk.notices()
        downloads, policy = self.desk.downloads, self.desk.download_policy
        return (*self.desk.notices(), *obstacles(downloads.shortage, policy.forecast))

    @contained
    def draw_details(self) -> None:
        """Draw the details of the task under the cursor."""
        task = self.board.current
        account = self.table.troubles.get(task.ref.provider) if task else None
        shown = stilled(task) if task and self.desk.paused else task
        self.details.show_task(shown, self.now, account)

    def drawn_rows(self) -> list[str]:
        """The rows as the terminal gets them, with a place for their age instead of the clock."""
        self._draw_header(self.size.width, self.now, NO_AGE)
        rows = self.rows()
        self._draw_header(self.size.width, self.now)
        return rows

    def _draw_header(self, width: int, now: datetime, as_of: str = "") -> None:
        loss = self._counts.next_loss(now)
        losing = self.desk.ledger.tasks().get(loss.ref) if loss else None
        # Nothing is on its way before the first frame.
        downloads = self.desk.downloads if self.stands.is_set() else None
        overview = Overview(
            watchlist=self.desk.watchlist.name,
            counts=self._counts.counts,
            loss=loss if losing else None,
            loss_name=losing.name if losing else "",
            downloading=downloads.active + downloads.queued if downloads else 0,
            rate=downloads.rate if downloads else 0.0,
            paused=self.desk.paused,
            now=now,
            slowest=slowest(self._states.values()),
            unread=self.desk.ledger.unread,
            as_of=as_of,
        )
        self.query_one("#header", Paper).show([header(overview, width, self.glyphs)])

    def _share_troubles(self) -> None:
        paused = self.desk.paused
        troubles: dict[str, Trouble] = {
            name: still(state.trouble) if paused else state.trouble
            for name, state in self._states.items()
            if state.trouble
        }
        if troubles != self.table.troubles or paused != self.table.paused:
            self.table.troubles, self.table.paused = troubles, paused
            self.table.refresh()

    def _draw_footer(self, width: int, now: datetime) -> None:
        asked = [state.polled_at for state in self._states.values() if state.polled_at]
        state = FooterState(
            shown=len(self.board),
            total=self.board.total,
            marked=len(self.board.marks),
            filter=self.board.filter.text,
            view=self._view_name(),
            polled_at=max(asked, default=None),
            now=now,
        )
        situation = self.situation()
        line = footer(self.keymap, situation, state, width, self.glyphs)
        self.query_one("#footer", Paper).show([line])

    def situation(self) -> Situation:
        """What decides whether an action makes sense now."""
        board = self.board
        return Situation(
            now=self.now,
            current=board.current,
            targets=board.targets(),
            sought=bool(board.sought),
            total=board.total,
        )

    def _view_name(self) -> str:
        if not self.board.view:
            return ""
        return next(name for name, query in VIEWS.items() if query is self.board.view)

    def _draw_empty(self) -> None:
        nothing = not len(self.board)
        self.set_class(nothing, "-empty")
        if nothing:
            from rushes.tui.screen.empty import empty, no_match

            cells, rows = self.query_one("#list").size or self.size
            lines = (
                no_match(self._view_name(), self.keymap, cells, rows)
                if self.board.total
                else empty(self.keymap, self.desk.watchlist.name, cells, rows)
            )
            self.query_one("#empty", Paper).show(lines)
