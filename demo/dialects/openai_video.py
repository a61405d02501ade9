"""The shape of `GET /v1/videos/{id}` and its `/content`, as many gateways serve it.

From the reference of the API that has ended and the types of its client. The file wants the key.
Times are Unix seconds; `expires_at` tells until when the file can be had.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import State
from rushes.demo.stage import Call

_LIFE = 24 * 3600.0

_WORDS = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.DONE: "completed",
    State.FAILED: "failed",
}


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _refusal(404, "video_not_found", f"Video with id '{call.task_id}' not found.")
    scene = moment.scene
    body: dict[str, Any] = {
        "id": scene.id,
        "object": "video",
        "model": scene.model,
        "status": _WORDS[moment.state],
        "progress": moment.progress,
        "created_at": int(moment.created),
        "completed_at": int(moment.finished) if moment.finished else None,
        "expires_at": None,
        "error": scene.failure._asdict() if moment.state is State.FAILED else None,
        "prompt": scene.prompt,
        "seconds": "8",
        "size": "1280x720",
        "remixed_from_video_id": None,
    }
    if moment.state is State.DONE:
        body["expires_at"] = moment.expiry(scene.outputs[0], _LIFE)
    reply = json_reply(body)
    if moment.state.finished:
        return reply
    return Response(reply.status, {**reply.headers, "openai-poll-after-ms": "5000"}, reply.body)


def _content(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _refusal(404, "video_not_found", f"Video with id '{call.task_id}' not found.")
    if moment.state is not State.DONE:
        return _refusal(400, "invalid_request_error", "Video is not ready yet.")
    if moment.now >= moment.expiry(moment.scene.outputs[0], _LIFE):
        return _refusal(404, "video_expired", "The content of this video has expired.")
    return call.stage.send(moment, 1, call.request, call.provider)


def _refusal(status: int, code: str, message: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
    return json_reply({"error": error}, status)


DIALECT = Dialect(
    name="openai-video",
    routes=(
        Route(re.compile("/v1/videos/(?P<task_id>[^/]+)/content"), _content),
        Route(re.compile("/v1/videos/(?P<task_id>[^/]+)"), _task),
    ),
    unauthorized=_refusal(401, "invalid_api_key", "Incorrect API key provided."),
)
