"""Runway: `GET /v1/tasks/{id}`, from its API reference.

Every request names the version of the API. `progress` is 0 to 1 and there while it runs, costs are
estimated first and settled at the end, and the links, which carry a token, are made afresh at each
question and live for a day.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, iso, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import State
from rushes.demo.stage import Call

_LIFE = 24 * 3600

_WORDS = {
    State.QUEUED: "PENDING",
    State.RUNNING: "RUNNING",
    State.SAVING: "RUNNING",
    State.DONE: "SUCCEEDED",
    State.FAILED: "FAILED",
    State.CANCELED: "CANCELLED",
}


def _task(call: Call) -> Response:
    if call.request.headers.get("x-runway-version") is None:
        return json_reply({"error": "X-Runway-Version is required."}, 400)
    moment = call.moment()
    if moment is None:
        return json_reply({"error": "Not found"}, 404)
    scene = moment.scene
    body: dict[str, Any] = {
        "id": scene.id,
        "status": _WORDS[moment.state],
        "createdAt": iso(moment.created),
    }
    # Too many of one's own tasks run: it waits longer than those in the queue.
    if moment.state is State.QUEUED and moment.now - moment.created > 30:
        body["status"] = "THROTTLED"
    if moment.state is State.RUNNING:
        body |= {"progress": moment.progress / 100, "estimatedCost": {"credits": 50}}
    elif moment.state is State.FAILED:
        body |= {"failure": scene.failure.message, "failureCode": scene.failure.code}
    elif moment.state is State.DONE:
        until = int(moment.now) + _LIFE
        links = [call.stage.jwt_link(scene, n, until) for n, _, _ in scene.files()]
        body |= {"output": links, "cost": {"credits": 48}}
    return json_reply(body)


DIALECT = Dialect(
    name="runway",
    routes=(Route(re.compile("/v1/tasks/(?P<task_id>[^/]+)"), _task),),
    unauthorized=json_reply({"error": "The API key is invalid."}, 401),
)
