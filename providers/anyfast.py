"""AnyFast HappyHorse, a new-api gateway: GET /v1/video/generations/{id}, bearer key (seed 003).

- `fail_reason` repeats the result's link on SUCCESS and is an error on FAILURE only (seed 003);
  new-api in turn shows the error text in `result_url` of a failed task, and old rows have the link
  in `fail_reason` alone (new-api, model/task.go). So a link counts on success only, once.
- A `result_url` that is the gateway's own `/v1/videos/{id}/content` wants the key (new-api).
- `data.data` is the upstream's reply: DashScope's with times in UTC+8, where the outer Unix seconds
  win (seed 003), or Seedance's with `content.video_url` (docs.anyfast.com.cn).
- Times are 0 until they happen, `progress` is a text like "35%" (seed 003).
- Gemini and Vertex channels answer in lower-case words with `url`, `format`, `error` (new-api).
- A task that is not there is HTTP 400 with `task_not_exist` (new-api), though seed 003 says 404;
  `{"code": "success", "data": null}` says nothing at all (new-api).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from providers.answers import because, failure, speaks, without_task
from providers.card import Auth, Card, PollPolicy, Provider, segment
from providers.dialects import dashscope
from providers.expiry import documented
from providers.links import at_url, claims, usable_outputs
from providers.model import Content, Failure, Link, Output, Problem, ProblemKind, Snapshot, Status
from providers.node import Node
from providers.reply import Ask

CONTENT_ROUTE = "/v1/videos/{task_id}/content"

CARD = Card(
    id="anyfast",
    name="AnyFast",
    docs="https://docs.anyfast.com.cn",
    base_url="https://www.anyfast.com.cn",
    route="/v1/video/generations/{task_id}",
    auth=Auth(env="ANYFAST_API_KEY"),
    poll=PollPolicy(every=15.0, quote="the gateway's guide asks about every 15 s"),
    statuses=MappingProxyType(
        {
            "not_start": Status.QUEUED,
            "submitted": Status.QUEUED,
            "queued": Status.QUEUED,
            "in_progress": Status.RUNNING,
            "processing": Status.RUNNING,
            "success": Status.SUCCEEDED,
            "succeeded": Status.SUCCEEDED,
            "failure": Status.FAILED,
            "failed": Status.FAILED,
            "unknown": Status.UNKNOWN,
        }
    ),
    codes=MappingProxyType(
        {"task_not_exist": ProblemKind.NOT_FOUND, "invalid_api_key": ProblemKind.AUTH}
    ),
    id_pattern=r"asyntask_[0-9A-Za-z]{4,64}",
    own_ids=True,
    hosts=r"(.+\.)?anyfast\.(ai|com\.cn)",
    content_route=CONTENT_ROUTE,
    output_lifetime=timedelta(hours=24),
)

_OF_NO_INTEREST = (
    *("action", "id", "created_at", "updated_at", "platform", "user_id", "group", "channel_id"),
    *("quota", "properties", "username", "format", "metadata", "original_result_url"),
    *("result_url", "url", "fail_reason", "error"),  # each is read where its status gives it sense
)


@speaks(CARD)
def parse(body: Node, ask: Ask) -> Snapshot | Problem:
    """What `GET /v1/video/generations/{id}` said (seed 003)."""
    code, message = body["code"].code(), body["message"].text()
    task = body["data"]
    if code != "success" and (code or message) and not task.is_object:
        return without_task(CARD, code, message)
    status, raw = CARD.status(task.fields()["status"])
    task_id = task["task_id"].ident()
    upstream = dashscope.details(task["data"].optional(), status, raw)
    finished = task["finish_time"].epoch() or upstream.finished_at
    task.skip(*_OF_NO_INTEREST)
    return replace(
        upstream,
        task_id=task_id,
        upstream_id=upstream.task_id,
        progress=task["progress"].percent(),
        created_at=task["submit_time"].epoch() or upstream.created_at,
        started_at=task["start_time"].epoch() or upstream.started_at,
        finished_at=finished if status.terminal else None,
        request_id=task["request_id"].text() or upstream.request_id,
        failure=_why(task, upstream.failure) if status is Status.FAILED else None,
        outputs=_outputs(task, task_id or ask.task_id, ask) if status is Status.SUCCEEDED else (),
    )


def _why(task: Node, upstream: Failure | None) -> Failure | None:
    """The gateway's reason, or the upstream's where the gateway only says that it failed."""
    reason, code = task["fail_reason"].text(), upstream.code if upstream else None
    if upstream and (reason is None or reason.casefold() == "task failed"):
        return upstream
    return because(code, reason) or failure(task["error"])


def _outputs(task: Node, task_id: str | None, ask: Ask) -> tuple[Output, ...]:
    """The one file of a finished task, by the first of its names that leads anywhere."""
    reason = task["fail_reason"]
    upstream = task["data"].optional()
    content = upstream["content"].optional()
    content.skip("original_result_url")
    names = (
        task["result_url"],
        *((reason,) if re.match(r"https?://|data:", reason.text() or "") else ()),
        task["url"],
        upstream["output"].optional()["video_url"],
        content["video_url"],
    )
    return usable_outputs(names, lambda name: _output(name, task_id, ask))[:1]


def _output(name: Node, task_id: str | None, ask: Ask) -> Iterator[Output]:
    where = at_url(name, ask)
    if where is None:
        return
    path = CONTENT_ROUTE.format(task_id=segment(task_id or ""))
    if isinstance(where, Link) and _own_path(where.url, ask) == path:
        lifetime = documented(CARD.output_lifetime)
        yield Output(kind="video", where=Content(path), claims=lifetime)
    else:
        yield Output(kind="video", where=where, claims=claims(where, CARD.output_lifetime))


def _own_path(url: str, ask: Ask) -> str | None:
    """The path of a URL on the gateway's own origin, below the configured base."""
    own, other = (re.match(r"(https?://[^/?#]+)([^?#]*)", at, re.I) for at in (ask.base, url))
    if own is None or other is None or own[1].casefold() != other[1].casefold():
        return None
    return other[2].removeprefix(own[2])


PROVIDER = Provider(card=CARD, parse=parse)
