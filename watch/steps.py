"""Merges the steps of one task that several processes saw into one history.

A sighting is identified by its status and its time. All sightings are sorted by time; neighbours
with the same status are one step that was seen more than once, and whatever follows the first
terminal step is left out. Merging in another order, or twice, gives the same result.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rushes.providers.model import Snapshot, Status
from rushes.watch.output_numbers import numbered
from rushes.watch.task import Task, Transition

_NEVER = datetime.min.replace(tzinfo=UTC)
_EVER = datetime.max.replace(tzinfo=UTC)
_ORDER = {status: place for place, status in enumerate(Status)}


def merged_steps(*histories: Iterable[Transition]) -> tuple[Transition, ...]:
    """The steps of all `histories` as one, none of them lost and none twice."""
    steps: list[Transition] = []
    for sighting in sorted({one for steps in histories for one in sightings(steps)}, key=_place):
        if steps and steps[-1].status.terminal:
            break
        if steps and steps[-1].same_as(sighting.status, sighting.raw_status):
            steps[-1] = replace(steps[-1], again=(*steps[-1].again, sighting))
        else:
            steps.append(sighting)
    return tuple(steps)


def sightings(steps: Iterable[Transition]) -> Iterator[Transition]:
    """Every sighting of these steps, one by one, as they were reported."""
    for step in steps:
        yield replace(step, again=()) if step.again else step
        yield from step.again


def new_steps(before: Sequence[Transition], after: Sequence[Transition]) -> list[Transition]:
    """The steps of `after` that are not in `before`, all of whose sightings are in `after`."""
    known = set(sightings(before))
    ends = {step.status for step in before if step.status.terminal}
    return [
        step for step in after if step.status not in ends and known.isdisjoint(sightings([step]))
    ]


def merged(ours: Task, theirs: Task) -> Task:
    """One task of what we know and of what another process saved; the first end stands.

    The entry, the numbers of the outputs and the downloads of `ours` win.
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
        transitions=steps,
        fetches={**theirs.fetches, **ours.fetches},
        polls=max(ours.polls, theirs.polls),
    )


def with_numbers_of(ours: Task, theirs: Task) -> Task:
    """`theirs`, its outputs and downloads under the numbers that they have in `ours`.

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
    )


def _with_outputs_of(theirs: Task, stands: Task) -> Snapshot | None:
    """The snapshot of the one that counts, with the outputs that only the other one knows."""
    if stands.snapshot is None or theirs.snapshot is None or not (stands.over and theirs.over):
        return stands.snapshot
    known, more = stands.snapshot.outputs, theirs.snapshot.outputs
    return replace(stands.snapshot, outputs=(*known, *more[len(known) :]))


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


def _place(step: Transition) -> tuple[datetime, int, bool, str, datetime]:
    """Where a sighting stands among others; of one moment they come in the order of a life."""
    raw = step.raw_status
    provider_at = step.provider_at or _EVER
    return step.observed_at, _ORDER[step.status], raw is None, raw or "", provider_at
