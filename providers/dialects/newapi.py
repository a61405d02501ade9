"""new-api's reply to GET /v1/video/generations/{id}, wrapped in `data` or flat (seed 003).

- `fail_reason` repeats the result's link on SUCCESS and is an error on FAILURE only (seed 003);
  new-api in turn shows the error text in `result_url` of a failed task, and old rows have the link
  in `fail_reason` alone (new-api, model/task.go). So a link counts on success only, once.
- A `result_url` that is the gateway's own `/v1/videos/{id}/content` wants the key (new-api).
- `data.data` is the upstream's reply: DashScope's with times in UTC+8, where the outer Unix seconds
  win (seed 003), or Seedance's with `content.video_url` (docs.anyfast.com.cn). After a time-out at
  the gateway the two may disagree (a report to new-api): the outer status counts.
- Times are 0 until they happen, `progress` is a text like "35%" (seed 003).
- `data.data` may be any other upstream's reply as well: see `upstream.py`. A link of the gateway is
  the one file, unless the upstream lists it among several.
- Gemini and Vertex channels answer in lower-case words with `url`, `format`, `error` (new-api).
- The same route answers flat too, without `data`, `result` being a link or a list, and with the
  words PENDING, PROCESSING and RUNNING (the gateway's client, and another's that reads both forms).
  An OpenAI-shaped video has its link in `metadata.url` and says `expires_at` (new-api).
- A task that is not there is HTTP 400 with `task_not_exist` (new-api), though seed 003 says 404;
  `{"code": "success", "data": null}` says nothing at all (new-api).
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from types import MappingProxyType

from rushes.providers.answers import because, failure, without_task
from rushes.providers.card import Card
from rushes.providers.dialects import dashscope, upstream
from rushes.providers.fields import replace
from rushes.providers.links import at_url, claims, distinct, elements, usable, usable_outputs
from rushes.providers.model import (
    Failure,
    Link,
    Output,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.named import OF_METADATA, OF_TASKS, bare, end_of, kind_of, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

ROUTE = "/v1/video/generations/{task_id}"
CONTENT_ROUTE = "/v1/videos/{task_id}/content"
NO_TASK = "00000000000000000000000000000000"
"""What stands behind the prefix of an id that no task has."""

STATUSES = MappingProxyType(
    {
        "not_start": Status.QUEUED,
        "submitted": Status.QUEUED,
        "queued": Status.QUEUED,
        "pending": Status.QUEUED,
        "in_progress": Status.RUNNING,
        "processing": Status.RUNNING,
        "running": Status.RUNNING,
        "success": Status.SUCCEEDED,
        "succeeded": Status.SUCCEEDED,
        "failure": Status.FAILED,
        "failed": Status.FAILED,
        "unknown": Status.UNKNOWN,
    }
)
CODES = MappingProxyType(
    {"task_not_exist": ProblemKind.NOT_FOUND, "invalid_api_key": ProblemKind.AUTH}
)

_OF_NO_INTEREST = (
    *("action", "id", "updated_at", "platform", "user_id", "group", "channel_id", "object"),
    *("quota", "properties", "username", "format", "metadata", "original_result_url"),
    *("completion", "result_url", "url", "fail_reason", "error"),  # read where they have sense
)


def task_or_refusal(card: Card, body: Node, ask: Ask) -> Snapshot | Problem:
    """The snapshot of the task, or the problem of a reply that holds none."""
    code, message = body["code"].code(), body["message"].text()
    task, word = _task(body)
    if task.value is None and code != "success" and (code or message):
        return without_task(card, code, message)
    task.fields()
    status, raw = card.status(word)
    task_id = task["task_id"].ident() or (task["id"].ident() if task is body else None)
    passed_on = task["data"].optional()
    known = dashscope.details(passed_on, status, raw)
    finished = _first_time(task, "finish_time", "finished_at", "completed_at")
    task.skip(*_OF_NO_INTEREST)
    return replace(
        known,
        task_id=task_id,
        upstream_id=known.task_id,
        progress=task["progress"].percent(),
        model=task["model"].text(),
        created_at=_first_time(task, "submit_time", "created_at") or known.created_at,
        started_at=task["start_time"].epoch() or known.started_at,
        finished_at=(finished or known.finished_at) if status.terminal else None,
        request_id=task["request_id"].text() or known.request_id,
        failure=_why(task, upstream.reason(passed_on)) if status is Status.FAILED else None,
        outputs=_outputs(task, ask) if status is Status.SUCCEEDED else (),
    )


def _task(body: Node) -> tuple[Node, Node]:
    """The task's object and its status: `data`, or the reply itself where that has the id."""
    data = body["data"]
    if _has(data, "status") or body["status"].absent:
        return data, data["status"] if data.is_object else data
    if _has(body, "task_id") or _has(body, "id"):
        return body, body["status"]
    return data, body["status"] if _has(data, "task_id") else data["status"]


def _has(node: Node, name: str) -> bool:
    return node.is_object and not node[name].absent


def _first_time(task: Node, *names: str) -> datetime | None:
    return next(filter(None, [task[name].epoch() for name in names]), None)


def _why(task: Node, upstream: Failure | None) -> Failure | None:
    """The gateway's reason, or the upstream's where the gateway gives none of its own."""
    reason, code = task["fail_reason"].text(), upstream.code if upstream else None
    if upstream and (reason is None or reason.casefold() == "task failed"):
        return upstream
    return because(code, reason) or failure(task["error"])


def _outputs(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of a finished task: the gateway's one link, from the first field that holds one.

    Where the upstream lists several files and the gateway's link is one of them, all are returned.
    """
    reason = task["fail_reason"]
    own = usable_outputs(
        (
            task["result_url"],
            *((reason,) if re.match(r"https?://|data:", (reason.text() or "").strip()) else ()),
            task["url"],
        ),
        lambda name: _output(name, task, ask),
    )[:1]
    passed_on = (upstream.outputs(task[name], ask) for name in ("data", "result"))
    listed = next(filter(None, passed_on), ())
    among = own and _without_query(own[0]) in map(_without_query, listed)
    if own and not (among and len(listed) > 1):
        return own
    return listed or _listed(task, ask)


def _listed(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of the flat form, and of an OpenAI-shaped video."""
    results, metadata = list(elements(task["result"])), task["metadata"].optional()
    places = (
        *((link, partial(bare, ask=ask)) for link in results if link.is_text),
        *(place for holder in results for place in named(holder, ask, around=task)),
        *named(task, ask, names=OF_TASKS),
        *named(metadata, ask, names=OF_METADATA, otherwise="video", around=task),
    )
    return distinct(usable(places))


def _output(name: Node, task: Node, ask: Ask) -> Iterator[Output]:
    where = at_url(name, ask)
    if where is not None:
        ends = end_of(task) + claims(where, None)
        yield Output(kind=kind_of(where, "video"), where=where, claims=ends)


def _without_query(output: Output) -> str | None:
    return re.split(r"[?#]", output.where.url)[0] if isinstance(output.where, Link) else None
