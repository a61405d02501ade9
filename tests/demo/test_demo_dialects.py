"""Every reply, field by field, against the seeds."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.demo.conftest import Theatre
from demo_dialects import OPENED, USAGE, of_beijing

# Seed 000


@pytest.mark.parametrize(("offset", "word"), [(-10, "queued"), (0, "handling"), (7, "archiving")])
async def test_hiapi_unfinished_has_completed_0_and_neither_output_nor_error(
    theatre: Theatre, offset: float, word: str
) -> None:
    reply = await theatre.say("opening shot", offset)
    assert (reply["code"], reply["message"]) == (200, "success")
    assert reply["data"] == {
        "taskId": theatre.scene("opening shot").id,
        "model": "happyhorse-1-0",
        "status": word,
        "created": int(OPENED - 14),
        "completed": 0,
    }


async def test_hiapi_success_lists_typed_outputs_that_expire_seven_days_on(
    theatre: Theatre,
) -> None:
    data = (await theatre.say("opening shot", 15))["data"]
    assert set(data) == {"taskId", "model", "status", "created", "completed", "output"}
    assert (data["status"], data["completed"]) == ("success", int(OPENED + 14))
    kinds = [output["type"] for output in data["output"]]
    assert kinds == ["video", "first_frame", "last_frame", "thumbnail"]
    for output in data["output"]:
        assert set(output) == {"url", "type", "expireAt"}
        assert output["expireAt"] == data["completed"] + 604_800
        assert re.fullmatch(r".*/tasks/tk-hiapi-\w{26}/\w+\.(mp4|jpg)", output["url"])


async def test_hiapi_fail_is_a_success_of_the_envelope_with_an_error_inside(
    theatre: Theatre,
) -> None:
    reply = await theatre.say("title card, take 2", 49)
    assert (reply["code"], reply["message"]) == (200, "success")
    data = reply["data"]
    assert set(data) == {"taskId", "model", "status", "created", "completed", "error"}
    assert data["status"] == "fail"
    assert set(data["error"]) == {"code", "message"}
    assert data["error"]["code"] == "TASK_FAILED"


async def test_hiapi_does_not_know_a_task_in_the_words_of_its_page(theatre: Theatre) -> None:
    answer = await theatre.poll("hiapi", theatre.scene("animatic, first pass").id)
    assert answer.json() == {"code": 404, "message": "task not found", "data": None}
    assert answer.status == 404


# Seed 001


async def test_gptge_flat_success_is_the_pages_example(theatre: Theatre) -> None:
    reply = await theatre.say("chase, wide", 113)
    assert reply.pop("file_id").isdigit()
    assert reply == {
        "status": "Success",
        "task_id": theatre.scene("chase, wide").id,
        "base_resp": {"status_msg": "success", "status_code": 0},
        "video_width": 480,
        "video_height": 270,
    }


@pytest.mark.parametrize(("offset", "word"), [(1, "Queueing"), (20, "Processing")])
async def test_gptge_flat_has_no_file_before_it_is_done(
    theatre: Theatre, offset: float, word: str
) -> None:
    reply = await theatre.say("chase, wide", offset)
    assert set(reply) == {"status", "task_id", "base_resp"}
    assert reply["status"] == word


async def test_gptge_flat_failure_says_why_in_base_resp(theatre: Theatre) -> None:
    reply = await theatre.say("chase, close", 73)
    assert reply["status"] == "Failed"
    assert reply["base_resp"] == {
        "status_msg": "视频内容涉及敏感信息，请修改后重试",
        "status_code": 1027,
    }


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("neon alley", "video_url"),
        ("storyboard, 3 panels", "image_urls"),
        ("matte painting", "binary_data_base64"),
    ],
)
async def test_gptge_wrapped_fills_one_of_its_three_places(
    theatre: Theatre, label: str, field: str
) -> None:
    running = (await theatre.say(label, 1))["data"]
    assert running == {
        "status": "Processing",
        "resp_data": "",
        "video_url": "",
        "image_urls": None,
        "binary_data_base64": None,
    }
    reply = await theatre.say(label, 200)
    assert set(reply) == {"code", "message", "status", "request_id", "time_elapsed", "data"}
    assert (reply["code"], reply["status"], reply["message"]) == (0, 200, "success")
    data = reply["data"]
    assert data["status"] == "Success"
    assert [name for name in ("video_url", "image_urls", "binary_data_base64") if data[name]] == [
        field
    ]
    scene = theatre.scene(label)
    assert json.loads(data["resp_data"]) == {"task_id": scene.id, "model": scene.model}


async def test_gptge_wrapped_images_are_several_and_its_base64_is_a_raw_png(
    theatre: Theatre,
) -> None:
    assert len((await theatre.say("storyboard, 3 panels", 200))["data"]["image_urls"]) == 3
    [text] = (await theatre.say("matte painting", 200))["data"]["binary_data_base64"]
    assert base64.b64decode(text, validate=True).startswith(b"\x89PNG\r\n\x1a\n")


async def test_gptge_wrapped_failure_carries_its_message(theatre: Theatre) -> None:
    reply = await theatre.say("mirror shot", 181)
    assert reply["message"] == "upstream did not answer in time, credits returned"
    data = reply["data"]
    assert json.loads(data.pop("resp_data"))["error"] == {
        "code": "upstream_timeout",
        "message": reply["message"],
    }
    assert data == {
        "status": "Failed",
        "video_url": "",
        "image_urls": None,
        "binary_data_base64": None,
    }


async def test_gptge_does_not_know_a_task_with_http_404(theatre: Theatre) -> None:
    answer = await theatre.poll("gptge", "1")
    assert answer.status == 404
    error = {"message": "task not found", "type": "invalid_request_error", "code": ""}
    assert answer.json() == {"error": error}


# Seed 002


@pytest.mark.parametrize(("offset", "word"), [(0, "PENDING"), (4, "RUNNING")])
async def test_ttapi_unfinished_has_nothing_but_id_and_status(
    theatre: Theatre, offset: float, word: str
) -> None:
    reply = await theatre.say("雨中的玻璃窗", offset)
    assert set(reply) == {"request_id", "output"}
    assert reply["output"] == {"task_id": theatre.scene("雨中的玻璃窗").id, "task_status": word}


async def test_ttapi_success_has_beijing_times_prompt_link_and_usage(theatre: Theatre) -> None:
    reply = await theatre.say("雨中的玻璃窗", 85)
    output = reply["output"]
    assert set(output) == {
        *("task_id", "task_status", "submit_time", "scheduled_time", "end_time"),
        *("orig_prompt", "video_url"),
    }
    assert output["task_status"] == "SUCCEEDED"
    times = [of_beijing(output[f"{name}_time"]) for name in ("submit", "scheduled", "end")]
    assert times == [OPENED - 5, OPENED + 3, OPENED + 84]
    assert f"?Expires={int(OPENED + 84 + 86_400)}&" in output["video_url"]
    assert reply["usage"] == USAGE


async def test_ttapi_failure_has_code_and_message_and_no_times(theatre: Theatre) -> None:
    reply = await theatre.say("drone over ridge", 23)
    assert set(reply) == {"request_id", "output"}
    assert set(reply["output"]) == {"task_id", "task_status", "code", "message"}
    assert reply["output"]["task_status"] == "FAILED"
    assert reply["output"]["code"] == "DataInspectionFailed"


async def test_ttapi_spells_canceled_with_one_l(theatre: Theatre) -> None:
    output = (await theatre.say("alley cat", 41))["output"]
    assert output == {"task_id": theatre.scene("alley cat").id, "task_status": "CANCELED"}


async def test_ttapi_forgets_a_task_24_hours_after_its_end(theatre: Theatre) -> None:
    assert (await theatre.say("wedding, long table", 0))["output"]["task_status"] == "SUCCEEDED"
    just_before = 2 * 3600 - 1
    last = await theatre.say("wedding, long table", just_before)
    assert last["output"]["task_status"] == "SUCCEEDED"
    forgotten = await theatre.say("wedding, long table", just_before + 1)
    assert forgotten["output"]["task_status"] == "UNKNOWN"


async def test_ttapi_answers_a_stranger_with_http_200_and_unknown(theatre: Theatre) -> None:
    for task_id in (theatre.scene("night market, take 1").id, "nobody"):
        answer = await theatre.poll("ttapi", task_id)
        assert answer.status == 200
        assert set(answer.json()) == {"request_id", "output"}
        assert answer.json()["output"] == {"task_id": task_id, "task_status": "UNKNOWN"}
