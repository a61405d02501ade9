"""`rushes watch`: the dashboard without a screen, for a server: it polls, rescues, and tells."""

import asyncio
import contextlib
import gc
import os
import signal
from argparse import Namespace
from collections.abc import Generator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace

from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.tui.command.desks import open_as_set, tell_of_strangers
from rushes.tui.command.metrics_server import CannotServe, metrics_served
from rushes.tui.command.notices import notifying, terminal_writer
from rushes.tui.command.signs_of_life import give_signs
from rushes.tui.command.watching import Watching
from rushes.tui.shell.collector import Collector
from rushes.tui.shell.failures import ended_by
from rushes.tui.shell.running import run as run_loop
from rushes.tui.shell.service_manager import ServiceManager
from rushes.tui.shell.shell import Shell
from rushes.watch.config.downloads import Auto
from rushes.watch.config.settings import BadSettings, Settings
from rushes.watch.events.at_end import AtEnd
from rushes.watch.notices.notifier import Notifier
from rushes.watch.store import StoreError
from rushes.watch.watchlist.beside import Beside
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST

_CALM = (128 + signal.SIGINT, 128 + signal.SIGTERM)


def run(args: Namespace, shell: Shell) -> int:
    """Watch until a signal ends it, or until nothing is left to do."""
    code = run_loop(watch(args, shell))
    # To be stopped is how a service ends; one that was to end by itself was interrupted.
    return Exit.FINE if code in _CALM and not args.until_idle else code


async def watch(args: Namespace, shell: Shell) -> Exit:
    """Watch, with the settings as they are at each hang-up that only asks for that."""
    manager, desks, collector = ServiceManager(shell.environ), _Desks(args, shell), Collector()
    with _hang_ups(shell) as hung_up:
        try:
            await desks.open(_settings(args, shell))
            collector.go_on()  # what stands now is not looked at for garbage
            while True:
                manager.ready()
                code = await _followed(
                    desks.watching, hung_up, manager, collector, idle=args.until_idle
                )
                if code is not None:
                    await desks.notifier.finish()
                    desks.watching.summarize(code)
                    return code
                hung_up.clear()
                manager.reloading()
                try:
                    await desks.reopen(_settings(args, shell))
                except BadSettings as error:
                    ended_by(error, shell)
                    shell.tell(_("config.toml is not taken over: the settings stay as they were"))
        finally:
            manager.stopping()
            await desks.close()


async def _followed(
    watching: Watching,
    hung_up: asyncio.Event,
    manager: ServiceManager,
    collector: Collector,
    *,
    idle: bool,
) -> Exit | None:
    """Tell what happens until a hang-up (None), or for `idle` until nothing is left to do."""
    signs = asyncio.create_task(give_signs(watching.desk, manager))
    try:
        while not hung_up.is_set():
            watching.look()
            collector.look()
            if idle and watching.idle:
                return watching.exit()
            await watching.changed()
        return None
    finally:
        signs.cancel()


class _Desks:
    """The desk that is `watching`, and those from before whose last transfers are on their way."""

    watching: Watching
    notifier: Notifier

    def __init__(self, args: Namespace, shell: Shell) -> None:
        self._args = args
        self._shell = shell
        self._stack = AsyncExitStack()
        self._serving = AsyncExitStack()
        self._leaving = set[asyncio.Task[None]]()

    async def open(self, settings: Settings, *, anew: bool = False) -> None:
        """Open a desk with these settings, and have it at work.

        One that is opened `anew` goes on without the metrics where they cannot be served.
        """
        args, shell = self._args, self._shell
        first, beside = _lists(args)
        commands = AtEnd.FINISH if args.until_idle else AtEnd.LEAVE
        opening = open_as_set(shell, settings, first, beside, commands)
        desk = await self._stack.enter_async_context(opening)
        self.watching = Watching(
            desk, shell, ndjson=args.ndjson, quiet=args.quiet, plain=args.plain
        )
        tell_of_strangers(desk.ledger.used, settings, shell)
        try:
            await self._serving.enter_async_context(metrics_served(desk))
        except CannotServe as error:
            if not anew:
                raise
            ended_by(error, shell)
        telling = notifying(desk, shell.environ, terminal_writer(shell))
        self.notifier = await self._stack.enter_async_context(telling)
        if not anew:
            self.watching.begin()
        desk.start()

    async def reopen(self, settings: Settings) -> None:
        """Open another one in its place. What is on its way goes on at the one before."""
        before, notifier = self.watching, self.notifier
        await self._serving.aclose()
        await before.desk.stop()
        if before.desk.commands is not None:
            before.desk.commands.hand_over()
        with contextlib.suppress(StoreError):  # which is among the notices then
            await before.desk.history.flush()
        before.look()
        stack, self._stack = self._stack, AsyncExitStack()
        leaving = asyncio.create_task(self._leave(stack, before, notifier))
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)
        gc.unfreeze()  # the desk that goes is garbage soon
        await self.open(settings, anew=True)
        self.notifier.take_over(notifier)

    async def _leave(self, stack: AsyncExitStack, watching: Watching, notifier: Notifier) -> None:
        """Close a desk once its transfers have ended, and tell of them until then."""
        async with stack:
            transfers = asyncio.create_task(watching.desk.finish_transfers())
            while not transfers.done():
                await watching.changed()
                watching.look()
            if self.notifier is not notifier:
                self.notifier.take_over(notifier)

    async def close(self) -> None:
        """Close them all; parts of files are kept."""
        for each in self._leaving:
            each.cancel()
        await self._serving.aclose()
        await asyncio.gather(self._stack.aclose(), *self._leaving, return_exceptions=True)


def _settings(args: Namespace, shell: Shell) -> Settings:
    """The settings of config.toml, but for what the command line says; raises BadSettings."""
    settings = shell.settings()
    if args.auto is None:
        return settings
    return replace(settings, download=replace(settings.download, auto=Auto(args.auto)))


def _lists(args: Namespace) -> tuple[str, Beside]:
    """The list that is opened, and those that are watched beside it."""
    before = [args.watchlist] if args.watchlist != DEFAULT_WATCHLIST else []
    first, *others = dict.fromkeys([*before, *args.watchlists]) or [DEFAULT_WATCHLIST]
    return first, Beside(names=tuple(others), all_of_home=args.all_lists)


@contextmanager
def _hang_ups(shell: Shell) -> Generator[asyncio.Event]:
    """What is set at each hang-up that is to have all read anew.

    Where a terminal is attached a hang-up says that it was closed, and ends the command.
    """
    hung_up = asyncio.Event()
    is_heeded = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    if is_heeded and not _has_terminal(shell):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, hung_up.set)
    yield hung_up


def _has_terminal(shell: Shell) -> bool:
    """Whether a terminal controls this process, so that closing it hangs up."""
    if shell.out.is_terminal or shell.err.is_terminal:
        return True
    try:
        os.close(os.open(os.ctermid(), os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True
