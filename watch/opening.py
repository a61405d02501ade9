"""Builds a desk from the settings, files and keys of this machine."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from rushes.watch.clock import Clock, SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key, find_key
from rushes.watch.keys.remembered import note
from rushes.watch.retention import keep_house, note_watched

if TYPE_CHECKING:
    from rushes.watch.polling.session import Session
    from rushes.watch.transfer.sidecar import Words

_LATER = (
    "network.client",
    "polling.poller",
    "downloads.policy",
    "history.lease_rows",
    "history.machine_slots",
)
"""The modules that the first poll and the first download need, and no frame."""


async def import_the_rest() -> None:
    """Import what polls and fetches, on a thread, so that starting a desk holds up nothing."""
    for name in _LATER:
        await asyncio.to_thread(import_module, f"rushes.watch.{name}")


@asynccontextmanager
async def open_desk(
    paths: Paths,
    settings: Settings,
    watchlist: str,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    rng: Random | None = None,
    words: "Words | None" = None,
    at_once: int | None = None,
) -> AsyncGenerator[Desk]:
    """A desk over the watchlist of that name or path, loaded, and closed again at the end.

    It polls only once it is started, and reads all but the newest `at_once` tasks only then, where
    that is given. `words` is what sidecars say of a file that is odd. Raises BadName, BadWatchlist,
    StoreError.
    """
    clock = clock or SystemClock()
    rng = rng or Random()  # noqa: S311 - jitter, not a secret
    history = await asyncio.to_thread(History, paths.history, clock=clock, trusted=paths.trusted)
    desk = Desk(
        settings=settings,
        paths=paths,
        watchlist=watchlist,
        history=history,
        connect=lambda account: _session(account, paths.config, environ, clock, rng),
        clock=clock,
        rng=rng,
        words=words,
        at_once=at_once,
    )
    tidying = asyncio.create_task(
        keep_house(history, paths, settings.history.keep, desk.ledger.refs, clock)
    )
    try:
        await desk.watchlist.load()
        if not desk.ledger.unread:
            await note_watched(history, desk.ledger.refs())
        yield desk
    finally:
        tidying.cancel()
        await desk.close()


def _session(
    account: Account, config: Path, environ: Mapping[str, str], clock: Clock, rng: Random
) -> "Session":
    async def find(asked: Account) -> Key:
        return await asyncio.to_thread(_find_key, asked, config, environ)

    from rushes.watch.network.client import ApiClient  # with the HTTP library
    from rushes.watch.polling.session import Session

    client = ApiClient(
        account.base,
        account.provider.card,
        concurrency=account.max_concurrency,
        trusted=account.network.trust,
    )
    return Session(account, client, find, clock, rng)


def _find_key(account: Account, config: Path, environ: Mapping[str, str]) -> Key:
    """The account's key by what config.toml says now, so that a corrected key needs no restart."""
    source = account.key
    with contextlib.suppress(BadSettings, OSError):
        written = load(config, environ).accounts.get(account.id) if config.exists() else None
        # A key that was written for another origin is not this one's.
        if written is not None and written.base == account.base:
            source = written.key
    key = find_key(account.id, source, environ)
    note(Paths.find(environ).state, account.id, key)
    return key
