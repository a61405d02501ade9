"""Volcengine Ark and BytePlus: `GET /api/v3/contents/generations/tasks/{id}`, and the list.

From the reference of both sites. Times are Unix seconds; `updated_at` is the end of a task that is
over. Links are signed by TOS for 24 hours, and `content` is null from then on. The list takes
`page_num`, `page_size` and, once or more often, `filter.task_ids`.
"""

import re
from typing import Any
from urllib.parse import parse_qs

from rushes.demo.dialects.dialect import Dialect, Route, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, State
from rushes.demo.stage import Call

_LIFE = 24 * 3600

_WORDS = {
    State.QUEUED: "queued",
    State.RUNNING: "running",
    State.DONE: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "cancelled",
}

_LINKS = {"video": "video_url", "last_frame": "last_frame_url"}

_TASKS = "/api/v3/contents/generations/tasks"


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        message = f"The specified resource {call.task_id} is not found."
        return _refusal(404, "ResourceNotFound", message)
    return json_reply(_object(call, moment))


def _tasks(call: Call) -> Response:
    fields = parse_qs(call.request.query)
    wanted = fields.get("filter.task_ids")
    number = int(fields.get("page_num", ["1"])[0])
    size = int(fields.get("page_size", ["10"])[0])
    known = [
        moment
        for moment in sorted(call.stage.moments(call.provider), key=lambda it: -it.created)
        if wanted is None or moment.scene.id in wanted
    ]
    page = known[(number - 1) * size : number * size]
    return json_reply({"items": [_object(call, it) for it in page], "total": len(known)})


def _object(call: Call, moment: Moment) -> dict[str, Any]:
    scene = moment.scene
    body: dict[str, Any] = {
        "id": scene.id,
        "model": scene.model,
        "status": _WORDS[moment.state],
        "created_at": int(moment.created),
        "updated_at": int(moment.finished or moment.started or moment.created),
        "service_tier": "default",
        "execution_expires_after": 172800,
    }
    if moment.state is State.FAILED:
        body["error"] = scene.failure._asdict()
    if moment.state is State.DONE:
        body |= {
            "content": _content(call, moment),
            "usage": {"completion_tokens": 108900, "total_tokens": 108900},
            "seed": 58944,
            "resolution": "720p",
            "ratio": "16:9",
            "duration": 5,
            "framespersecond": 24,
        }
    return body


def _content(call: Call, moment: Moment) -> dict[str, str] | None:
    issued = int(moment.finished or moment.now)
    if moment.now >= issued + _LIFE:
        return None
    return {
        _LINKS[output.kind]: call.stage.tos_link(moment.scene, n, issued, _LIFE)
        for n, _, output in moment.scene.files()
    }


def _refusal(status: int, code: str, message: str) -> Response:
    return json_reply({"error": {"code": code, "message": message, "type": code}}, status)


DIALECT = Dialect(
    name="ark",
    routes=(
        Route(re.compile(_TASKS + "/(?P<task_id>[^/]+)"), _task),
        Route(re.compile(_TASKS), _tasks),
    ),
    unauthorized=_refusal(401, "AuthenticationError", "The API key in the request is invalid."),
)
