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
from rushes.watch.events.queue import EventQueue
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key, find_key
from rushes.watch.keys.remembered import note
from rushes.watch.retention import keep_house, note_watched
from rushes.watch.store import Store
from rushes.watch.watchlist.beside import NONE_BESIDE, Beside
from rushes.watch.watchlist.named import OpenTeam, team_of

if TYPE_CHECKING:
    from rushes.watch.events.at_end import AtEnd
    from rushes.watch.events.runner import EventCommands
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
    commands: "AtEnd | None" = None,
    beside: Beside = NONE_BESIDE,
) -> AsyncGenerator[Desk]:
    """A desk over a watchlist and those `beside` it, loaded, and closed again at the end.

    It polls only once it is started, and reads all but the newest `at_once` tasks only then, where
    that is given. `words` is what sidecars say of a file that is odd. What happens is queued for
    the commands of `[on]`; they are run here where `commands` says what becomes of them at the end.
    Raises BadName, BadWatchlist, StoreError, StoreUnusable.
    """
    clock, rng = clock or SystemClock(), rng or Random()  # noqa: S311 - jitter, not a secret
    team = team_of(settings.store, paths, environ)
    # On a thread: a disk that does not answer holds up no signal and no time-out (row 81).
    own = await asyncio.to_thread(History, paths.history, clock=clock, trusted=paths.trusted)
    history = own if settings.store.url is None else _shared(own, team, paths, settings, clock, rng)
    queue = EventQueue(history, settings.on.commands)
    runner = _commands(history, queue, settings, environ, clock, commands)
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
        queue=queue,
        commands=runner,
        team=team,
        beside=beside,
    )
    tidying = asyncio.create_task(
        keep_house(history, paths, settings.history.keep, desk.ledger.refs, clock)
    )
    try:
        await _load(desk)
        if runner is not None and runner.finishes:
            runner.start(desk.ledger.readers)
        yield desk
    finally:
        tidying.cancel()
        await desk.close()


def _shared(
    own: History, team: OpenTeam, paths: Paths, settings: Settings, clock: Clock, rng: Random
) -> Store:
    """The team's store, and this home's history beside it; raises StoreUnusable."""
    from rushes.watch.team.conduct import Conduct
    from rushes.watch.team.opening import open_team_store

    shared, said = team(), settings.store
    where = str(shared.address)
    conduct = Conduct(alone_after=said.alone_after, poll=said.poll, listen=said.listen)
    return open_team_store(
        own, shared.parameters, where, paths, conduct=conduct, clock=clock, rng=rng
    )


async def _load(desk: Desk) -> None:
    """Read the list, and have history keep what is on it; else that comes with the last tasks."""
    await desk.watchlist.load()
    if not desk.ledger.unread:
        await note_watched(desk.history, desk.ledger.refs())


def _commands(
    history: Store,
    queue: EventQueue,
    settings: Settings,
    environ: Mapping[str, str],
    clock: Clock,
    at_end: "AtEnd | None",
) -> "EventCommands | None":
    """What runs the commands of `[on]`; None where there are none, or others run them."""
    if at_end is None or not settings.on.commands:
        return None
    from rushes.watch.events.runner import EventCommands

    keys = frozenset(account.key.env for account in settings.accounts.values())
    return EventCommands(
        store=history,
        queue=queue,
        commands=settings.on.commands,
        environ=environ,
        keys=keys,
        clock=clock,
        at_end=at_end,
    )


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
        network=account.network,
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
