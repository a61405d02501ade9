"""How long what was observed is kept: `[history] keep` of config.toml, "forever" as a rule.

What is on a watchlist of this home is kept however old it is; so is everything while one of these
lists cannot be read. A list elsewhere (`--watchlist PATH`) is found only by those who open it: each
command that does notes its tasks as watched, and their age counts from there. So a task's age is
the time since it was last seen on any list, and begins when a Rushes that is to forget at all first
comes across it: nothing goes on the day on which somebody sets `keep`.

Last bodies are kept up to a size, by `watch/history/prune.py`, whatever the setting.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable

from rushes.providers.errors import RushesError
from rushes.watch.clock import Clock
from rushes.watch.disk.paths import Paths
from rushes.watch.store import Store, StoreError
from rushes.watch.task import Ref
from rushes.watch.watchlist.entries import load
from rushes.watch.watchlist.file import list_files

log = logging.getLogger(__name__)

AFTER = 60.0
"""Seconds from the start: a command that is over in a minute has better things to do."""

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
            listed = set[Ref]() if keep is None else await asyncio.to_thread(_listed, paths)
            log.info("forgot %d tasks", await store.prune(keep, listed.union(own())))
        except RushesError as error:
            log.warning("history is not tidied up today: %s", error)
        await clock.sleep(EVERY)


async def note_watched(store: Store, refs: Iterable[Ref]) -> None:
    """Note that a list with these was opened; that it could not be noted today harms nobody."""
    try:
        await store.note_watched(refs)
    except StoreError as error:
        log.info("not noted as watched: %s", error)


def _listed(paths: Paths) -> set[Ref]:
    """The tasks of all watchlists of the home; raises BadWatchlist."""
    lists = (load(path) for path in list_files(paths))
    return {entry.ref for each in lists for entry in each.entries}
