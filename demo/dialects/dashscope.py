"""DashScope: `GET /api/v1/tasks/{task_id}`, from Model Studio's page on asynchronous tasks.

Times are UTC+8 without a zone, there once they happened. A video is `video_url`; pictures
are `results[]`, and `task_metrics` counts them. Record and files last 24 h; an id it does not know,
or no longer, is answered with HTTP 200 and UNKNOWN. Refusals have no `output` (its page on error
codes).
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
    body: dict[str, Any] = {"request_id": derived_uuid("dashscope", call.task_id, str(call.now))}
    if moment is None or moment.now >= (moment.finished or moment.now) + _LIFE:
        return json_reply(body | {"output": {"task_id": call.task_id, "task_status": "UNKNOWN"}})
    body["output"] = _output(call, moment)
    if moment.state is State.DONE:
        body["usage"] = _usage(moment)
    return json_reply(body)


def _tasks(call: Call) -> Response:
    """The account's tasks of the last 24 hours in pages: who and how, and no files."""
    fields = call.request.parameters
    number, size = int(fields.get("page_no", "1")), int(fields.get("page_size", "10"))
    known = [it for it in call.stage.moments(call.provider) if it.now < it.created + _LIFE]
    known.sort(key=lambda it: -it.created)
    page = [
        {
            "task_id": it.scene.id,
            "model_name": it.scene.model,
            "status": _WORDS[it.state],
            "gmt_create": int(it.created * 1000),
        }
        for it in known[(number - 1) * size : number * size]
    ]
    request_id = derived_uuid("dashscope", "tasks", str(call.now))
    body = {"request_id": request_id, "data": page, "total": len(known), "page_no": number}
    return json_reply(body | {"page_size": size, "total_page": -(-len(known) // size)})


def _output(call: Call, moment: Moment) -> dict[str, Any]:
    scene = moment.scene
    output: dict[str, Any] = {"task_id": scene.id, "task_status": _WORDS[moment.state]}
    times = {
        "submit_time": moment.created,
        "scheduled_time": moment.started,
        "end_time": moment.finished,
    }
    output |= {name: beijing(at) for name, at in times.items() if at is not None}
    if moment.state is State.FAILED:
        output |= {"code": scene.failure.code, "message": scene.failure.message}
    elif moment.state is State.DONE:
        links = [
            call.stage.oss_link(scene, n, moment.expiry(each, _LIFE))
            for n, _, each in scene.files()
        ]
        if _is_film(moment):
            output |= {"orig_prompt": scene.prompt, "video_url": links[0]}
        else:
            output["results"] = [{"orig_prompt": scene.prompt, "url": link} for link in links]
            output["task_metrics"] = {"TOTAL": len(links), "SUCCEEDED": len(links), "FAILED": 0}
    return output


def _usage(moment: Moment) -> dict[str, Any]:
    if _is_film(moment):
        return {"video_duration": 5, "video_ratio": "1280*720", "video_count": 1}
    return {"image_count": len(moment.scene.outputs)}


def _is_film(moment: Moment) -> bool:
    return moment.scene.outputs[0].kind == "video"


DIALECT = Dialect(
    name="dashscope",
    routes=(
        Route(re.compile("/api/v1/tasks/(?P<task_id>[^/]+)"), _task),
        Route(re.compile("/api/v1/tasks"), _tasks),
    ),
    unauthorized=json_reply(
        {
            "code": "InvalidApiKey",
            "message": "Invalid API-key provided.",
            "request_id": derived_uuid("dashscope", "unauthorized"),
        },
        401,
    ),
)
