"""A process to be killed: edits a watchlist and saves history, and says so on stdout.

Each step is announced before it is begun and acknowledged once it is promised, one JSON line each.
Run as `victim.py HOME SEED [--in-place] [--once STEP]`. With `--once` it takes a first step of its
own, waits for a line on stdin, does that one step and ends.
"""

import argparse
import asyncio
import contextlib
import json
import os
import random
import sys
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from providers.errors import RushesError
from providers.model import Status
from watch import watchlist
from watch.atomic import atomic_write
from watch.history import History
from watch.paths import Paths
from watch.task import Entry, Ref, Task, Transition
from watch.watchfile import WatchlistFile

PROVIDER = "hiapi"
EDITS = ("add", "add", "remove", "label")
STEPS = (*EDITS, "poll", "poll", "finish")


def say(what: str, **more: object) -> None:
    # Not `write`: the calls of that name that are counted and struck are those of a save.
    os.writev(1, [(json.dumps({"is": what, **more}) + "\n").encode()])


def in_place(path: Path, data: bytes) -> None:
    """What this project must not do: rewrite the file where it stands, piece by piece."""
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), 16):
            file.write(data[start : start + 16])
            os.fsync(file.fileno())


@contextlib.contextmanager
def saving() -> Generator[None]:
    """Mark the time in which bytes go to the disk: only a kill within it is a hard one."""
    say("saving")
    yield
    say("saved")


@dataclass
class Victim:
    file: WatchlistFile
    history: History
    chance: random.Random
    prefix: str
    known: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    listed: dict[Ref, Entry] = field(default_factory=dict[Ref, Entry])
    made: int = 0

    async def recover(self) -> None:
        self.listed = {entry.ref: entry for entry in self.file.read().entries}
        self.known = await self.history.load(self.listed.values())
        self.made = 1 + max((int(ref.id.rpartition("-")[2]) for ref in self.listed), default=0)

    async def remembered(self, ref: Ref) -> Task:
        """What an earlier life saw of a task that is added (again)."""
        return (await self.history.load([Entry(ref=ref, added=datetime.now(UTC))]))[ref]

    async def step(self, name: str) -> None:
        """One promise: announced, kept, acknowledged; or `failed`, in words."""
        mine = [ref for ref in self.listed if ref.id.startswith(self.prefix)]
        ref = self.chance.choice(mine) if mine else Ref(PROVIDER, "")
        if name == "add" or not mine:
            name, ref = "add", Ref(PROVIDER, f"{self.prefix}-{self.made}")
            self.made += 1
        task = self.known.get(ref) or await self.remembered(ref)
        label = f"take {self.chance.randrange(10_000)}" if name == "label" else task.entry.label
        task = replace(task, entry=replace(task.entry, label=label))
        if name in ("poll", "finish"):
            task = seen(task, Status.SUCCEEDED if name == "finish" else Status.RUNNING)
        doing = {"step": name, "id": ref.id, "label": label, "polls": task.polls}
        say("begun", **doing)
        try:
            await self.do(name, task)
        except RushesError as error:
            say("failed", **doing, why=str(error))
        else:
            self.known[ref] = task
            say("done", **doing)

    async def do(self, name: str, task: Task) -> None:
        if name == "add":
            self.file.add([task.entry])
        elif name == "label":
            self.file.put(task.entry)
        elif name == "remove":
            self.file.remove([task.ref])
        else:
            with saving():
                self.history.save(task)
                await self.history.flush()
            return
        self.listed[task.ref] = task.entry
        if name == "remove":
            del self.listed[task.ref]


def seen(task: Task, status: Status) -> Task:
    if task.over:
        status = task.status or status
    step = Transition(status, f"poll {task.polls}", datetime.now(UTC))
    steps = (*task.transitions, step)
    return replace(task, status=status, polls=task.polls + 1, transitions=steps)


async def live(victim: Victim, script: Sequence[str], once: str | None) -> None:
    await victim.recover()
    if once is None:
        say("ready")
        while True:
            await victim.step(victim.chance.choice(script))
    for name in ("add", "poll"):
        await victim.step(name)
    say("ready")
    sys.stdin.readline()
    await victim.step(once)
    say("over")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("home", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("--in-place", action="store_true")
    parser.add_argument("--once", choices=STEPS)
    wanted = parser.parse_args()
    write = in_place if wanted.in_place else atomic_write

    def marked(path: Path, data: bytes) -> None:
        with saving():
            write(path, data)

    watchlist.atomic_write = marked
    paths = Paths.under(wanted.home)
    victim = Victim(
        WatchlistFile(paths.watchlists / "default.toml"),
        History(paths.history),
        random.Random(wanted.seed),
        f"v{wanted.seed}",
    )
    # The control is about files: SQLite does not write in place.
    script = EDITS if wanted.in_place else STEPS
    asyncio.run(live(victim, script, wanted.once))
    # What is being looked at is one step; closing the database would be another.
    os._exit(0)


if __name__ == "__main__":
    main()
