"""MiniMax's part in the replies of seed 001: its words, its codes, and files fetched in two steps.

- `base_resp{status_code, status_msg}` comes under HTTP 200; codes for pace, key, balance and form
  are about the poll, the two for sensitive content about the task (new-api, hailuo/constants.go).
- The second version wraps its task: `{task{id, status, model, content{url}, error{code, message},
  usage, created_at, updated_at}}`, times in Unix seconds, no second step (the vendor's clients).
- The second step answers `{file{file_id, bytes, download_url, …}, base_resp}`; the link wants no
  key and lives for hours, so it is asked for when it is needed (gpt.morphogen.top, hailuo/address).
"""

from types import MappingProxyType

from rushes.providers.answers import business_problem, failure, without_task
from rushes.providers.card import Card
from rushes.providers.links import at_url, elements, usable
from rushes.providers.model import Link, Output, Problem, ProblemKind, Snapshot, Status
from rushes.providers.named import named
from rushes.providers.node import Node
from rushes.providers.reply import Ask

STATUSES = MappingProxyType(
    {
        "preparing": Status.QUEUED,
        "queueing": Status.QUEUED,
        "processing": Status.RUNNING,
        "success": Status.SUCCEEDED,
        "fail": Status.FAILED,
        "failed": Status.FAILED,
        # The second version's words (new-api, hailuo/constants.go).
        "queued": Status.QUEUED,
        "running": Status.RUNNING,
        "succeeded": Status.SUCCEEDED,
        "cancelled": Status.CANCELED,
    }
)

CODES = MappingProxyType(
    {
        "1002": ProblemKind.RATE_LIMITED,
        "1004": ProblemKind.AUTH,
        "1008": ProblemKind.AUTH,
        "2013": ProblemKind.REFUSED,
        "2038": ProblemKind.AUTH,
        "2049": ProblemKind.AUTH,
    }
)

SENSITIVE = ("1026", "1027")
"""Codes of a task that failed because its input or its output was sensitive content."""


def verdict(body: Node) -> tuple[str | None, str | None]:
    """The code and message of `base_resp`."""
    base = body["base_resp"].optional()
    return base["status_code"].code(), base["status_msg"].text()


def second_version(card: Card, body: Node, ask: Ask) -> Snapshot:
    """The snapshot of a reply of the second version."""
    task = body["task"].fields()
    status, raw = card.status(task["status"])
    task.skip("duration", "ratio", "resolution", "type", "task_type", "modality")
    ended = task["updated_at"].epoch()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task["id"].ident() or task["task_id"].ident(),
        model=task["model"].text(),
        created_at=task["created_at"].epoch(),
        finished_at=ended if status.terminal else None,
        usage=task["usage"].scalars(),
        failure=failure(task["error"]) if status is Status.FAILED else None,
        outputs=content(task, ask) if status is Status.SUCCEEDED else (),
    )


def content(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files in the `content` of a task; Seedance's tasks have them there as well."""
    parts = [part for part in elements(task["content"]) if part.is_object]
    for part in parts:
        part.skip("original_result_url", "type", "prompt")
    return usable(place for part in parts for place in named(part, ask, otherwise="video"))


def download_url(card: Card, body: Node, ask: Ask) -> Link | Problem:
    """The link that the second step gives for a file id."""
    code, message = verdict(body)
    if problem := business_problem(card, code, message):
        return problem
    if code not in (None, "0"):
        return without_task(card, code, message)
    file = body["file"].fields()
    if ask.file_id is not None and file["file_id"].ident() not in (None, ask.file_id):
        raise file["file_id"].unexpected(f"the file asked for, {ask.file_id}")
    link = file["download_url"]
    where = at_url(link, ask)
    if not isinstance(where, Link):
        raise link.unexpected("a URL")
    return where
