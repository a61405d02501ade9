"""Kling: the older `GET /v1/videos/{kind}/{task_id}` and the newer `GET /tasks?task_ids=a,b`.

From its reference. The older one says `succeed` and `task_result`, the newer one `succeeded` and
`outputs`; both write Unix milliseconds. Files lie open for thirty days.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, derived_uuid, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, State
from rushes.demo.stage import Call

_LIFE = 30 * 86400.0

_WORDS = {
    State.QUEUED: "submitted",
    State.RUNNING: "processing",
    State.DONE: "succeed",
    State.FAILED: "failed",
}
_NEWER_WORDS = _WORDS | {State.DONE: "succeeded"}


def _id_of(held: re.Match[str]) -> str:
    return f"{held['kind']}/{held['task_id']}"


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _reply(call, 1203, "The requested resource does not exist", None, 404)
    data: dict[str, Any] = {
        "task_id": call.held["task_id"],
        "task_status": _WORDS[moment.state],
        "task_status_msg": moment.scene.failure.message if moment.state is State.FAILED else "",
        "created_at": int(moment.created * 1000),
        "updated_at": int((moment.finished or moment.started or moment.created) * 1000),
    }
    if moment.state is State.DONE:
        data["task_result"] = {"videos": _files(call, moment)}
        data["final_unit_deduction"] = "2"
    return _reply(call, 0, "SUCCEED", data)


def _tasks(call: Call) -> Response:
    wanted = call.request.parameters.get("task_ids", "").split(",")
    known = [it for it in call.stage.moments(call.provider) if it.scene.id in wanted]
    return _reply(call, 0, "SUCCEED", [_newer(call, moment) for moment in known])


def _newer(call: Call, moment: Moment) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": moment.scene.id,
        "status": _NEWER_WORDS[moment.state],
        "message": moment.scene.failure.message if moment.state is State.FAILED else "",
        "created_at": int(moment.created * 1000),
        "updated_at": int((moment.finished or moment.started or moment.created) * 1000),
    }
    if moment.state is State.DONE:
        body["outputs"] = [{"type": "video", **file} for file in _files(call, moment)]
        body["billing"] = [{"type": "unit", "amount": "2"}]
    return body


def _files(call: Call, moment: Moment) -> list[dict[str, str]]:
    return [
        {
            "id": derived_uuid(moment.scene.id, str(n)),
            "url": call.stage.link(moment.scene, n),
            "duration": "5.1",
        }
        for n, _, _ in moment.scene.files()
    ]


def _reply(call: Call, code: int, message: str, data: Any, status: int = 200) -> Response:
    request_id = derived_uuid("kling", call.request.path, str(call.now))
    body = {"code": code, "message": message, "request_id": request_id, "data": data}
    return json_reply(body, status)


DIALECT = Dialect(
    name="kling",
    routes=(
        Route(re.compile(r"/v1/videos/(?P<kind>[\w-]+)/(?P<task_id>\d+)"), _task, id_of=_id_of),
        Route(re.compile("/tasks"), _tasks),
    ),
    unauthorized=json_reply({"code": 1002, "message": "access key not found", "data": None}, 401),
    open_links=_LIFE,
)
