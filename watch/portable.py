"""Writes a task and everything remembered of it as one line of JSON, and reads it in another home.

No key is in the line. Links are whole: anybody who has the line can fetch what they point to.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import field, replace
from rushes.providers.frozen import frozen
from rushes.providers.model import Snapshot, Status
from rushes.watch import codec
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.cleaned_json import cleaned
from rushes.watch.codec import BadValue
from rushes.watch.ratings import Rating, Ratings, is_rating
from rushes.watch.steps import merged_steps, sightings
from rushes.watch.task import Entry, Ref, Task, Transition
from rushes.watch.transfer.verify import verified
from rushes.watch.watchlist.entries import BadEntry, checked

VERSION = 1


class BadRecord(RushesError):
    """A line is not a task that `rushes export` wrote."""

    code = ErrorCode.BAD_RECORD


@frozen(kw_only=True)
class _Version:
    """What every line has had, and will have."""

    rushes: int


@frozen
class _Step:
    """One sighting of a step."""

    status: Status
    raw_status: str | None
    observed_at: datetime
    provider_at: datetime | None


@frozen
class _SavedFile:
    """A file that was saved, with its size in bytes."""

    path: Path
    size: int
    sha256: str | None


@frozen(kw_only=True)
class _Line:
    """A line of version 1, field by field; only those with a default may be missing.

    `times` says of steps, by their place among the transitions, how many changes each stands for.
    """

    rushes: int
    provider: str
    id: str
    label: str
    tags: tuple[str, ...]
    added: datetime
    status: Status | None
    raw_status: str | None
    snapshot: Snapshot | None
    transitions: tuple[_Step, ...]
    polls: int
    last_polled_at: datetime | None
    unfinished_at: datetime | None
    downloads: Mapping[int, _SavedFile]
    times: Mapping[int, int] = field(default_factory=dict[int, int])
    model: str = ""
    prompt: str = ""
    ratings: Ratings = field(default_factory=dict[int, Rating])


def write(task: Task) -> str:
    """The task as one line."""
    entry, steps = task.entry, tuple(sightings(task.transitions))
    line = _Line(
        rushes=VERSION,
        provider=entry.ref.provider,
        id=entry.ref.id,
        label=entry.label,
        tags=entry.tags,
        added=entry.added,
        status=task.status,
        raw_status=task.raw_status,
        snapshot=task.snapshot,
        transitions=tuple(
            _Step(step.status, step.raw_status, step.observed_at, step.provider_at)
            for step in steps
        ),
        polls=task.polls,
        last_polled_at=task.last_polled_at,
        unfinished_at=task.unfinished_at,
        downloads={
            n: _SavedFile(fetch.path, fetch.done, fetch.sha256)
            for n, fetch in task.fetches.items()
            if fetch.state is OutputState.DOWNLOADED and fetch.path
        },
        times={place: step.times for place, step in enumerate(steps) if step.times > 1},
        model=entry.model,
        prompt=entry.prompt,
        ratings=task.ratings,
    )
    return json.dumps(codec.write(line), ensure_ascii=False)


def read(line: str) -> Task:
    """The task of a line, its texts cleaned; raises BadRecord, which says what is wrong with it.

    A download counts only where its file is here and is what it was: reads all of it, may block.
    """
    try:
        record = cleaned(json.loads(line))
    except json.JSONDecodeError as error:
        raise BadRecord(f"not JSON ({error.msg} at character {error.pos + 1})") from None
    except RecursionError:
        raise BadRecord("JSON nested too deep") from None
    except ValueError:
        raise BadRecord("JSON with a number out of range") from None
    try:
        if codec.read(record, _Version).rushes != VERSION:
            raise BadRecord(f"expected version {VERSION}: this was written by a newer Rushes")
        return _task(codec.read(record, _Line))
    except (BadValue, BadEntry) as error:
        raise BadRecord(f"not a task that `rushes export` wrote: {error}") from None


def _task(line: _Line) -> Task:
    """Raises BadEntry."""
    entry = Entry(
        ref=Ref(line.provider, line.id),
        added=line.added,
        label=line.label,
        tags=line.tags,
        model=line.model,
        prompt=line.prompt,
    )
    return Task(
        entry=checked(entry),
        status=line.status,
        raw_status=line.raw_status,
        snapshot=line.snapshot,
        transitions=merged_steps(
            Transition(
                step.status,
                step.raw_status,
                step.observed_at,
                step.provider_at,
                times=max(1, line.times.get(place, 1)),
            )
            for place, step in enumerate(line.transitions)
        ),
        fetches={n: fetch for n, file in line.downloads.items() if (fetch := _fetch(file))},
        polls=line.polls,
        last_polled_at=line.last_polled_at,
        unfinished_at=line.unfinished_at,
        ratings={n: its for n, its in line.ratings.items() if is_rating(its.value)},
    )


def _fetch(file: _SavedFile) -> Fetch | None:
    """The download of a file; None where it is not here, or not what it was."""
    if not file.sha256:
        return None
    fetch = Fetch(
        state=OutputState.DOWNLOADED,
        path=file.path,
        done=file.size,
        total=file.size,
        sha256=file.sha256,
    )
    here = verified(fetch)
    return None if here.fault else replace(fetch, checked=here.checked)
