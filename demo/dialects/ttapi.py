"""TTAPI HappyHorse: `GET /happyhorse/api/v1/tasks/{task_id}`, from its OpenAPI file (seed 002).

DashScope's task object passed on. The key goes in `TT-API-KEY`. Times are UTC+8 without a zone and,
like the prompt and the link, there only on success; `code` and `message` only on FAILED. Record
and file last 24 h. An id it does not know, or no longer, is answered with HTTP 200 and UNKNOWN, as
Model Studio's page on asynchronous tasks has it; a refused key with TTAPI's own envelope, from its
page on responses.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, beijing, derived_uuid, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, State
from rushes.demo.stage import Call

_LIFE = 24 * 3600.0

_WORDS = {
    State.QUEUED: "PENDING",
    State.RUNNING: "RUNNING",
    State.DONE: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELED: "CANCELED",
}


def _task(call: Call) -> Response:
    moment = call.moment()
    request_id = derived_uuid("ttapi", call.task_id, str(call.now))
    if moment is None or moment.now >= (moment.finished or moment.now) + _LIFE:
        output = {"task_id": call.task_id, "task_status": "UNKNOWN"}
        return json_reply({"request_id": request_id, "output": output})
    body: dict[str, Any] = {"request_id": request_id, "output": _output(call, moment)}
    if moment.state is State.DONE:
        body["usage"] = {
            "duration": 5,
            "input_video_duration": 0,
            "output_video_duration": 5,
            "video_count": 1,
            "SR": 720,
            "ratio": "16:9",
        }
    return json_reply(body)


def _output(call: Call, moment: Moment) -> dict[str, Any]:
    scene = moment.scene
    output: dict[str, Any] = {"task_id": scene.id, "task_status": _WORDS[moment.state]}
    if moment.state is State.FAILED:
        output |= {"code": scene.failure.code, "message": scene.failure.message}
    elif moment.state is State.DONE and moment.started and moment.finished:
        output |= {
            "submit_time": beijing(moment.created),
            "scheduled_time": beijing(moment.started),
            "end_time": beijing(moment.finished),
            "orig_prompt": scene.prompt,
            "video_url": call.stage.oss_link(scene, 1, moment.expiry(scene.outputs[0], _LIFE)),
        }
    return output


DIALECT = Dialect(
    name="ttapi",
    routes=(Route(re.compile("/happyhorse/api/v1/tasks/(?P<task_id>[^/]+)"), _task),),
    unauthorized=json_reply(
        {"status": "FAILED", "message": "invalid TT-API-KEY", "data": None}, 401
    ),
    key_header="tt-api-key",
    key_prefix="",
)
