"""What one task that is over adds to the figures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.watch.figures.model import model_of
from rushes.watch.figures.spans import queued_for, ran_for
from rushes.watch.figures.usage import Used, used
from rushes.watch.task import Ref, Task

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)

FILM = "video"
"""The kind of output that counts as a film."""

LOOKED_WITHIN = timedelta(minutes=2)
"""An end that no gateway states is known where the task was seen under way so long before."""


@frozen(kw_only=True)
class Figure:
    """What counts of a task that is over; None is what is not known.

    `ended`, and when each output that has a known end is lost unless it is saved (`ends`, by
    number), are Unix seconds by our clock. What became of the files is not in it.
    """

    ref: Ref
    model: str | None
    status: Status
    ended: float | None
    queue_ms: int | None
    run_ms: int | None
    files: int
    films: int
    used: Used
    ends: tuple[tuple[int, float], ...]


def figure_of(task: Task) -> Figure | None:
    """What the task adds to the figures; None where it is not over."""
    if task.status is None or not task.over:
        return None
    said = task.snapshot
    outputs = said.outputs if said else ()
    films = sum(output.kind == FILM for output in outputs)
    record = used(said.usage if said else {})
    return Figure(
        ref=task.ref,
        model=model_of(task).name,
        status=task.status,
        ended=task.finished_at.timestamp() if task.finished_at else None,
        queue_ms=_milliseconds(queued_for(task)),
        run_ms=_milliseconds(ran_for(task, _BEFORE_ALL)) if _is_end_known(task) else None,
        files=len(outputs),
        films=films,
        used=record,
        ends=tuple(_ends(task)),
    )


def _is_end_known(task: Task) -> bool:
    """Whether the end is stated, or was seen by somebody who looked at the time."""
    if task.snapshot is not None and task.snapshot.finished_at is not None:
        return True
    if task.unfinished_at is None or not task.transitions:
        return False
    return task.transitions[-1].observed_at - task.unfinished_at <= LOOKED_WITHIN


def _ends(task: Task) -> Iterator[tuple[int, float]]:
    """When each output is lost, as `Task.assets` judges it."""
    for asset in task.assets(_BEFORE_ALL):
        if asset.expires_at is not None:
            end = max(asset.expires_at, asset.renewable_until or asset.expires_at)
            yield asset.n, task.our_time(end).timestamp()


def _milliseconds(span: timedelta | None) -> int | None:
    return None if span is None else round(span / timedelta(milliseconds=1))
