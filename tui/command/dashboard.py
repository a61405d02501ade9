"""`rushes` at a terminal: the dashboard over the watchlist."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from importlib import import_module
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from rushes.providers.exits import Exit
from rushes.tui.lines.words import count
from rushes.tui.shell.collector import Collector
from rushes.tui.shell.files import existing
from rushes.tui.shell.hangup import leave_with
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.tui.shell.logfile import keep_log
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import import_the_rest, open_desk
from rushes.watch.store_words import sentence

if TYPE_CHECKING:
    from argparse import Namespace

    from rushes.tui.screen.app import RushesApp
    from rushes.watch.reasons import Reason

KEYBOARD = 0
"""The descriptor that Textual reads keys from."""

CRASHED = 1
"""What Textual returns where something of ours ended it."""


FRAME_WITHIN = 5.0
"""Seconds after which the desk is started whether the first frame stands or not."""

LOOK_EVERY = 5.0
"""Seconds between looks at whether there is time to collect garbage."""


def run(args: "Namespace", shell: Shell) -> int:
    """Show the dashboard until it is quit."""
    settings = shell.settings()
    existing(shell, args.watchlist)
    keep_log(shell.paths.log)
    frames = KeptFrames(shell.paths, shell.environ)
    return run_loop(show(shell.paths, settings, args.watchlist, shell.environ, shell.tell, frames))


async def show(
    paths: Paths,
    settings: Settings,
    watchlist: str,
    environ: Mapping[str, str],
    tell: Callable[[str], None],
    frames: KeptFrames | None = None,
) -> int:
    """Show the dashboard on a desk of its own, and return its exit code.

    Its last frame is kept in `frames`, if there are any.
    Says at the end which downloads are unfinished, and what could not be saved.
    """
    collector = Collector()
    collector.hold()
    from rushes.tui.screen.app import RushesApp

    # What one key brings into sight is read, too.
    at_once = 2 * get_terminal_size().lines
    async with open_desk(
        paths, settings, watchlist, environ, words=_words, at_once=at_once
    ) as desk:
        app = RushesApp(desk, pressed=collector.pressed, frames=frames)
        leave_with(KEYBOARD)
        behind = asyncio.create_task(_behind_the_frame(app, desk, collector))
        try:
            await app.run_async()
        finally:
            behind.cancel()
        unfinished = len(desk.downloads.jobs) if not app.return_code else 0
    if unfinished:
        tell(f"{count(unfinished, 'download')} not finished: D goes on with them")
    if unsaved := desk.history.condition.unsaved:
        tell(f"warning: {sentence(unsaved)}")
    return Exit.INTERNAL if app.return_code == CRASHED else app.return_code or 0


async def _behind_the_frame(app: "RushesApp", desk: Desk, collector: Collector) -> None:
    """Do what nobody waits for once the first frame stands."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FRAME_WITHIN):
            await app.dashboard.stands.wait()
    collector.go_on()
    try:
        await import_the_rest()
        desk.start()
    except Exception as error:  # noqa: BLE001 - what is known can be looked at all the same
        app.dashboard.internal_errors.caught("starting to poll", error)
    # The key that opens the first sheet need not wait for it.
    await asyncio.to_thread(import_module, "rushes.tui.screen.sheets")
    await desk.loaded()
    collector.go_on()
    while True:
        await desk.clock.sleep(LOOK_EVERY)
        collector.look()


def _words(reasons: "tuple[Reason, ...]") -> str:
    """The words for reasons, which are imported where there are any."""
    from rushes.tui.lines.reason_words import reasons_words

    return reasons_words(reasons)
