"""What the crash tests share: a process that forks victims, and films for these to fetch."""

from collections.abc import Iterator

import pytest
from film_server import FilmServer
from fork_server import ForkServer


@pytest.fixture(scope="session")
def films() -> Iterator[FilmServer]:
    server = FilmServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    """Forks victims."""
    forks = ForkServer()
    yield forks
    forks.close()
