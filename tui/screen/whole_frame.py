"""A screen whose first frame is whole, and whose frame can be had as the terminal gets it."""

import contextlib
from collections.abc import Callable, Mapping
from typing import cast

from textual import getters
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.app import App
from textual.errors import NoWidget
from textual.geometry import Offset
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget

from rushes.tui.screen.painting.cells import placed, without_pictures
from rushes.tui.screen.widgets.details import DetailPane

Display = Callable[[Screen[None], ChopsUpdate], None]
"""How Textual sends an update to the terminal."""


class WholeFrame(Screen[None]):
    """Paints nothing before `drawn` is set: Textual would paint its first frame three times."""

    app = getters.app(cast("type[App[None]]", App))

    drawn = False
    """Whether all is drawn that the first frame is to show."""

    def _compositor_refresh(self) -> None:
        if self.drawn:
            super()._compositor_refresh()

    def paint_now(self, widget: Widget) -> None:
        """Paint what is drawn anew of a widget; Textual would pass it on through three queues."""
        self._dirty_widgets.add(widget)
        self._on_timer_update()

    def paint_line(self, widget: Widget) -> None:
        """Paint a widget across the screen that has one line, drawn anew.

        Textual would look through all of the screen for what else lies there, and wake twice more.
        """
        pending = self._layout_required or self._scroll_required or self._repaint_required
        if pending or not self.is_current:
            widget.refresh()
            return
        size, region = self.size, widget.region
        widget._set_dirty(region.reset_offset)
        chops: list[Mapping[int, Strip | None]] = [{} for _ in range(size.height)]
        chops[region.y] = {region.x: widget.render_lines(region.reset_offset)[0]}
        spans = [(region.y, region.x, region.right)]
        display = cast("Display", self.app._display)  # pyright: ignore
        display(self, ChopsUpdate(chops, spans, [[size.width]] * size.height))

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """The widget at a cell, and the character of its text there, where that can be selected.

        Textual would look for both in the styles of what it drew, and have each be another one.
        """
        with contextlib.suppress(NoWidget):
            widget, region = self.get_widget_at(x, y)
            if isinstance(widget, DetailPane):
                return widget, widget.text_offset_at(x - region.x, y - region.y)
        return super().get_widget_and_offset_at(x, y)

    def whole_update(self) -> LayoutUpdate:
        """All that the screen shows, to be sent to the terminal."""
        return self._compositor.render_full_update()

    def rows(self) -> list[str]:
        """Each row of the screen as the terminal gets it, without what lies over the screen.

        Where the terminal draws a picture there are blanks: it has none yet when a row is kept.
        """
        strips = self._compositor.render_strips(self.size)
        kept = (placed(without_pictures(strip).simplify()) for strip in strips)
        return [strip.render(self.app.console) for strip in kept]
