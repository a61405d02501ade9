"""Veo by the Gemini API: `GET /v1/{operation}` or `/v1beta/{operation}`, from its pages.

An operation has no `done` until it is over; then it has an `error`, or a `response` with samples,
or one whose samples were all filtered. A file wants the key and redirects to where it lies; both
its record and the file last two days.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import State
from rushes.demo.stage import Call

_LIFE = 48 * 3600
_REDIRECT_LIFE = 15 * 60

FILTERED = "RAI_MEDIA_FILTERED"
"""The code of a scene's failure where everything that was made is held back."""

_UNARY = "type.googleapis.com/google.ai.generativelanguage.v1beta.PredictLongRunningResponse"


def _operation(call: Call) -> Response:
    moment = call.moment()
    if moment is None or moment.now >= (moment.finished or moment.now) + _LIFE:
        return _refusal(404, "NOT_FOUND", f"Operation {call.task_id} not found.")
    body: dict[str, Any] = {"name": call.task_id}
    failure = moment.scene.failure
    if not moment.state.finished:
        return json_reply(body)
    if moment.state is State.FAILED and failure.code == FILTERED:
        held = {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": [failure.message]}
        return json_reply(body | {"done": True, "response": _response(held)})
    if moment.state is not State.DONE:
        code = 1 if moment.state is State.CANCELED else 13
        error = {"code": code, "message": failure.message or "The operation was cancelled."}
        return json_reply(body | {"done": True, "error": error})
    samples = [
        {"video": {"uri": f"/v1beta/files/{_file_id(call.task_id)}:download?alt=media"}}
        for _ in moment.scene.files()
    ]
    return json_reply(body | {"done": True, "response": _response({"generatedSamples": samples})})


def _response(made: dict[str, Any]) -> dict[str, Any]:
    return {"@type": _UNARY, "generateVideoResponse": made}


def _file(call: Call) -> Response:
    for moment in call.stage.moments(call.provider):
        if moment.state is State.DONE and _file_id(moment.scene.id) == call.held["file_id"]:
            expires = int(moment.now) + _REDIRECT_LIFE
            return Response(302, {"Location": call.stage.oss_link(moment.scene, 1, expires)})
    return _refusal(404, "NOT_FOUND", "File not found.")


def _file_id(name: str) -> str:
    return name.rpartition("/")[2]


def _refusal(status: int, word: str, message: str) -> Response:
    return json_reply({"error": {"code": status, "message": message, "status": word}}, status)


DIALECT = Dialect(
    name="veo",
    routes=(
        Route(
            re.compile(r"/v1(beta)?/(?P<task_id>models/[\w.-]+/operations/[\w-]+)"),
            _operation,
        ),
        Route(re.compile(r"/v1(beta)?/files/(?P<file_id>[\w-]+):download"), _file),
    ),
    unauthorized=_refusal(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid one."),
    key_header="x-goog-api-key",
    key_prefix="",
)
