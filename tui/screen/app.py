"""The Textual application around the dashboard: themes, signals, a clean end."""

import asyncio
import contextlib
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Generator
from functools import lru_cache
from typing import ClassVar, cast

from rich.console import COLOR_SYSTEMS, RenderableType
from rich.text import Text
from textual import constants, events, screen
from textual._compositor import CompositorUpdate
from textual._styles_cache import StylesCache
from textual.app import App, ScreenStackError, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.filter import Monochrome, NoColor
from textual.geometry import Size
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.scrollbar import ScrollBar, ScrollBarRender

from rushes.providers.language import _
from rushes.tui.actions.keymap import keys_of
from rushes.tui.actions.tone import Tone
from rushes.tui.screen.colour_depth import ColourDepth
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.few_colours import CSS as FEW_COLOURS
from rushes.tui.screen.held_keys import HeldKeys, Typed
from rushes.tui.screen.looks import Looks
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.terminal import SignsMeasured, TerminalDriver, TerminalNamed
from rushes.tui.screen.theme import role_variables
from rushes.tui.shell.ending_signals import ENDING_SIGNALS
from rushes.tui.shell.internal_error_text import told
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.watch.desk import Desk
from rushes.watch.keys.command import end_commands

log = logging.getLogger(__name__)

Display = Callable[[Screen[object], RenderableType | CompositorUpdate | None], None]
"""How Textual sends an update, or whatever Rich can draw, to the terminal."""


class SolidBar(ScrollBarRender):
    """A scroll bar drawn in whole cells: Textual draws half cells with signs that ASCII lacks."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8


# For the whole process: every widget makes its own bars from Textual's class, and the text areas
# are Textual's, so there is no place where all of them could be given another renderer.
ScrollBar.renderer = SolidBar

# Textual paints sixty times a second at most: what a letter of the filter leaves of the list would
# wait for 17 ms behind the letter itself, which is painted first.
setattr(screen, "UPDATE_PERIOD", 1 / 250)  # noqa: B010 - a constant, to a type checker

# Textual 8.2 remembers these two styles apart for each of the last 1,024 widgets, and with them all
# lines that it drew, some 8 KiB for a sheet that is long gone (row 62): they are the same for all.
setattr(  # noqa: B010 - a type checker knows the method as it was
    StylesCache,
    "get_inner_outer",
    classmethod(lru_cache(1024)(StylesCache.get_inner_outer.__wrapped__)),
)


class RushesApp(App[None]):
    """The dashboard over a desk that its caller opens, starts and closes.

    `pressed` hears of each key. `return_code` afterwards: 0, 128 + n after a signal, 1 after a
    crash. Raises BadKeys.
    """

    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    TITLE = "rushes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+z", "suspend_process", show=False),
        Binding("ctrl+l", "app.paint_anew", show=False, priority=True),
    ]
    CSS = FEW_COLOURS

    def __init__(
        self,
        desk: Desk,
        *,
        machine: Machine | None = None,
        pressed: Callable[[], None] = lambda: None,
        frames: KeptFrames | None = None,
        looks: Looks | None = None,
    ) -> None:
        """`pressed` is told of each key; the last frame is kept in `frames`, if there are any.

        `looks` are those that the terminal allows, where it is known.
        """
        # In a browser Textual talks to a server in place of a terminal.
        super().__init__(driver_class=None if constants.DRIVER else TerminalDriver)
        self._pressed = pressed
        self._keys = keys_of(desk.settings)
        self.looks = looks or Looks(desk.settings)
        held_keys = HeldKeys(self._deliver)
        self._dashboard = Dashboard(
            desk, self._keys, self.looks, machine or Machine(), held_keys, frames
        )
        for theme in self.looks.themes:
            self.register_theme(theme)
        self.theme = self.looks.theme_at_start(self.available_themes)
        if self.looks.depth is not None:
            self._draw_in(self.looks.depth)
        if not desk.settings.motion:
            self.animation_level = "none"
        self._stands = False
        self._ending = False
        self._awaited = False
        self._lent_to: Callable[[], object] | None = None
        self.set_class(self.looks.glyphs.names_arrows, "-ascii")
        self.sub_title = desk.watchlist.name

    def _draw_in(self, depth: ColourDepth) -> None:
        """Draw with as many colours as there are, whatever Textual took there to be."""
        if depth is ColourDepth.NONE:
            # Textual would draw in shades of grey, which are colours to a terminal.
            shades = [each for each in self._filters if not isinstance(each, Monochrome)]
            self._filters = [*shades, NoColor()]
            self.no_color = True
        else:
            system = COLOR_SYSTEMS[depth.value]
            self.console._color_system = system  # pyright: ignore[reportPrivateUsage]

    def on_signs_measured(self, event: SignsMeasured) -> None:
        """Draw with other signs where the terminal draws some of them two cells wide."""
        if self.looks.measured(event.cells):
            asyncio.get_running_loop().run_in_executor(None, self.looks.keep_measured)
            glyphs = self.looks.glyphs
            self.set_class(glyphs.names_arrows, "-ascii")
            self._dashboard.use_glyphs(glyphs)
            self.action_paint_anew()  # what was drawn double may have covered what is beside it

    def on_terminal_named(self, event: TerminalNamed) -> None:
        """Draw pictures as that terminal shows them best."""
        self._dashboard.pictures.named(event.identity)

    async def on_event(self, event: events.Event) -> None:
        """Keep keys while a box is being opened; look at the terminal's size when it is needed."""
        if isinstance(event, events.Resize) and isinstance(self._driver, TerminalDriver):
            event = _with_current_size(event)
            self._resized(event.size)
        elif isinstance(event, events.InputEvent):
            self._pressed()
        if not self._dashboard.held_keys.keep(event):
            await super().on_event(event)

    def _display(self, screen: Screen[object], renderable: RenderableType | None) -> None:
        """Send what differs from what stands on the terminal (row 140).

        Nothing is shown before all of it is there: the frame of the last time may stand there.
        """
        if self._lent_to is not None:
            return
        if not self._stands:
            if not self._dashboard.drawn:
                return
            self._stands = True
            renderable = self._dashboard.whole_update()
            if isinstance(self._driver, TerminalDriver):
                self._driver.ask()
        display = cast("Display", super()._display)  # pyright: ignore[reportUnknownMemberType]
        driver = self._driver
        if not (isinstance(driver, TerminalDriver) and isinstance(renderable, CompositorUpdate)):
            display(screen, renderable)
            return
        changes = driver.painting.changes(renderable, self.console)
        display(screen, changes)
        if changes is not None and not changes.sent:
            driver.painting.forget()
        driver.listen()

    async def _deliver(self, typed: Typed) -> None:
        await super().on_event(typed.set_sender(self))

    def _resized(self, size: Size) -> None:
        """Forget what stands there: a terminal moves it about, or cuts it."""
        if isinstance(self._driver, TerminalDriver):
            self._driver.painting.forget()
        self._dashboard.pictures.resized()
        with contextlib.suppress(ScreenStackError):
            if size == self.screen.size:
                # It was that large before, perhaps not a moment ago: Textual would draw nothing.
                self.screen.refresh()

    def action_paint_anew(self) -> None:
        """Send the whole screen once more, whatever another program wrote over it."""
        self._dashboard.pictures.lost()
        self._resized(self.screen.size)

    def get_default_screen(self) -> Screen[None]:
        """The dashboard."""
        return self._dashboard

    @property
    def dashboard(self) -> Dashboard:
        """The dashboard, whatever sheet lies over it."""
        return self._dashboard

    def get_css_variables(self) -> dict[str, str]:
        """Textual's variables, with colours for our roles added where a theme lacks them."""
        variables = super().get_css_variables()
        self.theme_variables = variables | role_variables(self.current_theme, variables)
        return self.theme_variables

    def on_mount(self) -> None:
        """Handle ending signals; the terminal would stay in its alternate screen otherwise."""
        for warning in (*self._dashboard.desk.settings.exposed, *self.looks.faults):
            self._dashboard.say(warning, Tone.WARNING)
        self.take_signals()

    def take_signals(self) -> None:
        """Handle ending signals, and those of stopping and going on."""
        loop = asyncio.get_running_loop()
        for number in ENDING_SIGNALS:
            loop.add_signal_handler(number, self._end, number)
        loop.add_signal_handler(signal.SIGTSTP, self.action_suspend_process)
        loop.add_signal_handler(signal.SIGCONT, self._continued)

    def on_unmount(self) -> None:
        """Restore the terminal's signals; ending ones stay handled while data is saved."""
        self.release_signals()

    def release_signals(self) -> None:
        """Leave stopping and going on to the system."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTSTP, signal.SIGCONT):
            loop.remove_signal_handler(number)

    @contextlib.contextmanager
    def lent(self, to: Callable[[], object]) -> Generator[None]:
        """Draw nothing, as another program has the terminal; `to` ends it where we end before."""
        self._lent_to = to
        try:
            yield
        finally:
            self._lent_to = None

    def exit(
        self,
        result: None = None,
        return_code: int = 0,
        message: RenderableType | None = None,
    ) -> None:
        """End the dashboard; its last frame is kept for the next start."""
        if not self._exit:
            self._dashboard.end()
        super().exit(result, return_code, message)

    def _end(self, number: int) -> None:
        """End the dashboard; a signal after the terminal is restored ends the process."""
        restored = not (isinstance(self._driver, TerminalDriver) and self._driver.in_use)
        if self._ending and not self.is_running and restored:
            end_commands()
            os._exit(128 + number)
        self._ending = True
        if self._lent_to is not None:
            self._lent_to()
        self.exit(return_code=128 + number)

    def action_suspend_process(self) -> None:
        """Give the terminal back and stop, until the shell's `fg`."""
        with contextlib.suppress(SuspendNotSupported), self.suspend():
            self._awaited = True
            os.kill(os.getpid(), signal.SIGSTOP)

    def _continued(self) -> None:
        # Whoever stopped us without a word (SIGSTOP) may have left the terminal in any mode.
        # Textual would start a second keyboard thread, and take those modes for the shell's.
        if not self._awaited:
            with contextlib.suppress(SuspendNotSupported), self.suspend():
                pass
        self._awaited = False

    def action_help_quit(self) -> None:
        """Say which key quits, as ctrl+c does not."""
        key = self._keys.key("quit")
        self._dashboard.say(_("press {key} to quit").format(key=key or "ctrl+q"))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Tell it in the notice line: Textual's toasts would cover what is worked at."""
        self._dashboard.say(message, Tone(severity))

    def action_switch_mouse(self) -> None:
        """Leave the mouse to the terminal, or take it back, and say so."""
        driver = self._driver
        if isinstance(driver, TerminalDriver) and driver.switch_mouse():
            self._dashboard.say(_("the mouse works here again"))
        else:
            self._dashboard.say(_("the mouse is the terminal's now: it selects text"))

    def watch_title(self, title: str) -> None:
        """Call the terminal's window that."""
        driver = self._driver
        if isinstance(driver, TerminalDriver):
            driver.entitle(title)

    def send(self, sequence: str) -> None:
        """Send the terminal what draws nothing: as a whole, and between two frames."""
        driver = self._driver
        if isinstance(driver, TerminalDriver):
            driver.send(sequence)

    def _fatal_error(self) -> None:
        """End after a crash and say where it was; Textual would print variables, too."""
        self.bell()
        if error := sys.exception():
            log.error("the dashboard ended", exc_info=error)
            self._exit_renderables.append(Text("\n".join(told(error))))
        self._close_messages_no_wait()


def _with_current_size(resize: events.Resize) -> events.Resize:
    """The same event with the size that the terminal has now.

    Textual reads the size in a signal handler, which the next signal interrupts: of several sizes
    in a row an older one could arrive last.
    """
    size = Size(*shutil.get_terminal_size())
    return resize if size == resize.size else events.Resize(size, size)
