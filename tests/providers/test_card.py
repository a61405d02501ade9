"""A card's paths hold whatever an id contains, and a base URL may repeat what the route has."""

import re

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.card import base_of
from rushes.providers.links import absolute, is_url
from rushes.providers.registry import all_providers, find
from rushes.providers.reply import Ask
from rushes.providers.routes import is_segment, segment

QUICK = settings(derandomize=True, max_examples=rounds(50, 2000), deadline=None, database=None)


@pytest.mark.parametrize(
    ("name", "configured", "base"),
    [
        ("hiapi", "https://api.hiapi.ai", "https://api.hiapi.ai"),
        ("hiapi", "https://api.hiapi.ai/", "https://api.hiapi.ai"),
        ("hiapi", "https://api.hiapi.ai/v1", "https://api.hiapi.ai"),
        ("hiapi", "https://api.hiapi.ai/v1/", "https://api.hiapi.ai"),
        ("dimilinks", "https://dimilinks.com/v1", "https://dimilinks.com"),
        ("anyfast", "https://proxy.example/any/v1", "https://proxy.example/any"),
        ("anyfast", "https://proxy.example/v1x", "https://proxy.example/v1x"),
        ("gptge", "https://proxy.example/task", "https://proxy.example/task"),
        ("ttapi", "https://proxy.example/v1", "https://proxy.example/v1"),
        ("dashscope", "https://proxy.example/api/v1", "https://proxy.example"),
        ("dashscope", "https://proxy.example/api", "https://proxy.example/api"),
    ],
)
def test_a_base_url_loses_its_slash_and_a_version_that_the_route_repeats(
    name: str, configured: str, base: str
) -> None:
    assert base_of(configured, find(name).card.route) == base


@pytest.mark.parametrize("name", list(all_providers()))
@QUICK
@given(task_id=st.text(min_size=1))
@example(task_id="..")
@example(task_id=".")
@example(task_id="a/../../b?c#d%2F;@:\\")
@example(task_id="\ud800")
@example(task_id="{task_id}")
def test_a_hostile_id_stays_one_segment_on_the_wire(name: str, task_id: str) -> None:
    card = find(name).card
    sent = httpx.URL(f"https://h{card.path(task_id)}")
    assert sent.host == "h"
    if not card.id_form:
        assert sent.raw_path.decode() == card.route.partition("#")[0].replace(
            "{task_id}", segment(task_id)
        )
    assert not set(segment(task_id)) & set("/?#\\ \n")
    assert card.is_route(card.path(task_id)) is card.fits(task_id)


@pytest.mark.parametrize(
    "task_id",
    [
        "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR",
        "314052875571396",
        "video_a-b_c",
        "a:b",
        "任务1",
        "a..b",
    ],
)
def test_an_id_fits_where_no_server_reads_a_step_in_it(task_id: str) -> None:
    assert is_segment(task_id)


@pytest.mark.parametrize(
    "task_id",
    [*["", ".", "..", "../keys", "a/b", "a\\b", "a?x=1", "a#b", "..;", "%2e%2e", "a%2fb", "a b"],
     "a\n", "a\0", "a" * 513],
)  # fmt: skip
def test_an_id_that_could_lead_elsewhere_does_not_fit(task_id: str) -> None:
    assert not is_segment(task_id)


def test_two_ids_never_share_a_path() -> None:
    assert segment("a/b") != segment("a%2Fb")
    assert segment("\ud800") != segment("?")


@pytest.mark.parametrize("name", list(all_providers()))
def test_a_card_is_complete_and_in_order(name: str) -> None:
    card = find(name).card
    assert card.id == name
    assert card.base_url == base_of(card.base_url, card.route)
    assert card.base_url.startswith("https://") or not (card.base_url or card.auth.env)
    assert card.docs.startswith("https://")
    assert card.poll.every > 0
    assert card.poll.quote
    assert re.fullmatch(r"[A-Z][A-Z0-9]+(_[A-Z0-9]+)+", card.auth.env) or not card.base_url
    assert all(word == word.casefold() for word in (*card.statuses, *card.codes))
    meant = {status.value for status in card.statuses.values()}
    assert "succeeded" in meant
    assert meant & {"queued", "running"}


def test_the_key_goes_where_each_gateway_looks_for_it() -> None:
    headers = {
        name: (p.card.auth.header, p.card.auth.scheme) for name, p in all_providers().items()
    }
    bearer = ("Authorization", "Bearer ")
    assert {name: way for name, way in headers.items() if way != bearer} == {
        "bfl": ("x-key", ""),
        "fal": ("Authorization", "Key "),
        "higgsfield": ("Authorization", "Key "),
        "piapi": ("x-api-key", ""),
        "ttapi": ("TT-API-KEY", ""),
        "veo": ("x-goog-api-key", ""),
        "vidu": ("Authorization", "Token "),
    }


def test_only_dimilinks_is_believed_at_its_first_not_found() -> None:
    trusting = [name for name, p in all_providers().items() if p.card.gone_at_first_not_found]
    assert trusting == ["dimilinks"]


def test_a_file_id_is_exchanged_by_one_quoted_path() -> None:
    path = find("gptge").card.locate_path("3140&a=/")
    assert path == "/task/minimax/v1/files/retrieve?file_id=3140%26a%3D%2F"


@pytest.mark.parametrize(
    ("address", "whole"),
    [
        ("https://cdn.example/a", "https://cdn.example/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("/p/a?x=%2F", "https://h/base/p/a?x=%2F"),
    ],
)
def test_a_relative_link_hangs_from_the_base(address: str, whole: str) -> None:
    assert absolute(address, Ask(base="https://h/base")) == whole


@pytest.mark.parametrize("address", ["ftp://h/a", "https://", "javascript:x", "a/b", "", "http:/h"])
def test_what_cannot_be_fetched_is_no_url(address: str) -> None:
    assert not is_url(address)
