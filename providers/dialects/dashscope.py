"""DashScope's task object, which TTAPI, AnyFast and the gateway of seed 001 pass on (seed 002).

- `{request_id, output{task_id, task_status, …}, usage{…}}`, without a wrapper.
- Times are text in UTC+8 that names no zone; they are documented for success only, but real answers
  have them earlier, so they are read whenever they are there.
- `code` and `message` inside `output` belong to a failed task; at the top level, with no `output`,
  they are a refused request (Model Studio documents).
- An outdated or foreign id answers HTTP 200 with `UNKNOWN`, which is no failure.
- `SUSPENDED` waits as `PENDING` does (the vendor's SDK).
- Where the files are depends on the model: `video_url`, `image_url`, `output_image_url`; `results`
  as a list or as one object; `choices[].message.content[]` (Model Studio, wan and image models).
- A task of several parts is SUCCEEDED as soon as one of them is; a part that failed has `code` and
  `message` in the place of a link, and may be all that says why a task failed (Model Studio).
- The vendor's own tools print null where the reply had nothing.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from types import MappingProxyType

from rushes.providers.answers import because, without_task
from rushes.providers.card import Card
from rushes.providers.fields import replace
from rushes.providers.links import Place, distinct, elements, usable
from rushes.providers.model import Failure, Output, Problem, ProblemKind, Snapshot, Status
from rushes.providers.named import NAMES, bare, named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

LIFETIME = timedelta(hours=24)
"""How long a result link, and the record of a task, are kept (seed 002)."""

STATUSES = MappingProxyType(
    {
        "pending": Status.QUEUED,
        "suspended": Status.QUEUED,
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


_ECHOES = ("orig_prompt", "actual_prompt", "file_url", "subtask_status")


def task_or_refusal(card: Card, body: Node, ask: Ask) -> Snapshot | Problem:
    """The snapshot of the task object, or the problem of a refusal, which has no `output`."""
    code, message = body["code"].code(), body["message"].text()
    if (code or message) and body["output"].absent:
        return without_task(card, code, message)
    return whole_reply(card, body, ask)


def whole_reply(card: Card, body: Node, ask: Ask) -> Snapshot:
    """The snapshot of a reply that is the task object itself."""
    output = body["output"].fields()
    status, raw = card.status(output["task_status"])
    snapshot = details(body, status, raw)
    done = status is Status.SUCCEEDED
    return replace(
        snapshot,
        task_id=output["task_id"].ident(),
        outputs=outputs(output, ask) if done else (),
    )


def outputs(output: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of a finished task; the first says which of its parts failed, if any did."""
    found = distinct(usable(places(output, ask)))
    parts = [part for part in elements(output["results"]) if part.is_object]
    lost = [why for part in parts if _is_without_file(part) and (why := _why(part))]
    if not lost:
        return found
    first = ": ".join(filter(None, (lost[0].code, lost[0].message)))
    note = f"{len(lost)} of {len(parts)} parts failed: {first}"
    if not found:
        output["results"].note(note)  # against the documents: one part at least is there
        return ()
    return (replace(found[0], note=note), *found[1:])


def places(output: Node, ask: Ask) -> Iterator[Place]:
    """Yield the places of links: members of `output`, of its parts, and of its messages."""
    yield from named(output, ask, lifetime=LIFETIME)
    for part in elements(output["results"]):
        if part.is_object:
            part.skip(*_ECHOES)
            yield from named(part, ask, otherwise="image", lifetime=LIFETIME)
        else:
            yield part, partial(bare, ask=ask, otherwise="image", lifetime=LIFETIME)
    for choice in elements(output["choices"]):
        message = choice.optional()["message"].optional()
        message.skip("role")
        choice.skip("finish_reason")
        for part in elements(message["content"]):
            if part.is_object:
                part.skip("type", "text")
                yield from named(part, ask, otherwise="image", lifetime=LIFETIME)


def _is_without_file(part: Node) -> bool:
    return all(part[name].absent for name in NAMES)


def _why(part: Node) -> Failure | None:
    return because(part["code"].code(), part["message"].text())


def details(body: Node, status: Status, raw: str) -> Snapshot:
    """The snapshot without its outputs; a field of a wrong type is left out, not refused.

    The caller decides on `status`: a gateway that passes the object on has a status of its own.
    """
    output = body["output"].optional()
    output.skip("task_status", "task_metrics", "actual_prompt", "finished")
    ended = output["end_time"].shanghai_time()
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
        failure=reason(body, output) if status is Status.FAILED else None,
    )


def reason(body: Node, output: Node) -> Failure | None:
    """Why a task failed: the task's own reason, else its first failed part's, else the reply's."""
    for said in (output, *elements(output["results"])):
        if said.is_object and (why := _why(said)):
            return why
    said = _why(body)
    # A number is the status of the request, and a request that went well says so.
    is_reason = said and said.code and not re.fullmatch(r"\d+|succe.*|ok", said.code, re.I)
    return said if is_reason else None
