"""Keeps what the dashboard shows for its next start, which paints it before it has drawn any."""

import asyncio
from typing import TYPE_CHECKING

from rushes.tui.shell.kept_frames import KeptFrames

if TYPE_CHECKING:
    from rushes.tui.screen.dashboard import Dashboard

EVERY = 30.0
"""Seconds between two looks at whether the frame changed."""


class FrameKeeper:
    """Keeps the frames of one dashboard, each as a start would show it: the list from its top."""

    def __init__(self, dashboard: "Dashboard", frames: KeptFrames | None) -> None:
        """Without `frames` nothing is kept."""
        self._dashboard = dashboard
        self._frames = frames
        self._kept: tuple[str, ...] = ()
        self._looked = dashboard.desk.clock.monotonic()

    def look(self) -> None:
        """Each 30 s keep the frame, if it has changed and a start would show it so."""
        dashboard = self._dashboard
        now = dashboard.desk.clock.monotonic()
        if self._frames is None or now - self._looked < EVERY:
            return
        self._looked = now
        at_top = not dashboard.board.current_row and not dashboard.table.scroll_y
        as_started = at_top and dashboard.board.is_whole and not dashboard.notices.standing()
        if self._shows_the_list() and as_started:
            self._keep(self._frames)

    def last(self) -> None:
        """Keep the frame as a start would show it; the screen is needed no more."""
        if self._frames is not None and self._shows_the_list():
            self._dashboard.show_as_started()
            self._keep(self._frames)

    async def forget(self) -> None:
        """Remove what is kept of this list in any size: tasks were taken off it."""
        self._kept = ()
        if self._frames is not None:
            await asyncio.to_thread(self._frames.forget, self._dashboard.desk.watchlist.path)

    async def forget_all(self) -> None:
        """Remove what is kept of all lists: it is in other colours."""
        self._kept = ()
        if self._frames is not None:
            await asyncio.to_thread(self._frames.forget_all)

    def _shows_the_list(self) -> bool:
        """Whether nothing lies over the list that a start would not show."""
        dashboard = self._dashboard
        if dashboard.desk.ledger.unread:
            return False
        usual = dashboard.looks.theme_at_start(dashboard.app.available_themes)
        plain = dashboard.arrangement is not None and dashboard.app.theme == usual
        return plain and not (
            dashboard.box_is_open
            or dashboard.has_class("-open")
            or dashboard.has_class("-shut")
            or dashboard.details.has_focus
            or dashboard.desk.paused
        )

    def _keep(self, frames: KeptFrames) -> None:
        rows = tuple(self._dashboard.drawn_rows())
        if rows == self._kept:
            return
        self._kept = rows
        path, columns = self._dashboard.desk.watchlist.path, self._dashboard.size.width
        # Nobody waits for it, not even the end: the process leaves its threads a moment.
        asyncio.get_running_loop().run_in_executor(None, frames.keep, path, columns, rows)
