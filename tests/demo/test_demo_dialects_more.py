"""What the pages of AnyFast, DimiLinks and DashScope say is what the demo answers."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Any

import pytest

from rushes.demo.scene import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.demo.conftest import Theatre
from demo_dialects import OPENED, USAGE, of_beijing

# Seed 003

ANYFAST = {
    *("task_id", "action", "status", "fail_reason", "submit_time", "start_time", "finish_time"),
    *("progress", "request_id", "data"),
}


async def test_anyfast_queued_has_zero_for_times_not_yet_come(theatre: Theatre) -> None:
    reply = await theatre.say("rain on glass", 1)
    assert (reply["code"], reply["message"]) == ("success", "")
    data = reply["data"]
    assert set(data) == ANYFAST
    assert (data["status"], data["progress"]) == ("QUEUED", "0%")
    assert (data["action"], data["fail_reason"], data["data"]) == ("generate", "", None)
    assert re.fullmatch(r"20261122\d{15}\w{8}", data["request_id"])
    assert (data["submit_time"], data["start_time"], data["finish_time"]) == (
        *(int(OPENED - 10), 0, 0),
    )


async def test_anyfast_progress_is_text_with_a_percent_sign(theatre: Theatre) -> None:
    data = (await theatre.say("rain on glass", 8 + 0.35 * 152 + 0.1))["data"]
    assert set(data) == ANYFAST
    assert (data["status"], data["progress"]) == ("IN_PROGRESS", "35%")
    assert (data["start_time"], data["finish_time"]) == (int(OPENED + 8), 0)
    assert data["data"]["output"]["task_status"] == "RUNNING"


async def test_anyfast_success_repeats_its_link_in_fail_reason_and_upstream(
    theatre: Theatre,
) -> None:
    data = (await theatre.say("rain on glass", 161))["data"]
    assert set(data) == ANYFAST | {"result_url"}
    assert (data["status"], data["progress"]) == ("SUCCESS", "100%")
    upstream = data["data"]
    assert set(upstream) == {"output", "request_id", "usage"}
    assert upstream["usage"] == USAGE
    assert upstream["output"]["task_status"] == "SUCCEEDED"
    assert upstream["output"]["orig_prompt"] == theatre.scene("rain on glass").prompt
    assert data["result_url"] == data["fail_reason"] == upstream["output"]["video_url"]
    fields = f"Expires={int(OPENED + 160 + 86_400)}&OSSAccessKeyId="
    assert fields in data["result_url"]
    assert "&Signature=" in data["result_url"]
    names = [("submit_time", "submit"), ("scheduled_time", "start"), ("end_time", "finish")]
    for inner, outer in names:
        assert int(of_beijing(upstream["output"][inner])) == data[f"{outer}_time"]


async def test_anyfast_failure_has_no_result_url(theatre: Theatre) -> None:
    data = (await theatre.say("fan reveal", 98))["data"]
    assert set(data) == ANYFAST
    assert data["status"] == "FAILURE"
    message = "输出视频可能包含不适宜内容，任务未计费"
    reason = f"task failed, code: DataInspectionFailed , message: {message}"
    assert (data["fail_reason"], data["progress"]) == (reason, "100%")
    upstream = data["data"]["output"]
    assert upstream["task_status"] == "FAILED"
    assert (upstream["code"], upstream["message"]) == ("DataInspectionFailed", message)


async def test_anyfast_does_not_know_a_task_with_http_400(theatre: Theatre) -> None:
    answer = await theatre.poll("anyfast", "asyntask_" + "x" * 32)
    assert answer.status == 400
    assert answer.json() == {"code": "task_not_exist", "message": "task_not_exist", "data": None}


# Seed 004


async def test_dimilinks_video_is_wrapped_and_counts_its_progress(theatre: Theatre) -> None:
    [(name, data)] = (await theatre.say("lighthouse", 16 + 0.35 * 208 + 0.1)).items()
    task_id = theatre.scene("lighthouse").id
    assert name == "data"
    assert data == {
        "id": task_id,
        "task_id": task_id,
        "status": "processing",
        "progress": 35,
        "created_at": int(OPENED - 18),
    }


@pytest.mark.parametrize(
    ("label", "offset", "status", "error"),
    [
        ("surf, high speed", 59, "completed", None),
        ("train, window seat", 104, "cancelled", None),
        (
            *("puppet test", 66, "failed"),
            {"code": "upstream_error", "message": "视频生成失败，请稍后重试。"},
        ),
    ],
)
async def test_dimilinks_video_at_its_end_says_when_and_reads_100(
    theatre: Theatre, label: str, offset: float, status: str, error: dict[str, str] | None
) -> None:
    data = (await theatre.say(label, offset))["data"]
    fields = {"id", "task_id", "status", "progress", "created_at", "completed_at"}
    assert set(data) == (fields | {"error"} if error else fields)
    assert (data["status"], data["progress"]) == (status, 100)
    assert data["completed_at"] == int(OPENED + offset - 1)
    assert data.get("error") == error


async def test_dimilinks_image_is_flat_with_relative_links_in_milliseconds(
    theatre: Theatre,
) -> None:
    running = await theatre.say("plate 14 (still)", 1)
    fields = {"id", "task_id", "object", "status", "progress", "created_at"}
    assert set(running) == fields
    assert (running["object"], running["status"]) == ("image.task", "in_progress")
    done = await theatre.say("plate 14 (still)", 13)
    assert set(done) == fields | {"completed_at", "result"}
    assert (done["status"], done["progress"]) == ("succeeded", 100)
    assert set(done["result"]) == {"created", "task_id", "data"}
    assert done["result"]["created"] == done["completed_at"] == int(OPENED + 12)
    assert done["result"]["task_id"] == done["task_id"] == done["id"]
    assert (running["created_at"], running["progress"]) == (int(OPENED - 4), 50)
    lives: list[int] = []
    for index, image in enumerate(done["result"]["data"]):
        assert set(image) == {"url", "file_id"}
        assert re.fullmatch(r"file_[0-9a-f]{24}", image["file_id"])
        link = re.fullmatch(rf"/p/img/{done['id']}/{index}\?exp=(\d{{13}})&sig=\w+", image["url"])
        assert link
        lives.append(int(link[1]) - int((OPENED + 13) * 1000))
    assert lives == [300_000, 86_400_000]


async def test_dimilinks_image_may_be_a_data_url(theatre: Theatre) -> None:
    [image] = (await theatre.say("logo, gold", 34))["result"]["data"]
    head, _, text = image["url"].partition(",")
    assert head == "data:image/png;base64"
    assert base64.b64decode(text, validate=True).startswith(b"\x89PNG")


async def test_dimilinks_forgets_a_running_task_with_http_404(theatre: Theatre) -> None:
    assert (await theatre.say("render test 12", 239))["data"]["status"] == "processing"
    theatre.at(241)
    answer = await theatre.poll("dimilinks", theatre.scene("render test 12").id)
    assert answer.status == 404
    assert answer.json() == {
        "error": {
            "message": "Task not found",
            "type": "invalid_request_error",
            "code": "not_found",
        }
    }


# DashScope's own pages


@pytest.mark.parametrize(("offset", "word", "times"), [(0, "PENDING", 1), (7, "RUNNING", 2)])
async def test_dashscope_unfinished_has_the_times_so_far(
    theatre: Theatre, offset: float, word: str, times: int
) -> None:
    output = (await theatre.say("kite over dunes", offset))["output"]
    names = ("submit_time", "scheduled_time")[:times]
    assert set(output) == {"task_id", "task_status", *names}
    assert output["task_status"] == word
    assert [of_beijing(output[name]) for name in names] == [OPENED - 8, OPENED + 6][:times]


async def test_dashscope_film_has_its_link_prompt_and_usage(theatre: Theatre) -> None:
    reply = await theatre.say("kite over dunes", 151)
    output = reply["output"]
    assert set(output) == {
        *("task_id", "task_status", "submit_time", "scheduled_time", "end_time"),
        *("orig_prompt", "video_url"),
    }
    assert f"?Expires={int(OPENED + 150 + 86_400)}&" in output["video_url"]
    assert reply["usage"] == {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1}


async def test_dashscope_pictures_are_results_that_are_counted(theatre: Theatre) -> None:
    reply = await theatre.say("costume board", 28)
    output = reply["output"]
    assert [set(each) for each in output["results"]] == [{"orig_prompt", "url"}] * 2
    assert output["task_metrics"] == {"TOTAL": 2, "SUCCEEDED": 2, "FAILED": 0}
    assert "video_url" not in output
    assert reply["usage"] == {"image_count": 2}


async def test_dashscope_failure_and_cancellation_name_their_times(theatre: Theatre) -> None:
    failed = (await theatre.say("glass slipper", 60))["output"]
    assert (failed["task_status"], failed["code"]) == ("FAILED", "InternalError.Algo")
    assert of_beijing(failed["end_time"]) == OPENED + 54
    canceled = (await theatre.say("poster, first idea", 131))["output"]
    assert canceled["task_status"] == "CANCELED"
    assert "scheduled_time" not in canceled


async def test_dashscope_forgets_a_task_24_hours_after_its_end(theatre: Theatre) -> None:
    left = 4 * 3600
    last = (await theatre.say("fog bank", left - 1))["output"]
    assert last["task_status"] == "SUCCEEDED"
    task_id = theatre.scene("fog bank").id
    assert (await theatre.say("fog bank", left))["output"] == {
        "task_id": task_id,
        "task_status": "UNKNOWN",
    }


async def test_dashscope_answers_a_stranger_with_http_200_and_unknown(theatre: Theatre) -> None:
    answer = await theatre.poll("dashscope", "nobody")
    assert answer.status == 200
    assert answer.json()["output"] == {"task_id": "nobody", "task_status": "UNKNOWN"}


# All of them

STATUS_OF: dict[str, Callable[[Any], object]] = {
    "hiapi": lambda body: body["data"]["status"],
    "gptge": lambda body: body["data"]["status"] if "data" in body else body["status"],
    "ttapi": lambda body: body["output"]["task_status"],
    "anyfast": lambda body: body["data"]["status"],
    "dimilinks": lambda body: (body.get("data") or body)["status"],
    "dashscope": lambda body: body["output"]["task_status"],
    "fal": lambda body: body["status"],
    "replicate": lambda body: body["status"],
    "ark": lambda body: body["status"],
    "veo": lambda body: body.get("done", False),
    "kling": lambda body: (
        body["data"]["task_status"] if isinstance(body["data"], dict) else body["data"][0]["status"]
    ),
    "runway": lambda body: body["status"],
    "openai-video": lambda body: body["status"],
}
WORDS = {
    "hiapi": "queued handling archiving success fail",
    "gptge": "Queueing Processing Success Failed",
    "ttapi": "PENDING RUNNING SUCCEEDED FAILED CANCELED UNKNOWN",
    "anyfast": "QUEUED IN_PROGRESS SUCCESS FAILURE",
    "dimilinks": "queued processing completed failed cancelled in_progress succeeded",
    "dashscope": "PENDING RUNNING SUCCEEDED FAILED CANCELED",
    "fal": "IN_QUEUE IN_PROGRESS COMPLETED",
    "replicate": "starting processing succeeded aborted",
    "ark": "queued running succeeded failed",
    "kling": "submitted processing succeed succeeded failed",
    "runway": "PENDING RUNNING SUCCEEDED FAILED",
    "openai-video": "queued in_progress completed failed",
}


async def test_the_whole_cast_says_every_word_of_its_dialect_and_no_other(
    theatre: Theatre,
) -> None:
    heard: dict[str, set[object]] = {provider: set() for provider in STATUS_OF}
    for scene in theatre.gateway.tasks:
        for beat in scene.beats:
            # Not in the minutes of the throttle and the outage.
            if beat.state is State.GONE or 45 <= beat.at < 120:
                continue
            reply = await theatre.say(scene.label, beat.at)
            heard[scene.provider].add(STATUS_OF[scene.provider](reply))
    for scene in theatre.gateway.tasks:
        if scene.beats[-1].state is not State.GONE:
            reply = await theatre.say(scene.label, 360)
            heard[scene.provider].add(STATUS_OF[scene.provider](reply))
    said: dict[str, set[object]] = {name: set(words.split()) for name, words in WORDS.items()}
    assert heard == said | {"veo": {False, True}}
