"""Who is let in, what is refused and how: keys, methods, signatures, expiry."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest

from rushes.demo.dialects.dialect import derived_uuid
from rushes.demo.gateway import Gateway

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.demo.conftest import Answer, Theatre

    Ask = Callable[..., Awaitable[Answer]]

REQUEST_ID = derived_uuid("dashscope", "unauthorized")
REFUSALS: dict[str, dict[str, Any]] = {
    "hiapi": {
        "code": 401,
        "error_code": "UNAUTHORIZED",
        "message": "invalid api key",
        "data": None,
    },
    "gptge": {"error": {"message": "无效的令牌", "type": "new_api_error", "code": ""}},
    "ttapi": {"status": "FAILED", "message": "invalid TT-API-KEY", "data": None},
    "anyfast": {
        "error": {
            "message": "Invalid API key provided.",
            "type": "authentication_error",
            "code": "invalid_api_key",
        }
    },
    "dimilinks": {
        "error": {
            "message": "Invalid API key",
            "type": "invalid_request_error",
            "code": "invalid_api_key",
        }
    },
    "dashscope": {
        "code": "InvalidApiKey",
        "message": "Invalid API-key provided.",
        "request_id": REQUEST_ID,
    },
}
ROUTES = {
    "hiapi": "/v1/tasks/x",
    "gptge": "/task/x",
    "ttapi": "/happyhorse/api/v1/tasks/x",
    "anyfast": "/v1/video/generations/x",
    "dimilinks": "/v1/tasks/x",
    "dashscope": "/api/v1/tasks/x",
}


@pytest.mark.parametrize("provider", ROUTES)
async def test_a_wrong_key_gets_the_dialects_own_401(
    theatre: Theatre, ask: Ask, provider: str
) -> None:
    url = theatre.gateway.base_urls[provider] + ROUTES[provider]
    wrong = "another-key"
    for headers in ({}, {"Authorization": f"Bearer {wrong}"}, {"TT_API_KEY": wrong}):
        answer = await ask(url, **headers)
        assert answer.status == 401
        assert answer.json() == REFUSALS[provider]
    assert (await ask(url, **theatre.key(provider))).status != 401


async def test_ttapi_takes_its_key_in_its_own_header_only(theatre: Theatre, ask: Ask) -> None:
    url = theatre.gateway.base_urls["ttapi"] + ROUTES["ttapi"]
    assert (await ask(url, Authorization=f"Bearer {theatre.gateway.api_key}")).status == 401


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_anything_but_a_read_is_405(theatre: Theatre, ask: Ask, method: str) -> None:
    for origin in [*theatre.gateway.base_urls.values(), theatre.gateway.cdn_url]:
        answer = await ask(origin + "/v1/tasks/x", method)
        assert (answer.status, answer.headers["allow"]) == (405, "GET, HEAD")


async def test_a_path_no_document_names_is_404(theatre: Theatre, ask: Ask) -> None:
    url = theatre.gateway.base_urls["hiapi"] + "/v1/models"
    assert (await ask(url, **theatre.key("hiapi"))).status == 404


async def hiapi_video(theatre: Theatre, label: str) -> str:
    return (await theatre.say(label, 15))["data"]["output"][0]["url"]


async def test_a_file_at_the_cdn_needs_no_key_and_is_refused_with_one(
    theatre: Theatre, ask: Ask
) -> None:
    url = await hiapi_video(theatre, "harbour, dusk")
    answer = await ask(url)
    key = ("hiapi", theatre.scene("harbour, dusk").id, 1)
    assert answer.status == 200
    assert hashlib.sha256(answer.body).hexdigest() == theatre.gateway.file_sha256[key]
    for leak in (theatre.key("hiapi"), theatre.key("ttapi"), {"Cookie": theatre.gateway.api_key}):
        refusal = await ask(url, **leak)
        assert refusal.status == 400
        assert b"<Code>InvalidArgument</Code>" in refusal.body
    assert [visit.key_sent for visit in theatre.gateway.requests if visit.origin == "cdn"] == [
        *(False, True, True, True)
    ]


async def test_an_output_of_hiapi_dies_at_its_expire_at(theatre: Theatre, ask: Ask) -> None:
    data = (await theatre.say("harbour, dusk", 0))["data"]
    expire_at = data["output"][0]["expireAt"]
    theatre.now = expire_at - 1
    assert (await ask(data["output"][0]["url"], "HEAD")).status == 200
    theatre.now = expire_at
    answer = await ask(data["output"][0]["url"])
    assert answer.status == 403
    assert answer.headers["content-type"] == "application/xml"
    assert b"<Error><Code>AccessDenied</Code>" in answer.body


async def test_the_old_cut_expired_two_hours_before_the_opening(theatre: Theatre, ask: Ask) -> None:
    data = (await theatre.say("last light, old cut", 0))["data"]
    assert data["output"][0]["expireAt"] == int(theatre.now - 7200)
    assert (await ask(data["output"][0]["url"])).status == 403


async def signed_links(theatre: Theatre) -> list[tuple[str, float]]:
    """Return (URL, seconds it has left at offset 200) for one link of every signing family."""
    anyfast = (await theatre.say("rain on glass", 200))["data"]["result_url"]
    ttapi = (await theatre.say("雨中的玻璃窗", 200))["output"]["video_url"]
    kling = (await theatre.say("neon alley", 200))["data"]["video_url"]
    jimeng = (await theatre.say("storyboard, 3 panels", 200))["data"]["image_urls"][1]
    dimi = (await theatre.say("plate 14 (still)", 200))["result"]["data"][0]["url"]
    return [
        (anyfast, 86_400 - 40),
        (ttapi, 86_400 - 116),
        (kling, 3600 - 75),
        (jimeng, 86_400 - 181),
        (theatre.gateway.base_urls["dimilinks"] + dimi, 300),
    ]


async def test_signed_links_open_until_they_expire(theatre: Theatre, ask: Ask) -> None:
    for url, left in await signed_links(theatre):
        theatre.at(200)
        assert (await ask(url, "HEAD")).status == 200
        # The opening is a quarter past a second; most families count in whole ones.
        theatre.at(200 + left - 0.3)
        assert (await ask(url, "HEAD")).status == 200
        theatre.at(200 + left)
        assert (await ask(url)).status == 403


async def test_a_forged_signature_is_403(theatre: Theatre, ask: Ask) -> None:
    for url, _ in await signed_links(theatre):
        assert (await ask(url[:-5] + ("AAAAA" if url[-5:] != "AAAAA" else "BBBBB"))).status == 403


async def test_a_link_stretched_by_hand_is_403(theatre: Theatre, ask: Ask) -> None:
    url = (await theatre.say("rain on glass", 200))["data"]["result_url"]
    path, _, query = url.partition("?")
    stretched = query.replace("Expires=1", "Expires=2")
    assert (await ask(f"{path}?{stretched}")).status == 403
    assert (await ask(path)).status == 403


async def test_a_file_is_not_there_before_its_task_is_done(theatre: Theatre, ask: Ask) -> None:
    url = await hiapi_video(theatre, "opening shot")
    theatre.at(10)
    answer = await ask(url)
    assert answer.status == 404
    assert b"<Code>NoSuchKey</Code>" in answer.body


async def test_gptge_exchanges_a_file_id_for_a_link_that_lasts_nine_hours(
    theatre: Theatre, ask: Ask
) -> None:
    file_id = (await theatre.say("chase, wide", 113))["file_id"]
    url = theatre.gateway.base_urls["gptge"] + "/task/minimax/v1/files/retrieve?"
    assert (await ask(url + urlencode({"file_id": file_id}))).status == 401
    reply = (await ask(url + urlencode({"file_id": file_id}), **theatre.key("gptge"))).json()
    assert reply["base_resp"] == {"status_code": 0, "status_msg": "success"}
    file = reply["file"]
    link = file.pop("download_url")
    assert file == {
        "file_id": int(file_id),
        "bytes": 0,
        "created_at": int(theatre.now - 1),
        "filename": "output.mp4",
        "purpose": "video_generation",
    }
    assert f"Expires={int(theatre.now) + 9 * 3600}&" in link
    assert (await ask(link)).body[4:8] == b"ftyp"
    unknown = (await ask(url + "file_id=1", **theatre.key("gptge"))).json()
    refused = {"status_code": 2013, "status_msg": "invalid params, file_id not found"}
    assert unknown == {"file": None, "base_resp": refused}


async def content(theatre: Theatre, ask: Ask, label: str, **headers: str) -> Answer:
    task_id = theatre.scene(label).id
    return await ask(
        f"{theatre.gateway.base_urls['dimilinks']}/v1/videos/{task_id}/content", **headers
    )


async def test_dimilinks_content_wants_the_key_and_streams(theatre: Theatre, ask: Ask) -> None:
    key = theatre.key("dimilinks")
    assert (await content(theatre, ask, "surf, high speed")).status == 401
    early = await content(theatre, ask, "surf, high speed", **key)
    assert early.status == 400
    assert "not completed" in early.json()["error"]["message"]
    theatre.at(59)
    video = await content(theatre, ask, "surf, high speed", **key, Range="bytes=0-7")
    assert (video.status, video.body[4:]) == (206, b"ftyp")


async def test_dimilinks_content_may_redirect_to_another_origin(theatre: Theatre, ask: Ask) -> None:
    theatre.at(230)
    moved = await content(theatre, ask, "lighthouse", **theatre.key("dimilinks"))
    assert (moved.status, moved.body) == (302, b"")
    assert moved.headers["location"].startswith(theatre.gateway.cdn_url + "/")
    assert (await ask(moved.headers["location"])).status == 200


async def test_dimilinks_images_want_no_key_and_are_signed_afresh_at_every_query(
    theatre: Theatre, ask: Ask
) -> None:
    base = theatre.gateway.base_urls["dimilinks"]
    first = (await theatre.say("plate 14 (still)", 20))["result"]["data"][0]["url"]
    second = (await theatre.say("plate 14 (still)", 319))["result"]["data"][0]["url"]
    assert first != second
    assert (await ask(base + first)).body[:2] == b"\xff\xd8"
    theatre.at(321)
    assert (await ask(base + first)).status == 403
    assert (await ask(base + second)).status == 200


async def test_dimilinks_images_refuse_with_bare_400_403_and_404(
    theatre: Theatre, ask: Ask
) -> None:
    base = theatre.gateway.base_urls["dimilinks"]
    link = (await theatre.say("contact sheet", 341))["result"]["data"][0]["url"]
    path, _, query = link.partition("?")
    assert (await ask(base + path)).status == 400
    forged = await ask(f"{base}{path}?{query[:-1]}")
    assert (forged.status, forged.body) == (403, b"")
    theatre.at(329)
    assert (await ask(base + link)).status == 404


def test_the_key_is_plainly_not_a_real_one() -> None:
    assert Gateway().api_key.startswith("demo-key-")
