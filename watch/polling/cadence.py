"""How long to wait before a task is asked about again, by how long others of its model took. Pure.

A task is asked about sparsely while few have ended at its age, at the plain interval from the
median on, and sparsely again once nearly all would have ended. No wait is shorter than the plain
interval, and none is longer than a few of them, so that an end out of the ordinary is seen soon.
With these factors an end is seen less than one plain interval late on average, where the plain
interval itself costs half of one (`bench/cadence.py`).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import Enum
from math import ceil, floor

from rushes.providers.frozen import frozen
from rushes.providers.model import Snapshot, Status
from rushes.watch.task import Task

EARLY, LATE, HALF = 0.1, 0.95, 0.5
"""The parts of the tasks that have ended where the waits change."""

SPARSELY = 4.0
"""Before EARLY and after LATE a wait is so many plain intervals: a tenth and a twentieth of the
tasks end then."""

OFTEN = 2.0
"""Between EARLY and HALF a wait is so many."""

LONGEST = 60.0
"""Seconds that a learned wait lasts at most, unless the plain interval itself is longer."""

OF_LIFE = 0.1
"""A wait is at most this part of the time for which the model's files could be fetched."""

ENOUGH = 10
"""Tasks from which something can be learned: of fewer the parts cannot be told."""

LAST = 40
"""The tasks of a model that count, the last that ended: its speed may change."""

SLACK = timedelta(seconds=10)
"""A time by the provider's clock may contradict what was seen by so much at most."""

UNWATCHED = 2.0
"""Nobody was looking where the last sighting of a task was longer ago than so many times the
longest wait: it is not known when it ended."""


class Start(Enum):
    """From when a task's age counts."""

    STATED = "stated"
    """From its creation, as the provider states it."""

    SEEN = "seen"
    """From the first answer: a gateway that states no creation is compared with itself."""


@frozen
class Sample:
    """How many seconds a task took that succeeded: between `least` and `most`.

    The two are the same where the provider states the end; else it was between two polls. `life`
    is for how long its files could be fetched after the end, None where that is not known.
    """

    model: str | None
    start: Start
    least: float
    most: float
    seen_at: datetime
    life: float | None


@frozen
class Spread:
    """How long a model's tasks take: the seconds after which these parts of them have ended."""

    early: float
    half: float
    late: float
    life: float | None


def samples(task: Task, longest: float) -> Iterator[Sample]:
    """What can be learned from a task; nothing from one that did not succeed before our eyes.

    Failures come at any time, and say nothing of how long the others take. A task that was over
    when it was first asked about may have been added at any time. `longest` is the longest wait
    between two polls. Times of a provider that do not fit with what was seen are not believed.
    """
    snapshot, unfinished = task.snapshot, task.unfinished_at
    if snapshot is None or unfinished is None or task.status is not Status.SUCCEEDED:
        return
    first, seen = task.transitions[0].observed_at, task.transitions[-1].observed_at
    ended = task.our_time(snapshot.finished_at) if snapshot.finished_at else None
    is_believed = ended is None or unfinished - SLACK <= ended <= seen + SLACK
    if not is_believed:
        ended = None
    if ended is None and _seconds(seen - unfinished) > UNWATCHED * longest:
        return
    least, most = (unfinished, seen) if ended is None else (ended, ended)
    life = _life(task, most)
    starts = {Start.SEEN: first}
    if snapshot.created_at and is_believed:
        starts[Start.STATED] = task.our_time(snapshot.created_at)
    for start, began in starts.items():
        if began <= first + SLACK:
            low, high = _seconds(least - began), _seconds(most - began)
            yield Sample(snapshot.model, start, max(low, 0.0), max(high, 0.0), seen, life)


def _life(task: Task, ended: datetime) -> float | None:
    """The seconds from the end of a task to that of the first of its files."""
    ends = [asset.expires_at for asset in task.assets(ended)]
    known = [task.our_time(end) - ended for end in ends if end is not None]
    return max(_seconds(min(known)), 0.0) if known else None


def spread(found: Sequence[Sample]) -> Spread | None:
    """What the last samples say; None where there are too few.

    Where the end of a task lies between two polls, the earlier counts for what is early and the
    later for what is late: sparse polls must not make a model seem slower than it is.
    """
    last = sorted(found, key=lambda one: one.seen_at)[-LAST:]
    if len(last) < ENOUGH:
        return None
    least, most = sorted(one.least for one in last), sorted(one.most for one in last)
    top = len(last) - 1
    return Spread(
        early=least[floor(EARLY * top)],
        half=least[floor(HALF * top)],
        late=most[ceil(LATE * top)],
        life=min((one.life for one in last if one.life is not None), default=None),
    )


def wait(age: float, spread: Spread, plain: float) -> float:
    """The seconds until a task of that age is asked about again; never fewer than `plain`."""
    most = LONGEST if spread.life is None else min(LONGEST, OF_LIFE * spread.life)
    if age < spread.early:
        seconds = min(SPARSELY * plain, spread.early - age)
    elif age < spread.half:
        seconds = min(OFTEN * plain, spread.half - age)
    else:
        # The last of a few dozen is no sharp edge: the first poll after it is not a sparse one yet.
        seconds = plain if age <= spread.late + plain else SPARSELY * plain
    return max(plain, min(seconds, most))


def ages(task: Task, snapshot: Snapshot | None, now: datetime) -> Iterator[tuple[Start, float]]:
    """The ages of a task in seconds, the better one first; `snapshot` is the last answer.

    A creation that is stated as later than the task was first seen is by some other clock.
    """
    first = task.transitions[0].observed_at if task.transitions else now
    said = snapshot.created_at if snapshot else None
    if said is None and task.snapshot is not None:
        said = task.snapshot.created_at
    if said is not None and (created := task.our_time(said)) <= first + SLACK:
        yield Start.STATED, _seconds(now - created)
    yield Start.SEEN, _seconds(now - first)


def _seconds(span: timedelta) -> float:
    return span / timedelta(seconds=1)
