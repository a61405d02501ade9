"""A store in a server of the tests' own, and how it is reached from a home."""

from collections.abc import Mapping
from pathlib import Path

from postgres_server import Server

from rushes.watch.config.store import StoreSettings
from rushes.watch.disk.paths import Paths
from rushes.watch.postgres import upkeep
from rushes.watch.watchlist.team import Team


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


def team_in(home: Path, url: str, **environ: str) -> Team:
    """The store as it is reached from that home."""
    paths = Paths.find({"RUSHES_HOME": str(home)})
    return Team(StoreSettings(url=url), paths, {"HOME": str(home), **environ})
