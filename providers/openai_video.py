"""OpenAI's video object, as gateways answer it: GET /v1/videos/{id}, bearer key.

- OpenAI's own service of that name has ended; the form lives on at gateways, whose addresses only
  config.toml can name (the vendor's client marks it as shut down on 2026-09-24).
- A finished video has no link: it is at `/v1/videos/{id}/content`, with the key, until `expires_at`
  (the vendor's client). Gateways name a link as well: `metadata.url`, `url`, `video_url`,
  `result_url` (new-api and others). A link that is named outranks the path.
- OpenRouter and its copies have `polling_url`, `usage.cost`, signed `urls` and `unsigned_urls`;
  the latter may be the gateway's own content path, which wants the key (OpenRouter, ofox).
- Words of upstreams come through in any case (`SUCCESS`, `EXPIRED`): `cancelled` and `expired` are
  ends (OpenRouter), `processing` is none (litellm).
- `error` is an object or a text, and may stand beside a good end with code 0 (new-api's documents).
  Another one beside `completed`, and no link, is a failure all the same.
- A task has no `message` of its own: one beside no id is a refusal, whatever `status` it says.
- Times are Unix seconds; new-api's documents show milliseconds.
"""

from datetime import datetime
from functools import partial
from types import MappingProxyType

from rushes.providers.answers import because, speaks, without_task
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.links import Place, distinct, elements, usable
from rushes.providers.model import Content, Failure, Output, Problem, Scalar, Snapshot, Status
from rushes.providers.named import BY_PRODUCTS, OF_METADATA, OF_TASKS, bare, end_of, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

CARD = Card(
    id="openai-video",
    name="OpenAI videos",
    docs="https://developers.openai.com/api/reference/resources/videos",
    base_url="",
    route="/v1/videos/{task_id}",
    auth=Auth(env=""),
    poll=PollPolicy(
        every=10.0, quote="gateways' documents: every 10 to 20 s (Inworld), 10 to 30 s (OpenRouter)"
    ),
    statuses=MappingProxyType(
        {
            "queued": Status.QUEUED,
            "pending": Status.QUEUED,
            "in_progress": Status.RUNNING,
            "processing": Status.RUNNING,
            "completed": Status.SUCCEEDED,
            "failed": Status.FAILED,
            "expired": Status.FAILED,
            "cancelled": Status.CANCELED,
        }
    ),
    # LiteLLM's ids are base64 and hold the name of the provider behind it.
    id_pattern=r"video_[0-9a-f]{32,64}|video_[0-9A-Za-z_=-]{40,400}",
    no_task="video_00000000000000000000000000000000",
    content_route="/v1/videos/{task_id}/content",
)

_PARTS = ("result", "output", "content", "data")
_OF_NO_INTEREST = (
    *("object", "seconds", "size", "remixed_from_video_id", "polling_url", "generation_id"),
    *("updated_at", "format", "quality", "duration", "resolution", "ratio", "message", "code"),
)
_OF_NO_INTEREST_IN_ERRORS = ("type", "param", "headers")


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/videos/{id}` said."""
    task = body["data"] if body["status"].absent and body["data"].is_object else body
    task_id = task["id"].ident() or task["task_id"].ident()
    if task_id is None and (message := body["message"].text()):
        return without_task(CARD, body["code"].code(), message)
    status, raw = CARD.status(task["status"])
    body.skip("code")
    task.skip(*_OF_NO_INTEREST)
    task["metadata"].skip(*_OF_NO_INTEREST)
    why = _why(task)
    links = _links(task, ask) if status is Status.SUCCEEDED else ()
    if status is Status.SUCCEEDED and why and not links:
        status = Status.FAILED
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task_id,
        progress=task["progress"].percent(),
        model=task["model"].text(),
        prompt=task["prompt"].text(),
        created_at=_first_time(task, "created_at", "created"),
        finished_at=_first_time(task, "completed_at", "finished_at") if status.terminal else None,
        usage=_usage(task),
        failure=why if status in (Status.FAILED, Status.CANCELED) else None,
        outputs=_outputs(task, links, task_id or ask.task_id) if status is Status.SUCCEEDED else (),
    )


def _first_time(task: Node, *names: str) -> datetime | None:
    return next(filter(None, [task[name].epoch() for name in names]), None)


def _usage(task: Node) -> dict[str, Scalar]:
    """What the video cost: OpenRouter's `usage`, or a field beside the status."""
    said = {**task.scalars_of("cost", "credits"), **task["usage"].optional().scalars()}
    return {name: value for name, value in said.items() if value is not None}


def _why(task: Node) -> Failure | None:
    """Why it failed; an error whose code is 0 is none."""
    error = task["error"]
    if error.is_object:
        error.skip("type", "param", "headers")
        code, message = error["code"].code(), error["message"].text()
        return None if code == "0" else because(code, message)
    return because(None, error.text()) or because(None, task["fail_reason"].text())


def _links(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files that the reply names, of OpenRouter's two lists the one that wants no key."""
    signed = task["urls"]
    if not signed.absent:
        task.skip("unsigned_urls")
    metadata = task["metadata"].optional()
    parts = [part for name in _PARTS for part in elements(task[name])]
    read = partial(bare, ask=ask, otherwise="video")
    unsigned = () if not signed.absent else elements(task["unsigned_urls"])
    places: tuple[Place, ...] = (
        *named(task, ask, names=OF_TASKS, otherwise="video", around=task),
        *((link, read) for link in unsigned),
        *(place for part in parts for place in named(part, ask, otherwise="video", around=task)),
        *((part, read) for part in parts if part.is_text),
        *named(metadata, ask, names=OF_METADATA, otherwise="video", around=task),
    )
    return distinct(usable(places))


def _outputs(task: Node, links: tuple[Output, ...], task_id: str | None) -> tuple[Output, ...]:
    """The files that are named, else the one content path."""
    path = CARD.content_path(task_id) if task_id else None
    if path is None or not all(output.kind in BY_PRODUCTS for output in links):
        return links
    return (Output(kind="video", where=Content(path), claims=end_of(task)), *links)


PROVIDER = Provider(card=CARD, parse=parse)
