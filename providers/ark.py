"""Ark, Volcengine's and BytePlus's: GET /api/v3/contents/generations/tasks/{id}, a bearer key.

- BytePlus (ModelArk) speaks the same at `https://ark.ap-southeast.bytepluses.com`; keys and tasks
  of the one are unknown at the other (the vendor's SDK).
- `expired` is a task that did not begin within its `execution_expires_after`; clients that do not
  know the word poll it for ever (the vendor's SDK and others').
- A succeeded task has `content: null` once its file's 24 hours are over: it did succeed.
- A record can be asked for 7 days, one that was cancelled for a day (Ark, query video tasks).
- The list takes ids, `filter.task_ids=a&filter.task_ids=b`, and pages of up to 500 (Ark, list video
  tasks): so several tasks are one question.
- `content` is the result here, not the prompt: that is not in the reply.
"""

from collections.abc import Iterator
from datetime import timedelta

from rushes.providers.answers import failure, speaks
from rushes.providers.batches import Batch
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.links import Place, each, link_of, usable
from rushes.providers.listings import ListedTask, Listing, numbered
from rushes.providers.model import Problem, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reading import Json
from rushes.providers.reply import Ask


def _parts(body: Node) -> Iterator[tuple[str | None, Json]]:
    """The tasks of a list, each as it comes alone."""
    for item in body.fields()["items"].items():
        yield item["id"].text() if item.is_object else None, item.value


def _listed(body: Node) -> Iterator[ListedTask]:
    """The tasks of a page, each as it comes alone."""
    for item in body.fields()["items"].items():
        task = item.optional()
        yield ListedTask(task["id"].ident(), task["created_at"].epoch(), item.value)


CARD = Card(
    id="ark",
    name="Volcengine Ark",
    docs="https://www.volcengine.com/docs/82379/1521309",
    base_url="https://ark.cn-beijing.volces.com",
    route="/api/v3/contents/generations/tasks/{task_id}",
    batch=Batch(
        route="/api/v3/contents/generations/tasks?page_num=1&page_size=100&{task_ids}",
        each="filter.task_ids={task_id}",
        between="&",
        limit=100,
        parts=_parts,
    ),
    listing=Listing(
        first="/api/v3/contents/generations/tasks?page_num=1&page_size=100",
        route="/api/v3/contents/generations/tasks?page_num={page}&page_size=100",
        parts=_listed,
        following=numbered("items", "total", 100),
    ),
    auth=Auth(env="ARK_API_KEY"),
    poll=PollPolicy(
        every=5.0, quote="the documents name no interval; 5 s is our choice", stated=False
    ),
    statuses={
        "queued": Status.QUEUED,
        "running": Status.RUNNING,
        "succeeded": Status.SUCCEEDED,
        "failed": Status.FAILED,
        "cancelled": Status.CANCELED,
        "expired": Status.FAILED,
    },
    id_pattern=r"cgt-\d{14}-[0-9a-z]{4,8}",
    own_ids=True,
    no_task="cgt-20000101000000-00000",
    hosts=r"ark\.[\w-]+\.(volces|bytepluses)\.com|console\.(volcengine|byteplus)\.com",
    output_lifetime=timedelta(hours=24),
    record_lifetime=timedelta(days=7),
)

_FILES = (("video_url", "video"), ("last_frame_url", "last_frame"), ("file_url", "file"))
_SETTINGS = (
    *("resolution", "ratio", "duration", "frames", "framespersecond", "seed", "service_tier"),
    *("execution_expires_after", "generate_audio", "draft", "draft_task_id", "revised_prompt"),
    *("subdivisionlevel", "fileformat", "camera_fixed", "watermark", "priority"),
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /api/v3/contents/generations/tasks/{id}` said."""
    if body["id"].absent:
        raise body["id"].unexpected("the task's id")  # a gateway's refusal, whatever it says
    status, raw = CARD.status(body["status"])
    body.skip(*_SETTINGS)
    ended = body["updated_at"].epoch()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=body["id"].ident(),
        model=body["model"].text(),
        created_at=body["created_at"].epoch(),
        finished_at=ended if status.terminal else None,
        usage=body["usage"].scalars(),
        failure=failure(body["error"]) if status is Status.FAILED else None,
        outputs=usable(_places(body, ask)) if status is Status.SUCCEEDED else (),
    )


def _places(body: Node, ask: Ask) -> Iterator[Place]:
    content = body["content"].optional()
    for name, kind in _FILES:
        yield from each(content[name], link_of(kind, ask))


PROVIDER = Provider(card=CARD, parse=parse)
