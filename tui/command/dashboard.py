"""`rushes` at a terminal: the dashboard over the watchlist."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING

from rushes.providers.exits import Exit
from rushes.providers.language import _, plural
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
from rushes.watch.events.at_end import AtEnd
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
    from rushes.tui.screen.looks import looks_at_terminal

    # What one key brings into sight is read, too.
    at_once = 2 * get_terminal_size().lines
    at_end, words = AtEnd.LEAVE, _words
    async with open_desk(
        paths, settings, watchlist, environ, words=words, at_once=at_once, commands=at_end
    ) as desk:
        looks = looks_at_terminal(settings, paths)
        app = RushesApp(desk, pressed=collector.pressed, frames=frames, looks=looks)
        leave_with(KEYBOARD)
        behind = asyncio.create_task(_behind_the_frame(app, desk, collector, environ))
        asking = asyncio.create_task(_ask_keyring(app, desk, paths.state))
        try:
            await app.run_async(mouse=settings.mouse)
        finally:
            behind.cancel()
            asking.cancel()
        unfinished = len(desk.downloads.jobs) if not app.return_code else 0
    _tell_what_is_left(desk, unfinished, tell)
    return Exit.INTERNAL if app.return_code == CRASHED else app.return_code or 0


def _tell_what_is_left(desk: Desk, unfinished: int, tell: Callable[[str], None]) -> None:
    if unfinished:
        tell(
            _("{unfinished} not finished: D goes on with them").format(
                unfinished=plural("{n} download", "{n} downloads", unfinished)
            )
        )
    if unsaved := desk.history.condition.unsaved:
        tell(_("warning: {warning}").format(warning=sentence(unsaved)))


async def _behind_the_frame(
    app: "RushesApp", desk: Desk, collector: Collector, environ: Mapping[str, str]
) -> None:
    """Do what nobody waits for once the first frame stands."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(FRAME_WITHIN):
            await app.dashboard.stands.wait()
    collector.go_on()
    async with AsyncExitStack() as stack:
        try:
            await import_the_rest()
            await asyncio.to_thread(import_module, "rushes.tui.command.notices")
            from rushes.tui.command.notices import notifying

            await stack.enter_async_context(notifying(desk, environ, app.send))
            desk.start()
        except Exception as error:  # noqa: BLE001 - what is known can be looked at all the same
            app.dashboard.internal_errors.caught(_("starting to poll"), error)
        # The key that opens the first sheet need not wait for it.
        await asyncio.to_thread(import_module, "rushes.tui.screen.sheets")
        await stack.enter_async_context(_metrics(app, desk))
        await desk.loaded()
        collector.go_on()
        while True:
            await desk.clock.sleep(LOOK_EVERY)
            collector.look()


async def _ask_keyring(app: "RushesApp", desk: Desk, state: Path) -> None:
    """Where nothing is watched yet, tell the first page what the keyring has.

    It is asked behind the frame, one account after another: it may open a dialogue.
    """
    await app.dashboard.stands.wait()
    if desk.ledger.refs():
        return
    from rushes.tui.lines.setup_words import KeyPlace, without_key
    from rushes.watch.keys.keyring_look import InKeyring, is_installed, look

    places = {InKeyring.HOLDS: KeyPlace.KEYRING, InKeyring.SILENT: KeyPlace.NO_ANSWER}
    accounts = without_key(desk.settings)
    if not await asyncio.to_thread(is_installed):
        return
    for account in accounts:
        app.dashboard.empty.keyring_said(account.id, KeyPlace.ASKING)
    said = look(((each.id, each.key) for each in accounts), state)
    answered = {each.id for each in accounts}
    while answer := await asyncio.to_thread(next, said, None):
        name, found = answer
        answered.discard(name)
        app.dashboard.empty.keyring_said(name, places.get(found, KeyPlace.NOWHERE))
    for name in answered:
        app.dashboard.empty.keyring_said(name, KeyPlace.NOWHERE)


@asynccontextmanager
async def _metrics(app: "RushesApp", desk: Desk) -> AsyncGenerator[None]:
    """Serve metrics, where they are wanted; where they cannot be it is said once."""
    async with AsyncExitStack() as stack:
        if desk.settings.metrics.listen is not None:
            from rushes.tui.command.metrics_server import CannotServe, metrics_served

            try:
                await stack.enter_async_context(metrics_served(desk))
            except CannotServe as error:
                from rushes.tui.actions.tone import Tone

                app.dashboard.say(str(error), Tone.WARNING)
        yield


def _words(reasons: "tuple[Reason, ...]") -> str:
    """The words for reasons, which are imported where there are any."""
    from rushes.tui.lines.reason_words import reasons_words

    return reasons_words(reasons)
