"""fal: the queue's `…/requests/{request_id}/status` and `…/requests/{request_id}`.

From its pages on the queue API. The status is 202 while a request waits or runs and 200 once it is
over; COMPLETED says only that, and the result's own answer is the files, or 422 with `detail`. The
result of a request that is not over is 400. Files lie open on its CDN.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, json_reply
from rushes.demo.http import Response
from rushes.demo.media import CONTENT_TYPES
from rushes.demo.scene import Moment, State
from rushes.demo.stage import Call

_LIFE = 7 * 86400.0

_WORDS = {State.QUEUED: "IN_QUEUE", State.RUNNING: "IN_PROGRESS"}

_PATH = r"/(?P<app>[\w-]+/[\w.-]+)/requests/(?P<task_id>[\w-]+)"

_NOT_FOUND = json_reply({"detail": "Request not found"}, 404)


def _id_of(held: re.Match[str]) -> str:
    return f"{held['app']}#{held['task_id']}"


def _status(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _NOT_FOUND
    place = call.request.path.removesuffix("/status")
    body: dict[str, Any] = {
        "status": _WORDS.get(moment.state, "COMPLETED"),
        "request_id": call.held["task_id"],
        "response_url": place,
        "status_url": f"{place}/status",
        "cancel_url": f"{place}/cancel",
    }
    if moment.state is State.QUEUED:
        return json_reply(body | {"queue_position": 3}, 202)
    if moment.state is State.RUNNING:
        return json_reply(body | {"logs": None}, 202)
    ran = (moment.finished or moment.now) - (moment.started or moment.created)
    return json_reply(body | {"logs": None, "metrics": {"inference_time": round(ran, 3)}})


def _result(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _NOT_FOUND
    if not moment.state.finished:
        return json_reply({"detail": "Request is still in progress"}, 400)
    if moment.state is not State.DONE:
        failure = moment.scene.failure
        detail = [{"loc": ["body", "prompt"], "msg": failure.message, "type": failure.code}]
        return json_reply({"detail": detail}, 422)
    return json_reply(_files(call, moment))


def _files(call: Call, moment: Moment) -> dict[str, Any]:
    files = [
        {
            "url": call.stage.link(moment.scene, n),
            "content_type": CONTENT_TYPES[output.suffix],
            "file_name": name,
            "file_size": call.stage.file(moment.scene, n).size,
        }
        for n, name, output in moment.scene.files()
    ]
    if moment.scene.outputs[0].kind == "video":
        return {"video": files[0], "seed": 271828}
    return {"images": files, "seed": 271828, "has_nsfw_concepts": [False] * len(files)}


DIALECT = Dialect(
    name="fal",
    routes=(
        Route(re.compile(_PATH + "/status"), _status, id_of=_id_of),
        Route(re.compile(_PATH), _result, id_of=_id_of),
    ),
    unauthorized=json_reply({"detail": "Authentication is required to access this app."}, 401),
    key_prefix="Key ",
    open_links=_LIFE,
)
