"""DashScope's task object, which TTAPI, AnyFast and the gateway of seed 001 pass on (seed 002).

- `{request_id, output{task_id, task_status, …}, usage{…}}`, without a wrapper.
- Times are text in UTC+8 that names no zone; they are documented for success only, but real answers
  have them earlier, so they are read whenever they are there.
- `code` and `message` inside `output` belong to a failed task; at the top level, with no `output`,
  they are a refused request (Model Studio documents).
- An outdated or foreign id answers HTTP 200 with `UNKNOWN`, which is no failure.
"""

from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

from providers.answers import because
from providers.card import Card
from providers.links import linked
from providers.model import ProblemKind, Snapshot, Status
from providers.node import Node
from providers.reply import Ask

LIFETIME = timedelta(hours=24)
"""How long a result link, and the record of a task, lives (seed 002)."""

STATUSES = MappingProxyType(
    {
        "pending": Status.QUEUED,
        "running": Status.RUNNING,
        "succeeded": Status.SUCCEEDED,
        "failed": Status.FAILED,
        "canceled": Status.CANCELED,
        "unknown": Status.UNKNOWN,
    }
)

CODES = MappingProxyType(
    {
        "invalidapikey": ProblemKind.AUTH,
        "accessdenied": ProblemKind.AUTH,
        "throttling": ProblemKind.RATE_LIMITED,
        "throttling.ratequota": ProblemKind.RATE_LIMITED,
        "throttling.allocationquota": ProblemKind.RATE_LIMITED,
        "invalidparameter": ProblemKind.REFUSED,
        "datainspectionfailed": ProblemKind.REFUSED,
        "internalerror": ProblemKind.UNAVAILABLE,
    }
)


def whole_reply(card: Card, body: Node, ask: Ask) -> Snapshot:
    """What a reply that is the task object itself said."""
    output = body["output"].fields()
    status, raw = card.status(output["task_status"])
    done = status is Status.SUCCEEDED
    return replace(
        details(body, status, raw),
        task_id=output["task_id"].ident(),
        outputs=tuple(linked(output["video_url"], ask, "video", LIFETIME)) if done else (),
    )


def details(body: Node, status: Status, raw: str) -> Snapshot:
    """Everything but the outputs, read so that no field of a wrong type stands in the way.

    `status` is the caller's decision: a gateway around the object has a word of its own.
    """
    output = body["output"].optional()
    output.skip("task_status", "task_metrics", "actual_prompt")
    ended = output["end_time"].shanghai_time()
    code, message = output["code"].code(), output["message"].text()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=output["task_id"].text(),
        prompt=output["orig_prompt"].text(),
        created_at=output["submit_time"].shanghai_time(),
        started_at=output["scheduled_time"].shanghai_time(),
        finished_at=ended if status.terminal else None,
        request_id=body["request_id"].text(),
        usage=body["usage"].scalars(),
        failure=because(code, message) if status is Status.FAILED else None,
    )
