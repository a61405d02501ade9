"""Opens the store of a home that works on a team's."""

from collections.abc import Callable, Mapping
from random import Random
from socket import gethostname

from rushes.watch.clock import Clock
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.postgres.session import Plans, Session
from rushes.watch.team.conduct import Conduct
from rushes.watch.team.marks import Marks
from rushes.watch.team.store import Member, TeamStore
from rushes.watch.version import VERSION


def open_team_store(
    history: History,
    parameters: Callable[[], Mapping[str, str | int]],
    where: str,
    paths: Paths,
    *,
    conduct: Conduct,
    clock: Clock,
    rng: Random,
) -> TeamStore:
    """The store over the team's, which nothing is asked of yet; within the event loop.

    `parameters` are asked for before each connection, `where` is its address without a password.
    """
    store = TeamStore(
        history,
        lambda: Session(parameters, plans=Plans.BY_INDEX),
        Marks(paths.team, where, paths.history),
        Member(name=gethostname(), version=VERSION),
        where=where,
        conduct=conduct,
        clock=clock,
        rng=rng,
    )
    store.begin()
    return store
