"""Lends the terminal to another program, as a shell does to its own."""

import asyncio
import contextlib
from collections.abc import Callable, Generator
from subprocess import Popen
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from rushes.providers.language import _
from rushes.tui.shell.ending_signals import OF_KEYS
from rushes.watch.events.by_hand import ended
from rushes.watch.events.ran import Ran
from rushes.watch.queued_events import CommandEnd

if TYPE_CHECKING:
    from rushes.tui.screen.app import RushesApp


async def lend(app: "RushesApp", start: Callable[[], "Popen[bytes] | Ran"]) -> Ran:
    """Give the terminal to what `start` starts until that ends; how it went.

    Polling and downloads go on. A stop by the terminal's key stops both, as for any shell's job.
    """
    try:
        with app.suspend(), _signals_of_a_parent(app):
            process = start()
            if isinstance(process, Ran):
                return process
            with app.lent(process.terminate):
                return ended(await asyncio.to_thread(process.wait))
    except SuspendNotSupported:
        return Ran(CommandEnd.NOT_STARTED, said=_("this terminal cannot be lent"))


@contextlib.contextmanager
def _signals_of_a_parent(app: "RushesApp") -> Generator[None]:
    """Leave the signals of keys to the program, and those of stopping to the system."""
    loop = asyncio.get_running_loop()
    app.release_signals()
    for number in OF_KEYS:
        # A handler, as what is ignored stays so in the program; one that does nothing.
        loop.add_signal_handler(number, lambda: None)
    try:
        yield
    finally:
        for number in OF_KEYS:
            loop.remove_signal_handler(number)
        app.take_signals()
