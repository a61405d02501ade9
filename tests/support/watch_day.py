"""A day of `rushes watch` as a service, played fast: tasks come, gateways fail, it is killed.

It is started by the command line of the unit that `rushes help service` prints. What is counted is
what the day is to show: outputs that are not on disk though their links lived, events whose command
was begun twice or that are nowhere, and how long each restart took to its first question.
"""

import asyncio
import contextlib
import os
import re
import shlex
import signal
import socket
import sqlite3
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import cycle, islice
from pathlib import Path
from random import Random

import tomli_w
from demo_gateway import environ_for, ref_of, sha256

from rushes.demo.cast import CAST
from rushes.demo.chaos import Chaos
from rushes.demo.gateway import Gateway, Visit
from rushes.demo.scene import Beat, Scene, State
from rushes.watch.disk.paths import Paths
from rushes.watch.history.reader import HistoryReader
from rushes.watch.task import Entry
from rushes.watch.watchlist.file import WatchlistFile, path_for

ROOT = Path(__file__).parents[2]
_HEARD = 'echo "$RUSHES_EVENT $RUSHES_REF ${RUSHES_N:-0}" >> "$0"'
"""Notes which event it was; lines so short are written whole."""

LISTS = ("default", "trailer", "teaser")
HOUR = 3600.0
INTERVAL = 0.5
_WORDS = {State.DONE: "succeeded", State.FAILED: "failed", State.CANCELED: "canceled"}
FILE = 60_000
"""Bytes that a film is cut down to, or as long as what it is made of."""

LIVES = 30.0
"""Seconds of the real clock for which a link lives, where the scene's provider can say so."""

PATIENCE = 90.0
"""Seconds after the last task's end for what is still to be fetched."""


@dataclass(frozen=True)
class Plan:
    """So many hours at so many times the speed, with so many tasks and kills, chosen by `seed`."""

    hours: float
    speed: float
    tasks: int
    kills: int
    seed: int = 1
    chaos: float = 0.25

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return self.hours * HOUR / self.speed


@dataclass
class Day:
    """What became of it: files that were to be had and are not there, each start's seconds.

    `events` are ends and files that a command was to hear of; `unheard` are those of them that were
    neither begun nor are queued or listed as cut off, `begun_twice` those that it heard of again.
    """

    outputs: int = 0
    lost: list[str] = field(default_factory=list[str])
    doubled: list[str] = field(default_factory=list[str])
    events: int = 0
    unheard: list[str] = field(default_factory=list[str])
    begun_twice: list[str] = field(default_factory=list[str])
    cut_off: int = 0
    starts: list[float] = field(default_factory=list[float])
    requests: int = 0
    said: str = ""


def scenes_of(plan: Plan) -> list[Scene]:
    """The day's tasks: those of the cast that come to an end, again and again, at any time."""
    chance = Random(plan.seed)
    ends = (State.DONE, State.FAILED, State.CANCELED)
    play = [s for s in CAST if s.beats[-1].state in ends and s.beats[-1].at > 0 and not s.flat]
    whole = plan.hours * HOUR
    return [
        _at(chance.uniform(0, whole), scene, n, plan)
        for n, scene in enumerate(islice(cycle(play), plan.tasks))
    ]


def _at(start: float, scene: Scene, n: int, plan: Plan) -> Scene:
    """The scene as it begins then, with an id of its own and files that soon die."""
    shift = start - scene.beats[0].at
    beats = tuple(Beat(beat.at + shift, beat.state) for beat in scene.beats)
    dies = beats[-1].at + LIVES * plan.speed
    outputs = tuple(replace(it, size=FILE, expires=dies, life=None) for it in scene.outputs)
    new = f"{n:06d}"
    return replace(
        scene, id=scene.id[: -len(new)] + new, label=f"shot {n}", beats=beats, outputs=outputs
    )


def command_line(environ: dict[str, str]) -> list[str]:
    """What the printed unit starts."""
    import subprocess

    done = subprocess.run(
        [sys.executable, "-m", "rushes", "help", "service"],
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = re.findall(r"^ExecStart=(.*)$", done.stdout, re.MULTILINE)
    return shlex.split(line.replace("%%", "%").replace("$$", "$"))


class Service:
    """The process, killed and started again; it hears from each start when the first poll came."""

    def __init__(self, argv: list[str], environ: dict[str, str], inbox: Path) -> None:
        self._argv = argv
        self._environ = {**environ, "NOTIFY_SOCKET": str(inbox), "WATCHDOG_USEC": "20000000"}
        self._process: Process | None = None
        self.began = 0.0
        self.asked = asyncio.Event()

    async def start(self) -> None:
        """Start it, as the service manager would."""
        self.asked.clear()
        self.began = time.time()
        self._process = await asyncio.create_subprocess_exec(
            *self._argv, env=self._environ, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE,
            start_new_session=True,
        )  # fmt: skip

    async def end(self, number: signal.Signals) -> tuple[int, str]:
        """Its exit code after that signal, and what it wrote on stderr."""
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)
        _, err = await self._process.communicate()
        return self._process.returncode or 0, err.decode()


async def play_day(plan: Plan, home: Path) -> Day:
    """Play it in that folder."""
    day, service = Day(), None

    def visited(visit: Visit) -> None:
        day.requests += 1
        if service is not None and not service.asked.is_set() and visit.at >= service.began:
            day.starts.append(visit.at - service.began)
            service.asked.set()

    chaos = Chaos(seed=plan.seed, share=plan.chaos) if plan.chaos else None
    gateway = Gateway(
        plan.speed, transfer_rate=None, chaos=chaos, on_visit=visited, cast=scenes_of(plan)
    )
    await gateway.start()
    try:
        environ = environment(gateway, home)
        with _listening(home / "notify"):
            service = Service(command_line(environ), environ, home / "notify")
            await service.start()
            async with _adding(gateway, home, plan):
                await _killed_now_and_then(service, plan)
            await _until_saved(gateway, home)
            code, day.said = await service.end(signal.SIGTERM)
            assert code == 0, day.said
        _count(gateway, home, day)
        _count_events(gateway, home, day)
    finally:
        await gateway.stop()
    return day


def environment(gateway: Gateway, home: Path) -> dict[str, str]:
    """Settings that lead to the gateway and fetch everything; the variables to run with."""
    environ = environ_for(gateway, home, INTERVAL)
    config = home / "config.toml"
    command = ["/bin/sh", "-c", _HEARD, str(home / "heard")]
    on = dict.fromkeys(("succeeded", "failed", "canceled", "saved"), command)
    more = tomli_w.dumps({"download": {"auto": "all"}, "on": on})
    config.write_text(f"{config.read_text()}\n{more}")
    return {
        **environ,
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@contextlib.contextmanager
def _listening(place: Path) -> Generator[None]:
    """A socket of a service manager that hears and says nothing."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.bind(str(place))
        inbox.setblocking(False)
        yield


@contextlib.asynccontextmanager
async def _adding(gateway: Gateway, home: Path, plan: Plan) -> AsyncGenerator[None]:
    """Meanwhile each task is added to one of the lists when it was submitted."""
    adding = asyncio.create_task(_add(gateway, home, plan, time.time()))
    yield
    await adding


async def _add(gateway: Gateway, home: Path, plan: Plan, opened: float) -> None:
    paths = Paths.under(home)
    files = [WatchlistFile(path_for(name, paths)) for name in LISTS]
    left = sorted(gateway.tasks, key=lambda scene: scene.beats[0].at)
    for n, scene in enumerate(left):
        due = opened + scene.beats[0].at / plan.speed
        await asyncio.sleep(max(due - time.time(), 0))
        entry = Entry(ref=ref_of(scene), added=datetime.now(UTC), label=scene.label)
        await asyncio.to_thread(files[n % len(files)].add, [entry])


async def _killed_now_and_then(service: Service, plan: Plan) -> None:
    chance, opened = Random(plan.seed + 1), time.time()
    for moment in sorted(chance.uniform(0.1, 1) * plan.seconds for _ in range(plan.kills)):
        await asyncio.sleep(max(opened + moment - time.time(), 0))
        await asyncio.wait_for(service.asked.wait(), PATIENCE)
        await service.end(signal.SIGKILL)
        await service.start()


async def _until_saved(gateway: Gateway, home: Path) -> None:
    """Return once all that ends well is on disk and every end is known, or the patience is over."""
    wanted = sum(len(scene.outputs) for scene in gateway.tasks if _succeeds(scene))
    until = time.time() + PATIENCE
    while time.time() < until:
        saved = [path for path in (home / "downloads").rglob("*") if path.suffix != ".json"]
        on_disk = sum(path.is_file() and ".part" not in path.name for path in saved)
        if on_disk >= wanted and _ends(home) >= len(gateway.tasks):
            await asyncio.sleep(1.0)  # and noted in the history
            return
        await asyncio.sleep(0.2)


def _ends(home: Path) -> int:
    """How many tasks have come to an end that was told of."""
    query = (
        "SELECT count(DISTINCT ref) FROM event WHERE kind IN ('succeeded', 'failed', 'canceled')"
    )
    with contextlib.closing(_history(home)) as db:
        return db.execute(query).fetchone()[0]


def _history(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{Paths.under(home).history}?mode=ro", uri=True)


def _succeeds(scene: Scene) -> bool:
    return scene.beats[-1].state is State.DONE


def _count(gateway: Gateway, home: Path, day: Day) -> None:
    """Hold what is on disk against the sums of what the gateway gave."""
    history = HistoryReader(Paths.under(home).history)
    now = datetime.now(UTC)
    try:
        for scene in gateway.tasks:
            entry = Entry(ref=ref_of(scene), added=now)
            task = history.load([entry])[entry.ref]
            for n in range(1, len(scene.outputs) + 1 if _succeeds(scene) else 1):
                day.outputs += 1
                fetch = task.fetches.get(n)
                path = fetch.path if fetch is not None else None
                right = gateway.file_sha256[scene.provider, scene.id, n]
                if path is None or not path.exists() or sha256(path) != right:
                    day.lost.append(f"{entry.ref} {n}: {task.status} {fetch}")
    finally:
        history.close()
    files = [path for path in (home / "downloads").rglob("*") if path.is_file()]
    sums = [sha256(path) for path in files if ".part" not in path.name]
    day.doubled = [each for each in {*sums} if sums.count(each) > 1]


def _count_events(gateway: Gateway, home: Path, day: Day) -> None:
    """Hold what the commands heard, and what the history has of it, against what happened."""
    wanted = set[str]()
    for scene in gateway.tasks:
        wanted.add(f"{_WORDS[scene.beats[-1].state]} {ref_of(scene)} 0")
        outputs = range(1, len(scene.outputs) + 1 if _succeeds(scene) else 1)
        wanted |= {f"saved {ref_of(scene)} {n}" for n in outputs}
    heard = (home / "heard").read_text().splitlines()
    with contextlib.closing(_history(home)) as db:
        rows = db.execute("SELECT kind, ref, n, state FROM event").fetchall()
    kept = {f"{kind} {ref} {n}": state for kind, ref, n, state in rows if state != "ended"}
    day.events = len(wanted)
    day.unheard = sorted(wanted - {*heard, *kept})
    day.begun_twice = sorted({line for line in heard if heard.count(line) > 1})
    day.cut_off = sum(state == "cut_off" for state in kept.values())
