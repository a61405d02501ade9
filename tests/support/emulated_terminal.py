"""A dashboard whose driver writes to a terminal emulator, compared with a whole repaint of it."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import Any, cast

import pyte
import pytest
from textual import events
from textual._context import visible_screen_stack
from textual.app import App
from textual.driver import Driver
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import Screen as Covered
from textual.strip import Strip

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.painting.painting import Painting
from rushes.tui.screen.terminal import TerminalDriver

NO_WRAP = "\x1b[?7l"
GARBAGE = "\x1b[31;44;1m#"
"""What a terminal is full of once its size changed; a real one moves its lines about."""


class Emulated:
    """A terminal of that many columns and lines; `sent` are the characters written to it."""

    def __init__(self, columns: int, lines: int) -> None:
        self.screen = pyte.Screen(columns, lines)
        self._stream = pyte.Stream(self.screen)
        self.sent = 0
        self.feed(NO_WRAP)

    def feed(self, text: str) -> None:
        self.sent += len(text.encode())
        self._stream.feed(text)

    def resize(self, columns: int, lines: int) -> None:
        """Give the window another size; all that it showed is lost."""
        self.screen.resize(lines, columns)
        self.spoil()

    def spoil(self) -> None:
        """Another program writes over all of it, and leaves its colours on."""
        for y in range(self.screen.lines):
            self._stream.feed(f"\x1b[{y + 1};1H{GARBAGE * self.screen.columns}")

    @property
    def cells(self) -> list[list[Any]]:
        """Every cell: its text, colours and attributes."""
        buffer = self.screen.buffer
        columns, lines = range(self.screen.columns), range(self.screen.lines)
        return [[buffer[y][x] for x in columns] for y in lines]

    @property
    def text(self) -> list[str]:
        return list(self.screen.display)


class EmulatedDriver(TerminalDriver):
    """The driver that runs, but for where it reads and writes."""

    emulated: Emulated

    def __init__(self, app: App[Any], **kwargs: Any) -> None:
        Driver.__init__(self, app, **kwargs)
        self.emulated = Emulated(*(self._size or (80, 24)))

    def write(self, data: str) -> None:
        self.emulated.feed(data)

    def start_application_mode(self) -> None:
        self.painting = Painting(self.draw_over)
        size = Size(*(self._size or (80, 24)))
        self._app.post_message(events.Resize(size, size))

    def stop_application_mode(self) -> None:
        """Nothing was taken."""

    def disable_input(self) -> None:
        """Nothing is read."""

    def close(self) -> None:
        """Nothing was opened."""


class Screen:
    """A dashboard at an emulated terminal."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], patched: pytest.MonkeyPatch) -> None:
        self.app, self.pilot = app, pilot
        driver = app._driver  # pyright: ignore[reportPrivateUsage]
        assert isinstance(driver, EmulatedDriver)
        self.driver, self.terminal = driver, driver.emulated
        self._patched = patched

    async def resize(self, columns: int, lines: int) -> None:
        """Give the window another size."""
        _is_large(self._patched, columns, lines)
        self.terminal.resize(columns, lines)
        size = Size(columns, lines)
        self.app.post_message(events.Resize(size, size))
        await self.pilot.pause()

    @property
    def whole(self) -> Emulated:
        """A terminal of the same kind to which Textual's own whole repaint was sent."""
        screen, console = self.app.screen, self.app.console
        size = screen.size
        behind = cast("list[Covered[Any]]", self.app._background_screens)  # pyright: ignore
        visible_screen_stack.set(behind)
        strips = screen._compositor.render_strips()  # pyright: ignore[reportPrivateUsage]
        other = Emulated(size.width, size.height)
        for y, strip in enumerate(strips):
            _forget_codes(strip)
            other.feed(f"\x1b[{y + 1};1H{strip.render(console)}")
        return other

    @property
    def differing(self) -> list[tuple[int, int, Any, Any]]:
        """The cells in which the terminal differs from that."""
        pairs = zip(self.terminal.cells, self.whole.cells, strict=True)
        return [
            (y, x, ours, theirs)
            for y, (line, other) in enumerate(pairs)
            for x, (ours, theirs) in enumerate(zip(line, other, strict=True))
            if ours != theirs
        ]

    async def settled(self, done: Sequence[str] = ()) -> None:
        """Return once the terminal shows what it should; fails with what differs at last."""
        differing: list[Any] = [self.app.screen.size]
        for _ in range(200):
            await self.pilot.pause()
            size = self.app.screen.size
            if (size.height, size.width) == (
                self.terminal.screen.lines,
                self.terminal.screen.columns,
            ):
                differing = self.differing
                if not differing:
                    return
            await asyncio.sleep(0.01)
        raise AssertionError((done[-5:], differing[:5]))


def _forget_codes(strip: Strip) -> None:
    """A style keeps its codes for the colours of who drew it first: a test before had fewer."""
    strip._render_cache = None  # pyright: ignore[reportPrivateUsage]
    for segment in strip:
        if segment.style is not None:
            segment.style._ansi = None  # pyright: ignore[reportPrivateUsage]


def _is_large(patched: pytest.MonkeyPatch, columns: int, lines: int) -> None:
    """Say how large the terminal is to whoever asks for it."""
    patched.setenv("COLUMNS", str(columns))
    patched.setenv("LINES", str(lines))


@asynccontextmanager
async def at_emulated_terminal(
    app: RushesApp, patched: pytest.MonkeyPatch, columns: int = 120, lines: int = 32
) -> AsyncGenerator[Screen]:
    """The dashboard, running at an emulated terminal."""
    app.driver_class = EmulatedDriver
    _is_large(patched, columns, lines)
    async with app.run_test(headless=False, size=(columns, lines), notifications=True) as pilot:
        screen = Screen(app, pilot, patched)
        await screen.settled()
        yield screen
