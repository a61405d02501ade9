"""Putting a desk together from what is on this machine."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from random import Random

from watch.client import ApiClient
from watch.clock import Clock, SystemClock
from watch.credentials import Key, find_key
from watch.desk import Desk
from watch.history import History
from watch.paths import Paths
from watch.session import Session
from watch.settings import Account, Settings


@asynccontextmanager
async def open_desk(
    paths: Paths,
    settings: Settings,
    watchlist: str,
    environ: Mapping[str, str],
    *,
    clock: Clock | None = None,
    rng: Random | None = None,
) -> AsyncGenerator[Desk]:
    """A desk over the watchlist of that name or path, loaded, and closed again at the end.

    It polls only once it is started. Raises BadName, BadWatchlist, HistoryError.
    """
    clock = clock or SystemClock()
    rng = rng or Random()  # noqa: S311 - jitter, not a secret
    sessions = {
        account.id: _session(account, environ, clock, rng) for account in settings.accounts.values()
    }
    history = await asyncio.to_thread(History, paths.history)
    desk = Desk(
        settings=settings,
        paths=paths,
        watchlist=watchlist,
        history=history,
        sessions=sessions,
        clock=clock,
        rng=rng,
    )
    try:
        await desk.load()
        yield desk
    finally:
        await desk.close()


def _session(account: Account, environ: Mapping[str, str], clock: Clock, rng: Random) -> Session:
    async def find(asked: Account) -> Key:
        return await asyncio.to_thread(find_key, asked.id, asked.key, environ)

    client = ApiClient(
        account.base, account.provider.card.auth, concurrency=account.max_concurrency
    )
    return Session(account, client, find, clock, rng)
