"""fal's queue: GET /{owner}/{app}/requests/{id}/status, then the same without `/status`.

- Its key is sent as `Key …` (fal.ai/docs, inference API).
- An id alone cannot be asked about: the path has the application's name, its owner's and with
  `workflows/` and `comfy/` a namespace before it, but no endpoint's behind it. So the id here is
  `owner/app#request-id` (queue documents; the vendor's client).
- `COMPLETED` is no success: `error` and `error_type` may stand beside it, and the result may be an
  HTTP error, which then tells why the request failed (request errors; the vendor's client).
- A failed result has `error_type`, also in the header `x-fal-error-type`, or `detail` with a list
  of `{loc, msg, type}` from the model; other codes of 5xx say nothing of the request (errors).
- A result that is asked for too early is HTTP 400, `Request is still in progress` (observed).
- The result is the model's own JSON; files are `{url, content_type, file_name, width, height, …}`.
  One that names another request is an answer to another question.
- How long files live was set when the request was sent, and no reply repeats it (media lifecycle).
- `x-fal-billable-units` tells what was billed, in units of the model's price.
"""

import re

from rushes.providers.answers import because, speaks
from rushes.providers.card import NIL_UUID, UUID, Auth, Card, PollPolicy, Provider
from rushes.providers.errors import UnexpectedReply
from rushes.providers.fields import replace
from rushes.providers.files import files
from rushes.providers.links import elements
from rushes.providers.model import Failure, Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reply import Ask, Reply, read_json
from rushes.providers.text import clean, without_queries

_NAME = r"[0-9A-Za-z][\w.-]{0,63}"
"""An owner's or an application's name; bounded, so that searching takes no long time."""

CARD = Card(
    id="fal",
    name="fal",
    docs="https://fal.ai/docs/api-reference/inference-api",
    base_url="https://queue.fal.run",
    id_form=r"(?P<app>(?:(?:workflows|comfy)/)?[^/#]+/[^/#]+)#(?P<request_id>[^/#]+)",
    route="/{+app}/requests/{request_id}/status",
    result_route="/{+app}/requests/{request_id}",
    auth=Auth(env="FAL_KEY", scheme="Key "),
    poll=PollPolicy(every=3.0, quote="its clients ask every 0.1 and 0.5 s", stated=False),
    statuses={
        "in_queue": Status.QUEUED,
        "in_progress": Status.RUNNING,
        "completed": Status.SUCCEEDED,
        "client_cancelled": Status.CANCELED,  # the type of the error beside COMPLETED
    },
    # What stands behind another name is the end of an endpoint, as in `fal-ai/flux/dev#…`.
    id_pattern=rf"(?<!/)(?:(?:workflows|comfy)/)?{_NAME}/{_NAME}#{UUID}",
    own_ids=True,
    no_task=f"fal-ai/flux#{NIL_UUID}",
    hosts=r"(.+\.)?fal\.(run|ai|media)",
)

_UNCERTAIN = "internal_error"
"""A type that the answer to a question may have as well; the status of a failed request says it."""

_OF_THE_REQUEST = (400, 422)
"""Codes of a result that a model refused to make; others may be about the question."""

_TOO_EARLY = "still in progress"
_OWN = ("request_id", "response_url", "logs", "metrics")
_OVER = Snapshot(status=Status.SUCCEEDED, raw_status="COMPLETED")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /{owner}/{app}/requests/{id}/status` said."""
    status, raw = CARD.status(body["status"])
    if status.terminal and not any(name in body for name in _OWN):
        raise body["request_id"].unexpected("text")  # another's envelope may say FAILED, too
    body.skip("queue_position", "logs", "response_url", "status_url", "cancel_url")
    why = because(body["error_type"].code(), body["error"].text())
    request_id, app = body["request_id"].ident(), _app(ask.task_id)
    known = Snapshot(
        status=status,
        raw_status=raw,
        task_id=f"{app}#{request_id}" if app and request_id else None,
        model=app,
        request_id=request_id,
        usage=body["metrics"].scalars(),
    )
    if status is Status.SUCCEEDED and why is not None:
        return _failed(known, why)
    if status is Status.SUCCEEDED:
        return replace(known, then=CARD.result_path(ask.task_id or ""))
    return replace(known, failure=why if status is Status.FAILED else None)


def _app(task_id: str | None) -> str | None:
    """The application, which stands for the model, as no reply names that."""
    return (task_id or "").rpartition("#")[0] or None


def _failed(known: Snapshot, why: Failure) -> Snapshot:
    """A request that ended with an error, or by being canceled, which is said in its place."""
    if CARD.statuses.get(why.code or "") is Status.CANCELED:
        return replace(known, status=Status.CANCELED, raw_status=why.code or "")
    return replace(known, status=Status.FAILED, failure=why)


def result(reply: Reply, ask: Ask) -> Snapshot | Problem:
    """What `GET /{owner}/{app}/requests/{id}` said of a request that is over."""
    said = _verdict(reply) if reply.status >= 400 else None
    if said is not None:
        return said
    billed = reply.headers.get("x-fal-billable-units")
    made = _made(reply, ask)
    if isinstance(made, Problem) or billed is None:
        return made
    return replace(made, usage={"billable_units": clean(billed, 40)})


@speaks(CARD)
def _made(body: Node, ask: Ask) -> Snapshot | Problem:
    """What a request that went well made, in the form of its model."""
    outputs = files(body, ask)
    marked = [flag.value is True for flag in elements(body["has_nsfw_concepts"])]
    if any(marked) and len(marked) == len(outputs):
        outputs = tuple(
            replace(output, note="marked as not safe for work") if bad else output
            for output, bad in zip(outputs, marked, strict=True)
        )
    prompt = body["prompt"].text() if body["prompt"].is_text else None
    made = replace(_OVER, task_id=_named(body, ask), prompt=prompt, outputs=outputs)
    body.skip(*(body.value if isinstance(body.value, dict) else ()))
    return made


def _named(body: Node, ask: Ask) -> str | None:
    """The task that a result names; None where it names none in the queue's own form of an id."""
    said, app = body["request_id"], _app(ask.task_id)
    request_id = (said.ident() if said.is_text else None) or ""
    return f"{app}#{request_id}" if app and re.fullmatch(UUID, request_id) else None


def _verdict(reply: Reply) -> Snapshot | None:
    """What an HTTP error in the place of a result says of the request; None where nothing."""
    try:
        body = read_json(reply.body).fields()
    except UnexpectedReply:
        return None
    why = _reason(body, reply.headers.get("x-fal-error-type"))
    if why is None:
        return None
    if reply.status == 400 and _TOO_EARLY in (why.message or ""):
        return Snapshot(status=Status.RUNNING, raw_status="IN_PROGRESS")
    if reply.status in (401, 402, 403, 404, 408, 429) or why.code == _UNCERTAIN:
        return None
    if why.code is None and reply.status not in _OF_THE_REQUEST:
        return None
    return _failed(_OVER, replace(why, message=without_queries(why.message or "") or None))


def _reason(body: Node, kind: str | None) -> Failure | None:
    """Why the request failed: the queue's type with its words, or the first of the model's."""
    kind = body["error_type"].code() or (clean(kind, 80) if kind else None)
    for detail in elements(body["detail"]):
        if detail.is_object:
            return because(kind or detail["type"].code(), detail["msg"].text())
        return because(kind, detail.text())
    return because(kind, None)


PROVIDER = Provider(card=CARD, parse=parse, result=result)
