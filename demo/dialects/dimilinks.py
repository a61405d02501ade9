"""DimiLinks: `GET /v1/tasks/{task_id}` for videos and images, from its page on it (seed 004).

A video task is wrapped in `data` and names no file: that lies at `/v1/videos/{task_id}/content`,
which wants the key and may redirect. An image task is flat; its relative links are signed afresh at
every query and want no key. A failed task has a progress of 100 and a `completed_at`. How the image
links refuse is from gpt2api, the public project its image side is built on.
"""

import base64
import re
from typing import Any

from rushes.demo import signing
from rushes.demo.dialects.dialect import Dialect, Route, derived_uuid, json_reply
from rushes.demo.http import Response
from rushes.demo.media import CONTENT_TYPES
from rushes.demo.scene import Moment, Output, State, Via
from rushes.demo.stage import Call

_IMAGE_LIFE = 24 * 3600.0
_REDIRECT_LIFE = 15 * 60

_VIDEO_WORDS = {
    State.QUEUED: "queued",
    State.RUNNING: "processing",
    State.DONE: "completed",
    State.FAILED: "failed",
    State.CANCELED: "cancelled",
}
_IMAGE_WORDS = {
    State.QUEUED: "queued",
    State.RUNNING: "in_progress",
    State.DONE: "succeeded",
    State.FAILED: "failed",
}


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _refusal(404, "not_found", "Task not found")
    if moment.scene.id.startswith("img_"):
        return json_reply(_image(call, moment))
    return json_reply({"data": _video(moment)})


def _video(moment: Moment) -> dict[str, Any]:
    task_id = moment.scene.id
    body: dict[str, Any] = {
        "id": task_id,
        "task_id": task_id,
        "status": _VIDEO_WORDS[moment.state],
        "progress": moment.progress,
        "created_at": int(moment.created),
    }
    return body | _ending(moment)


def _image(call: Call, moment: Moment) -> dict[str, Any]:
    task_id = moment.scene.id
    body: dict[str, Any] = {
        "id": task_id,
        "task_id": task_id,
        "object": "image.task",
        "status": _IMAGE_WORDS[moment.state],
        # gpt2api counts images in three steps only: 0, 50, 100.
        "progress": 50 if moment.state is State.RUNNING else moment.progress,
        "created_at": int(moment.created),
    }
    if moment.state is State.DONE:
        body["result"] = {
            "created": int(moment.finished or 0),
            "task_id": task_id,
            "data": [
                {
                    "url": _image_url(call, moment, n, output),
                    "file_id": "file_" + derived_uuid(task_id, str(n)).replace("-", "")[:24],
                }
                for n, _, output in moment.scene.files()
            ],
        }
    return body | _ending(moment)


def _ending(moment: Moment) -> dict[str, Any]:
    """Return what is added once a task is over."""
    ending: dict[str, Any] = {}
    if moment.finished is not None:
        ending["completed_at"] = int(moment.finished)
    if moment.state is State.FAILED:
        ending["error"] = moment.scene.failure._asdict()
    return ending


def _image_url(call: Call, moment: Moment, n: int, output: Output) -> str:
    if output.via is Via.DATA_URL:
        file = call.stage.file(moment.scene, n)
        text = base64.b64encode(file.read(0, file.size)).decode()
        return f"data:{CONTENT_TYPES[output.suffix]};base64,{text}"
    path = f"/p/img/{moment.scene.id}/{n - 1}"
    exp = int((moment.now + (output.life or _IMAGE_LIFE)) * 1000)
    return f"{path}?{signing.dimilinks(path, exp)}"


def _serve_image(call: Call) -> Response:
    fields = call.request.parameters
    if not {"exp", "sig"} <= fields.keys():
        return Response(400)
    if signing.judge(call.request.path, fields, call.now) is not signing.Verdict.VALID:
        return Response(403)
    moment = call.moment()
    n = int(call.held["index"]) + 1
    if moment is None or moment.state is not State.DONE or n > len(moment.scene.outputs):
        return Response(404)
    return call.stage.send(moment, n, call.request, call.provider)


def _content(call: Call) -> Response:
    moment = call.moment()
    if moment is None or not moment.scene.id.startswith("video_"):
        return _refusal(404, "not_found", "Task not found")
    if moment.state is not State.DONE:
        word = _VIDEO_WORDS[moment.state]
        text = f"Task is not completed yet, current status: {word}"
        return _refusal(400, "invalid_request_error", text)
    if moment.scene.outputs[0].via is Via.REDIRECT:
        expires = int(moment.now) + _REDIRECT_LIFE
        return Response(302, {"Location": call.stage.oss_link(moment.scene, 1, expires)})
    return call.stage.send(moment, 1, call.request, call.provider)


def _refusal(status: int, code: str, message: str) -> Response:
    error = {"message": message, "type": "invalid_request_error", "code": code}
    return json_reply({"error": error}, status)


DIALECT = Dialect(
    name="dimilinks",
    routes=(
        Route(re.compile("/v1/tasks/(?P<task_id>[^/]+)"), _task),
        Route(re.compile("/v1/videos/(?P<task_id>[^/]+)/content"), _content),
        Route(re.compile(r"/p/img/(?P<task_id>[^/]+)/(?P<index>\d{1,3})"), _serve_image, True),
    ),
    unauthorized=_refusal(401, "invalid_api_key", "Invalid API key"),
)
