"""What a batch says in the place of its tasks."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.watch.asset import OutputState
from rushes.watch.figures.spans import ran_for
from rushes.watch.task import Task


@frozen
class BatchSummary:
    """A batch by its tasks: how many there are of each status, and the tasks that speak for it.

    `ran`: of those that are over and of the others the one that ran longest. `ending`: the one
    whose soonest loss, or whose settled files, stand for all; None where nothing can expire.
    `saved` of `wanted` files are on disk. `prompt` is the common beginning of the prompts.
    """

    tag: str
    tasks: int
    counts: Mapping[Status | None, int]
    accounts: tuple[str, ...]
    models: tuple[str, ...]
    ran: tuple[Task, ...]
    ending: Task | None
    saved: int
    wanted: int
    saving: tuple[Task, ...]
    prompt: str
    over: bool


_LIFE = (
    Status.RUNNING,
    Status.QUEUED,
    None,
    Status.FINALIZING,
    Status.UNKNOWN,
    Status.SUCCEEDED,
    Status.FAILED,
    Status.CANCELED,
    Status.GONE,
)


def summary(tag: str, tasks: Sequence[Task], now: datetime) -> BatchSummary:
    """What these tasks say together."""
    counts = dict.fromkeys(_LIFE, 0)
    for task in tasks:
        counts[task.status] += 1
    assets = [asset for task in tasks for asset in task.assets(now)]
    wanted = [asset for asset in assets if asset.state is not OutputState.GIVEN_UP]
    models = (task.model for task in tasks)
    return BatchSummary(
        tag=tag,
        tasks=len(tasks),
        counts={status: count for status, count in counts.items() if count},
        accounts=tuple(dict.fromkeys(task.ref.provider for task in tasks)),
        models=tuple(dict.fromkeys(model for model in models if model)),
        ran=tuple(
            longest
            for over in (False, True)
            if (longest := _longest((t for t in tasks if t.over is over), now))
        ),
        ending=_ending(tasks, now),
        saved=sum(asset.saved for asset in wanted),
        wanted=len(wanted),
        saving=tuple(task for task in tasks if _is_saving(task, now)),
        prompt=_common([task.prompt or "" for task in tasks]),
        over=all(task.over for task in tasks),
    )


def _longest(tasks: Iterable[Task], now: datetime) -> Task | None:
    spans = ((span, task) for task in tasks if (span := ran_for(task, now)) is not None)
    return max(spans, key=lambda each: each[0], default=(None, None))[1]


def _is_saving(task: Task, now: datetime) -> bool:
    return any(asset.state is OutputState.DOWNLOADING for asset in task.assets(now))


def _ending(tasks: Sequence[Task], now: datetime) -> Task | None:
    """The one that is lost next, else one that lost something, else one whose files are settled."""
    losses = (
        (task.our_time(loss.deadline), task)
        for task in tasks
        if (loss := task.next_loss(now)) is not None and loss.deadline is not None
    )
    if soonest := min(losses, key=lambda each: each[0], default=None):
        return soonest[1]
    with_files = [(task, list(task.assets(now))) for task in tasks if task.over]
    lost = (task for task, assets in with_files if any(asset.lost for asset in assets))
    if found := next(lost, None):
        return found
    held = [(task, assets) for task, assets in with_files if assets]
    settled = all(asset.settled for _, assets in held for asset in assets)
    return held[0][0] if held and settled else None


def _common(prompts: Sequence[str]) -> str:
    """The beginning that these share; a word that is cut off is left out."""
    first, last = min(prompts), max(prompts)
    pairs = enumerate(zip(first, last, strict=False))
    end = next((at for at, (one, other) in pairs if one != other), len(first))
    shared = first[:end]
    if first == last:
        return shared
    whole, blank, _ = shared.rpartition(" ")
    return whole.rstrip(" ,.;:") if blank else shared if not shared.isascii() else ""
