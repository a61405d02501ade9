"""The engine as commands use it: all but `watch` have it download nothing of its own accord."""

import contextlib
from collections.abc import AsyncGenerator, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.tui.lines.command_words import command_words
from rushes.tui.lines.reason_words import reasons_words
from rushes.tui.shell.files import existing
from rushes.tui.shell.logfile import keep_log
from rushes.tui.shell.shell import BadUsage, Shell
from rushes.watch.config.downloads import Auto
from rushes.watch.config.settings import Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import NoHome, Paths, expanded, private_dir
from rushes.watch.events.at_end import AtEnd
from rushes.watch.opening import open_desk
from rushes.watch.path_text import is_in_bucket
from rushes.watch.store import StoreError
from rushes.watch.store_words import sentences
from rushes.watch.watchlist.beside import NONE_BESIDE, Beside
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST

FLUSH_WITHIN = 0.25
"""Seconds that the disk may take for the last commit; closing gives it some more (row 81)."""


class NotConfigured(RushesError):
    """A watched task belongs to an account that config.toml does not have."""

    code = ErrorCode.NOT_CONFIGURED


def open_quietly(
    shell: Shell, settings: Settings, watchlist: str, commands: AtEnd | None = None
) -> AbstractAsyncContextManager[Desk]:
    """A desk without automatic downloads over all of a list, as `open_as_set` gives one."""
    download = replace(settings.download, auto=Auto.OFF)
    quiet = replace(settings, download=download, store=replace(settings.store, window=None))
    return open_as_set(shell, quiet, watchlist, commands=commands)


@asynccontextmanager
async def open_as_set(
    shell: Shell,
    settings: Settings,
    watchlist: str,
    beside: Beside = NONE_BESIDE,
    commands: AtEnd | None = None,
) -> AsyncGenerator[Desk]:
    """A desk that does what the settings say. Says at its end what could not be saved.

    It runs the commands of events where `commands` says what becomes of them at the end.

    Raises BadName, NoSuchWatchlist, BadWatchlist, StoreError.
    """
    for name in (watchlist, *beside.names):
        existing(shell, name)
    async with _opened(shell, settings, watchlist, shell.paths, beside, commands) as desk:
        yield desk


@asynccontextmanager
async def open_apart(shell: Shell, settings: Settings) -> AsyncGenerator[Desk]:
    """As `open_quietly`, over an empty list of which nothing is kept but files.

    Its questions count among those of the other processes all the same. Raises StoreError.
    """
    import tempfile

    home = shell.paths
    quiet = replace(settings, download=replace(settings.download, auto=Auto.OFF))
    slots = private_dir(home.slots)
    with tempfile.TemporaryDirectory(prefix="rushes-", ignore_cleanup_errors=True) as folder:
        apart = Paths.under(Path(folder))
        apart.slots.symlink_to(slots)
        paths = replace(apart, config=home.config, log=home.log, trusted=home.trusted)
        async with _opened(shell, quiet, DEFAULT_WATCHLIST, paths) as desk:
            yield desk


@asynccontextmanager
async def _opened(
    shell: Shell,
    settings: Settings,
    watchlist: str,
    paths: Paths,
    beside: Beside = NONE_BESIDE,
    commands: AtEnd | None = None,
) -> AsyncGenerator[Desk]:
    keep_log(shell.paths.log)
    for warning in settings.exposed:
        shell.tell(_("warning: {warning}").format(warning=warning))
    desk: Desk | None = None
    try:
        async with open_desk(
            paths,
            settings,
            watchlist,
            shell.environ,
            clock=shell.clock,
            words=reasons_words,
            commands=commands,
            beside=beside,
        ) as desk:
            yield desk
            with contextlib.suppress(StoreError):  # which is among the notices then
                await desk.history.flush(FLUSH_WITHIN)
    finally:
        for notice in sentences(desk.history.condition) if desk else ():
            shell.tell(_("warning: {warning}").format(warning=notice))
        for failed in desk.commands.take_failed() if desk and desk.commands else ():
            shell.tell(command_words(failed))


def into_folder(settings: Settings, folder: str | None) -> Settings:
    """The settings with the folder that files go to, if one was named; raises BadUsage."""
    if folder is None:
        return settings
    if is_in_bucket(folder):
        raise BadUsage(_("--dir takes a folder: a bucket is set in config.toml, [download] dir"))
    try:
        target = expanded(folder).absolute()
    except NoHome as error:
        raise BadUsage(str(error)) from None
    return replace(settings, download=replace(settings.download, dir=target))


def refuse_strangers(names: Collection[str], settings: Settings) -> None:
    """Raise NotConfigured where one of these accounts is not there; says why one is left out."""
    strangers = sorted({*names} - set(settings.accounts))
    if not strangers:
        return
    left_out = {each.id: each.why[0] for each in settings.outside.left_out if each.why}
    lines = [left_out[name] for name in strangers if name in left_out]
    if unknown := [name for name in strangers if name not in left_out]:
        lines.append(
            _("config.toml has no provider {names}: nobody to ask").format(names=", ".join(unknown))
        )
    raise NotConfigured("\n".join(lines))


def tell_of_strangers(names: Collection[str], settings: Settings, shell: Shell) -> None:
    """Say which of these accounts are not there; why one is left out is among the warnings."""
    if strangers := sorted({*names} - set(settings.accounts)):
        shell.tell(
            _("nobody to ask about the tasks of {names}").format(names=_(", ").join(strangers))
        )
