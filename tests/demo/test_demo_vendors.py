"""The replies of vendors whose own clients are run against the demo, against their documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from tests.demo.conftest import Answer, Theatre

    Ask = Callable[..., Awaitable[Answer]]

DAY = 86400.0


def fal_path(theatre: Theatre, label: str) -> str:
    app, _, request = theatre.scene(label).id.partition("#")
    return f"/{app}/requests/{request}"


async def test_fal_waits_with_202_and_its_place_in_the_queue(theatre: Theatre) -> None:
    theatre.at(0)
    path = fal_path(theatre, "paper boats")
    answer = await theatre.get("fal", path + "/status")
    said = answer.json()
    assert answer.status == 202
    assert (said["status"], said["queue_position"]) == ("IN_QUEUE", 3)
    early = await theatre.get("fal", path)
    assert (early.status, early.json()) == (400, {"detail": "Request is still in progress"})


async def test_fal_gives_files_and_reasons_at_the_second_question_only(theatre: Theatre) -> None:
    assert "video" not in await theatre.say("paper boats", 70)
    path = fal_path(theatre, "paper boats")
    video = (await theatre.get("fal", path)).json()["video"]
    assert video["content_type"] == "video/mp4"
    assert video["file_size"] == 4_100_000
    assert (await theatre.say("crane up, city", 90))["status"] == "COMPLETED"
    refused = await theatre.get("fal", fal_path(theatre, "crane up, city"))
    assert refused.status == 422
    assert refused.json()["detail"][0]["type"] == "content_policy_violation"


async def test_replicate_forgets_the_output_after_an_hour(theatre: Theatre) -> None:
    assert (await theatre.say("mask, bronze", 0))["output"].endswith("/image.png")
    late = await theatre.say("mask, bronze", 121)
    assert (late["status"], late["output"]) == ("succeeded", None)


async def test_replicate_lists_its_predictions_newest_first(theatre: Theatre) -> None:
    theatre.at(0)
    listed = (await theatre.get("replicate", "/v1/predictions")).json()
    assert listed["next"] is None
    ids = [one["id"] for one in listed["results"]]
    assert ids[0] == theatre.scene("poster, second idea").id
    assert len(ids) == 3


async def test_ark_has_no_content_a_day_after_the_end(theatre: Theatre) -> None:
    content = (await theatre.say("escalator, long take", 120))["content"]
    assert set(content) == {"video_url", "last_frame_url"}
    assert "X-Tos-Expires=86400&" in content["video_url"]
    late = await theatre.say("escalator, long take", 120 + DAY)
    assert (late["status"], late["content"]) == ("succeeded", None)


async def test_ark_lists_the_tasks_that_are_asked_for_and_pages_the_rest(theatre: Theatre) -> None:
    theatre.at(0)
    route = "/api/v3/contents/generations/tasks"
    first, second = (theatre.scene(label).id for label in ("koi, overhead", "snow, platform 2"))
    query = f"filter.task_ids={first}&filter.task_ids={second}&filter.task_ids=nobody"
    batch = (await theatre.get("ark", f"{route}?{query}")).json()
    assert {item["id"] for item in batch["items"]} == {first, second}
    page = (await theatre.get("ark", f"{route}?page_num=2&page_size=2")).json()
    assert ([item["id"] for item in page["items"]], page["total"]) == ([second], 3)


async def test_veo_tells_a_sample_or_that_all_were_filtered(theatre: Theatre, ask: Ask) -> None:
    assert "done" not in await theatre.say("tin robot", 0)
    made = (await theatre.say("tin robot", 105))["response"]["generateVideoResponse"]
    (sample,) = made["generatedSamples"]
    base = theatre.gateway.base_urls["veo"]
    assert (await ask(base + sample["video"]["uri"])).status == 400
    sent = await theatre.get("veo", sample["video"]["uri"])
    assert sent.status == 302
    assert (await ask(sent.headers["location"])).status == 200
    held = await theatre.say("duel at noon", 85)
    assert "error" not in held
    assert held["response"]["generateVideoResponse"]["raiMediaFilteredCount"] == 1


async def test_kling_says_succeed_by_the_older_path_and_succeeded_by_the_newer(
    theatre: Theatre,
) -> None:
    older = (await theatre.say("sand, hourglass", 142))["data"]
    assert older["task_status"] == "succeed"
    assert older["task_result"]["videos"][0]["duration"] == "5.1"
    (newer,) = (await theatre.say("mirror shot, take 2", 172))["data"]
    assert (newer["status"], newer["outputs"][0]["type"]) == ("succeeded", "video")
    assert newer["updated_at"] > 10**12
    nobody = await theatre.get("kling", "/v1/videos/image2video/1")
    assert (nobody.status, nobody.json()["code"]) == (404, 1203)


async def test_runway_wants_its_version_and_signs_each_answer_anew(
    theatre: Theatre, ask: Ask
) -> None:
    theatre.at(0)
    base, key = theatre.gateway.base_urls["runway"], theatre.key("runway")
    path = f"{base}/v1/tasks/{theatre.scene('jellyfish').id}"
    assert (await ask(path, Authorization=key["Authorization"])).status == 400
    assert (await theatre.say("jellyfish", 0))["status"] == "THROTTLED"
    assert 0 < (await theatre.say("jellyfish", 50))["progress"] < 1
    (first,) = (await theatre.say("jellyfish", 100))["output"]
    (second,) = (await theatre.say("jellyfish", 200))["output"]
    assert (await ask(second)).status == 200
    theatre.at(150 + DAY)
    assert [(await ask(link)).status for link in (first, second)] == [403, 200]
    forged = second[:-2] + ("AA" if second[-2:] != "AA" else "BB")
    assert (await ask(forged)).status == 403


async def test_openai_video_says_when_its_file_goes_and_wants_the_key_for_it(
    theatre: Theatre, ask: Ask
) -> None:
    running = await theatre.say("kitchen, 8 s", 50)
    assert (running["status"], running["expires_at"]) == ("in_progress", None)
    done = await theatre.say("kitchen, 8 s", 133)
    assert done["expires_at"] == done["completed_at"] + DAY
    path = f"/v1/videos/{done['id']}/content"
    assert (await ask(theatre.gateway.base_urls["openai-video"] + path)).status == 401
    assert len((await theatre.get("openai-video", path)).body) == 6_700_000
