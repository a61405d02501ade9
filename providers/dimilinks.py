"""DimiLinks: GET /v1/tasks/{id} with a bearer key (seed 004), for videos and images alike.

- A video comes wrapped in `data`, an image flat with `result.data[]` (seed 004); newer videos come
  flat with `object: "video"`, and an older image form has its list in `data` (abca12a/docs).
- A finished video has no link: it is at `/v1/videos/{id}/content`, with the key (seed 004).
- An image's link is relative, whole or a `data:` URL, needs no key, and its `exp` is in Unix
  milliseconds (seed 004); each query signs it anew for 24 hours, and `file_id` fetches nothing
  (gpt2api, docs/API_MANUAL).
- A failed task says progress 100 (seed 004).
- Other gateways answer in this form on this route and do name the link: as `video_url`, in
  `metadata.url` (OpenAI's form, with `expires_at`), or in `result.images[].url[]` beside times
  called `created` and `completed` (docs.apimart.ai, tasks/status). A stated link outranks the path.
- `error` is an object (seed 004), or a text, or an empty one (abca12a/docs).
- The first 404 is to end the polling (seed 004).
- A task has no `message` of its own: one beside no id is a refusal, whatever `status` it says.
"""

from collections.abc import Iterator
from functools import partial
from types import MappingProxyType

from rushes.providers.answers import because, failure, speaks, without_task
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.links import at_url, claims, distinct, each, elements, embedded, usable
from rushes.providers.model import (
    Content,
    Failure,
    Output,
    Problem,
    ProblemKind,
    Scalar,
    Snapshot,
    Status,
)
from rushes.providers.named import BY_PRODUCTS, OF_METADATA, OF_TASKS, bare, end_of, kind_of, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="dimilinks",
    name="DimiLinks",
    docs="https://docs.dimilinks.com",
    base_url="https://dimilinks.com",
    route="/v1/tasks/{task_id}",
    auth=Auth(env="DIMILINKS_API_KEY"),
    poll=PollPolicy(
        every=3.0,
        quote="每 3 到 5 秒查询一次 (videos; images every 2 to 3 s); at most 10 minutes",
        advised=600.0,
    ),
    statuses=MappingProxyType(
        {
            "queued": Status.QUEUED,
            "pending": Status.QUEUED,
            "submitted": Status.QUEUED,
            "dispatched": Status.QUEUED,
            "processing": Status.RUNNING,
            "in_progress": Status.RUNNING,
            "running": Status.RUNNING,
            "completed": Status.SUCCEEDED,
            "success": Status.SUCCEEDED,
            "succeeded": Status.SUCCEEDED,
            "failed": Status.FAILED,
            "error": Status.FAILED,
            "cancelled": Status.CANCELED,
        }
    ),
    codes=MappingProxyType(
        {
            "missing_api_key": ProblemKind.AUTH,
            "invalid_api_key": ProblemKind.AUTH,
            "insufficient_balance": ProblemKind.AUTH,
            "model_not_allowed": ProblemKind.AUTH,
            "not_found": ProblemKind.NOT_FOUND,
            "rate_limit_rpm": ProblemKind.RATE_LIMITED,
            "rate_limit_tpm": ProblemKind.RATE_LIMITED,
        }
    ),
    id_pattern=r"(?:video|img|task)_[0-9A-Za-z_-]{3,64}",
    no_task="task_00000000000000000000000000000000",
    hosts=r"(.+\.)?dimilinks\.com",
    content_route="/v1/videos/{task_id}/content",
    gone_at_first_not_found=True,
)

_PARTS = ("result", "output", "content")
_OF_NO_INTEREST = (
    "object",
    "id",
    "video_id",
    "seconds",
    "size",
    "estimated_time",
    "actual_time",
)
_OF_NO_INTEREST_IN_ERRORS = ("type", "detail", "error_code", "resolution", "provider_trace")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/tasks/{id}` said (seed 004)."""
    task = body["data"] if body["data"].is_object else body
    body.skip("code")
    status, raw = CARD.status(task["status"])
    task_id = task["task_id"].ident() or task["id"].ident()
    if task_id is None and (message := body["message"].text()):
        return without_task(CARD, body["code"].code(), message)
    task.skip(*_OF_NO_INTEREST)
    task["error"].skip(*_OF_NO_INTEREST_IN_ERRORS)
    over = status.terminal
    ends = (task[name].epoch() for name in ("completed_at", "finished_at", "completed"))
    finished = next(filter(None, ends), None)
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task_id,
        progress=task["progress"].percent(),
        model=task["model"].text(),
        prompt=task["prompt"].text(),
        created_at=task["created_at"].epoch() or task["created"].epoch(),
        finished_at=finished if over else None,
        usage=_usage(task),
        failure=_why(task) if over and status is not Status.SUCCEEDED else None,
        outputs=_outputs(task, task_id or ask.task_id, ask) if status is Status.SUCCEEDED else (),
    )


def _usage(task: Node) -> dict[str, Scalar]:
    """What the task cost: this gateway has the field beside the status."""
    said = task.scalars_of("credit_cost")
    return {name: value for name, value in said.items() if value is not None}


def _why(task: Node) -> Failure | None:
    return failure(task["error"]) or because(None, task["fail_reason"].text())


def _outputs(task: Node, task_id: str | None, ask: Ask) -> tuple[Output, ...]:
    """The files that the reply names, else the one content path of a video."""
    result, metadata = task["result"], task["metadata"].optional()
    if result.is_object:
        result.skip("created", "task_id")
    parts = [part for name in _PARTS for part in elements(task[name])]
    places = (
        *each(_images(task), partial(_image, ask=ask)),
        *(place for part in parts for place in named(part, ask, around=task)),
        *((part, partial(bare, ask=ask)) for part in parts if part.is_text),
        *named(task, ask, names=OF_TASKS),
        *named(metadata, ask, names=OF_METADATA, otherwise="video", around=task),
    )
    found = distinct(usable(places))
    if not all(output.kind in BY_PRODUCTS for output in found):
        return found
    kind = task["object"].text() or ""
    is_image = not result.absent or _is_list(task["data"]) or kind.startswith("image")
    path = CARD.content_path(task_id) if task_id else None
    if path is None or (is_image and not kind.startswith("video")):
        return found
    return (Output(kind="video", where=Content(path), claims=end_of(task)), *found)


def _images(task: Node) -> Node:
    """The list of an image task's files; a null node where there is none."""
    result = task["result"]
    listed = _is_list(task["data"]) or not result.is_object
    return task["data"] if listed else result["data"]


def _is_list(node: Node) -> bool:
    return isinstance(node.value, list)


def _image(item: Node, ask: Ask) -> Iterator[Output]:
    file_id = item.fields()["file_id"].text()
    where = at_url(item["url"], ask)
    if where is not None:
        # The link is signed anew at each query, so no lifetime counts from the finish.
        ends = end_of(item) + claims(where, None)
        yield Output(kind=kind_of(where, "image"), where=where, claims=ends, file_id=file_id)
    else:
        yield from embedded(item["b64_json"])


PROVIDER = Provider(card=CARD, parse=parse)
