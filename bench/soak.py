"""A day of 500 tasks on a fast clock: what becomes of memory, descriptors, history and pace.

Usage: python bench/soak.py [HOURS] [SPEED]     (24 hours at 144 times the speed take ten minutes)

Each task runs about an hour, is then taken off the list, and another takes its place. Now and then
the gateway is down, throttles, or answers nonsense. Twenty tasks never end: half of them flap
between two statuses, half count in their status word. Every fiftieth task ends with a picture
inside its reply, which is saved. Every simulated hour a line: resident memory, descriptors, the
size of history.db, polls; then the slope of the last part of the day, what it takes to save the
next change of a task that flaps (also of one that has flapped for a week), and by how much
history.db grows for an inline output that is saved.
"""

import asyncio
import base64
import gc
import json
import resource
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rushes.providers.hiapi import CARD, parse
from rushes.providers.model import Inline, Problem, Snapshot, Status
from rushes.providers.registry import find
from rushes.providers.reply import Ask, Reply
from rushes.providers.secret import Secret
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.settings import GlyphSet, Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.history import task_rows
from rushes.watch.history.opening import open_database
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.observe import observe
from rushes.watch.polling.session import Session
from rushes.watch.task import Entry, Ref, Task

TASKS = 500
INTERVAL = 30.0
LIFE = 3600.0
HOUR = 3600.0
RESTLESS = 20
"""Tasks that never end."""

INLINE_EVERY = 50
"""Of so many tasks one ends with its picture inside the reply."""

WEEK = 120_960
"""Changes of a status that flaps every five seconds for a week."""

WARM_UP = 4
"""Hours that do not count for the slope: caches and pools fill."""


class FastClock:
    """The machine's clocks, so many times as fast from the beginning on."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._real = SystemClock()
        self._start, self._wall = time.monotonic(), datetime.now(UTC)

    def monotonic(self) -> float:
        return self._start + (time.monotonic() - self._start) * self._speed

    def boottime(self) -> float:
        return self.monotonic()

    def now(self) -> datetime:
        return self._wall + timedelta(seconds=self.monotonic() - self._start)

    async def sleep(self, seconds: float) -> None:
        await self._real.sleep(seconds / self._speed)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        await self._real.wait(event, seconds / self._speed)


class Gateway:
    """Answers by the age of a task, which its id says; has its bad minutes."""

    def __init__(self, clock: FastClock) -> None:
        self._clock = clock
        self._chance = Random(3)
        self._turns: dict[str, bool] = {}
        self.polls = 0

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        self.polls += 1
        await asyncio.sleep(0)
        minute = self._clock.monotonic() // 60 % 97
        if minute == 0:
            raise Unreachable("connection refused")
        if minute == 20:
            return Reply(429, {"retry-after": "20"}, b"{}")
        if self._chance.random() < 0.01:
            return Reply(200, {}, b"<html>")
        task_id = path.rsplit("/", 1)[-1]
        if task_id.startswith("restless"):
            return Reply(200, {}, _body(task_id, self._restless(task_id)))
        over = self._clock.monotonic() - float(task_id.partition("-")[0]) > LIFE
        if not over:
            return Reply(200, {}, _body(task_id, "handling"))
        return Reply(200, {}, _body(task_id, "success", _files(task_id)))

    def _restless(self, task_id: str) -> str:
        """Another word at every poll."""
        number = int(task_id.rpartition("-")[2])
        if number % 2:
            return f"waiting at place {self.polls}"
        self._turns[task_id] = not self._turns.get(task_id, False)
        return "handling" if self._turns[task_id] else "queued"

    async def aclose(self) -> None:
        pass


def _files(task_id: str) -> list[dict[str, object]]:
    """What a task ends with: a film behind a link, or a picture of 200 kB inside the reply."""
    number = int(task_id.rpartition("-")[2])
    if number % INLINE_EVERY:
        return [{"url": f"https://cdn.example/{task_id}.mp4", "type": "video", "expireAt": 4e9}]
    return [{"url": f"data:image/png;base64,{_picture(number)}", "type": "image"}]


def _picture(number: int) -> str:
    """A PNG of noise in base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    noise = chunk(b"noIz", Random(number).randbytes(200_000))
    data = chunk(b"IDAT", zlib.compress(bytes(72)))
    whole = b"\x89PNG\r\n\x1a\n" + head + noise + data + chunk(b"IEND", b"")
    return base64.b64encode(whole).decode()


def _body(task_id: str, status: str, output: Sequence[Mapping[str, object]] = ()) -> bytes:
    """A HiAPI answer (seed 000)."""
    data = {
        "taskId": task_id,
        "model": "happyhorse-1-0",
        "status": status,
        "created": 1777282033,
        "completed": 1777282533 if output else 0,
        "output": output,
    }
    return json.dumps({"code": 200, "message": "success", "data": data}).encode()


async def _find_key(_: Account) -> Key:
    return Key(Secret("soak"), "soak")


def _desk(folder: Path, clock: FastClock, gateway: Gateway) -> Desk:
    account = Account(
        id="hiapi",
        provider=find("hiapi"),
        base="https://gateway.example",
        key=KeySource(env="NONE"),
        poll_interval=INTERVAL,
        max_concurrency=4,
        max_rate=200.0,
    )
    return Desk(
        settings=Settings(
            glyphs=GlyphSet.UNICODE,
            download=DownloadSettings(
                dir=folder / "downloads", staging=folder / "staging", auto=Auto.OFF
            ),
            accounts={"hiapi": account},
            keys={},
        ),
        paths=Paths.under(folder),
        watchlist="soak",
        history=History(folder / "history.db", clock=clock),
        connect=lambda _: Session(account, gateway, _find_key, clock, Random(1)),
        clock=clock,
        rng=Random(1),
    )


class Crew:
    """Keeps the list full: what is over goes, new tasks come."""

    def __init__(self, desk: Desk, clock: FastClock) -> None:
        self._desk = desk
        self._clock = clock
        self._ages = Random(5)
        self.made = 0
        self.saved = 0

    async def relieve(self) -> None:
        """Take off what is over, unless a picture of it is still to be saved."""
        over = list[Ref]()
        for ref, task in self._desk.ledger.tasks().items():
            pictures = [it for it in task.assets(self._clock.now()) if it.output.kind == "image"]
            if task.over and all(picture.saved for picture in pictures):
                over.append(ref)
                self.saved += len(pictures)
            elif task.over:
                self._desk.download_policy.queue(ref)
        await self._desk.remove(over)
        if self.made == 0:
            await self._watch([Ref("hiapi", f"restless-{n}") for n in range(RESTLESS)])
        missing, now = TASKS - len(self._desk.ledger.tasks()), self._clock.monotonic()
        # The first ones are of every age, so that they do not all end at once.
        ages = [self._ages.uniform(0, LIFE) if self.made == 0 else 0.0 for _ in range(missing)]
        refs = [Ref("hiapi", f"{now - age:.0f}-{self.made + n}") for n, age in enumerate(ages)]
        self.made += missing
        await self._watch(refs)

    async def _watch(self, refs: Iterable[Ref]) -> None:
        await self._desk.watchlist.add(Entry(ref=ref, added=self._clock.now()) for ref in refs)


async def _day(folder: Path, hours: float, speed: float) -> Task:
    """Play the day; returns the task that changed most often."""
    clock = FastClock(speed)
    gateway = Gateway(clock)
    desk = _desk(folder, clock, gateway)
    crew, reader = Crew(desk, clock), desk.ledger.readers.new()
    await desk.watchlist.load()
    await crew.relieve()
    desk.start()
    began, samples = clock.monotonic(), list[tuple[float, float, int]]()
    print("hour    RSS MiB  fds  history MiB   polls  tasks so far")
    while (hour := (clock.monotonic() - began) / HOUR) < hours:
        await clock.sleep(HOUR / 6)
        reader.take()
        await crew.relieve()
        if len(samples) <= hour:
            gc.collect()
            rss, fds = _rss(), _descriptors()
            samples.append((hour, rss, fds))
            size = (folder / "history.db").stat().st_size / 2**20
            line = f"{hour:4.1f} {rss:10.1f} {fds:4} {size:12.1f} {gateway.polls:7} {crew.made:8}"
            print(line, flush=True)
    restless = [task for ref, task in desk.ledger.tasks().items() if ref.id.startswith("restless")]
    await desk.close()
    _sum_up(samples[WARM_UP:] or samples, gateway.polls)
    print(f"{crew.saved} inline outputs were saved")
    return max(restless, key=lambda task: len(task.transitions))


def _tell_saves(path: Path, task: Task) -> None:
    """What it takes to save the next change of a task, as it is and after a week."""
    week = replace(task, entry=Entry(ref=Ref("hiapi", "week"), added=task.entry.added))
    for n in range(WEEK):
        week = _changed(week, n)
    with closing(open_database(path).db) as db:
        for name, its in (("its oldest task", task), (f"one after {WEEK:,} changes", week)):
            task_rows.save(db, its, None)
            took = list[float]()
            for n in range(100):
                its = _changed(its, n)
                began = time.perf_counter()
                task_rows.save(db, its, None)
                took.append(1000 * (time.perf_counter() - began))
                db.commit()
            steps = sum(step.times for step in its.transitions)
            p50, p95 = sorted(took)[50], sorted(took)[95]
            print(f"save of {name} ({steps:,} changes): p50 {p50:.2f} ms, p95 {p95:.2f} ms")


def _changed(task: Task, n: int) -> Task:
    status = Status.QUEUED if task.status is Status.RUNNING else Status.RUNNING
    last = task.transitions[-1].observed_at if task.transitions else task.entry.added
    said = Snapshot(status=status, raw_status=f"word {n}")
    return observe(task, said, CARD, last + timedelta(seconds=5))


def _tell_growth(path: Path, count: int = 20) -> None:
    """By how much the file grows for each of some inline outputs that are saved."""
    size = path.stat().st_size
    asyncio.run(_save_pictures(path, count))
    grown = (path.stat().st_size - size) / count / 1024
    print(f"history.db grows by {grown:.1f} KiB for an inline output that is saved")


async def _save_pictures(path: Path, count: int) -> None:
    history = History(path)
    for n in range(count):
        ref = Ref("hiapi", f"grown-{n * INLINE_EVERY}")
        reply = Reply(200, {}, _body(ref.id, "success", _files(ref.id)))
        said = parse(reply, Ask(base="https://gateway.example", task_id=ref.id))
        assert not isinstance(said, Problem)
        where = said.outputs[0].where
        assert isinstance(where, Inline)
        now = datetime.now(UTC)
        entry = Entry(ref=ref, added=now)
        task = Task(entry=entry, status=said.status, snapshot=said, polls=1, last_polled_at=now)
        history.save(task, reply)
        await history.flush()
        saved = Fetch(state=OutputState.DOWNLOADED, path=Path("/x"), sha256=where.sha256)
        history.save(task.with_fetch(1, saved))
        await history.flush()
    await history.close()


def _sum_up(samples: Sequence[tuple[float, float, int]], polls: int) -> None:
    rss = _slope([(hour, mebibytes) for hour, mebibytes, _ in samples])
    fds = _slope([(hour, descriptors) for hour, _, descriptors in samples])
    print(f"slope after hour {WARM_UP}: {rss:+.3f} MiB/h, {fds:+.3f} descriptors/h")
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    print(f"CPU {(cpu.ru_utime + cpu.ru_stime) / polls * 1e6:.0f} us a poll")


def _rss() -> float:
    """Resident MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def _slope(points: Sequence[tuple[float, float]]) -> float:
    """Least squares: what is gained an hour."""
    n = len(points)
    mean_x, mean_y = sum(x for x, _ in points) / n, sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0


if __name__ == "__main__":
    given = [float(word) for word in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="rushes-soak-") as home:
        its = asyncio.run(_day(Path(home), *(given + [24.0, 144.0][len(given) :])))
        _tell_saves(Path(home) / "history.db", its)
        _tell_growth(Path(home) / "history.db")
