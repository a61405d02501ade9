"""DimiLinks: GET /v1/tasks/{id} with a bearer key (seed 004), for videos and images alike.

- A video comes wrapped in `data`, an image flat with `result.data[]` (seed 004); newer videos come
  flat with `object: "video"`, and an older image form has its list in `data` (abca12a/docs).
- A finished video has no link: it is at `/v1/videos/{id}/content`, with the key (seed 004).
- An image's link is relative, whole or a `data:` URL, needs no key, and its `exp` is in Unix
  milliseconds (seed 004); each query signs it anew for 24 hours, and `file_id` fetches nothing
  (gpt2api, docs/API_MANUAL).
- A failed task says progress 100 (seed 004).
- `error` is an object (seed 004), or a text, or an empty one (abca12a/docs).
- The first 404 is to end the polling (seed 004).
- A task has no `message` of its own: one beside no id is a refusal, whatever `status` it says.
"""

from collections.abc import Iterator
from types import MappingProxyType

from providers.answers import failure, speaks, without_task
from providers.card import Auth, Card, PollPolicy, Provider, segment
from providers.links import at_url, claims, usable_outputs
from providers.model import Content, Output, Problem, ProblemKind, Snapshot, Status
from providers.node import Node
from providers.reply import Ask

CONTENT_ROUTE = "/v1/videos/{task_id}/content"

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
    hosts=r"(.+\.)?dimilinks\.com",
    content_route=CONTENT_ROUTE,
    gone_at_first_not_found=True,
)

_OF_NO_INTEREST = ("object", "credit_cost", "id")
_OF_NO_INTEREST_IN_ERRORS = ("type", "detail", "error_code", "resolution", "provider_trace")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/tasks/{id}` said (seed 004)."""
    task = body["data"] if body["data"].is_object else body
    status, raw = CARD.status(task["status"])
    task_id = task["task_id"].ident() or task["id"].ident()
    if task_id is None and (message := body["message"].text()):
        return without_task(CARD, body["code"].code(), message)
    task.skip(*_OF_NO_INTEREST)
    task["error"].skip(*_OF_NO_INTEREST_IN_ERRORS)
    over = status.terminal
    finished = task["completed_at"].epoch() or task["finished_at"].epoch()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task_id,
        progress=task["progress"].percent(),
        model=task["model"].text(),
        created_at=task["created_at"].epoch() or task["created"].epoch(),
        finished_at=finished if over else None,
        failure=failure(task["error"]) if over and status is not Status.SUCCEEDED else None,
        outputs=_outputs(task, task_id or ask.task_id, ask) if status is Status.SUCCEEDED else (),
    )


def _outputs(task: Node, task_id: str | None, ask: Ask) -> tuple[Output, ...]:
    """The images of an image task, or the one content path of a video."""
    images = _images(task)
    if images is not None:
        return usable_outputs(images.items(), lambda item: _image(item, ask))
    if task_id is None:
        return ()
    path = CONTENT_ROUTE.format(task_id=segment(task_id))
    return (Output(kind="video", where=Content(path)),)


def _images(task: Node) -> Node | None:
    """Where an image task lists its files; None for a video, which lists none."""
    if "data" in task:
        return task["data"]
    result = task["result"].optional()
    result.skip("created", "task_id")
    is_image = result.is_object or (task["object"].text() or "").startswith("image")
    return result["data"] if is_image else None


def _image(item: Node, ask: Ask) -> Iterator[Output]:
    file_id = item.fields()["file_id"].text()
    where = at_url(item["url"], ask)
    if where is not None:
        # The link is signed anew at each query, so no lifetime counts from the finish.
        yield Output(kind="image", where=where, claims=claims(where, None), file_id=file_id)


PROVIDER = Provider(card=CARD, parse=parse)
