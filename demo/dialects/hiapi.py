"""HiAPI: `GET /v1/tasks/:id`, from its page "获取任务详情" (seed 000).

`completed` stays 0 until the task is over; `output` is there only on success and `error` only on
fail. The page shows a body code of 404 for a task it does not know; that the HTTP status is the
same number is from HiAPI's page on creating tasks.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, Output, State
from rushes.demo.stage import Call

# The page's example expires 604,800 s after `completed`.
OUTPUT_LIFE = 7 * 86400.0

_WORDS = {
    State.QUEUED: "queued",
    State.RUNNING: "handling",
    State.SAVING: "archiving",
    State.DONE: "success",
    State.FAILED: "fail",
}


def expire_at(moment: Moment, output: Output) -> int:
    """Return until when an output can be had, in Unix seconds."""
    return moment.expiry(output, OUTPUT_LIFE)


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return json_reply({"code": 404, "message": "task not found", "data": None}, 404)
    return json_reply({"code": 200, "message": "success", "data": _data(call, moment)})


def _tasks(call: Call) -> Response:
    """The account's tasks in pages, newest first, as its SDK reads them."""
    fields = call.request.parameters
    number, size = int(fields.get("page", "1")), int(fields.get("size", "20"))
    known = sorted(call.stage.moments(call.provider), key=lambda it: -it.created)
    page = [_data(call, it) for it in known[(number - 1) * size : number * size]]
    data = {"tasks": page, "page": number, "size": size, "total": len(known)}
    return json_reply({"code": 200, "message": "success", "data": data})


def _data(call: Call, moment: Moment) -> dict[str, Any]:
    scene = moment.scene
    data: dict[str, Any] = {
        "taskId": scene.id,
        "model": scene.model,
        "status": _WORDS[moment.state],
        "created": int(moment.created),
        "completed": int(moment.finished or 0),
    }
    if moment.state is State.DONE:
        data["output"] = [
            {
                "url": call.stage.link(scene, n),
                "type": output.kind,
                "expireAt": expire_at(moment, output),
            }
            for n, _, output in scene.files()
        ]
    elif moment.state is State.FAILED:
        data["error"] = {"code": scene.failure.code, "message": scene.failure.message}
    return data


DIALECT = Dialect(
    name="hiapi",
    open_links=OUTPUT_LIFE,
    routes=(
        Route(re.compile("/v1/tasks/(?P<task_id>[^/]+)"), _task),
        Route(re.compile("/v1/tasks"), _tasks),
    ),
    unauthorized=json_reply(
        {"code": 401, "error_code": "UNAUTHORIZED", "message": "invalid api key", "data": None}, 401
    ),
)
