"""A task with everything remembered of it as one line of JSON, to be taken to another home.

No key is in it. Links are whole: whoever has the line can fetch what is behind them.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from providers.errors import RushesError
from providers.model import Status
from providers.text import clean
from watch.record import known_time, read_snapshot, read_time, write_snapshot, write_time
from watch.task import Entry, Fetch, OutputState, Ref, Task, Transition
from watch.verify import fault_of
from watch.watchlist import BadEntry, checked

VERSION = 1

_LONGEST_TEXT = 1 << 20
_NONSENSE = (ValueError, KeyError, TypeError, AttributeError, RecursionError, OverflowError)


class BadRecord(RushesError):
    """A line is no task that was exported."""


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
            for step in task.transitions
        ],
        "polls": task.polls,
        "last_polled_at": write_time(task.last_polled_at),
        "unfinished_at": write_time(task.unfinished_at),
        "downloads": {
            str(n): [str(fetch.path), fetch.done, fetch.sha256]
            for n, fetch in task.fetches.items()
            if fetch.state is OutputState.DOWNLOADED and fetch.path
        },
    }  # fmt: skip
    return json.dumps(record, ensure_ascii=False)


def read(line: str) -> Task:
    """The task of a line, its texts cleaned; raises BadRecord.

    A download counts only where its file is here and is what it was: reads all of it, may block.
    """
    try:
        record = json.loads(line)
        if record["rushes"] != VERSION:
            raise BadRecord(f"expected version {VERSION}: this was written by a newer Rushes")
        return _task(cast("Mapping[str, Any]", _cleaned(record)))
    except (BadEntry, *_NONSENSE) as error:
        raise BadRecord(f"not a task that `rushes export` wrote ({type(error).__name__})") from None


def _task(record: Mapping[str, Any]) -> Task:
    added: datetime = known_time(record["added"])
    entry = checked(
        Entry(
            ref=Ref(record["provider"], record["id"]),
            added=added,
            label=record["label"],
            tags=tuple(record["tags"]),
        )
    )
    snapshot, status = record["snapshot"], record["status"]
    return Task(
        entry=entry,
        status=Status(status) if status else None,
        raw_status=record["raw_status"],
        snapshot=read_snapshot(json.dumps(snapshot)) if snapshot else None,
        transitions=tuple(
            Transition(Status(word), raw, known_time(seen), read_time(said))
            for word, raw, seen, said in record["transitions"]
        ),
        fetches=dict(_saved(record["downloads"])),
        polls=int(record["polls"]),
        last_polled_at=read_time(record["last_polled_at"]),
        unfinished_at=read_time(record["unfinished_at"]),
    )


def _saved(downloads: Mapping[str, list[Any]]) -> list[tuple[int, Fetch]]:
    found: list[tuple[int, Fetch]] = []
    for n, (path, size, sha256) in downloads.items():
        fetch = Fetch(
            state=OutputState.DOWNLOADED, path=Path(path), done=size, total=size, sha256=sha256
        )
        if sha256 and not fault_of(fetch):
            found.append((int(n), fetch))
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
