"""A process to be killed that runs commands for events; each command writes down that it was begun.

It is forked as `killed_process.py` is, with the script "events". Every event is acknowledged once
it is committed with its cause.
"""

import asyncio
import os
import random
import sqlite3
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from secrets import token_hex

from rushes.providers.model import Status
from rushes.watch.changes import Readers
from rushes.watch.clock import SystemClock
from rushes.watch.disk.paths import Paths
from rushes.watch.event_kinds import EventKind
from rushes.watch.events.at_end import AtEnd
from rushes.watch.events.queue import EventQueue
from rushes.watch.events.runner import EventCommands
from rushes.watch.history.store import History
from rushes.watch.queued_events import Happening
from rushes.watch.task import Entry, Ref, Task, Transition

PACE = 0.02
"""Seconds between two events at most: as fast as their commands are run."""


def log_of(home: Path) -> Path:
    """Where each command writes the ref of its event."""
    return home / "begun"


def made(history: History, queue: EventQueue, home: Path, at_end: AtEnd) -> EventCommands:
    command = ("/bin/sh", "-c", 'printf "%s\\n" "$RUSHES_REF" >> "$0"', str(log_of(home)))
    return EventCommands(
        store=history,
        queue=queue,
        commands={EventKind.SUCCEEDED: command},
        environ=os.environ,
        keys=(),
        clock=SystemClock(),
        at_end=at_end,
    )


async def live(home: Path, seed: int, say: Callable[..., None], *, once: bool) -> None:
    """Have events happen, and run their commands and those that earlier lives left behind."""
    history, chance, name = History(Paths.under(home).history), random.Random(seed), token_hex(6)
    queue = EventQueue(history, {EventKind.SUCCEEDED})
    commands = made(history, queue, home, AtEnd.FINISH)
    if once:
        await _happen(history, queue, f"{name}-warm", say)
        await commands.end()
        commands = made(history, queue, home, AtEnd.FINISH)
    else:
        commands.start(Readers(SystemClock()))
    say("ready", recovered=0.0)
    if once:
        sys.stdin.readline()
        await _happen(history, queue, name, say)
        await commands.end()
        await history.flush()
        say("over")
        return
    for number in count():
        await _happen(history, queue, f"{name}-{number}", say)
        await asyncio.sleep(chance.uniform(0, PACE))


async def _happen(history: History, queue: EventQueue, name: str, say: Callable[..., None]) -> None:
    ref, now = Ref("hiapi", name), datetime.now(UTC)
    end = Transition(Status.SUCCEEDED, "success", now)
    task = Task(entry=Entry(ref=ref, added=now), status=end.status, transitions=(end,), polls=1)
    happening = Happening(
        kind=EventKind.SUCCEEDED, at=now, subject=str(ref), values={"ref": str(ref)}
    )
    history.save(task, None, [happening])
    await history.flush()
    say("done", step="happen", id=str(ref))
    queue.filled.set()


async def drain(home: Path) -> None:
    """Run what was left behind, as the next process does."""
    history = History(Paths.under(home).history)
    queue = EventQueue(history, {EventKind.SUCCEEDED})
    commands = made(history, queue, home, AtEnd.LEAVE)
    commands.start(Readers(SystemClock()))
    while await history.has_event(own=False):
        await asyncio.sleep(0.005)
    await commands.end()
    await history.cut_off()
    await history.close()


def wrongs(home: Path, promised: set[str]) -> Iterator[str]:
    """Commands that were begun twice, and events of which nothing is known any more."""
    log = log_of(home)
    begun = Counter(log.read_text().split() if log.exists() else ())
    with closing(sqlite3.connect(Paths.under(home).history)) as db:
        rows = dict(db.execute("SELECT ref, ifnull(outcome, state) FROM event").fetchall())
    yield from (f"begun twice: {ref}" for ref, times in begun.items() if times > 1)
    yield from (f"of nobody: {ref}" for ref in begun.keys() - rows.keys())
    for ref in promised | rows.keys():
        if not begun[ref] and rows.get(ref) not in ("queued", "cut_off", "failed"):
            yield f"lost: {ref} is {rows.get(ref)}"


def cut_off(home: Path) -> int:
    """How many commands are listed as cut off."""
    with closing(sqlite3.connect(Paths.under(home).history)) as db:
        (found,) = db.execute("SELECT count(*) FROM event WHERE state = 'cut_off'").fetchone()
    return int(found)
