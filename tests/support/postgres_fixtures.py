"""Fixtures of the PostgreSQL servers that tests share: one a version in each worker."""

from collections.abc import Callable, Generator
from contextlib import ExitStack

import pytest
from postgres_server import Server, server
from sampling import sample


class Servers:
    """The servers, each started when the first test wants it."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._started: dict[int, Server | None] = {}

    def of(self, version: int) -> Server:
        """The server of that version; skips the test where there is no engine."""
        if version not in self._started:
            self._started[version] = self._stack.enter_context(server(version))
        one = self._started[version]
        if one is None:
            pytest.skip(f"there is no PostgreSQL {version} on this machine")
        return one


@pytest.fixture(scope="session")
def postgres_servers() -> Generator[Servers]:
    """The servers of this session, which are ended with it."""
    with ExitStack() as stack:
        yield Servers(stack)


def one_of_the_servers(module: str) -> Callable[..., Server]:
    """The fixture `server` of a module: of one of the versions, in a whole run of each."""

    def one(request: pytest.FixtureRequest, postgres_servers: Servers) -> Server:
        version: int = request.param
        return postgres_servers.of(version)

    return pytest.fixture(params=sample((18, 15), 1, module), name="server")(one)


@pytest.fixture
def store_url(server: Server) -> str:
    """The address of a new store in the module's server."""
    from shared_store import new_store  # with the driver, which most tests do without

    return new_store(server)
