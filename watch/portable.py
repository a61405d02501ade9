"""A task with everything remembered of it as one line of JSON, to be taken to another home.

No key is in it. Links are whole: whoever has the line can fetch what is behind them.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar, cast

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.model import Snapshot, Status
from rushes.providers.text import clean
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.history.snapshots import (
    known_time,
    read_path,
    read_snapshot,
    read_time,
    write_path,
    write_snapshot,
    write_time,
)
from rushes.watch.history.value_types import fits
from rushes.watch.steps import merged_steps, sightings
from rushes.watch.task import Entry, Ref, Task, Transition
from rushes.watch.transfer.verify import verified
from rushes.watch.watchlist.entries import BadEntry, checked

T = TypeVar("T")

VERSION = 1

_LONGEST_TEXT = 1 << 20
_NONSENSE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)


class BadRecord(RushesError):
    """A line is no task that was exported."""

    exit = Exit.USAGE


def write(task: Task) -> str:
    """The task as one line."""
    entry = task.entry
    record: dict[str, Any] = {
        "rushes": VERSION,
        "provider": entry.ref.provider,
        "id": entry.ref.id,
        "label": entry.label,
        "tags": list(entry.tags),
        "added": write_time(entry.added),
        "status": task.status.value if task.status else None,
        "raw_status": task.raw_status,
        "snapshot": json.loads(write_snapshot(task.snapshot)) if task.snapshot else None,
        "transitions": [
            [step.status.value, step.raw_status, write_time(step.observed_at),
             write_time(step.provider_at)]
            for step in sightings(task.transitions)
        ],
        "polls": task.polls,
        "last_polled_at": write_time(task.last_polled_at),
        "unfinished_at": write_time(task.unfinished_at),
        "downloads": {
            str(n): [write_path(fetch.path), fetch.done, fetch.sha256]
            for n, fetch in task.fetches.items()
            if fetch.state is OutputState.DOWNLOADED and fetch.path
        },
    }  # fmt: skip
    return json.dumps(record, ensure_ascii=False)


def read(line: str) -> Task:
    """The task of a line, its texts cleaned; raises BadRecord, which says what is wrong with it.

    A download counts only where its file is here and is what it was: reads all of it, may block.
    """
    try:
        record = _cleaned(json.loads(line))
    except json.JSONDecodeError as error:
        raise BadRecord(f"not JSON ({error.msg} at character {error.pos + 1})") from None
    except RecursionError:
        raise BadRecord("JSON nested too deep") from None
    except ValueError:
        raise BadRecord("JSON with a number out of range") from None
    return _task(_Fields(record))


class _Fields:
    """What a line says, by name."""

    def __init__(self, record: object) -> None:
        if not isinstance(record, dict):
            raise _no_task("expected an object")
        self._record = cast("dict[str, Any]", record)

    def take(self, name: str, read: Callable[[Any], T]) -> T:
        """What `read` makes of a field; raises BadRecord with its name."""
        if name not in self._record:
            raise _no_task(f"{name} is missing")
        try:
            return read(self._record[name])
        except _NONSENSE:
            raise _no_task(f"{name} cannot be read") from None


def _no_task(why: str) -> BadRecord:
    return BadRecord(f"not a task that `rushes export` wrote: {why}")


def _task(fields: _Fields) -> Task:
    if fields.take("rushes", int) != VERSION:
        raise BadRecord(f"expected version {VERSION}: this was written by a newer Rushes")
    entry = Entry(
        ref=Ref(fields.take("provider", _text), fields.take("id", _text)),
        added=fields.take("added", known_time),
        label=fields.take("label", _text),
        tags=fields.take("tags", _texts),
    )
    try:
        entry = checked(entry)
    except BadEntry as error:
        raise _no_task(str(error)) from None
    task = Task(
        entry=entry,
        status=fields.take("status", lambda word: Status(word) if word else None),
        raw_status=fields.take("raw_status", lambda word: None if word is None else _text(word)),
        snapshot=fields.take("snapshot", _snapshot),
        transitions=fields.take("transitions", _transitions),
        fetches=fields.take("downloads", _saved),
        polls=fields.take("polls", int),
        last_polled_at=fields.take("last_polled_at", read_time),
        unfinished_at=fields.take("unfinished_at", read_time),
    )
    if not fits(task, Task):
        raise _no_task("a value is of another type, or out of range")
    return task


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected text")
    return value


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError("expected a list")
    return tuple(map(_text, cast("list[object]", values)))


def _snapshot(said: object) -> Snapshot | None:
    return read_snapshot(json.dumps(said)) if said else None


def _transitions(steps: Iterable[Sequence[Any]]) -> tuple[Transition, ...]:
    return merged_steps(
        Transition(Status(word), raw, known_time(seen), read_time(said))
        for word, raw, seen, said in steps
    )


def _saved(downloads: Mapping[str, Sequence[Any]]) -> dict[int, Fetch]:
    found: dict[int, Fetch] = {}
    for name, (path, size, sha256) in downloads.items():
        n = int(name)
        fetch = Fetch(
            state=OutputState.DOWNLOADED, path=read_path(path), done=size, total=size, sha256=sha256
        )
        if sha256 and not (here := verified(fetch)).fault:
            found[n] = replace(fetch, checked=here.checked)
    return found


def _cleaned(value: Any, name: str = "") -> Any:
    """Every text in it made safe to show; the bytes of an inline output stay as they are."""
    if isinstance(value, str):
        return value if name == "inline" else clean(value, _LONGEST_TEXT)
    if isinstance(value, list):
        return [_cleaned(item, name) for item in cast("list[Any]", value)]
    if isinstance(value, dict):
        items = cast("dict[str, Any]", value).items()
        return {clean(key): _cleaned(item, key) for key, item in items}
    return value
