"""Kie.ai: GET /api/v1/jobs/recordInfo?taskId={id}, bearer key (docs.kie.ai), for its market.

- Older models have routes of their own, and their ids stand here as `FAMILY/ID`: `veo`, `aleph`,
  `gpt4o-image` and `flux/kontext` at `/api/v1/FAMILY/record-info`, `runway` at `record-detail`.
- Those say `successFlag` 0, 1, 2 or 3 in the place of `state`; Aleph's 0 is a failure as well,
  which then has a code and a message. 4o says a word too, `status`; its `progress` is a share of 1.
- HTTP 200 says nothing: the body's `code` is the real status (docs.kie.ai). A task that failed has
  `code` 501 or 200 and its record; a `code` without a record is a problem of the question.
- A task that is not there is 404, or 422 "recordInfo is null", also right after a submit.
- The result of the market is JSON inside the text `resultJson`, and so is what was asked, `param`.
- The vendor's pages name 24 hours for links of the market and 14 days for the older families; the
  10 minutes of `originImageUrl` are its model's own. Runway's `expireFlag` says that they are over.
- Market times are Unix milliseconds. The older ones are texts, some without a zone: such a time is
  not read, as nobody says which it is.
"""

import re
from datetime import datetime, timedelta
from types import MappingProxyType

from rushes.providers.answers import because, speaks, without_task
from rushes.providers.card import Auth, Card, PollPolicy, Provider
from rushes.providers.errors import UnexpectedReply
from rushes.providers.fields import replace
from rushes.providers.links import distinct, usable
from rushes.providers.model import Failure, Output, Problem, ProblemKind, Snapshot, Status
from rushes.providers.named import BY_ENDING, NAMES, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask, read_json
from rushes.providers.unmapped import unmapped

CARD = Card(
    id="kie",
    name="Kie.ai",
    docs="https://docs.kie.ai/market/common/get-task-detail",
    base_url="https://api.kie.ai",
    id_form=r"(?P<task_id>[^/]+)",
    other_routes=(
        (
            r"(?P<family>veo|aleph|gpt4o-image|flux/kontext)/(?P<task_id>[^/]+)",
            "/api/v1/{+family}/record-info?taskId={task_id}",
        ),
        (r"runway/(?P<task_id>[^/]+)", "/api/v1/runway/record-detail?taskId={task_id}"),
    ),
    route="/api/v1/jobs/recordInfo?taskId={task_id}",
    auth=Auth(env="KIE_API_KEY"),
    poll=PollPolicy(every=3.0, quote="start with 2 to 3 s, stop after 10 to 15 minutes"),
    statuses=MappingProxyType(
        {
            "waiting": Status.QUEUED,
            "wait": Status.QUEUED,
            "queuing": Status.QUEUED,
            "queueing": Status.QUEUED,
            "generating": Status.RUNNING,
            "success": Status.SUCCEEDED,
            "fail": Status.FAILED,
            "create_task_failed": Status.FAILED,
            "generate_failed": Status.FAILED,
            "0": Status.RUNNING,
            "1": Status.SUCCEEDED,
            "2": Status.FAILED,
            "3": Status.FAILED,
        }
    ),
    codes=MappingProxyType(
        {
            "422": ProblemKind.NOT_FOUND,
            "451": ProblemKind.REFUSED,
            "455": ProblemKind.UNAVAILABLE,
            "505": ProblemKind.REFUSED,
        }
    ),
    id_pattern=r"[0-9a-f]{32}",
    no_task="0" * 32,
    hosts=r"(.+\.)?kie\.ai|(.+\.)?aiquickdraw\.com",
    output_lifetime=timedelta(hours=24),
)

_OLDER, _ORIGIN = timedelta(days=14), timedelta(minutes=10)
_OF_NO_INTEREST = (
    *("updateTime", "costTime", "param", "paramJson", "generateParam", "fallbackFlag"),
    *("parentTaskId", "operationType", "status", "successFlag", "resultJson", "expireFlag"),
)
_RESULTS = MappingProxyType(
    {
        "resultUrls": BY_ENDING,
        "resultUrl": BY_ENDING,
        "resultVideoUrl": "video",
        "videoUrl": "video",
        "resultImageUrl": "image",
        "imageUrl": "image",
        "originUrls": "original",
        "firstFrameUrl": "first_frame",
        "lastFrameUrl": "last_frame",
        **NAMES,
    }
)
"""The names of links in results; the older families' first, then those of the models behind."""


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `recordInfo`, `record-info` or `record-detail` said (docs.kie.ai)."""
    code, message = body["code"].code(), body["msg"].text()
    task = body["data"]
    if not task.is_object or task["taskId"].absent:
        if code and code != "200":
            return without_task(CARD, code, message)
        task.fields()
    status, raw = _status(task)
    task.skip(*_OF_NO_INTEREST)
    why = _why(task)
    if raw == "0" and why and why.code and why.message:
        status = Status.FAILED
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task["taskId"].ident(),
        progress=_progress(task),
        model=task["model"].text(),
        prompt=_prompt(task),
        created_at=_time(task["createTime"]),
        finished_at=_time(task["completeTime"]) if status.terminal else None,
        usage=task.scalars_of("creditsConsumed"),
        failure=why if status is Status.FAILED else None,
        outputs=_outputs(task, ask) if status is Status.SUCCEEDED else (),
    )


def _status(task: Node) -> tuple[Status, str]:
    """The status by the market's word, 4o's word, or the number of the older families."""
    flag = task["successFlag"]
    word = task["status"] if task["state"].absent and not task["status"].absent else task["state"]
    if word.absent and isinstance(flag.value, int) and not isinstance(flag.value, bool):
        raw = str(flag.value)
        return CARD.statuses.get(raw, Status.UNKNOWN), raw
    return CARD.status(word)


def _why(task: Node) -> Failure | None:
    """Why it failed; a code of 0 is none."""
    code = task["failCode"].code() or task["errorCode"].code()
    message = task["failMsg"].text() or task["errorMessage"].text()
    return because(None if code == "0" else code, message)


def _progress(task: Node) -> int | None:
    said = task["progress"]
    return said.percent() if task["successFlag"].absent else said.fraction()


def _time(said: Node) -> datetime | None:
    """A time in milliseconds, or a text that names its zone."""
    if not said.is_text or said.absent:
        return said.epoch()
    if re.search(r"(Z|[+-]\d\d:?\d\d)$", str(said.value).strip()):
        return said.time()
    return said.skip()


def _prompt(task: Node) -> str | None:
    """The prompt in what was asked for: an object, or JSON inside a text."""
    for name in ("param", "paramJson", "generateParam"):
        asked = _document(task[name])
        if asked.is_object:
            held = asked["input"] if asked["input"].is_object else asked
            return held["prompt"].text()
    return None


def _document(node: Node) -> Node:
    """The JSON document that a text holds; any other value as it is."""
    if node.absent or not isinstance(node.value, str):
        return node
    try:
        return node.beside(node.path, read_json(node.value.encode("utf-8", "replace")).value)
    except UnexpectedReply:
        node.note("expected JSON, got other text")
        return node


def _outputs(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of `resultJson`, or of the object that the older families have in its place."""
    market = not task["resultJson"].absent
    held = _document(task["resultJson"])
    inside = _files(held, ask, None) if held.is_object else ()
    if market and not inside:
        # What a new model calls its files nobody knows; see `unmapped`, which reads no text.
        return unmapped(task.beside("$", {"result": held.value}))
    older = (task["response"], task["videoInfo"])
    over = "expired, as the provider says" if task["expireFlag"].value in (1, True) else ""
    found = (*inside, *(it for part in older for it in _files(part.optional(), ask, _OLDER)))
    return distinct(replace(output, note=over) if over else output for output in found)


def _files(holder: Node, ask: Ask, lifetime: timedelta | None) -> tuple[Output, ...]:
    if not holder.is_object:
        return ()
    holder.skip("taskId", "videoId", "resolution", "seeds", "mediaIds", "hasAudioList")
    names = _RESULTS
    if any(name in holder for name in ("resultVideoUrl", "videoUrl")):
        names = {**_RESULTS, "resultImageUrl": "thumbnail", "imageUrl": "thumbnail"}
    return usable(
        (
            *named(holder, ask, names=names, lifetime=lifetime),
            *named(holder, ask, names={"originImageUrl": "original"}, lifetime=_ORIGIN),
        )
    )


PROVIDER = Provider(card=CARD, parse=parse)
