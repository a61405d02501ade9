"""The gateway with `GET /task/{task_id}`, from its page "Query: Task Results" (seed 001).

The page's field list puts everything under `data`; its example is MiniMax's flat reply with a
`file_id`. Both occur, so both are written. The file exchange follows the gateway's own page on
download addresses, whose link lasts 9 h; jimeng's links last 1 h (video) and 24 h (images). What
a refused key or an unknown id looks like is documented nowhere: these are in the way of new-api,
which gateways of this kind are built on.
"""

import base64
import json
import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, derived_uuid, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, Output, Scene, State, Via
from rushes.demo.stage import Call

_EXCHANGED_LIFE = 9 * 3600
_VIDEO_LIFE = 3600
_IMAGE_LIFE = 24 * 3600

_FLAT_WORDS = {
    State.QUEUED: "Queueing",
    State.RUNNING: "Processing",
    State.DONE: "Success",
    State.FAILED: "Failed",
}
_WRAPPED_WORDS = {
    State.RUNNING: "Processing",
    State.DONE: "Success",
    State.FAILED: "Failed",
}


def file_id_of(scene: Scene) -> str:
    """Return the file_id of a flat task: digits, as in the page's example."""
    return str(int(scene.id) + 1_178_053_846)


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return _refusal(404, "task not found", "invalid_request_error")
    return json_reply(_flat(moment) if moment.scene.flat else _wrapped(call, moment))


def _flat(moment: Moment) -> dict[str, Any]:
    scene = moment.scene
    body: dict[str, Any] = {
        "status": _FLAT_WORDS[moment.state],
        "task_id": scene.id,
        "base_resp": {"status_msg": "success", "status_code": 0},
    }
    if moment.state is State.DONE:
        body |= {"file_id": file_id_of(scene), "video_width": 480, "video_height": 270}
    elif moment.state is State.FAILED:
        body["base_resp"] = {
            "status_msg": scene.failure.message,
            "status_code": int(scene.failure.code),
        }
    return body


def _wrapped(call: Call, moment: Moment) -> dict[str, Any]:
    scene = moment.scene
    upstream: dict[str, Any] = {"task_id": scene.id, "model": scene.model}
    data: dict[str, Any] = {
        "status": _WRAPPED_WORDS[moment.state],
        "resp_data": "",
        "video_url": "",
        "image_urls": None,
        "binary_data_base64": None,
    }
    message = "success"
    if moment.state is State.DONE:
        data |= _outputs(call, moment)
        data["resp_data"] = json.dumps(upstream)
    elif moment.state is State.FAILED:
        message = scene.failure.message
        data["resp_data"] = json.dumps(upstream | {"error": scene.failure._asdict()})
    return {
        "code": 0,
        "message": message,
        "status": 200,
        "request_id": derived_uuid("gptge", scene.id, str(moment.now)),
        "time_elapsed": "57.354545ms",
        "data": data,
    }


def _outputs(call: Call, moment: Moment) -> dict[str, Any]:
    """Return the one field of `data` that holds this task's files."""
    scene, stage = moment.scene, call.stage
    first: Output = scene.outputs[0]
    if first.via is Via.BASE64:
        files = [stage.file(scene, n) for n, _, _ in scene.files()]
        texts = [base64.b64encode(file.read(0, file.size)).decode() for file in files]
        return {"binary_data_base64": texts}
    if first.kind == "video":
        return {"video_url": stage.oss_link(scene, 1, moment.expiry(first, _VIDEO_LIFE))}
    issued = int(moment.finished or moment.now)
    urls = [stage.tos_link(scene, n, issued, _IMAGE_LIFE) for n, _, _ in scene.files()]
    return {"image_urls": urls}


def _retrieve(call: Call) -> Response:
    wanted = call.request.parameters.get("file_id", "")
    for moment in call.stage.moments(call.provider):
        scene = moment.scene
        if scene.flat and moment.state is State.DONE and file_id_of(scene) == wanted:
            file = {
                "file_id": int(wanted),
                "bytes": 0,
                "created_at": int(moment.finished or 0),
                "filename": "output.mp4",
                "purpose": "video_generation",
                "download_url": call.stage.oss_link(scene, 1, int(moment.now) + _EXCHANGED_LIFE),
            }
            ok = {"status_code": 0, "status_msg": "success"}
            return json_reply({"file": file, "base_resp": ok})
    refused = {"status_code": 2013, "status_msg": "invalid params, file_id not found"}
    return json_reply({"file": None, "base_resp": refused})


def _refusal(status: int, message: str, kind: str) -> Response:
    return json_reply({"error": {"message": message, "type": kind, "code": ""}}, status)


DIALECT = Dialect(
    name="gptge",
    routes=(
        Route(re.compile("/task/minimax/v1/files/retrieve"), _retrieve),
        Route(re.compile("/task/(?P<task_id>[^/]+)"), _task),
    ),
    unauthorized=_refusal(401, "无效的令牌", "new_api_error"),
)
