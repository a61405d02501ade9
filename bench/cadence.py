"""Polls made, and how late the end of a task is seen, with a learned interval and a plain one.

A gateway is simulated, and so is the time: tasks of three models begin at random over a few hours,
and each is polled as the engine would, from an empty history on. Both intervals are put through the
same tasks. How long they take is drawn from what was measured in public: eight equal clips of five
seconds took 83 to 253 s, 105 s in the middle.

Usage: python bench/cadence.py
"""

import heapq
import json
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta

from line import Bar, Builds, Line, python, show

PLAIN = 10.0
"""Seconds between two polls, as for a gateway whose documents give no interval."""

MODELS = {"image": 20.0, "clip": 105.0, "film": 300.0}
"""Seconds that half of a model's tasks take at most."""

WIDTH = 0.35
"""How widely the logarithms of the durations are spread: as those of the eight clips."""

FAILING, FAILS_WITHIN = 0.08, 15.0
"""The share of the tasks that fail, after so many seconds at most."""

TASKS, HOURS = 900, 6.0
SEED = 12


@dataclass(frozen=True, slots=True)
class Result:
    """The polls that were made, the seconds by which ends were seen late, and the polls saved."""

    polls: int
    late: float
    late_p95: float
    saved: float


class _Clock:
    """A clock that stands where the simulation is."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


@dataclass(frozen=True, slots=True)
class _Job:
    """A task at the gateway: when it was created, how long it takes, and how it ends."""

    model: str
    created: float
    took: float
    fails: bool


def _jobs(rng: random.Random) -> list[_Job]:
    found: list[_Job] = []
    for _ in range(TASKS):
        model = rng.choice(list(MODELS))
        fails = rng.random() < FAILING
        took = MODELS[model] * rng.lognormvariate(0, WIDTH)
        took = rng.uniform(1, FAILS_WITHIN) if fails else took
        found.append(_Job(model, rng.uniform(0, HOURS * 3600), took, fails))
    return found


def simulate(*, learns: bool) -> Result:
    """Poll all tasks to their ends, with the interval of this build's engine."""
    from rushes.providers.gptge import CARD
    from rushes.providers.model import Snapshot, Status
    from rushes.watch.polling.learned import Learned
    from rushes.watch.polling.observe import observe
    from rushes.watch.polling.schedule import after_answer
    from rushes.watch.task import Entry, Ref, Task

    clock, rng = _Clock(), random.Random(SEED)
    learned = Learned(PLAIN, clock)  # pyright: ignore[reportArgumentType] - it only tells the time
    jobs = _jobs(rng)
    began = clock.now()
    tasks = [Task(entry=Entry(ref=Ref("sim", str(n)), added=began)) for n in range(len(jobs))]
    due = [(job.created, n) for n, job in enumerate(jobs)]
    heapq.heapify(due)
    polls, late = 0, list[float]()
    while due:
        clock.seconds, n = heapq.heappop(due)
        job, polls = jobs[n], polls + 1
        ends = job.created + job.took
        over = clock.seconds >= ends
        status = Status.RUNNING
        if over:
            status = Status.FAILED if job.fails else Status.SUCCEEDED
            late.append(clock.seconds - ends)
        answer = Snapshot(
            status=status,
            raw_status=status.value,
            model=job.model,
            created_at=began + timedelta(seconds=job.created),
            finished_at=began + timedelta(seconds=ends) if over else None,
        )
        wait = learned.answered(tasks[n], answer)
        plan = after_answer(status, PLAIN, CARD, None, rng, learned=wait if learns else None)
        tasks[n] = observe(tasks[n], answer, CARD, clock.now())
        learned.note((tasks[n],))
        if plan is not None:
            heapq.heappush(due, (clock.seconds + plan.delay, n))
    return Result(polls, statistics.mean(late), sorted(late)[int(0.95 * len(late))], learned.saved)


def lines(builds: Builds) -> Iterator[Line]:
    """The polls and the lateness of a learned interval beside those of the plain one."""
    argv = [python(builds.now), __file__, "--measure"]
    done = subprocess.run(argv, check=True, capture_output=True, text=True, cwd=builds.now)
    found = json.loads(done.stdout)
    learned, plain = Result(**found["learned"]), Result(**found["plain"])
    each = f"of {TASKS} tasks of {len(MODELS)} models"
    few = (Bar.RATIO_AT_MOST, 0.65)
    yield _line(f"polls {each}, learned interval", "polls", learned.polls, plain.polls, few)
    soon = (Bar.NOW_AT_MOST, PLAIN)
    yield _line("seconds until an end is seen, on average", "s", learned.late, plain.late, soon)
    yield _line("the same, 19 of 20 within", "s", learned.late_p95, plain.late_p95)
    fewer, honest = plain.polls - learned.polls, (Bar.RATIO_AT_MOST, 1.05)
    yield _line("polls said to be saved", "polls", learned.saved, fewer, honest, "fewer polls made")


def _line(
    measure: str,
    unit: str,
    ours: float,
    theirs: float,
    bar: tuple[Bar, float] | None = None,
    against: str = f"every {PLAIN:g} s",
) -> Line:
    kind, limit = bar or (None, None)
    return Line(
        target="cadence",
        measure=measure,
        unit=unit,
        now=ours,
        against=against,
        theirs=theirs,
        ratio=ours / theirs,
        bar=kind,
        limit=limit,
    )


if __name__ == "__main__":
    if sys.argv[1:] == ["--measure"]:
        results = {"learned": simulate(learns=True), "plain": simulate(learns=False)}
        print(json.dumps({name: asdict(result) for name, result in results.items()}))
    else:
        show(lines(Builds.here()))
