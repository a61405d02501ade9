"""A key is sent to its gateway's documented routes and to no other path of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from download_rig import DownloadRig

from rushes.providers.model import Content, Handle, Link, Output, Snapshot, Status
from rushes.providers.registry import all_providers, find
from rushes.providers.secret import Secret
from rushes.tui.lines.download_words import fetch_note
from rushes.watch import codec
from rushes.watch.asset import OutputState
from rushes.watch.keys import known_keys
from rushes.watch.keys.find import Key
from rushes.watch.keys.known_keys import learn
from rushes.watch.network import client as client_module
from rushes.watch.network.client import ApiClient
from rushes.watch.network.policy import NotARoute, check_route

if TYPE_CHECKING:
    from pathlib import Path

    from rushes.providers.card import Card
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
    "/v1/tasks/%2e%2e",
    "/v1/tasks/%2E",
    "/v1/tasks/%252e%252e",
    "/v1/tasks/..%3Bx",
    "/v1/tasks/a%2Fcancel",
    "/v1/tasks/a%2f..%2f..%2fapi-keys",
    "/v1/tasks/a%5C..%5Capi-keys",
    "/v1/tasks/a%3Fdelete=1",
    "/v1/tasks/a%3Fdelete%3D1",
    "/v1/tasks/a%23b",
    "/v1/tasks/a%0d%0aHost:b",
    "/v1/tasks/a%00",
    "/v1/videos/%2e%2e/content",
    "/v1/videos/a%2f..%2f..%2fkeys%3f/content",
    "/v1/videos/a/content?all=1",
    "/v1/videos//content",
    "/../v1/tasks/a",
    "/v1/../v1/tasks/a",
    "/v1/tasks/" + "a" * 513,
    "//elsewhere.example/v1/tasks/a",
    "",
)


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})


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
    paths = [card.path("a:b"), card.path("任务"), card.content_path("a"), card.locate_path("7&8")]
    client = ApiClient(loopback.url, card, concurrency=1)
    for path in filter(None, paths):
        await client.get(path, KEY)
    await client.aclose()
    sent = [path.partition("#")[0] for path in paths if path]
    assert [heard.target for heard in loopback.heard] == sent
    assert {heard.method for heard in loopback.heard} <= {"POST" if card.body else "GET"}
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


@pytest.mark.parametrize("spelled", ["a-test-key", "a-test%2Dkey", "%61-test-key"])
async def test_a_key_that_was_taken_for_an_id_is_not_sent(loopback: Loopback, spelled: str) -> None:
    learn("a-test-key")
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    with pytest.raises(NotARoute, match="the id is a key") as caught:
        await client.get(f"/v1/tasks/{spelled}", Secret("another-key"))
    assert "test" not in str(caught.value)
    assert loopback.connections == 0


async def test_nor_is_one_that_was_sent_as_an_id_before_it_was_known(loopback: Loopback) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    for found in ("a-third-key", "a-test-key"):
        await client.get("/v1/tasks/a-test-key", Secret("another-key"))
        learn(found)
    assert len(loopback.heard) == 2
    with pytest.raises(NotARoute, match="the id is a key"):
        await client.get("/v1/tasks/a-test-key", Secret("another-key"))
    await client.aclose()
    assert len(loopback.heard) == 2


async def test_another_key_is_sent_from_its_first_question_on(loopback: Loopback) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    for key in ("key-one-1", "key-two-2", "key-one-1"):
        await client.get("/v1/tasks/a", Secret(key))
    await client.aclose()
    sent = [heard.headers["authorization"] for heard in loopback.heard]
    assert sent == ["Bearer key-one-1", "Bearer key-two-2", "Bearer key-one-1"]


async def test_a_path_is_looked_at_once_as_long_as_it_is_remembered(
    loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def counted(card: Card, path: str) -> None:
        looked.append(path)
        check_route(card, path)

    monkeypatch.setattr(client_module, "check_route", counted)
    monkeypatch.setattr(client_module, "REMEMBERED", 2)
    loopback.play([loopback.answer(200, b"{}")])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    for task in "aabbacca":
        await client.get(f"/v1/tasks/{task}", KEY)
    await client.aclose()
    assert looked == [f"/v1/tasks/{task}" for task in "abca"]


async def test_an_answer_comes_without_the_key_that_the_gateway_repeats(loopback: Loopback) -> None:
    body = b'{"message": "no such key: \\u0061-test%2Dkey"}'
    loopback.play([loopback.answer(401, body, X_Refused="a-test-key")])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    reply = await client.get("/v1/tasks/a", KEY)
    await client.aclose()
    assert reply.body == b'{"message": "no such key: ***"}'
    assert reply.headers["x-refused"] == "***"


async def test_no_other_accounts_key_changes_an_answer(loopback: Loopback) -> None:
    """A second account's gateway may take any word, and be given `success`."""
    learn("success")
    body = b'{"code": 200, "data": {"status": "success"}}'
    loopback.play([loopback.answer(200, body)])
    client = ApiClient(loopback.url, find("hiapi").card, concurrency=1)
    assert (await client.get("/v1/tasks/a", KEY)).body == body
    assert (await client.get("/v1/tasks/a", Secret("success"))).body == body
    await client.aclose()


@pytest.mark.parametrize("key", ["a-test-key", "%61-test-key", "%2561-test-key", "***"])
@pytest.mark.parametrize("where", [Link, Handle])
async def test_a_link_with_the_key_in_it_is_refused_and_not_asked_for(
    loopback: Loopback, elsewhere: Loopback, tmp_path: Path, key: str, where: type[Link | Handle]
) -> None:
    link = f"{elsewhere.url}/film.mp4?k={key}"
    body = {"file": {"download_url": link}, "base_resp": {"status_code": 0}}
    loopback.play([loopback.answer(200, json.dumps(body).encode())])
    rig = DownloadRig(tmp_path, loopback.url, provider=find("gptge"))
    rig.key = Key(KEY, "test")
    rig.downloads.queue(rig.job(where=Link(link) if where is Link else Handle("7")))
    await rig.settled()
    await rig.client.aclose()
    fetch = rig.last()
    assert fetch is not None
    assert fetch.state is OutputState.FAILED
    assert "the link has the account's key in it" in fetch_note(fetch)
    assert elsewhere.connections == 0
