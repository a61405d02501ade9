"""A day of 500 tasks on a fast clock: what becomes of memory, descriptors and pace.

Usage: python bench/soak.py [HOURS] [SPEED]     (24 hours at 144 times the speed take ten minutes)

Each task runs about an hour, is then taken off the list, and another takes its place. Now and then
the gateway is down, throttles, or answers nonsense. Every simulated hour a line: resident memory,
descriptors, the size of history.db, polls; then the slope of the last part of the day.
"""

import asyncio
import gc
import json
import resource
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from rushes.providers.registry import find
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Auto, DownloadSettings, GlyphSet, Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.session import Session
from rushes.watch.task import Entry, Ref

TASKS = 500
INTERVAL = 30.0
LIFE = 3600.0
HOUR = 3600.0
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
        over = self._clock.monotonic() - float(task_id.partition("-")[0]) > LIFE
        return Reply(200, {}, _body(task_id, over=over))

    async def aclose(self) -> None:
        pass


def _body(task_id: str, *, over: bool) -> bytes:
    """A HiAPI answer (seed 000)."""
    output = [{"url": f"https://cdn.example/{task_id}.mp4", "type": "video", "expireAt": 4e9}]
    data = {
        "taskId": task_id,
        "model": "happyhorse-1-0",
        "status": "success" if over else "handling",
        "created": 1777282033,
        "completed": 1777282533 if over else 0,
        "output": output if over else [],
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
    )
    return Desk(
        settings=Settings(
            glyphs=GlyphSet.UNICODE,
            download=DownloadSettings(dir=folder / "downloads", auto=Auto.OFF),
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

    async def relieve(self) -> None:
        over = [ref for ref, task in self._desk.ledger.tasks().items() if task.over]
        await self._desk.remove(over)
        missing, now = TASKS - len(self._desk.ledger.tasks()), self._clock.monotonic()
        # The first ones are of every age, so that they do not all end at once.
        ages = [self._ages.uniform(0, LIFE) if self.made == 0 else 0.0 for _ in range(missing)]
        refs = [Ref("hiapi", f"{now - age:.0f}-{self.made + n}") for n, age in enumerate(ages)]
        self.made += missing
        await self._desk.watchlist.add(Entry(ref=ref, added=self._clock.now()) for ref in refs)


async def _day(folder: Path, hours: float, speed: float) -> None:
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
    await desk.close()
    _sum_up(samples[WARM_UP:] or samples, gateway.polls)


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
        asyncio.run(_day(Path(home), *(given + [24.0, 144.0][len(given) :])))
