"""Forgets tasks after `[history] keep` of config.toml, which is "forever" by default.

Tasks on a watchlist of this home are kept however old they are, and all tasks are while one of
these lists cannot be read. A list elsewhere (`--watchlist PATH`) is not known here: each command
that opens one notes its tasks as watched. A task's age is the time since it was last seen on any
list. It starts at the first pruning with a `keep`, so nothing is forgotten on the day on which
somebody sets it.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from rushes.providers.errors import RushesError
from rushes.watch.clock import Clock
from rushes.watch.disk.paths import Paths
from rushes.watch.store import Store, StoreError
from rushes.watch.task import Ref
from rushes.watch.watchlist.file import WatchlistFile, list_files

log = logging.getLogger(__name__)

AFTER = 60.0
"""Seconds from the start to the first pruning: short commands do without."""

EVERY = 86_400.0
"""Seconds from one time to the next."""


async def keep_house(
    store: Store,
    paths: Paths,
    keep: float | None,
    own: Callable[[], Collection[Ref]],
    clock: Clock,
) -> None:
    """Forget what is older than `keep` seconds (None: nothing), every day until cancelled.

    `own` gives the tasks of the list that is open. What goes wrong is logged; the next day comes.
    """
    await clock.sleep(AFTER)
    while True:
        try:
            watched = set[Ref]()
            if keep is not None:
                watched = (await asyncio.to_thread(_listed, paths)).union(own())
            log.info("forgot %d tasks", await store.prune(keep, watched))
        except RushesError as error:
            log.warning("history is not tidied up today: %s", error)
        await clock.sleep(EVERY)


async def note_watched(store: Store, refs: Iterable[Ref]) -> None:
    """Note in the store that a list with these tasks was opened; a failure is only logged."""
    try:
        await store.note_watched(refs)
    except StoreError as error:
        log.info("not noted as watched: %s", error)


def _listed(paths: Paths) -> set[Ref]:
    """The tasks of all watchlists of the home; raises BadWatchlist."""
    files = (
        WatchlistFile(path, trusted=paths.trusted, cache=paths.cache) for path in list_files(paths)
    )
    return {entry.ref for file in files for entry in file.read().entries}
