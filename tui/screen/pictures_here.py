"""The pictures of a dashboard, drawn as its terminal shows them best.

What reads and draws them is imported with the first that is asked for, behind the first frame.
"""

from typing import TYPE_CHECKING, cast

from rushes.tui.screen.terminal import ASK_CELL, TerminalDriver
from rushes.tui.screen.terminal_input import Identity

if TYPE_CHECKING:
    from textual.app import App
    from textual.signal import Signal

    from rushes.tui.screen.dashboard import Dashboard
    from rushes.tui.screen.pictures.gallery import Gallery
    from rushes.tui.screen.pictures.way import Way


class PicturesHere:
    """Makes the gallery, and tells it how pictures are drawn.

    `terminal` is what the terminal says of itself.
    """

    def __init__(self, dashboard: "Dashboard") -> None:
        self._dashboard = dashboard
        self._gallery: Gallery | None = None
        self._way: Way | None = None
        self.terminal = Identity()

    @property
    def gallery(self) -> "Gallery":
        """The pictures of what is saved."""
        if self._gallery is None:
            from rushes.tui.screen.pictures.gallery import Gallery
            from rushes.tui.screen.pictures.pictures import Pictures
            from rushes.tui.screen.pictures.pixels import read_pixels

            here = self._dashboard
            self._gallery = Gallery(here.desk.posters, Pictures(read_pixels), here.glyphs)
            resumed = cast("Signal[App[None]]", here.app.app_resume_signal)  # pyright: ignore
            resumed.subscribe(here, self.lost)
            self.look()
        return self._gallery

    def named(self, terminal: Identity) -> None:
        """Draw them as that terminal shows them best."""
        self.terminal = terminal
        if self._gallery is not None:
            self.look()

    def lost(self, _from: object = None) -> None:
        """Send the terminal anew what it shows of pictures: it has none any more."""
        if self._gallery is not None:
            self._gallery.lost()

    def resized(self) -> None:
        """Draw them as large as the cells are now: the font may be another one."""
        if self._gallery is None:
            return
        self.look()
        driver = self._dashboard.app._driver  # pyright: ignore[reportPrivateUsage]
        if self.terminal.cell is not None and isinstance(driver, TerminalDriver):
            driver.send(ASK_CELL)

    def look(self) -> None:
        """Find out anew whether and how they are drawn."""
        from rushes.tui.screen.pictures.cell_size import cell_size
        from rushes.tui.screen.pictures.protocol import Protocol, protocol_of
        from rushes.tui.screen.pictures.way import way_of

        here, gallery = self._dashboard, self.gallery
        color_system, driver = here.app.console.color_system, here.app._driver  # pyright: ignore[reportPrivateUsage]
        protocol = protocol_of(here.desk.settings.pictures, self.terminal)
        off = protocol is Protocol.NONE
        gallery.look(color_system, no_color=here.app.no_color, off=off)
        if not isinstance(driver, TerminalDriver):
            return
        if gallery.without is not None:
            protocol = Protocol.NONE
        true = color_system == "truecolor"
        cell = cell_size(driver.fileno) if protocol.is_fine else None
        way = way_of(protocol, self.terminal, cell, true=true)
        if way != self._way:
            self._way = way
            self._draw(driver, way)

    def _draw(self, driver: TerminalDriver, way: "Way") -> None:
        """Have them drawn in that way from now on."""
        gallery = self.gallery
        taken = gallery.taken_away()
        driver.send(taken)
        fine, draw_over = way.pictures(driver.send, driver.draw_missing, gallery.all_anew)
        driver.have_drawn_over(draw_over)
        driver.take_pictures = gallery.taken_away
        gallery.draw_by(fine)
        if taken:
            self._dashboard.app.screen.refresh()
