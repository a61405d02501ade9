"""Reads Kling's task object, which is the `data` of Kling's replies and of gateways' replies.

- `{task_id, task_status, task_status_msg, created_at, updated_at, task_result}`; times are Unix
  milliseconds; `submitted processing succeed failed` (Kling's API, query task).
- `task_result` has `videos[]{id, url, duration}` or `images[]{index, url}`.
"""

from rushes.providers.answers import because
from rushes.providers.card import Card
from rushes.providers.links import elements, usable
from rushes.providers.model import Failure, Output, Snapshot, Status
from rushes.providers.named import named
from rushes.providers.node import Node
from rushes.providers.reply import Ask


def is_task(node: Node) -> bool:
    """Whether an object is Kling's task object."""
    return node.is_object and node["task_status"].is_text


def whole_task(card: Card, task: Node, ask: Ask) -> Snapshot:
    """The snapshot of the task object."""
    status, raw = card.status(task["task_status"])
    task.skip("task_info")
    ended = task["updated_at"].epoch()
    return Snapshot(
        status=status,
        raw_status=raw,
        task_id=task["task_id"].ident(),
        created_at=task["created_at"].epoch(),
        finished_at=ended if status.terminal else None,
        failure=reason(task) if status is Status.FAILED else None,
        outputs=outputs(task, ask) if status is Status.SUCCEEDED else (),
    )


def outputs(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of a finished task."""
    result = task["task_result"].optional()
    for name in ("videos", "images"):
        for file in elements(result[name]):
            file.skip("id", "index", "duration")
    return usable(named(result, ask))


def reason(task: Node) -> Failure | None:
    """Why the task failed."""
    return because(None, task["task_status_msg"].text())
