"""Which file a poster is made from: what is saved, and nothing else."""

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from rushes.watch.asset import OutputState
from rushes.watch.posters.formats import FORMATS
from rushes.watch.posters.poster import PosterReason
from rushes.watch.task import Task

_BEST = ("first_frame", "thumbnail", "image", "video", "last_frame")
_RANK = MappingProxyType({kind: rank for rank, kind in enumerate(_BEST)})


class Source(NamedTuple):
    """A saved file: where it is, its bytes as it was saved, and their digest where it is known."""

    path: Path
    size: int
    sha256: str | None


def source_of(task: Task, n: int) -> Source | PosterReason:
    """The file of output `n`; why there is none to make a poster of."""
    fetch = task.fetches.get(n)
    # Only what passed its checks is ever DOWNLOADED.
    if fetch is None or fetch.state is not OutputState.DOWNLOADED or fetch.path is None:
        return PosterReason.NOTHING_SAVED
    if fetch.path.suffix not in FORMATS:
        return PosterReason.NO_PICTURE
    return Source(fetch.path, fetch.done, fetch.sha256)


def best_outputs(task: Task) -> Iterator[int]:
    """The numbers of a task's outputs, those first that make the best poster of the task."""
    outputs = task.snapshot.outputs if task.snapshot else ()

    def rank(n: int) -> tuple[int, int]:
        kind = outputs[n - 1].kind if n <= len(outputs) else ""
        return _RANK.get(kind, len(_BEST)), n

    return iter(sorted(task.fetches, key=rank))
