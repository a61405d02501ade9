"""Replicate: `GET /v1/predictions/{id}`, and the list of them, from its HTTP reference.

Files and output are removed an hour after the end: `output` is null from then on. Whoever asked for
an end before the start gets `aborted`. Times are ISO 8601.
"""

import re
from typing import Any

from rushes.demo.dialects.dialect import Dialect, Route, iso, json_reply
from rushes.demo.http import Response
from rushes.demo.scene import Moment, State
from rushes.demo.stage import Call

_LIFE = 3600.0

_WORDS = {
    State.QUEUED: "starting",
    State.RUNNING: "processing",
    State.DONE: "succeeded",
    State.FAILED: "failed",
    State.CANCELED: "canceled",
}


def _task(call: Call) -> Response:
    moment = call.moment()
    if moment is None:
        return json_reply({"detail": "The requested resource could not be found."}, 404)
    return json_reply(_prediction(call, moment))


def _tasks(call: Call) -> Response:
    newest = sorted(call.stage.moments(call.provider), key=lambda it: -it.created)
    results = [_prediction(call, moment) for moment in newest]
    return json_reply({"previous": None, "next": None, "results": results})


def _prediction(call: Call, moment: Moment) -> dict[str, Any]:
    scene, finished = moment.scene, moment.finished
    place = f"/v1/predictions/{scene.id}"
    return {
        "id": scene.id,
        "model": scene.model,
        "version": "hidden",
        "input": {"prompt": scene.prompt},
        "logs": f"{moment.progress}%|#####     |" if moment.started else "",
        "output": _output(call, moment),
        "data_removed": False,
        "error": scene.failure.message if moment.state is State.FAILED else None,
        "status": _word(moment),
        "created_at": iso(moment.created),
        "started_at": iso(moment.started) if moment.started else None,
        "completed_at": iso(finished) if finished else None,
        "urls": {"get": place, "cancel": f"{place}/cancel"},
        "metrics": {"predict_time": round(finished - moment.started, 3)}
        if finished and moment.started
        else {},
    }


def _word(moment: Moment) -> str:
    if moment.state is State.CANCELED and moment.started is None:
        return "aborted"
    return _WORDS[moment.state]


def _output(call: Call, moment: Moment) -> Any:
    if moment.state is not State.DONE or moment.now >= (moment.finished or 0.0) + _LIFE:
        return None
    links = [call.stage.link(moment.scene, n) for n, _, _ in moment.scene.files()]
    return links if len(links) > 1 else links[0]


DIALECT = Dialect(
    name="replicate",
    routes=(
        Route(re.compile("/v1/predictions/(?P<task_id>[^/]+)"), _task),
        Route(re.compile("/v1/predictions"), _tasks),
    ),
    unauthorized=json_reply(
        {"title": "Unauthenticated", "detail": "Authentication token is not valid.", "status": 401},
        401,
    ),
    open_links=_LIFE,
)
