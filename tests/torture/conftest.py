"""What the tortures share: the gateway, and processes that run commands."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack

import pytest
from certificate import Certificate
from sampling import WHOLE
from scenarios import Stage
from task_server import TaskServer
from tormentor import Tormentor


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.made(tmp_path_factory.mktemp("tls"), "DNS:localhost")


@pytest.fixture(scope="session")
def stages() -> Iterator[Sequence[Stage]]:
    server = TaskServer()
    with ExitStack() as stack:
        stack.callback(server.stop)
        count = 2 * (os.cpu_count() or 1) if WHOLE else 1
        yield [Stage(stack.enter_context(Tormentor()), server.url) for _ in range(count)]
