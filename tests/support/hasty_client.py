"""A client over the loopback server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from plain_card import plain_card
from waiting import PATIENCE

from rushes.providers.card import Auth
from rushes.providers.secret import Secret
from rushes.watch.network.client import ApiClient

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.watch.conftest import Loopback

    Make = Callable[..., ApiClient]

AUTH = Auth(env="X", header="TT-API-KEY", scheme="")
CARD = plain_card("/{task_id}", locate_route="/v1/tasks/a%2Fb?x={file_id}", auth=AUTH)
KEY = Secret("tt-key-1")


@pytest.fixture
async def client(loopback: Loopback) -> AsyncIterator[ApiClient]:
    made = ApiClient(loopback.url, CARD, concurrency=2, deadline=PATIENCE)
    yield made
    await made.aclose()
