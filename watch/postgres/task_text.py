"""A task as the text that a shared store keeps of it, and back.

A saved file is named with the machine that it is on; on that machine it is a path again.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from socket import gethostname
from typing import Any

from rushes.providers.frozen import frozen
from rushes.providers.model import ProblemKind, Snapshot, Status
from rushes.providers.rfc3339 import read_rfc3339, rfc3339_exact
from rushes.watch import codec
from rushes.watch.asset import Check, Fetch, Halt, OutputState
from rushes.watch.cleaned_json import cleaned
from rushes.watch.path_text import host_and_path, write_path_of
from rushes.watch.ratings import Rating
from rushes.watch.reason_text import read_reasons, write_reasons
from rushes.watch.task import Entry, LateFiles, Task, Transition, Trouble


@frozen
class _KeptTrouble:
    """What is kept of a trouble: not when it is tried again."""

    kind: ProblemKind
    message: str
    since: datetime
    code: str | None


def write_task(task: Task) -> str:
    """All that is remembered of a task, as JSON."""
    trouble = task.trouble
    kept = trouble and _KeptTrouble(trouble.kind, trouble.message, trouble.since, trouble.code)
    return json.dumps({
        "status": task.status.value if task.status else None,
        "raw_status": task.raw_status,
        "snapshot": codec.write(task.snapshot) if task.snapshot else None,
        "steps": [_written_step(step) for step in task.transitions],
        "trouble": codec.write(kept) if kept else None,
        "fetches": {str(n): _written_fetch(fetch) for n, fetch in task.fetches.items()},
        "polls": task.polls,
        "not_found": task.not_found_in_a_row,
        "polled_at": rfc3339_exact(task.last_polled_at),
        "unfinished_at": rfc3339_exact(task.unfinished_at),
        "skew": task.skew.total_seconds(),
        "late_files": [task.late_files.asked, task.late_files.reported],
        "ratings": {str(n): codec.write(rating) for n, rating in task.ratings.items()},
    })  # fmt: skip


def read_task(text: str, entry: Entry) -> Task:
    """The task of `entry` that was written as `text`; one never seen where that makes no sense."""
    try:
        return _read(cleaned(json.loads(text)), entry)
    except (codec.BadValue, ValueError, TypeError, KeyError, RecursionError):
        return Task(entry=entry)


def write_times(task: Task) -> str:
    """What of a task moves with each answer, as JSON."""
    seconds = task.skew.total_seconds()
    polled, unfinished = rfc3339_exact(task.last_polled_at), rfc3339_exact(task.unfinished_at)
    return json.dumps([task.polls, polled, unfinished, seconds])


def with_times(task: Task, text: str) -> Task:
    """The task with what was written as `text`, where that is newer than the task is.

    An older Rushes writes the task's own text only, and leaves the other as it was.
    """
    if not text:
        return task
    try:
        polls, polled, unfinished, seconds = json.loads(text)
        if polls <= task.polls:
            return task
        return replace(
            task,
            polls=int(polls),
            last_polled_at=_time(polled),
            unfinished_at=_time(unfinished),
            skew=timedelta(seconds=seconds),
        )
    except (ValueError, TypeError, OverflowError, RecursionError):
        return task


def _read(kept: dict[str, Any], entry: Entry) -> Task:
    status, snapshot, trouble = kept["status"], kept["snapshot"], kept["trouble"]
    asked, reported = kept["late_files"]
    return Task(
        entry=entry,
        status=Status(status) if status else None,
        raw_status=kept["raw_status"],
        snapshot=codec.read(snapshot, Snapshot) if snapshot else None,
        transitions=tuple(map(_read_step, kept["steps"])),
        trouble=_read_trouble(trouble) if trouble else None,
        fetches={int(n): _read_fetch(fetch) for n, fetch in kept["fetches"].items()},
        polls=int(kept["polls"]),
        not_found_in_a_row=int(kept["not_found"]),
        last_polled_at=_time(kept["polled_at"]),
        unfinished_at=_time(kept["unfinished_at"]),
        skew=timedelta(seconds=kept["skew"]),
        late_files=LateFiles(int(asked), bool(reported)),
        ratings={int(n): codec.read(rating, Rating) for n, rating in kept["ratings"].items()},
    )


def _written_step(step: Transition) -> list[object]:
    return [
        step.status.value,
        step.raw_status,
        rfc3339_exact(step.observed_at),
        rfc3339_exact(step.provider_at),
        [_written_step(one) for one in step.again],
        step.times,
    ]


def _read_step(kept: Sequence[Any]) -> Transition:
    status, raw, observed, provider, again, times = kept
    return Transition(
        Status(status),
        raw,
        read_rfc3339(observed),
        _time(provider),
        tuple(map(_read_step, again)),
        int(times),
    )


@cache
def _host() -> str:
    return gethostname()


def _written_fetch(fetch: Fetch) -> dict[str, object]:
    return {
        "state": fetch.state.value,
        "place": write_path_of(_host(), fetch.path) if fetch.path else fetch.url,
        "done": fetch.done,
        "total": fetch.total,
        "sha256": fetch.sha256,
        "reasons": write_reasons(fetch.reasons) if fetch.reasons else None,
        "checked": [check.value for check in fetch.checked],
        "halt": fetch.halt.value if fetch.halt else None,
        "reported": fetch.reported,
    }


def _read_fetch(kept: dict[str, Any]) -> Fetch:
    place, halt = kept["place"], kept["halt"]
    there = host_and_path(place) if place else None
    path = there[1] if there is not None and there[0] == _host() else None
    return Fetch(
        state=OutputState(kept["state"]),
        path=path,
        url=place if path is None else None,
        done=int(kept["done"]),
        total=kept["total"],
        sha256=kept["sha256"],
        reasons=read_reasons(kept["reasons"]),
        checked=tuple(map(Check, kept["checked"])),
        halt=Halt(halt) if halt else None,
        reported=bool(kept["reported"]),
    )


def _read_trouble(written: object) -> Trouble:
    kept = codec.read(written, _KeptTrouble)
    return Trouble(kind=kept.kind, message=kept.message, since=kept.since, code=kept.code)


def _time(text: str | None) -> datetime | None:
    return None if text is None else read_rfc3339(text)
