"""Reads Kling's task object, which is the `data` of Kling's replies and of gateways' replies.

- `{task_id, task_status, task_status_msg, created_at, updated_at, task_result}`; times are Unix
  milliseconds; `submitted processing succeed failed` (Kling's API, query task).
- `task_result` has `videos[]{id, url, duration}`, `images[]{index, url}` or `audios[]{id, url_mp3,
  url_wav}`; films and pictures may have a `watermark_url`, the same with a mark.
- `final_unit_deduction` is what was taken of a resource pack, in units.
"""

import re
from collections.abc import Iterator

from rushes.providers.answers import because
from rushes.providers.card import Card
from rushes.providers.links import Place, elements, link_of, usable
from rushes.providers.model import Failure, Output, Scalar, Snapshot, Status
from rushes.providers.named import named
from rushes.providers.node import Node
from rushes.providers.reply import Ask


def is_task(node: Node) -> bool:
    """Whether an object is Kling's task object."""
    return node.is_object and node["task_status"].is_text


_BESIDE = (("watermark_url", "watermarked"), ("url_mp3", "audio"), ("url_wav", "audio"))


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
        usage=deducted(task["final_unit_deduction"]),
        failure=reason(task) if status is Status.FAILED else None,
        outputs=outputs(task, ask) if status is Status.SUCCEEDED else (),
    )


def outputs(task: Node, ask: Ask) -> tuple[Output, ...]:
    """The files of a finished task."""
    result = task["task_result"].optional()
    files = [file for name in ("videos", "images", "audios") for file in elements(result[name])]
    for file in files:
        file.skip("id", "index", "duration", "duration_mp3", "duration_wav")
    beside = (place for file in files if file.is_object for place in _beside(file, ask))
    return usable((*named(result, ask), *beside))


def _beside(file: Node, ask: Ask) -> Iterator[Place]:
    for name, kind in _BESIDE:
        yield file[name], link_of(kind, ask)


def reason(task: Node) -> Failure | None:
    """Why the task failed."""
    return because(None, task["task_status_msg"].text())


def deducted(amount: Node, name: str = "units") -> dict[str, Scalar]:
    """A usage record of one decimal amount, which Kling writes as text; empty where there is none.

    Nothing taken is no record: an unfinished task says "0" as well.
    """
    text = amount.text() or ""
    number = float(text) if re.fullmatch(r"\d{1,12}(\.\d{1,9})?", text) else 0.0
    return {name: number} if number else {}
