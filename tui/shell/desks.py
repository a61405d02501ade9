"""The desk as plain commands use it: it does what it is told to and nothing unasked."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from rushes.providers.errors import RushesError
from rushes.tui.lines.reason_words import reasons_words
from rushes.tui.shell.files import existing
from rushes.tui.shell.logfile import keep_log
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Auto, Settings
from rushes.watch.desk import Desk
from rushes.watch.history.store import HistoryError
from rushes.watch.opening import open_desk


class NotConfigured(RushesError):
    """A watched task's provider is nobody that config.toml knows."""


@asynccontextmanager
async def open_quietly(shell: Shell, settings: Settings, watchlist: str) -> AsyncGenerator[Desk]:
    """A desk that downloads nothing of its own accord; says so if it could not remember all.

    Raises BadName, NoSuchWatchlist, BadWatchlist, HistoryError.
    """
    existing(shell, watchlist)
    quiet = replace(settings, download=replace(settings.download, auto=Auto.OFF))
    keep_log(shell.paths.log)
    for warning in settings.exposed:
        shell.tell(f"warning: {warning}")
    desk: Desk | None = None
    try:
        async with open_desk(
            shell.paths, quiet, watchlist, shell.environ, clock=shell.clock, words=reasons_words
        ) as desk:
            yield desk
            with contextlib.suppress(HistoryError):  # which is among the notices then
                await desk.history.flush()
    finally:
        for notice in desk.history.notices if desk else ():
            shell.tell(f"warning: {notice}")


def refuse_strangers(names: set[str], settings: Settings) -> None:
    """Raise NotConfigured for the names of accounts that there are not."""
    strangers = sorted(names - set(settings.accounts))
    if strangers:
        raise NotConfigured(f"config.toml has no provider {', '.join(strangers)}: nobody to ask")
