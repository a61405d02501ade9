"""What the history adds up to, under `F`: totals, a table of groups, hours and reasons."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from rushes.providers.language import Words, _, catalogued, plural
from rushes.tui.lines.figure_charts import lower_part
from rushes.tui.lines.figure_groups import FigureRow, FigureSort, rows
from rushes.tui.lines.figure_table import as_tsv, row_words, table, total_lines
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.edges import Hint
from rushes.tui.screen.internal_errors import InternalErrors, contained
from rushes.tui.screen.sheet import Sheet, indented, position_words
from rushes.tui.screen.widgets.click_line import ClickLine
from rushes.tui.screen.widgets.paper import Paper
from rushes.tui.screen.widgets.rows import Rows
from rushes.watch.desk import Desk
from rushes.watch.figures.gathered import Asked, Gathered
from rushes.watch.figures.totals import By, Totals, figures_of
from rushes.watch.query import Query, read
from rushes.watch.store import StoreError


class Range(Enum):
    """From when on tasks count, by the time of their end."""

    TODAY = "today"
    WEEK = "week"
    MONTH = "month"
    ALL = "all"

    def since(self, now: datetime) -> float | None:
        """Unix seconds; None for ever."""
        if self is Range.ALL:
            return None
        if self is Range.TODAY:
            day = now.astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
            return day.timestamp()
        return (now - timedelta(days=7 if self is Range.WEEK else 30)).timestamp()


_RANGES: Mapping[Range, str] = Words(
    {
        Range.TODAY: "today",
        Range.WEEK: "7 days",
        Range.MONTH: "30 days",
        Range.ALL: "all",
    }
)

GROUPINGS: tuple[tuple[tuple[By, ...], str], ...] = (
    ((By.PROVIDER, By.MODEL), catalogued("VIA, MODEL")),
    ((By.DAY,), catalogued("DAY")),
    ((By.TAG,), catalogued("TAG")),
)
"""What `b` goes through, and what stands over the names."""

CHARTS_FROM = 24
"""Rows in the frame from which the lower part is there."""

TOTALS_FROM = 12
"""Rows in the frame from which the totals are there."""

LONGEST = 60
"""Characters of a filter."""


class FiguresSheet(Sheet[str]):
    """The figures of a range; it closes with the filter of the tasks that are asked for."""

    DEFAULT_CSS = """
    FiguresSheet {
        & #totals { height: 3; }
        & #heads { height: 2; }
        & #fact { height: 1; }
        & #charts { height: 11; display: none; }
        &.-charts #charts { display: block; }
        &.-low #totals { display: none; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("F,q", "close", show=False),
        Binding("left,h", "range(-1)", show=False),
        Binding("right,l", "range(1)", show=False),
        Binding("b", "group", show=False),
        Binding("s", "sort", show=False),
        Binding("c", "copy", show=False),
        Binding("slash", "filter", show=False),
        Binding("enter", "tasks", show=False),
        Binding("j,down", "step(1)", show=False),
        Binding("k,up", "step(-1)", show=False),
        Binding("ctrl+d,pagedown", "step(10)", show=False),
        Binding("ctrl+u,pageup", "step(-10)", show=False),
        Binding("g,home", "step(-100000)", show=False),
        Binding("G,end", "step(100000)", show=False),
    ]

    def __init__(self, desk: Desk, glyphs: Glyphs, copy: Callable[[str, str], None]) -> None:
        """`copy` puts a text into the clipboard, and says what it was."""
        super().__init__(glyphs)
        self._desk = desk
        self._copy = copy
        self._list = Rows(glyphs, id="rows", ground=Ground.PANEL)
        self._range = Range.WEEK
        self._grouping = 0
        self._sort = FigureSort.COST
        self._filter, self._typed = "", None
        self._gathered: Gathered | None = None
        self._total: Totals | None = None
        self._rows: list[FigureRow] = []
        self._at = 0
        self._fault = ""
        self.internal_errors = InternalErrors(self)

    _typed: str | None
    """The filter while it is typed."""

    def content(self) -> ComposeResult:
        """The totals, the table, the row under the cursor in words, the charts."""
        yield self.paper("totals")
        yield ClickLine(self.glyphs, id="heads", ground=Ground.PANEL)
        yield self._list
        yield self.paper("charts")
        yield self.paper("fact")

    @property
    def heading(self) -> str:
        """What it shows."""
        return _("figures")

    @property
    def aside(self) -> Cell:
        """The ranges, the one in force on a lighter ground; and the filter."""
        pieces = [Piece(f"/{self._filter}  ", Role.ACCENT)] if self._filter else []
        pieces.append(Piece(f"{self.glyphs.below} ", Role.ACCENT, True))
        for each in Range:
            is_on = each is self._range
            ground = Ground.CURSOR if is_on else None
            role = Role.TEXT if is_on else Role.QUIET
            pieces.append(Piece(f" {_RANGES[each]} ", role, is_on, ground=ground))
        return (*pieces, Piece(f" {self.glyphs.above}", Role.ACCENT, True))

    @property
    def hints(self) -> Sequence[Hint]:
        """The keys of the page; while a filter is typed those of that."""
        if self._typed is not None:
            return (Hint(("enter",), _("filter")), Hint(("escape",), _("as before")))
        return (
            Hint(("left", "right"), _("range")),
            Hint(("enter",), _("these tasks")),
            Hint(("b",), _("by day, tag, model")),
            Hint(("s",), _("sort")),
            Hint(("c",), _("copy")),
            Hint(("slash",), _("filter"), shown="/"),
            self.closing,
        )

    @property
    def position(self) -> str:
        """Which row the cursor is on."""
        return position_words(self._at + 1, len(self._rows), self.more(self._list))

    # -- reading ------------------------------------------------------------------------------

    def on_mount(self) -> None:
        """Read the figures."""
        self._read()

    def _read(self) -> None:
        self.run_worker(self._gather(), exclusive=True)

    async def _gather(self) -> None:
        desk, now = self._desk, self._desk.clock.now()
        tasks = desk.ledger.tasks()
        query = self._query()[0]
        such = frozenset(ref for ref, task in tasks.items() if query.matches(task, now))
        by = GROUPINGS[self._grouping][0]
        asked = Asked(by=by, since=self._range.since(now), refs=such if query else None)
        tags = {ref: task.entry.tags for ref, task in tasks.items()}
        try:
            self._gathered = await desk.history.figures(asked, now, tags)
        except StoreError as error:
            self._fault = str(error)
        self._arrange()

    def _query(self) -> tuple[Query, str]:
        return read(self._filter, self._desk.settings.views)

    @contained
    def _arrange(self) -> None:
        """Make the rows of what was read, in the order in force."""
        if self._gathered is not None:
            prices = self._desk.settings.prices
            self._total = figures_of((), self._gathered.whole, (), prices).total
            self._rows = rows(self._gathered, GROUPINGS[self._grouping][0], prices, self._sort)
            self._at = max(0, min(self._at, len(self._rows) - 1))
        self._write()

    # -- drawing ------------------------------------------------------------------------------

    def on_resize(self, _: events.Resize) -> None:
        """Write all for the new size."""
        self.set_class(self.room >= CHARTS_FROM, "-charts")
        self.set_class(self.room < TOTALS_FROM, "-low")
        self.call_after_refresh(self._write)

    @contained
    def _write(self) -> None:
        cells = self._list.room
        if cells <= 0:
            return
        if self._total is None or self._gathered is None:
            alert = (Piece(f"{self.glyphs.alert} {self._fault}", Role.FAILED),)
            shown = alert if self._fault else (Piece(_("reading"), Role.FAINT),)
            self.query_one("#totals", Paper).show([(), indented(shown)])
            return
        numbers = total_lines(self._total, cells)
        self.query_one("#totals", Paper).show([indented(line) for line in numbers])
        title = _(GROUPINGS[self._grouping][1])
        made = table(self._rows, title, cells, self.glyphs, self._sort)
        rule = indented((Piece(self.glyphs.rule * cells, Role.RULE),))
        self.query_one("#heads", ClickLine).show([indented(made.head), rule])
        self._list.show_rows(made.lines, self._at if self._rows else None)
        charts = lower_part(self._gathered, self._total, cells, self.glyphs)
        self.query_one("#charts", Paper).show([rule, *map(indented, charts), rule])
        self.query_one("#fact", Paper).show([indented(self._fact())])
        self.draw_frame()

    def _fact(self) -> Cell:
        """The row under the cursor in words, or the filter that is typed."""
        if self._typed is not None:
            fault = read(self._typed, self._desk.settings.views)[1]
            text = (Piece("/ ", Role.ACCENT, True), Piece(self._typed), Piece("_", Role.ACCENT))
            return (*text, Piece(f"  {fault}", Role.URGENT))
        if not self._rows:
            return (Piece(_("nothing in this range"), Role.FAINT),)
        row = self._rows[self._at]
        return (Piece(f"{row.whole}  ", Role.TEXT, True), Piece(row_words(row), Role.QUIET))

    @property
    def text(self) -> str:
        """What is written, without colours."""
        names = ("totals", "heads", "rows", "charts", "fact")
        return "\n".join(self.query_one(f"#{name}", Paper).text for name in names)

    # -- keys and clicks ----------------------------------------------------------------------

    def on_key(self, event: events.Key) -> None:
        """Type at the filter, while there is one."""
        if self._typed is None:
            return
        event.stop()
        event.prevent_default()
        if event.key in ("enter", "escape"):
            if event.key == "enter":
                self._filter = self._typed.strip()
                self._read()
            self._typed = None
        elif event.key == "backspace":
            self._typed = self._typed[:-1]
        elif event.is_printable and event.character:
            self._typed = (self._typed + event.character)[:LONGEST]
        self._write()

    def action_filter(self) -> None:
        """Ask for a filter."""
        self._typed = self._filter
        self._write()

    def action_range(self, step: int) -> None:
        """Take the next or the previous range."""
        ranges = list(Range)
        self._range = ranges[min(len(ranges) - 1, max(0, ranges.index(self._range) + step))]
        self._read()

    def action_group(self) -> None:
        """Group by something else."""
        self._grouping = (self._grouping + 1) % len(GROUPINGS)
        by_day = GROUPINGS[self._grouping][0] == (By.DAY,)
        self._sort = FigureSort.NAME if by_day else FigureSort.COST
        self._at = 0
        self._read()

    def action_sort(self) -> None:
        """Order by the next column."""
        sorts = list(FigureSort)
        self._sort_by(sorts[(sorts.index(self._sort) + 1) % len(sorts)])

    @on(ClickLine.Clicked)
    def _clicked(self, event: ClickLine.Clicked) -> None:
        event.stop()
        self._sort_by(FigureSort(event.command))

    def _sort_by(self, sort: FigureSort) -> None:
        self._sort, self._at = sort, 0
        self._arrange()

    def action_step(self, by: int) -> None:
        """Move the cursor."""
        self._at = max(0, min(len(self._rows) - 1, self._at + by))
        self._write()

    @on(Rows.Clicked)
    def _picked(self, event: Rows.Clicked) -> None:
        self._at = event.row
        self._write()

    def action_copy(self) -> None:
        """Copy the table."""
        text = as_tsv(self._rows, _(GROUPINGS[self._grouping][1]))
        self._copy(text, plural("{n} row", "{n} rows", len(self._rows)))

    def action_tasks(self) -> None:
        """List the tasks of the row."""
        if self._rows:
            self.dismiss(self._rows[self._at].asks)
