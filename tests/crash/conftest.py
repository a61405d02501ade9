"""What the crash tests share: a process that forks victims, and films for these to fetch."""

from collections.abc import Iterator

import pytest
from film_server import FilmServer
from nursery import Nursery


@pytest.fixture(scope="session")
def films() -> Iterator[FilmServer]:
    server = FilmServer()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    """Forks victims."""
    nursery = Nursery()
    yield nursery
    nursery.close()
