"""A screen whose first frame is whole, and whose frame can be had as the terminal gets it."""

from typing import cast

from textual import getters
from textual._compositor import LayoutUpdate
from textual.app import App
from textual.screen import Screen


class WholeFrame(Screen[None]):
    """Paints nothing before `drawn` is set: Textual would paint its first frame three times."""

    app = getters.app(cast("type[App[None]]", App))

    drawn = False
    """Whether all is drawn that the first frame is to show."""

    def _compositor_refresh(self) -> None:
        if self.drawn:
            super()._compositor_refresh()

    def whole_update(self) -> LayoutUpdate:
        """All that the screen shows, to be sent to the terminal."""
        return self._compositor.render_full_update()

    def rows(self) -> list[str]:
        """Each row of the screen as the terminal gets it, without what lies over the screen."""
        strips = self._compositor.render_strips(self.size)
        return [strip.simplify().render(self.app.console) for strip in strips]
