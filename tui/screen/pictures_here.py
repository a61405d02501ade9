"""The pictures of a dashboard, drawn as its terminal shows them best.

What reads and draws them is imported with the first that is asked for, behind the first frame.
"""

from typing import TYPE_CHECKING, cast

from rushes.tui.screen.terminal import TerminalDriver

if TYPE_CHECKING:
    from textual.app import App
    from textual.signal import Signal

    from rushes.tui.screen.dashboard import Dashboard
    from rushes.tui.screen.pictures.gallery import Gallery


class PicturesHere:
    """Makes the gallery, and tells it how pictures are drawn.

    `terminal` is what the terminal says it is; "" as long as it said nothing.
    """

    def __init__(self, dashboard: "Dashboard") -> None:
        self._dashboard = dashboard
        self._gallery: Gallery | None = None
        self.terminal = ""

    @property
    def gallery(self) -> "Gallery":
        """The pictures of what is saved."""
        if self._gallery is None:
            from rushes.tui.screen.pictures.gallery import Gallery
            from rushes.tui.screen.pictures.pictures import Pictures

            here = self._dashboard
            self._gallery = Gallery(here.desk.posters, Pictures(), here.glyphs)
            resumed = cast("Signal[App[None]]", here.app.app_resume_signal)  # pyright: ignore
            resumed.subscribe(here, self.lost)
            self.look()
        return self._gallery

    def named(self, terminal: str) -> None:
        """Draw them as that terminal shows them best."""
        self.terminal = terminal
        if self._gallery is not None:
            self.look()

    def lost(self, _from: object = None) -> None:
        """Send the terminal anew what it shows of pictures: it has none any more."""
        if self._gallery is not None:
            self._gallery.lost()

    def look(self) -> None:
        """Find out anew whether and how they are drawn."""
        from rushes.tui.screen.pictures.protocol import Protocol, protocol_of

        here, gallery = self._dashboard, self.gallery
        color_system, driver = here.app.console.color_system, here.app._driver  # pyright: ignore[reportPrivateUsage]
        protocol = protocol_of(here.desk.settings.pictures, self.terminal)
        off = protocol is Protocol.NONE
        gallery.look(color_system, no_color=here.app.no_color, off=off)
        fine = protocol is Protocol.KITTY and color_system == "truecolor"
        if not (fine and isinstance(driver, TerminalDriver)):
            gallery.draw_in_blocks()
        elif not gallery.is_fine:
            gallery.draw_by_kitty(driver.fileno, driver.send)
            driver.take_pictures = gallery.taken_away
