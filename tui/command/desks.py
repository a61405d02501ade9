"""The engine as commands use it: it downloads nothing of its own accord."""

import contextlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.tui.lines.reason_words import reasons_words
from rushes.tui.shell.files import existing
from rushes.tui.shell.logfile import keep_log
from rushes.tui.shell.shell import Shell
from rushes.watch.config.settings import Auto, Settings
from rushes.watch.desk import Desk
from rushes.watch.opening import open_desk
from rushes.watch.store import StoreError
from rushes.watch.store_words import sentences

FLUSH_WITHIN = 0.25
"""Seconds that the disk may take for the last commit; closing gives it some more (row 81)."""


class NotConfigured(RushesError):
    """A watched task belongs to an account that config.toml does not have."""

    exit = Exit.CONFIGURATION


@asynccontextmanager
async def open_quietly(shell: Shell, settings: Settings, watchlist: str) -> AsyncGenerator[Desk]:
    """A desk without automatic downloads. Says at its end what could not be saved to history.db.

    Raises BadName, NoSuchWatchlist, BadWatchlist, StoreError.
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
            with contextlib.suppress(StoreError):  # which is among the notices then
                await desk.history.flush(FLUSH_WITHIN)
    finally:
        for notice in sentences(desk.history.condition) if desk else ():
            shell.tell(f"warning: {notice}")


def refuse_strangers(names: set[str], settings: Settings) -> None:
    """Raise NotConfigured where config.toml lacks one of these accounts."""
    strangers = sorted(names - set(settings.accounts))
    if strangers:
        raise NotConfigured(f"config.toml has no provider {', '.join(strangers)}: nobody to ask")
