"""The picture in the details: of the task under the cursor, once the cursor rests.

What reads and draws pictures is imported with the first that is asked for, behind the first frame.
"""

from typing import TYPE_CHECKING

from textual.timer import Timer

from rushes.providers.language import _
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.screen.widgets.details import BEHIND, MARGIN

if TYPE_CHECKING:
    from rich.segment import Segment

    from rushes.tui.lines.cards import Card
    from rushes.tui.screen.dashboard import Dashboard
    from rushes.watch.task import Task

LEAST_SCREEN = (160, 30)
"""Columns and rows from which on there is room for a picture."""

AT_REST = 0.15
"""Seconds without a move after which a picture is asked for."""

FACTS = 1
"""Lines below the picture: what it is of."""


class PanePicture:
    """The picture of one card, and how many lines of the details are left for it."""

    def __init__(self, dashboard: "Dashboard") -> None:
        self._dashboard = dashboard
        self._task: Task | None = None
        self._cards: tuple[Card, ...] = ()
        self._rests = False
        self._timer: Timer | None = None
        self._follows = False
        self._drawn: tuple[object, list[list[Segment]]] | None = None

    def lines_left(self) -> int:
        """The lines to leave for the current task's picture; 0 where it has none, or no room."""
        here, task = self._dashboard, self._dashboard.board.current
        if not here.stands.is_set() or not here.details.beside or task is None:
            return 0
        width, height = here.size
        if width < LEAST_SCREEN[0] or height < LEAST_SCREEN[1]:
            return 0
        if task is not self._task:
            self._show(task)
        if not self._cards or here.gallery.without is not None:
            return 0
        return self._rows + FACTS

    @property
    def _cells(self) -> int:
        return max(1, self._dashboard.details.scrollable_content_region.width - MARGIN - BEHIND)

    @property
    def _rows(self) -> int:
        """Of a film's usual form."""
        return max(1, round(self._cells * 9 / 32))

    def _show(self, task: "Task") -> None:
        from rushes.tui.lines.cards import every_card

        before, self._task = self._task, task
        self._cards = tuple(c for c in every_card(task, self._dashboard.now) if c.asset.saved)
        self._drawn = None
        if before is None or before.ref != task.ref:
            self._rests = False
            if self._timer is not None:
                self._timer.stop()
            self._timer = self._dashboard.set_timer(AT_REST, self._rested)

    def _rested(self) -> None:
        self._rests = True
        self._came()
        if not self._follows:
            self._follows = True
            self._dashboard.gallery.listen(self._came)
            self._dashboard.run_worker(self._follow())

    async def _follow(self) -> None:
        finished = self._dashboard.desk.posters.changed.new()
        while True:
            refs = await finished.next()
            if self._task is not None and self._task.ref in refs:
                self._came()

    def _came(self) -> None:
        """Draw what is there now."""
        self._drawn = None
        if self._cards:
            self._dashboard.draw_details()
            self._dashboard.details.refresh()

    def line(self, y: int) -> "list[Segment]":
        """One of the lines that were left."""
        cells, rows, pane = self._cells, self._rows, self._dashboard.details
        face = (cells, rows, pane.inks, self._dashboard.gallery.epoch)
        if self._drawn is None or self._drawn[0] != face:
            self._drawn = (face, self._draw(cells, rows))
        lines = self._drawn[1]
        return lines[y] if y < len(lines) else []

    def _draw(self, cells: int, rows: int) -> "list[list[Segment]]":
        pane, gallery = self._dashboard.details, self._dashboard.gallery
        if not self._cards:
            return []
        if not self._rests:
            return [pane.segments((), cells, Ground.PANEL) for _row in range(rows)]
        from rushes.tui.lines.cards import panel_lines

        card = self._cards[0]
        poster = gallery.poster(card)
        panel = pane.inks.style(Role.TEXT, Ground.PANEL, False)
        lines = gallery.blocks(poster, cells, rows, panel, dimmed=card.rejected)
        if lines is None:
            said = panel_lines(card, poster, cells, rows, pane.glyphs)
            lines = [pane.segments(line, cells, Ground.PANEL) for line in said]
        return [*lines, pane.segments(self._facts(), cells)]

    def _facts(self) -> Cell:
        from rushes.tui.lines.cards import media_words

        here, card = self._dashboard, self._cards[0]
        media = here.gallery.poster(card).media
        several = len(self._cards) > 1
        facts = [
            *([_("{place} of {all}").format(place=1, all=len(self._cards))] if several else ()),
            *(media_words(media, here.glyphs) if media else ()),
        ]
        return (
            Piece("  ".join(facts), Role.QUIET),
            Piece(f"  {here.keymap.key('picture')} ", Role.ACCENT, True),
            Piece(_("full"), Role.QUIET),
            Piece(f"  {here.keymap.key('dailies')} ", Role.ACCENT, True),
            Piece(_("all"), Role.QUIET),
        )
