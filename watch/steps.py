"""Keeps the steps of a task few, and merges those that several processes saw into one history.

A sighting is identified by its status and its time. All sightings are sorted by time; neighbours
with the same status are one step that was seen more than once, and whatever follows the first
terminal step is left out. Merging in another order, or twice, gives the same result.

A status may flap for weeks. The first and the last steps are kept as they are, and those between
become one, which counts them: the gap. What is sorted into a gap is counted there already.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise

from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.providers.model import Snapshot, Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.output_numbers import numbered
from rushes.watch.ratings import latest
from rushes.watch.task import Task, Transition

EACH_END = 200
"""Steps that are kept as they are, of the first ones and of the last ones."""

Sighting = tuple[datetime, Status]
"""What identifies a sighting."""

_NEVER = datetime.min.replace(tzinfo=UTC)
_EVER = datetime.max.replace(tzinfo=UTC)
_OURS = (OutputState.DOWNLOADED, OutputState.DOWNLOADING)

_ORDER = {status: place for place, status in enumerate(Status)}


@frozen
class Gap:
    """The time between a step that stands for others and the next one; no gap has `times` 1."""

    times: int = 1
    after: datetime = _EVER
    before: datetime = _EVER

    def covers(self, at: datetime) -> bool:
        """Whether what was seen then is counted already."""
        return self.after < at < self.before


def merged_steps(*histories: Iterable[Transition]) -> tuple[Transition, ...]:
    """The steps of all `histories` as one, none of them lost and none twice."""
    all_sightings = [tuple(sightings(steps)) for steps in histories]
    gap = max(map(gap_of, all_sightings), key=lambda gap: gap.times, default=Gap())
    found = dict[Sighting, Transition]()
    for sighting in (one for its in all_sightings for one in its):
        if not gap.covers(sighting.observed_at):
            known = found.get(identity(sighting))
            found[identity(sighting)] = max(known or sighting, sighting, key=_preference)
    steps: list[Transition] = []
    for sighting in sorted(found.values(), key=_place):
        if steps and steps[-1].status.terminal:
            break
        if steps and _is_same_step(steps[-1], sighting):
            steps[-1] = replace(steps[-1], again=(*steps[-1].again, sighting))
        else:
            steps.append(sighting)
    return bounded(steps)


def are_steps(its: Sequence[Transition]) -> bool:
    """Whether these sightings are what `merged_steps` makes of them: as they are in most tasks."""
    if len(its) > 2 * EACH_END + 1 or any(one.times > 1 or one.again for one in its):
        return False
    return all(
        one.observed_at < following.observed_at
        and one.status is not following.status
        and not one.status.terminal
        for one, following in pairwise(its)
    )


def bounded(steps: Sequence[Transition]) -> tuple[Transition, ...]:
    """The same, with those between the first and the last EACH_END as one that counts them."""
    if len(steps) <= 2 * EACH_END + 1:
        return tuple(steps)
    middle = steps[EACH_END:-EACH_END]
    one = replace(middle[0], again=(), times=sum(step.times for step in middle))
    return (*steps[:EACH_END], one, *steps[-EACH_END:])


def with_word(
    steps: tuple[Transition, ...], status: Status, raw_status: str | None
) -> tuple[Transition, ...]:
    """The same, the last with the provider's last word for its `status`: no step of its own."""
    if not steps or steps[-1].status is not status or steps[-1].raw_status == raw_status:
        return steps
    return (*steps[:-1], replace(steps[-1], raw_status=raw_status))


def gap_of(history: Sequence[Transition]) -> Gap:
    """The widest gap in these sightings, which are in the order of time."""
    widest = Gap()
    for one, following in pairwise(history):
        if one.times > widest.times:
            widest = Gap(one.times, one.observed_at, following.observed_at)
    return widest


def changes(steps: Iterable[Transition]) -> int:
    """How many sightings these steps stand for."""
    return sum(one.times for one in sightings(steps))


def identity(sighting: Transition) -> Sighting:
    """What identifies it, whatever word the provider had for it."""
    return sighting.observed_at, sighting.status


def sightings(steps: Iterable[Transition]) -> Iterator[Transition]:
    """Every sighting of these steps, one by one, as they were reported."""
    for step in steps:
        yield replace(step, again=()) if step.again else step
        yield from step.again


def new_steps(before: Sequence[Transition], after: Sequence[Transition]) -> list[Transition]:
    """The steps of `after` that are not in `before`, all of whose sightings are in `after`."""
    known = set(map(identity, sightings(before)))
    ends = {step.status for step in before if step.status.terminal}
    return [
        step
        for step in after
        if step.status not in ends and known.isdisjoint(map(identity, sightings([step])))
    ]


def merged(ours: Task, theirs: Task) -> Task:
    """One task of what we know and of what another process saved; the first end stands.

    The entry, the numbers of the outputs and the downloads of `ours` win, and the last ratings.
    What only they saved is saved.
    """
    theirs = with_numbers_of(ours, theirs)
    steps = merged_steps(ours.transitions, theirs.transitions)
    stands = ours if _is_ours(ours, theirs, steps) else theirs
    if steps and steps[-1].status is not stands.status and not _is_undone(stands, steps[-1]):
        stands = replace(stands, status=steps[-1].status, raw_status=steps[-1].raw_status)
    return replace(
        stands,
        entry=ours.entry,
        record_lifetime=ours.record_lifetime,
        snapshot=_with_outputs_of(theirs, stands),
        transitions=_with_words(steps, stands.transitions),
        fetches={**ours.fetches, **theirs.fetches, **_kept_by(ours, theirs)},
        ratings=latest(ours.ratings, theirs.ratings),
        polls=max(ours.polls, theirs.polls),
    )


def _kept_by(ours: Task, theirs: Task) -> dict[int, Fetch]:
    """Our downloads, but for those that we have not and they saved."""
    return {
        n: fetch
        for n, fetch in ours.fetches.items()
        if fetch.state in _OURS or not _is_saved(theirs.fetches.get(n))
    }


def _is_saved(fetch: Fetch | None) -> bool:
    return fetch is not None and fetch.state is OutputState.DOWNLOADED


def with_numbers_of(ours: Task, theirs: Task) -> Task:
    """`theirs`, its outputs, downloads and ratings under the numbers that they have in `ours`.

    Two processes may have been told of them in another order.
    """
    if not (ours.over and theirs.over and ours.snapshot and theirs.snapshot):
        return theirs
    found = numbered(ours.snapshot.outputs, theirs.snapshot.outputs)
    numbers = dict(enumerate(found.numbers, start=1))
    return replace(
        theirs,
        snapshot=replace(theirs.snapshot, outputs=found.outputs),
        fetches={numbers.get(n, n): fetch for n, fetch in theirs.fetches.items()},
        ratings={numbers.get(n, n): rating for n, rating in theirs.ratings.items()},
    )


def _with_outputs_of(theirs: Task, stands: Task) -> Snapshot | None:
    """The snapshot of the one that counts, with the outputs that only the other one knows."""
    if stands.snapshot is None or theirs.snapshot is None or not (stands.over and theirs.over):
        return stands.snapshot
    known, more = stands.snapshot.outputs, theirs.snapshot.outputs
    return replace(stands.snapshot, outputs=(*known, *more[len(known) :]))


def _with_words(steps: Sequence[Transition], heard: Sequence[Transition]) -> tuple[Transition, ...]:
    """The same with the words of who heard last: a word may change while its status lasts."""
    words = {identity(step): step.raw_status for step in heard}
    return tuple(
        step if (word := words.get(identity(step), step.raw_status)) == step.raw_status
        else replace(step, raw_status=word)
        for step in steps
    )  # fmt: skip


def _is_ours(ours: Task, theirs: Task, steps: Sequence[Transition]) -> bool:
    """Whether `ours` counts: an end does, of two ends the first one, else what was heard last."""
    if ours.over is not theirs.over:
        return ours.over
    if ours.over and ours.status is not theirs.status:
        return bool(steps) and steps[-1].status is ours.status
    return (ours.last_polled_at or _NEVER) > (theirs.last_polled_at or _NEVER)


def _is_undone(task: Task, last: Transition) -> bool:
    """Whether that step would undo the end of a task whose steps were not all kept."""
    return task.over and not last.status.terminal


def _is_same_step(step: Transition, following: Transition) -> bool:
    """Whether one step was seen twice; what stands for others is followed by another step."""
    return step.status is following.status and step.times == following.times == 1


def _place(step: Transition) -> tuple[datetime, int]:
    """Where a sighting stands among others; of one moment they come in the order of a life."""
    return step.observed_at, _ORDER[step.status]


def _preference(step: Transition) -> tuple[int, str, float]:
    """Of one sighting told twice the greater counts: what stands for more, then any fixed one."""
    provider_at = step.provider_at.timestamp() if step.provider_at else 0.0
    return step.times, step.raw_status or "", provider_at
