"""The dashboard's drawing: takes changes from the desk's reader, and draws only those."""

import asyncio
from collections.abc import Collection
from datetime import datetime
from math import inf

from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.geometry import Size

from rushes.providers.language import _
from rushes.tui.actions.board import USUAL_ORDER, Board
from rushes.tui.actions.keymap import Keymap
from rushes.tui.actions.reasons import Situation
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.arrange import Arrangement, Details, arrange
from rushes.tui.lines.columns import provider_tags
from rushes.tui.lines.counts import Counts
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.header import Overview
from rushes.tui.lines.roles import Ground
from rushes.tui.lines.standstill import stilled
from rushes.tui.lines.window_title import window_title
from rushes.tui.screen.beside import BesideTask
from rushes.tui.screen.internal_errors import InternalErrors, contained
from rushes.tui.screen.lines_around import NOTICE_FROM, LinesAround
from rushes.tui.screen.notice_log import NoticeLog
from rushes.tui.screen.whole_frame import WholeFrame
from rushes.tui.screen.widgets.click_line import ClickLine
from rushes.tui.screen.widgets.details import DetailPane
from rushes.tui.screen.widgets.empty_list import EmptyList
from rushes.tui.screen.widgets.filter import FilterLine
from rushes.tui.screen.widgets.heads import HeadLine
from rushes.tui.screen.widgets.paper import Inked, Paper, Rule
from rushes.tui.screen.widgets.table import TaskTable
from rushes.tui.shell.frame_file import NO_AGE
from rushes.watch.changes import PACE
from rushes.watch.desk import Desk
from rushes.watch.task import Ref

TICK_EVERY = 1.0
"""Seconds between repaints of what shows time."""

QUIET = 60.0
"""Seconds for which the desk's changes are waited for at a time; each wakes the screen at once."""

_MODES = {Details.BESIDE: "-beside", Details.INSTEAD: "-instead"}


class View(WholeFrame):
    """Header, list, details and footer; the subclass `Dashboard` adds the behaviour."""

    DEFAULT_CSS = """
    View {
        layout: vertical; background: $background;
        & #header, & #headings, & #notice, & #footer { height: 1; }
        & #troubles { height: auto; max-height: 3; display: none; }
        & #body { height: 1fr; layout: vertical; }
        & #list { height: 1fr; width: 1fr; }
        & #empty, & #calm { height: 1fr; display: none; }
        & #details { display: none; height: 1fr; width: 1fr; }
        &.-trouble #troubles { display: block; }
        &.-beside #body { layout: horizontal; }
        &.-beside #details { display: block; }
        &.-beside.-shut #details { display: none; }
        &.-instead.-open #details { display: block; }
        &.-instead.-open #list { display: none; }
        &.-empty #table, &.-empty #headings { display: none; }
        &.-empty #empty { display: block; }
        &.-first #details, &.-first #divider { display: none; }
        &.-filtering #footer, &.-low #notice { display: none; }
        &.-small > * { display: none; } &.-small #calm { display: block; }
    }
    """

    def __init__(self, desk: Desk, keymap: Keymap, glyphs: Glyphs, filter_line: FilterLine) -> None:
        super().__init__()
        self.desk = desk
        listing = desk.settings.listing
        self.board = Board(listing.sort or USUAL_ORDER, listing.batch)
        self.keymap = keymap
        self.glyphs = glyphs
        self.internal_errors = InternalErrors(self)
        self.table = TaskTable(
            self.board,
            glyphs,
            lambda: self.now,
            desk.usual_runs.of,
            self.internal_errors,
            desk.settings.listing.columns,
        )
        self.table.glow = desk.settings.motion
        self.beside_task = BesideTask(desk, keymap.key("copy"))
        self.details = DetailPane(glyphs, self.internal_errors)
        self.filter = filter_line
        self.empty = EmptyList(desk, keymap, glyphs)
        self.arrangement: Arrangement | None = None
        self._reader = desk.ledger.readers.new(in_slices=True)
        self.counts = Counts()
        self.notices = NoticeLog(desk.clock, lambda ref: desk.ledger.tasks().get(ref))
        self.stands = asyncio.Event()
        """Set once the first frame is on the screen."""
        self._arranged = 0
        self._sized: Size | None = None
        self._around = LinesAround(self)

    @property
    def is_low(self) -> bool:
        """Whether rows are so few that notices take the footer's line."""
        return self.size.height < NOTICE_FROM

    @property
    def pane_is_beside(self) -> bool:
        """Whether the details have a place beside the list."""
        return self.arrangement is not None and self.arrangement.details is Details.BESIDE

    @property
    def list_is_covered(self) -> bool:
        """Whether the details are shown in the place of the list."""
        instead = self.arrangement is not None and self.arrangement.details is Details.INSTEAD
        return instead and self.has_class("-open")

    def switch_pane(self) -> None:
        """Give the room of the details beside the list to the list, or give it back."""
        self.toggle_class("-shut")
        self.call_after_refresh(self.redraw)

    @property
    def now(self) -> datetime:
        """Our time (UTC)."""
        return self.desk.clock.now()

    def use_glyphs(self, glyphs: Glyphs) -> None:
        """Draw everything with other signs."""
        self.glyphs = glyphs
        for widget in self.query(Inked):
            widget.glyphs = glyphs
            widget.recolored()
            widget.refresh()
        self.redraw()

    def compose(self) -> ComposeResult:
        """The pieces, top to bottom."""
        yield ClickLine(self.glyphs, id="header", ground=Ground.PANEL)
        yield Paper(self.glyphs, id="troubles")
        yield Rule(self.glyphs)
        with Container(id="body"):
            with Vertical(id="list"):
                yield HeadLine(self.glyphs, id="headings")
                yield self.table
                yield self.empty
            yield self.details
        yield Rule(self.glyphs)
        yield ClickLine(self.glyphs, id="notice")
        yield ClickLine(self.glyphs, id="footer", ground=Ground.PANEL)
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
        self.set_class(self.is_low, "-low")
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
        self.details.beside = beside
        self.details.styles.width = extent if beside else "1fr"
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
            if not self.desk.ledger.unread:
                self.board.prepare(self.now)

    @contained
    def _extend(self, read: Collection[Ref], *, draw: bool) -> None:
        tasks = self.desk.ledger.tasks()
        self.board.extend(tasks, read, self.now)
        self.table.measure(tasks[ref] for ref in read if ref in tasks)
        self.counts.take(tasks, read, layout=False)
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
        self.table.measure(map(tasks.__getitem__, changed))
        self.counts.take(tasks, changes.refs, changes.layout)
        self.notices.happened(changes.events)
        self.beside_task.changed(changes.refs, layout=changes.layout)
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

    @contained
    def tick(self) -> None:
        """Draw what a second changes: countdowns, run times, glowing rows."""
        if self.arrangement is None:
            return
        dark = self.board.tick(self.now)
        if self.board.arranged != self._arranged:
            self.redraw()
            return
        self.table.fit_columns()
        self.app.title = window_title(self.desk.watchlist.name, self.counts.counts)
        self.table.changed(dark)
        self.table.tick(self.counts.awaits)
        self.draw_lines()
        self.draw_details()

    # -- drawing ------------------------------------------------------------------------------

    @contained
    def redraw(self) -> None:
        """Draw everything."""
        if self.arrangement is None:
            return
        self.drawn = True
        if self._arranged != self.board.arranged:
            self._arranged = self.board.arranged
            self.table.fit_columns()
        self._draw_empty()
        self.table.show()
        self.draw_lines()
        self.draw_details()

    @contained
    def draw_lines(self) -> None:
        """Draw the lines above and below the list."""
        self._around.draw()

    def say(self, text: str, tone: Tone = Tone.CALM) -> None:
        """Answer a key, or tell of something, in the notice line."""
        self.notices.say(text, tone)
        if self.drawn and self.arrangement is not None:
            self._draw_notice()

    @contained
    def _draw_notice(self) -> None:
        self._around.draw_notice()

    @contained
    def draw_details(self) -> None:
        """Draw the details of the task under the cursor."""
        task = self.board.current
        if task is None:
            self.details.show_task(None, self.now)
            return
        beside = self.beside_task.of(task, self.table.troubles.get(task.ref.provider))
        self.details.show_task(stilled(task) if self.desk.paused else task, self.now, beside)

    def drawn_rows(self) -> list[str]:
        """The rows as the terminal gets them, with a place for their age instead of the clock."""
        self._around.draw_header(self.size.width, self.now, _(NO_AGE))
        rows = self.rows()
        self._around.draw_header(self.size.width, self.now)
        return rows

    def overview(self) -> Overview:
        """What the header says."""
        return self._around.overview()

    def situation(self) -> Situation:
        """What decides whether an action makes sense now."""
        board = self.board
        return Situation(
            now=self.now,
            current=board.current,
            targets=board.targets(),
            sought=bool(board.sought),
            total=board.total,
            on_a_batch=board.current_batch is not None,
        )

    def _draw_empty(self) -> None:
        nothing = not len(self.board)
        self.set_class(nothing, "-empty")
        self.set_class(nothing and not self.board.total, "-first")
        if nothing:
            room = self.query_one("#list").size or self.size
            if self.board.total:
                view, text = self._around.view_name(), self.board.filter.text
                self.empty.no_match(view, text, self.board.total, room)
            else:
                self.empty.first_page(room)
