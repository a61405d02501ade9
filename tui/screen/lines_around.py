"""What stands above and below the list: header, troubles, headings, the notice line, the footer."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from rushes.tui.actions.keys import shown
from rushes.tui.actions.views import command_of, name_of
from rushes.tui.lines.download_words import obstacles
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.header import VIEWS, Overview, header, trouble_lines
from rushes.tui.lines.layout import Layout
from rushes.tui.lines.rows import heads
from rushes.tui.lines.standstill import still
from rushes.tui.screen.footer import FooterState, Place, footer
from rushes.tui.screen.overview import overview_of
from rushes.tui.screen.widgets.heads import HeadLine
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.polling.account_state import AccountState
from rushes.watch.sorting import SortKey
from rushes.watch.task import Trouble

if TYPE_CHECKING:
    from rushes.tui.screen.view import View

NOTICE_FROM = 20
"""Rows from which notices have a line of their own; below it is the footer's while one stands."""


class LinesAround:
    """Draws the lines around the list of one screen."""

    def __init__(self, view: "View") -> None:
        self._view = view
        self._states: Mapping[str, AccountState] = {}
        self._heads_asked: tuple[Layout, SortKey, bool, Glyphs] | None = None
        self._view_keys = {command: shown(view.keymap.key(command)) for command, _word in VIEWS}

    def draw(self) -> None:
        """Draw all of them."""
        view, now, width = self._view, self._view.now, self._view.size.width
        self._states = view.desk.account_states()
        self.draw_header(width, now)
        self._draw_troubles(width, now)
        self._share_troubles()
        self._draw_heads()
        self.draw_notice()

    def overview(self, as_of: str = "") -> Overview:
        """What the top line says; `as_of` in place of its clock."""
        view = self._view
        return overview_of(
            view.desk,
            view.counts,
            self._states.values(),
            view.now,
            fetches=view.stands.is_set(),
            as_of=as_of,
            view=command_of(view.board.view),
        )

    def draw_header(self, width: int, now: datetime, as_of: str = "") -> None:
        """Draw the top line; it says `as_of` in place of the clock where that is given."""
        view = self._view
        stands = view.stands.is_set()
        line = header(self.overview(as_of), self._view_keys, width, view.glyphs)
        paper = view.query_one("#header", Paper)
        if as_of or not stands or not paper.rewrite(line):
            paper.show([line])
        else:
            view.paint_line(paper)  # its clock goes on each second, mostly alone

    def _draw_heads(self) -> None:
        """Draw the heads, which seldom become others, where they did."""
        view = self._view
        asked = view.table.columns, view.board.sort, view.board.descending, view.glyphs
        if asked != self._heads_asked:
            self._heads_asked = asked
            view.query_one("#headings", HeadLine).show_heads(heads(*asked))

    def draw_notice(self) -> None:
        """Draw the notice line, and the footer, which is in its place where rows are few.

        A sheet that is open has a line for it below.
        """
        view = self._view
        if not view.is_low:
            view.query_one("#notice", Paper).show([self._notice(view.keymap.key("notices"))])
        view.query_one("#footer", Paper).show([self._footer(view.size.width, view.now)])
        if (above := view.app.screen) is not view:
            for line in above.query("#below").results(Paper):
                line.show([self._notice("")])

    def view_name(self) -> str:
        """What the view in force is called; empty for all tasks."""
        return name_of(self._view.board.view)

    def _notice(self, key: str) -> Cell:
        """What stands; `key` opens all of them."""
        view = self._view
        standing = view.notices.standing()
        if standing is None:
            return ()
        from rushes.tui.screen.notice_line import notice_line  # with the first notice

        name = shown(key, ascii_only=view.glyphs.names_arrows)
        return notice_line(standing, view.size.width, view.glyphs, name)

    def _footer(self, width: int, now: datetime) -> Cell:
        view, board = self._view, self._view.board
        if view.is_low and (notice := self._notice(view.keymap.key("notices"))):
            return notice
        asked = [state.polled_at for state in self._states.values() if state.polled_at]
        state = FooterState(
            shown=len(board.order),
            total=board.total,
            marked=len(board.marks),
            filter=board.filter.text,
            view=self.view_name(),
            polled_at=max(asked, default=None),
            now=now,
        )
        place = Place.DETAILS if view.details.has_focus else Place.LIST
        return footer(view.keymap, view.situation(), state, width, view.glyphs, place)

    def _draw_troubles(self, width: int, now: datetime) -> None:
        view = self._view
        states, paused = self._states.values(), view.desk.paused
        troubles = trouble_lines(
            states,
            self._warnings(),
            now,
            width,
            view.glyphs,
            paused=paused,
            held_up=view.counts.open_at,
        )
        view.set_class(bool(troubles), "-trouble")
        view.query_one("#troubles", Paper).show(troubles)

    def _warnings(self) -> tuple[str, ...]:
        """What is wrong with our own files, and what stands in the way of downloads."""
        desk = self._view.desk
        if not self._view.stands.is_set():
            return desk.notices()
        return (
            *desk.notices(),
            *obstacles(desk.downloads.shortage, desk.download_policy.losses.forecast),
        )

    def _share_troubles(self) -> None:
        view, paused = self._view, self._view.desk.paused
        troubles: dict[str, Trouble] = {
            name: still(state.trouble) if paused else state.trouble
            for name, state in self._states.items()
            if state.trouble
        }
        if troubles != view.table.troubles or paused != view.table.paused:
            view.table.troubles, view.table.paused = troubles, paused
            view.table.refresh()
