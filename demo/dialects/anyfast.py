"""AnyFast HappyHorse: `GET /v1/video/generations/{task_id}`, from its OpenAPI file (seed 003).

Unix seconds outside, 0 for "not yet"; DashScope's own object with its UTC+8 text inside. On success
`fail_reason` repeats `result_url`. The link lasts 24 h. A task it does not know is HTTP 400
`task_not_exist`, from new-api's relay; the refused key is from AnyFast's introduction.
"""

import re
from time import gmtime, strftime
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, beijing, derived_uuid, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, State
from rushes.demo.stage import Call

_LIFE = 24 * 3600.0

_WORDS = {
    State.QUEUED: "QUEUED",
    State.RUNNING: "IN_PROGRESS",
    State.DONE: "SUCCESS",
    State.FAILED: "FAILURE",
}
_UPSTREAM_WORDS = {
    State.RUNNING: "RUNNING",
    State.DONE: "SUCCEEDED",
    State.FAILED: "FAILED",
}


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return json_reply(
            {"code": "task_not_exist", "message": "task_not_exist", "data": None}, 400
        )
    scene = moment.scene
    data: dict[str, Any] = {
        "task_id": scene.id,
        "action": "generate",
        "status": _WORDS[moment.state],
        "fail_reason": "",
        "submit_time": int(moment.created),
        "start_time": int(moment.started or 0),
        "finish_time": int(moment.finished or 0),
        "progress": f"{moment.progress}%",
        "request_id": _request_id(moment),
        "data": None,
    }
    url = ""
    if moment.state is State.DONE:
        url = call.stage.oss_link(scene, 1, moment.expiry(scene.outputs[0], _LIFE))
        data |= {"result_url": url, "fail_reason": url}
    elif moment.state is State.FAILED:
        code, message = scene.failure
        data["fail_reason"] = f"task failed, code: {code} , message: {message}"
    if moment.started is not None:
        data["data"] = _upstream(moment, moment.started, url)
    return json_reply({"code": "success", "message": "", "data": data})


def _upstream(moment: Moment, started: float, url: str) -> dict[str, Any]:
    scene = moment.scene
    output: dict[str, Any] = {
        "task_id": derived_uuid("dashscope", scene.id),
        "task_status": _UPSTREAM_WORDS[moment.state],
        "submit_time": beijing(moment.created),
        "scheduled_time": beijing(started),
    }
    upstream: dict[str, Any] = {
        "output": output,
        "request_id": derived_uuid("dashscope request", scene.id),
    }
    if moment.finished is not None:
        output["end_time"] = beijing(moment.finished)
    if moment.state is State.DONE:
        output |= {"orig_prompt": scene.prompt, "video_url": url}
        upstream["usage"] = {
            "SR": 720,
            "duration": 5,
            "input_video_duration": 0,
            "output_video_duration": 5,
            "ratio": "16:9",
            "video_count": 1,
        }
    elif moment.state is State.FAILED:
        output |= {"code": scene.failure.code, "message": scene.failure.message}
    return upstream


def _request_id(moment: Moment) -> str:
    tail = derived_uuid("anyfast", moment.scene.id).replace("-", "")
    digits = f"{int(moment.created % 1 * 1e6):06d}000"
    return strftime("%Y%m%d%H%M%S", gmtime(moment.created)) + digits + tail[:8]


DIALECT = Dialect(
    name="anyfast",
    routes=(Route(re.compile("/v1/video/generations/(?P<task_id>[^/]+)"), _task),),
    unauthorized=json_reply(
        {
            "error": {
                "message": "Invalid API key provided.",
                "type": "authentication_error",
                "code": "invalid_api_key",
            }
        },
        401,
    ),
)
