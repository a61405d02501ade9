"""Kling: two standards of one vendor, and the id tells which; a bearer key reads both.

- The new one: `GET /tasks?task_ids=a,b`, so one task or several in a question. Its answer is a
  list, and an id that it does not know is not in it (Kling, query task, specified id).
- The legacy one: `GET /v1/videos/{kind}/{id}`; the id says no kind, so `text2video/893…` is the
  whole one; pictures and sounds have `images/generations/893…`, `audio/text-to-audio/893…`.
- They name the same differently: `succeed` and `succeeded`, `task_result` and `outputs[]`,
  `created_at` and `create_time` (the new one's times are read by either name).
- The reply's `message` says `SUCCEED` beside a failed task: the reason is in the task.
- Results are cleared after 30 days; links say so themselves, `ksTime` (Kling's documents).
- The table of codes has 1100 to 1102 for an account's state and funds and 1302, 1303 for its pace;
  an older client takes 1101, 1102, 1104 for pace. All come with HTTP 429, so all are: that ends
  nothing.
"""

from collections.abc import Iterator
from datetime import timedelta

from rushes.providers.answers import because, business_problem, speaks, without_task
from rushes.providers.batches import Batch
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.dialects import kling
from rushes.providers.fields import replace
from rushes.providers.links import Place, elements, link_of, usable
from rushes.providers.model import Problem, ProblemKind, Scalar, Snapshot, Status
from rushes.providers.node import Node
from rushes.providers.reading import Json
from rushes.providers.reply import Ask

_LINKS = (("url", ""), ("watermark_url", "watermarked"), ("mp3_url", "audio"), ("wav_url", "audio"))
_KIND_AND_ID = r"(?P<kind>(?!images/|audio/|videos/)[^/]+(?:/[^/]+)?)/(?P<task_id>[^/]+)"
_KIND_OF = {"voice": "audio"}
_ABOUT = (
    *("id", "duration", "mp3_duration", "wav_duration", "group_id", "name", "owned_by", "status"),
    *("description", "element_type", "references", "tags"),
)
_KINDS = (
    r"text2video|image2video|multi-image2video|omni-video|motion-control|video-extend|lip-sync"
    r"|advanced-lip-sync|effects|multi-elements|avatar/image2video"
    r"|images/(generations|multi-image2image|omni-image|kolors-virtual-try-on|editing/expand)"
    r"|audio/(text-to-audio|video-to-audio|tts)"
)


def _parts(body: Node) -> Iterator[tuple[str | None, Json]]:
    """The tasks of a list, each as it comes alone: a list of one."""
    around = body.fields().value
    for task in body["data"].items():
        alone: Json = {**around, "data": [task.value]} if isinstance(around, dict) else None
        yield task["id"].text() if task.is_object else None, alone


CARD = Card(
    id="kling",
    name="Kling",
    docs="https://kling.ai/document-api",
    base_url="https://api-singapore.klingai.com",
    id_form=r"(?P<task_id>[^/]+)",
    route="/tasks?task_ids={task_id}",
    other_routes=(
        (rf"images/{_KIND_AND_ID}", "/v1/images/{+kind}/{task_id}"),
        (rf"audio/{_KIND_AND_ID}", "/v1/audio/{+kind}/{task_id}"),
        (_KIND_AND_ID, "/v1/videos/{+kind}/{task_id}"),
    ),
    batch=Batch(route="/tasks?task_ids={task_ids}", limit=20, parts=_parts),
    auth=Auth(env="KLING_API_KEY"),
    poll=PollPolicy(
        every=5.0, quote="the documents name no interval; 5 s is our choice", stated=False
    ),
    statuses={
        "submitted": Status.QUEUED,
        "processing": Status.RUNNING,
        "succeeded": Status.SUCCEEDED,
        "succeed": Status.SUCCEEDED,
        "failed": Status.FAILED,
    },
    codes={
        **dict.fromkeys(("1000", "1001", "1002", "1003", "1004"), ProblemKind.AUTH),
        **dict.fromkeys(("1100", "1101", "1102", "1104"), ProblemKind.RATE_LIMITED),
        **dict.fromkeys(("1103", "1304"), ProblemKind.AUTH),
        **dict.fromkeys(("1200", "1201", "1202", "1300", "1301"), ProblemKind.REFUSED),
        "1203": ProblemKind.NOT_FOUND,
        **dict.fromkeys(("1302", "1303"), ProblemKind.RATE_LIMITED),
        **dict.fromkeys(("5000", "5001", "5002"), ProblemKind.UNAVAILABLE),
    },
    id_pattern=rf"(?:(?:{_KINDS})/)?\d{{18,19}}",
    no_task="100000000000000000",
    output_lifetime=timedelta(days=30),
    hosts=r"(.+\.)?(klingai\.com|kling\.ai)",
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What either standard's query said about the task that was asked for."""
    code, message = body["code"].code(), body["message"].text()
    if problem := business_problem(CARD, code, message):
        return problem
    if code not in (None, "0"):
        return without_task(CARD, code, message)
    if kling.is_task(body["data"]):
        task = kling.whole_task(CARD, body["data"], ask)
    else:
        found = list(elements(body["data"]))
        if not found:
            return _nothing(body["data"])
        task = _task(_asked_for(found, ask), ask)
    return replace(task, request_id=body["request_id"].text())


def _nothing(data: Node) -> Problem:
    if not isinstance(data.value, list):
        raise data.unexpected("a task")
    return Problem(kind=ProblemKind.NOT_FOUND, message="the answer has no such task")


def _asked_for(tasks: list[Node], ask: Ask) -> Node:
    """The task that was asked for; another one where it is not there."""
    wanted = (task for task in tasks if task.is_object and task["id"].text() == ask.task_id)
    found = next(wanted, tasks[0])
    for other in tasks:
        if other is not found:
            other.skip()
    return found


def _task(task: Node, ask: Ask) -> Snapshot:
    """The snapshot of a task of the new standard."""
    status, raw = CARD.status(task.fields()["status"])
    task.skip("external_id")
    ended = task["update_time"].epoch() or task["updated_at"].epoch()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task["id"].ident(),
        created_at=task["create_time"].epoch() or task["created_at"].epoch(),
        finished_at=ended if status.terminal else None,
        usage=_billed(task),
        failure=because(None, task["message"].text()) if status is Status.FAILED else None,
        outputs=usable(_places(task, ask)) if status is Status.SUCCEEDED else (),
    )


def _billed(task: Node) -> dict[str, Scalar]:
    """What was taken: units of a resource pack, or an amount of money by its currency."""
    usage: dict[str, Scalar] = {}
    for bill in elements(task["billing"]):
        if bill.is_object:
            bill.skip("type", "charge_type", "cash_type", "package_type", "list_price")
            currency = bill["currency"].text()
            usage |= kling.deducted(bill["amount"], f"cost_{currency}" if currency else "units")
    return usage


def _places(task: Node, ask: Ask) -> Iterator[Place]:
    for file in elements(task["outputs"]):
        if not file.is_object:
            yield file, link_of("file", ask)
            continue
        said = file["type"].text() or "file"
        file.skip(*_ABOUT)
        for name, kind in _LINKS:
            yield file[name], link_of(kind or _KIND_OF.get(said, said), ask)


PROVIDER = Provider(card=CARD, parse=parse)
