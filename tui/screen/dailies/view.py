"""The drawing of the dailies: takes changes from the desk, and draws only those."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal

from rushes.providers.language import Words, _
from rushes.tui.actions.contact_sheet import GOOD, ContactSheet, Grouping, Range, Section
from rushes.tui.lines import dailies_lines
from rushes.tui.lines.cards import Waiting
from rushes.tui.lines.dailies_lines import Shown
from rushes.tui.lines.fit import Cell, Piece, cell_width
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.dailies.floor import Floor
from rushes.tui.screen.dailies.grid import CardGrid
from rushes.tui.screen.dailies.keyed import KeyedScreen
from rushes.tui.screen.internal_errors import contained
from rushes.tui.screen.notice_line import notice_line
from rushes.tui.screen.view import TICK_EVERY
from rushes.tui.screen.widgets.click_line import ClickLine
from rushes.tui.screen.widgets.filter import FilterLine
from rushes.tui.screen.widgets.key_line import Hint, KeyLine
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Ref

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

REST = 2.0
"""Seconds without a key after which cards that came are put in their places."""

SHORT = 20
"""Rows of a screen under which what is said takes the footer's line."""


class DailiesView(KeyedScreen):
    """Lines above and below the cards; the subclass `DailiesScreen` adds the behaviour."""

    AUTO_FOCUS = "#grid"
    DEFAULT_CSS = """
    DailiesView {
        & #header, & #head, & #notice, & #footer { height: 1; }
        & #asked-line { height: 1; }
        & #asked { width: 1fr; height: 1; }
        & FilterLine { width: 1fr; }
        & #ranges { height: 1; width: auto; }
        &.-filtering #asked { display: none; }
        &.-short #notice { display: none; }
        & #nothing { height: 1fr; display: none; }
        &.-nothing #nothing { display: block; }
        &.-nothing #grid { display: none; }
    }
    """

    def __init__(self, dashboard: "Dashboard") -> None:
        super().__init__(dashboard)
        self.sheet = ContactSheet()
        self.grid = CardGrid(self.sheet, self.glyphs, self.gallery, self._head)
        self.held_keys = dashboard.held_keys
        line = FilterLine(self.glyphs, self._reached_filter, self.desk.settings)
        self.filter = line
        self.typed: events.Key | None = None
        """The last key that the filter received; it may have closed it since."""
        self._floor = Floor(self.glyphs)
        self._reader = self.desk.ledger.readers.new()
        self._posters = self.desk.posters.changed.new()
        self.touched_at = 0.0

    def _reached_filter(self, event: events.Key) -> None:
        self.held_keys.reached_filter(event)
        self.typed = event

    def compose(self) -> ComposeResult:
        """The pieces, top to bottom."""
        yield Paper(self.glyphs, id="header", ground=Ground.PANEL)
        with Horizontal(id="asked-line"):
            yield Paper(self.glyphs, id="asked")
            yield self.filter
            yield ClickLine(self.glyphs, id="ranges")
        yield Paper(self.glyphs, id="head")
        yield self.grid
        yield Paper(self.glyphs, id="nothing")
        yield self._floor
        yield ClickLine(self.glyphs, id="notice")
        yield KeyLine(self.glyphs, id="footer", ground=Ground.PANEL)

    def on_mount(self) -> None:
        """Take in what there is, and follow the desk."""
        self.take_in()
        self.rearrange()
        self._stop_listening = self.gallery.listen(self.grid.came)
        self.run_worker(self._follow())
        self.run_worker(self._follow_posters())

    def on_unmount(self) -> None:
        """Ask for nothing more."""
        self._stop_listening()
        self.gallery.cancel()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw in the new size."""
        self.set_class(self.size.height < SHORT, "-short")
        self.call_after_refresh(self.draw)

    # -- following the desk -------------------------------------------------------------------

    @property
    def now(self) -> datetime:
        """Our time (UTC)."""
        return self.desk.clock.now()

    async def _follow(self) -> None:
        while True:
            await self._reader.wait(TICK_EVERY)
            self.pull()
            self.tick()

    async def _follow_posters(self) -> None:
        while True:
            self.grid.changed(await self._posters.next())

    @contained
    def pull(self) -> None:
        """Take in what changed; cards keep their places until a key, or a rest."""
        changed = self.take_in()
        if not self.sheet.cards and self.sheet.stale:
            self.rearrange()
        elif changed:
            self.grid.changed(changed)
            self.draw_lines()

    def take_in(self, more: Collection[Ref] = ()) -> Collection[Ref]:
        """Take in what changed, and these tasks; all that were looked at again."""
        changes, tasks = self._reader.take(), self.desk.ledger.tasks()
        refs = {*changes.refs, *more}
        if changes.layout:
            refs |= {*tasks, *self.sheet.refs}
        self.sheet.take(tasks, refs, self.now, self._waiting())
        return refs

    def _waiting(self) -> Waiting:
        waiting: dict[Ref, set[int]] = {}
        for job in self.desk.downloads.jobs:
            waiting.setdefault(job.ref, set()).add(job.n)
        return waiting

    @contained
    def tick(self) -> None:
        """Draw what a second changes, and what came while no key was pressed."""
        if self.sheet.stale and self.desk.clock.monotonic() - self.touched_at >= REST:
            self.rearrange()
        self.draw_lines()

    # -- drawing ------------------------------------------------------------------------------

    def rearrange(self) -> None:
        """Put every card in its place."""
        self.sheet.arrange(self.now)
        self.draw()

    @contained
    def draw(self) -> None:
        """Draw everything."""
        if not self.is_open:
            return
        nothing = not self.sheet.cards
        self.set_class(nothing, "-nothing")
        if nothing:
            self.query_one("#nothing", Paper).show(self._nothing())
        self.grid.show()
        self.draw_lines()

    def _nothing(self) -> list[Cell]:
        rows = self.query_one("#nothing").size.height
        words = (
            _("nothing here matches: esc shows all")
            if self.sheet.tally.all
            else _("nothing has arrived yet: what is saved is shown here")
        )
        return [*[()] * (rows // 3), (Piece(words.center(self.size.width), Role.QUIET),)]

    @contained
    def draw_lines(self) -> None:
        """Draw the lines around the cards."""
        if not self.is_open:
            return
        sheet, tally, cells = self.sheet, self.sheet.tally, self.size.width
        shown = Shown(
            cards=len(sheet),
            all=tally.all,
            rated=tally.rated,
            rejected=tally.rejected,
            unrated=tally.unrated,
        )
        overview = self.dashboard.overview()
        header = dailies_lines.header(shown, overview, cells, self.glyphs)
        self.query_one("#header", Paper).show([header])
        self.query_one("#asked", Paper).show([dailies_lines.asked(sheet.filter.text, self.glyphs)])
        self._draw_ranges()
        self.draw_head()
        self.draw_said()

    def draw_head(self) -> None:
        """Draw the head of the section at the top, and what closes a frame at the bottom."""
        section = self.grid.section_at_top
        right = dailies_lines.order_words(_(_GROUPED[self.sheet.grouping]), self.glyphs)
        words = self._head_words(section) if section else ()
        cells = self.size.width
        line = dailies_lines.head(words, right, cells, self.glyphs)
        self.query_one("#head", Paper).show([line])
        self._floor.close(self.grid.closing())

    def _head(self, section: Section, cells: int) -> Cell:
        return dailies_lines.head(self._head_words(section), (), cells, self.glyphs)

    def _head_words(self, section: Section) -> Cell:
        if section.day is not None:
            name = Piece(dailies_lines.day_words(section.day, self.now), Role.TEXT, True)
        elif section.batch is not None:
            name = Piece(f"#{section.batch}" if section.batch else _("no batch"), Role.QUEUED, True)
        else:
            name = Piece(_("all"), Role.TEXT, True)
        return (name, Piece(f"  {len(section.cards)}", Role.QUIET))

    def _draw_ranges(self) -> None:
        parts = [
            Piece(_("rating") + " ", Role.QUIET),
            Piece("[ ", Role.ACCENT, True, command="["),
        ]
        for each in Range:
            chosen = each is self.sheet.range
            stars = f"{self.glyphs.rated * GOOD} " if each is Range.GOOD else ""
            words, role = f" {stars}{_(each.value)} ", Role.TEXT if chosen else Role.FAINT
            ground = Ground.CURSOR if chosen else None
            parts.append(Piece(words, role, chosen, command=each.name, ground=ground))
        parts.append(Piece(" ] ", Role.ACCENT, True, command="]"))
        line = self.query_one("#ranges", ClickLine)
        line.styles.width = cell_width(parts)
        line.show([tuple(parts)])

    def draw_said(self) -> None:
        """Show what is said above the footer; in its place where there are few rows."""
        short = self.size.height < SHORT
        said = self._line_said()
        self.query_one("#notice", Paper).show([said])
        footer = self.query_one("#footer", KeyLine)
        if said and short and (self.said or self.gallery.without is None):
            footer.show([said])
            return
        place = self.sheet.place + 1 if self.sheet.cards else 0
        of = _("{place} of {all}").format(place=place, all=len(self.sheet))
        footer.show_hints(self._hints(), (Piece(of, Role.FAINT),))

    def _line_said(self) -> Cell:
        """The answer to a key, else why there are no pictures, else what happened."""
        said, without = self.said, self.gallery.without
        if not said and without is not None:
            said = (Piece(without.words, Role.QUIET),)
        if said:
            return (Piece(f"{self.glyphs.cursor} ", Role.ACCENT), *said)
        standing = self.dashboard.notices.standing()
        return notice_line(standing, self.size.width, self.glyphs, "e") if standing else ()

    def _hints(self) -> Sequence[Hint]:
        marked = len(self.sheet.marks)
        compare = _("compare {n}").format(n=marked) if marked > 1 else _("compare")
        return (
            Hint(("1", "2", "3", "4", "5"), _("rate")),
            Hint(("0",), _("reject")),
            Hint(("+", "-"), _("step")),
            Hint(("space",), _("mark")),
            Hint(("=",), compare),
            Hint(("i",), _("full")),
            Hint(("o",), _("open")),
            Hint(("/",), _("filter")),
            Hint(("f",), _("group")),
            Hint(("?",), _("help")),
            Hint(("escape",), _("back")),
        )


_GROUPED: Mapping[Grouping, str] = Words(
    {
        Grouping.DAY: "by day",
        Grouping.BATCH: "by batch",
        Grouping.NONE: "not grouped",
    }
)
"""How the cards are grouped."""
