"""A process to be killed: edits a watchlist, saves history, downloads, logs, and says so.

Each step is announced before it is begun and acknowledged once it is promised, one JSON line each.
`fork_server.py` forks it. With `once` it takes first steps of its own, waits for a line
on stdin, does that one step and ends.
"""

import asyncio
import contextlib
import json
import logging
import os
import random
import sys
import time
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import killed_commands
import unsafe_writes
from film_fetch import fetch_film, is_noted, settle_film
from film_server import FILM

from rushes.providers.errors import RushesError
from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.tui.shell import logfile
from rushes.watch.disk.atomic import atomic_write
from rushes.watch.disk.paths import Paths
from rushes.watch.history import prune
from rushes.watch.history.store import History
from rushes.watch.network.trust import trust
from rushes.watch.task import Entry, Ref, Task, Transition
from rushes.watch.watchlist import saved
from rushes.watch.watchlist.file import WatchlistFile

PROVIDER = "hiapi"
EDITS = ("add", "add", "remove", "label")
SAVES = (*EDITS, "poll", "poll", "finish", "prune")
STEPS = (*SAVES, "download", "rotate")
SCRIPTS = {"edits": EDITS, "saves": SAVES, "all": STEPS, "polls": ("poll",)}
WRITERS = {
    "atomic": atomic_write,
    "in place": unsafe_writes.in_place,
    "unsynced": unsafe_writes.unsynced,
    "forgotten": unsafe_writes.forgotten,
}
REPLY = Reply(200, {}, bytes(8000))
BODIES_LIMIT = 3000
"""Bytes of last bodies that a victim's history keeps: less than one."""

PACE = 0.002
"""Seconds between two polls that are gathered, at least."""

LOG_LIMIT = 400
"""Bytes after which a victim's log begins anew: a few lines."""


def say(what: str, **more: object) -> None:
    # Not `write`: the calls of that name that are counted and struck are those of a save.
    os.writev(1, [(json.dumps({"is": what, **more}) + "\n").encode()])


@contextlib.contextmanager
def saving() -> Generator[None]:
    """Mark the time in which bytes go to the disk: only a kill within it is a hard one."""
    say("saving")
    yield
    say("saved")


@dataclass(frozen=True)
class Wanted:
    """What a victim is to do: a script again and again, or one step; `films` is a server's URL."""

    home: str
    seed: int
    films: str
    script: str = "all"
    once: str = ""
    writer: str = "atomic"
    gathering: bool = False


@dataclass
class Victim:
    wanted: Wanted
    paths: Paths
    file: WatchlistFile
    history: History
    chance: random.Random
    known: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    listed: dict[Ref, Entry] = field(default_factory=dict[Ref, Entry])
    fetched: set[Ref] = field(default_factory=set[Ref])
    made: int = 0

    @property
    def prefix(self) -> str:
        return f"v{self.wanted.seed}"

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
        if name == "download":
            mine = [ref for ref in mine if ref not in self.fetched and not self.has_film(ref)]
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
            if name == "download":
                settle_film(self.paths.downloads, ref)

    async def do(self, name: str, task: Task) -> None:
        match name:
            case "add":
                self.file.add([task.entry])
                self.listed[task.ref] = task.entry
            case "label":
                self.file.put(task.entry)
                self.listed[task.ref] = task.entry
            case "remove":
                self.file.remove([task.ref])
                del self.listed[task.ref]
            case "download":
                await asyncio.to_thread(self.download, task)
            case "rotate":
                log()
            case "prune":
                await self.history.prune(None, ())
            case _ if self.wanted.gathering:
                # As the poller does it: handed over, and committed with what comes after it.
                self.history.save(task)
                await asyncio.sleep(PACE)
            case _:
                with saving():
                    self.history.save(task, REPLY)
                    await self.history.flush()

    def has_film(self, ref: Ref) -> bool:
        """Whether an earlier life had it noted, as history would tell."""
        return is_noted(self.paths.downloads, ref)

    def download(self, task: Task) -> None:
        """Fetch a task's film, or some bytes of it: then it fails, and they are kept."""
        whole = self.wanted.once or self.chance.random() < 0.5
        most = FILM if whole else self.chance.randrange(FILM)
        fetch_film(self.paths.downloads, self.wanted.films, task, most)
        self.fetched.add(task.ref)


def log() -> None:
    """Enough warnings for the log to begin anew, under the umask that the program has."""
    before = os.umask(0o077)
    for number in range(LOG_LIMIT // 100):
        logging.getLogger("victim").warning("%s %d end", "so much to say " * 5, number)
    os.umask(before)


def seen(task: Task, status: Status) -> Task:
    if task.over:
        status = task.status or status
    now = datetime.now(UTC)
    steps = (*task.transitions, Transition(status, f"poll {task.polls}", now))
    return replace(task, status=status, polls=task.polls + 1, transitions=steps, last_polled_at=now)


async def live(victim: Victim) -> None:
    before, once = time.monotonic(), victim.wanted.once
    await victim.recover()
    recovered = time.monotonic() - before
    script = SCRIPTS[victim.wanted.script]
    # The first download of a process loads what the next one finds loaded.
    warming = ("add", "download") if once == "download" else ()
    for name in (*warming, "add", "poll") if once else ():
        await victim.step(name)
    say("ready", recovered=recovered)
    if once:
        sys.stdin.readline()
        await victim.step(once)
        say("over")
        return
    while True:
        await victim.step(victim.chance.choice(script))


def be_one(wanted: Wanted) -> None:
    """Live until the script is over, which it is only with `once`."""
    write = WRITERS[wanted.writer]

    def marked(path: Path, data: bytes) -> None:
        with saving():
            write(path, data)

    saved.atomic_write = marked
    paths = Paths.under(Path(wanted.home))
    os.umask(0)
    if wanted.script == "events":
        asyncio.run(
            killed_commands.live(Path(wanted.home), wanted.seed, say, once=bool(wanted.once))
        )
        return
    prune.BODIES_LIMIT = BODIES_LIMIT
    logfile.LOG_LIMIT = LOG_LIMIT
    logfile.keep_log(paths.log)
    # Of the log its own lines are what is looked at.
    logging.getLogger("rushes.watch").propagate = False
    logging.getLogger("rushes.watch").addHandler(logging.NullHandler())
    victim = Victim(
        wanted,
        paths,
        WatchlistFile(paths.watchlists / "default.toml"),
        History(paths.history),
        random.Random(wanted.seed),
    )
    asyncio.run(live(victim))


def warm_up() -> None:
    """Load what a fork of this process need not load again."""
    trust()
