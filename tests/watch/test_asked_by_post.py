"""Nothing but GET is ever sent, and the POST whose gateway's documents call it a query."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from toml_provider import provider_in

import rushes
from rushes.providers.registry import all_providers, find
from rushes.providers.secret import Secret
from rushes.watch.keys import known_keys
from rushes.watch.keys.known_keys import learn
from rushes.watch.network.client import ApiClient
from rushes.watch.network.policy import NotARoute

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback

KEY = Secret("a-test-key")
PATH = "/v1/video/status"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(known_keys, "_forms", {})


async def test_the_question_holds_the_id_and_nothing_else_of_anybodys(loopback: Loopback) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    card = find("siliconflow").card
    client = ApiClient(loopback.url, card, concurrency=1)
    for task_id in ("abc", "任务", 'a"b', "{task_id}"):
        await client.get(card.path(task_id), KEY)
        heard = loopback.heard[-1]
        assert (heard.method, heard.target) == ("POST", PATH)
        assert json.loads(heard.body) == {"requestId": task_id}
        assert heard.headers["content-type"] == "application/json"
        assert heard.headers["authorization"] == "Bearer a-test-key"
    await client.aclose()
    assert loopback.connections == 1


@pytest.mark.parametrize(
    "path", [PATH, f"{PATH}#", f"{PATH}#a/b", f"{PATH}#a#b", f"{PATH}?a=1#b", "/v1/video/submit#a"]
)
async def test_a_path_without_a_task_is_not_asked_for(loopback: Loopback, path: str) -> None:
    client = ApiClient(loopback.url, find("siliconflow").card, concurrency=1)
    with pytest.raises(NotARoute):
        await client.get(path, KEY)
    assert loopback.connections == 0


async def test_a_key_that_was_taken_for_an_id_is_not_sent_in_a_body(loopback: Loopback) -> None:
    learn(KEY.reveal())
    client = ApiClient(loopback.url, find("siliconflow").card, concurrency=1)
    with pytest.raises(NotARoute, match="the id is a key"):
        await client.get(f"{PATH}#{KEY.reveal()}", KEY)
    assert loopback.connections == 0


async def test_a_body_may_hold_constants_beside_an_id_that_is_in_the_path(
    loopback: Loopback,
) -> None:
    loopback.play([loopback.answer(200, b"{}")])
    head = (
        'base_urls = { a = "https://h.example" }\nstatus = "s"\n[query]\nmethod = "POST"\n'
        'path = "/v1/{id}/state"\ndocs = "https://d.example"\nbody = { id = "{id}", n = 1 }\n'
    )
    client = ApiClient(loopback.url, provider_in("", head=head).card, concurrency=1)
    await client.get("/v1/a%3Ab/state", KEY)
    await client.aclose()
    (heard,) = loopback.heard
    assert (heard.method, heard.target) == ("POST", "/v1/a%3Ab/state")
    assert json.loads(heard.body) == {"id": "a:b", "n": 1}


def test_only_cards_whose_documents_say_query_have_a_body() -> None:
    assert [name for name, p in all_providers().items() if p.card.body] == ["siliconflow"]


def test_no_module_sends_anything_else() -> None:
    """The one request that polls is made in one place, which knows two methods."""
    root = Path(rushes.__file__).parent
    sent = re.compile(r'"(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD)"')
    methods = {
        f"{path.relative_to(root)}": set(sent.findall(path.read_text("utf-8")))
        for floor in ("providers", "watch")
        for path in sorted((root / floor).rglob("*.py"))
    }
    found = {name: said for name, said in methods.items() if said - {"GET"}}
    assert found == {
        "providers/make_table.py": {"GET", "POST"},  # it writes a page
        "providers/toml_dialect/card.py": {"GET", "POST"},
        "watch/network/connections.py": {"GET", "POST"},
    }
