"""A key is sent to its gateway's documented routes and to no other path of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from download_rig import DownloadRig

from rushes.providers.model import Content, Output, Snapshot, Status
from rushes.providers.registry import all_providers, find
from rushes.providers.secret import Secret
from rushes.tui.lines.download_words import fetch_note
from rushes.watch import codec
from rushes.watch.asset import OutputState
from rushes.watch.keys.known_keys import learn
from rushes.watch.network.client import ApiClient
from rushes.watch.network.policy import NotARoute

if TYPE_CHECKING:
    from pathlib import Path

    from tests.watch.conftest import Loopback

KEY = Secret("a-test-key")
OTHER_PATHS = (
    "/v1/api-keys",
    "/v1/tasks",
    "/v1/tasks/",
    "/v1/tasks/a/cancel",
    "/v1/tasks/a?delete=1",
    "/v1/tasks/a#b",
    "/v1/tasks/..",
    "/v1/tasks/.",
    "/v1/tasks/a\n",
    "/v1/videos/a/content/../../../keys",
    "//elsewhere.example/v1/tasks/a",
    "",
)


@pytest.mark.parametrize("path", OTHER_PATHS)
async def test_a_path_that_is_no_route_of_the_provider_is_not_asked_for(
    loopback: Loopback, path: str
) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, find("dimilinks").card, concurrency=1)
    with pytest.raises(NotARoute):
        await client.get(path, KEY)
    assert loopback.connections == 0


@pytest.mark.parametrize("name", list(all_providers()))
async def test_every_route_of_a_provider_is_asked_for_with_the_key(
    loopback: Loopback, name: str
) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    card = find(name).card
    paths = [card.path("a/b"), card.path(".."), card.content_path("a"), card.locate_path("7 8")]
    client = ApiClient(loopback.url, card, concurrency=1)
    for path in filter(None, paths):
        await client.get(path, KEY)
    await client.aclose()
    assert [heard.target for heard in loopback.heard] == list(filter(None, paths))
    assert all(KEY.reveal() in heard.headers[card.auth.header.lower()] for heard in loopback.heard)


@pytest.mark.parametrize(
    "path", ["/v1/api-keys", "/v1/videos/../keys/content", "@elsewhere.example/"]
)
async def test_a_remembered_output_at_another_path_is_not_fetched_with_the_key(
    loopback: Loopback, tmp_path: Path, path: str
) -> None:
    """History, and a file that was imported into it, may have been written by anybody."""
    loopback.play([loopback.answer(200, b"secrets")])
    output = Output(kind="video", where=Content(path))
    kept = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=(output,))
    (read,) = codec.read(codec.write(kept), Snapshot).outputs
    rig = DownloadRig(tmp_path, loopback.url, provider=find("dimilinks"))
    rig.downloads.queue(rig.job(where=read.where))
    await rig.settled()
    await rig.client.aclose()
    fetch = rig.last()
    assert fetch is not None
    assert fetch.state is OutputState.FAILED
    assert "no route of DimiLinks" in fetch_note(fetch)
    assert loopback.connections == 0


async def test_an_answer_comes_without_any_key_that_the_gateway_repeats(loopback: Loopback) -> None:
    learn("a-test-key")
    body = b'{"message": "no such key: a-test-key"}'
    loopback.play([loopback.answer(401, body, X_Refused="a-test-key")])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    reply = await client.get("/v1/tasks/a", KEY)
    await client.aclose()
    assert reply.body == b'{"message": "no such key: ***"}'
    assert reply.headers["x-refused"] == "***"
