"""`rushes` at a terminal: the dashboard over the watchlist."""

from argparse import Namespace
from collections.abc import Callable, Mapping

from rushes.providers.exits import Exit
from rushes.tui.lines.reason_words import reasons_words
from rushes.tui.lines.words import count
from rushes.tui.shell.files import existing
from rushes.tui.shell.hangup import leave_with
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.tui.shell.logfile import keep_log
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Settings
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.store_words import sentence

KEYBOARD = 0
"""The descriptor that Textual reads keys from."""

CRASHED = 1
"""What Textual returns where something of ours ended it."""


def run(args: Namespace, shell: Shell) -> int:
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
    from rushes.tui.screen.app import RushesApp

    async with open_desk(paths, settings, watchlist, environ, words=reasons_words) as desk:
        app = RushesApp(desk, frames=frames)
        desk.start()
        leave_with(KEYBOARD)
        await app.run_async()
        unfinished = len(desk.downloads.jobs) if not app.return_code else 0
    if unfinished:
        tell(f"{count(unfinished, 'download')} not finished: D goes on with them")
    if unsaved := desk.history.condition.unsaved:
        tell(f"warning: {sentence(unsaved)}")
    return Exit.INTERNAL if app.return_code == CRASHED else app.return_code or 0
