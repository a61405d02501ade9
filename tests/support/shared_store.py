"""A store in a server of the tests' own, and how it is reached from a home."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from manual_clock import ManualClock
from postgres_server import Server

from rushes.watch.clock import Clock, SystemClock
from rushes.watch.config.store import StoreSettings
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.postgres import upkeep
from rushes.watch.postgres.session import Plans, Session
from rushes.watch.team.conduct import Conduct
from rushes.watch.team.marks import Marks
from rushes.watch.team.store import Member, TeamStore
from rushes.watch.watchlist.shared import SharedList
from rushes.watch.watchlist.team import Team
from rushes.watch.watchlist.undo_log import UndoLog


def url_of(where: Mapping[str, str | int]) -> str:
    """The address of a database, as a person writes it."""
    return f"postgresql://{where['user']}@/{where['dbname']}?host={where['host']}"


def new_store(server: Server) -> str:
    """The address of a new store, which is empty."""
    url = url_of(server.new_database())
    team = team_in(Path("/nowhere"), url)
    with team.session.unchecked() as connection:
        assert upkeep.make(connection)
    team.session.close()
    return url


def team_in(home: Path, url: str, window: float | None = None, **environ: str) -> Team:
    """The store as it is reached from that home."""
    paths = Paths.find({"RUSHES_HOME": str(home)})
    return Team(StoreSettings(url=url, window=window), paths, {"HOME": str(home), **environ})


def a_list(
    home: Path, url: str, name: str = "dailies", *, window: float | None = None
) -> SharedList:
    """A list of the store as it is opened in that home, with what it can take back there."""
    team = team_in(home, url, window)
    return team.open(name, lambda: UndoLog(home / "undo", SystemClock()), windowed=True)


def team_store(
    url: str,
    home: Path,
    clock: ManualClock,
    moment: Callable[[], datetime] | None = None,
    conduct: Conduct | None = None,
) -> TeamStore:
    """The store of a process of that home over the team's.

    Its leases run by `moment`, or by either hand of the clock, whichever a test moves.
    """
    by_hand = moment or (lambda: clock.now() + timedelta(seconds=clock.monotonic()))
    store = _over_the_teams(url, home, clock, by_hand, conduct or Conduct())
    clock.threads.append(lambda: store.shared.thread.busy)
    return store


def system_store(url: str, home: Path) -> TeamStore:
    """The same by the machine's and the server's own clocks."""
    return _over_the_teams(url, home, SystemClock(), lambda: None, Conduct())


def _over_the_teams(
    url: str,
    home: Path,
    clock: Clock,
    moment: Callable[[], datetime | None],
    conduct: Conduct,
) -> TeamStore:
    team = team_in(home, url)
    return TeamStore(
        History(home / "history.db", clock=clock),
        lambda: Session(team.parameters, plans=Plans.BY_INDEX),
        Marks(home / "team.db", url, home / "history.db"),
        Member(name=home.name, version="1"),
        where=url,
        conduct=conduct,
        clock=clock,
        rng=Random(1),
        moment=moment,
    )
