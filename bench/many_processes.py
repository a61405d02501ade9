"""Many processes on one home: is no task asked about too early, and each often enough.

Usage: python bench/many_processes.py [http|store|overload] [PROCESSES] [TASKS] [SECONDS]
       (http, 40 processes that all watch the same 1,000 tasks, 60 seconds after the warm-up)

`http` is the whole engine against a gateway in a process of its own; `store` leaves out HTTP: who
asks writes down what is asked. Each task is to be asked about every 5 s, by whichever process; a
poll is early that begins less than 5 s after the one before. The polls due are those of a process
that is alone: at the interval and half of the jitter, which is added to it on the average.

`overload` is `http` with more tasks than can be asked about: an interval of 3 s, 4 lanes, counted
from the first start on. Each task is to be asked about once before any is asked about twice: at
most a tenth of the questions may be repeated before the last task was asked about.
"""

import asyncio
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from math import inf
from pathlib import Path
from random import Random
from typing import IO

from rushes.providers.registry import find
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.clock import SystemClock
from rushes.watch.config.accounts import Account
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.settings import GlyphSet, Settings, load
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.opening import open_desk
from rushes.watch.polling import turns
from rushes.watch.polling.schedule import JITTER
from rushes.watch.polling.session import Session
from rushes.watch.store import LeaseRequest, Leases, StoreBusy
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.file import WatchlistFile, path_for

LATENCY = 0.01
STARTING = 0.15
"""Seconds from one process's start to the next one's: all at once the machine only starts them."""

SLACK = 0.1
"""The share of an overload's questions that may be about tasks that were asked about already."""


@dataclass(frozen=True)
class Load:
    """How often an account's tasks are to be asked about, by how many at a time."""

    interval: float
    lanes: int
    warm_up: float


LOADS = {
    "http": Load(interval=5.0, lanes=32, warm_up=15.0),
    "store": Load(interval=5.0, lanes=32, warm_up=15.0),
    "overload": Load(interval=3.0, lanes=4, warm_up=0.0),
}
ENVIRON = {"HIAPI_API_KEY": "sk-bench-0123456789"}


def _body(task_id: str) -> bytes:
    data: dict[str, object] = {"taskId": task_id, "model": "m", "status": "handling", "output": []}
    return json.dumps({"code": 200, "message": "success", "data": data}).encode()


# -- the gateway --------------------------------------------------------------------------------


async def _gateway(log: IO[str]) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                task_id = head.split()[1].rsplit(b"/", 1)[-1].decode()
                log.write(f"{task_id} {time.monotonic()}\n")
                await asyncio.sleep(LATENCY)
                body = _body(task_id)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n")
                writer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await _until_told()
    server.close()


# -- one of the processes -----------------------------------------------------------------------


class _Noted:
    """Answers at once, and writes down who was asked about when."""

    def __init__(self, log: IO[str]) -> None:
        self._log = log

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        task_id = path.rsplit("/", 1)[-1]
        self._log.write(f"{task_id} {time.monotonic()}\n")
        await asyncio.sleep(LATENCY)
        return Reply(200, {}, _body(task_id))

    async def aclose(self) -> None:
        pass


@contextlib.asynccontextmanager
async def _without_http(paths: Paths, log: IO[str]) -> AsyncGenerator[Desk]:
    async def key(_: Account) -> Key:
        return Key(Secret("bench"), "bench")

    account = Account(
        id="hiapi",
        provider=find("hiapi"),
        base="https://gateway.example",
        key=KeySource(env="NONE"),
        poll_interval=LOADS["store"].interval,
        max_concurrency=LOADS["store"].lanes,
        max_rate=200.0,
    )
    clock = SystemClock()
    desk = Desk(
        settings=Settings(
            glyphs=GlyphSet.UNICODE,
            download=DownloadSettings(dir=paths.downloads, staging=paths.staging, auto=Auto.OFF),
            accounts={"hiapi": account},
            keys={},
        ),
        paths=paths,
        watchlist="default",
        history=History(paths.history, clock=clock),
        connect=lambda _: Session(account, _Noted(log), key, clock, Random()),
        clock=clock,
        rng=Random(),
    )
    await desk.watchlist.load()
    try:
        yield desk
    finally:
        await desk.close()


async def _process(mode: str, home: Path, log: IO[str]) -> None:
    paths, busy = Paths.under(home), 0
    real = History.take

    async def counted(self: History, request: LeaseRequest) -> Leases:
        nonlocal busy
        try:
            return await real(self, request)
        except StoreBusy:
            busy += 1
            raise

    History.take = counted  # type: ignore[method-assign]
    opened = (
        _without_http(paths, log)
        if mode == "store"
        else open_desk(paths, load(paths.config, ENVIRON), "default", ENVIRON)
    )
    async with opened as desk:
        desk.start()
        await _until_told()
    used = time.process_time()
    print(json.dumps({"busy": busy, "cpu": used}), flush=True)


async def _until_told() -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    await told.wait()


# -- the whole ----------------------------------------------------------------------------------


def _start(*words: str) -> "subprocess.Popen[str]":
    argv = [sys.executable, __file__, *words]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env={**os.environ, **ENVIRON})


def _end(processes: Iterable["subprocess.Popen[str]"]) -> list[str]:
    """What each of them said last."""
    running = list(processes)
    for process in running:
        process.terminate()
    return [process.communicate()[0].strip() for process in running]


def _measure(mode: str, processes: int, tasks: int, seconds: float, home: Path) -> bool:
    paths, now = Paths.under(home), datetime.now(UTC)
    entries = [Entry(ref=Ref("hiapi", f"t{n}"), added=now) for n in range(tasks)]
    WatchlistFile(path_for("default", paths)).add(entries)
    gateway: subprocess.Popen[str] | None = None
    load = LOADS[mode]
    if mode != "store":
        gateway = _start("gateway", str(home / "asked-gateway"))
        assert gateway.stdout is not None
        paths.config.write_text(
            f'[providers.hiapi]\nbase_url = "http://127.0.0.1:{int(gateway.stdout.readline())}"\n'
            f'poll_interval = "{load.interval:g}s"\nmax_concurrency = {load.lanes}\n'
            "max_rate = 200\n"
        )
    workers: list[subprocess.Popen[str]] = []
    try:
        for n in range(processes):
            workers.append(_start("process", mode, str(home), str(home / f"asked-{n}")))
            time.sleep(STARTING)
        time.sleep(load.warm_up)
        began = time.monotonic()
        time.sleep(seconds)
        ended = time.monotonic()
    finally:
        said = _end(workers)
        _end([gateway] if gateway else [])
    counts = [json.loads(line) for line in said if line]
    print(f"{len(counts)} of {processes} processes ended well")
    print(f"busy {sum(each['busy'] for each in counts)} times in all")
    print(f"CPU {sum(each['cpu'] for each in counts):.1f} s in all, with their starts")
    asked = _asked(home)
    if mode == "overload":
        good = _each_once(asked, tasks, load)
    else:
        good = _judge(asked, tasks, began, ended, load)
    return good and len(counts) == processes


def _asked(home: Path) -> Mapping[str, list[float]]:
    asked: dict[str, list[float]] = {}
    for log in home.glob("asked-*"):
        for line in log.read_text().splitlines():
            task_id, at = line.split()
            asked.setdefault(task_id, []).append(float(at))
    return {task_id: sorted(times) for task_id, times in asked.items()}


def _each_once(asked: Mapping[str, list[float]], tasks: int, load: Load) -> bool:
    """Whether each task was asked about before any was asked about twice, but for the slack."""
    first = {task_id: times[0] for task_id, times in asked.items()}
    by_then = max(first.values()) if len(first) == tasks else inf
    made = sum(at <= by_then for times in asked.values() for at in times)
    twice = made - len(first)
    gaps = [b - a for times in asked.values() for a, b in pairwise(times)]
    took = max(at for times in asked.values() for at in times) - min(first.values())
    print(f"{sum(map(len, asked.values()))} questions in {took:.1f} s", end=" ")
    print(f"about {len(first)} of {tasks} tasks")
    print(f"until all were asked about {made} questions, {twice} repeated ({twice / made:.1%})")
    print(f"shortest gap {min(gaps):.3f} s" if gaps else "none was asked about twice")
    return twice <= SLACK * made and min(gaps, default=inf) >= load.interval


def _judge(
    asked: Mapping[str, list[float]], tasks: int, began: float, ended: float, load: Load
) -> bool:
    gaps = sorted(b - a for times in asked.values() for a, b in pairwise(times) if a >= began)
    early = [b - a for times in asked.values() for a, b in pairwise(times) if b - a < load.interval]
    made = sum(began <= at < ended for times in asked.values() for at in times)
    whole = tasks * (ended - began) / load.interval
    due = whole / (1 + JITTER / 2)
    print(f"polls {made} in {ended - began:.1f} s: {made / due:.3f} of those due,", end=" ")
    print(f"{made / whole:.3f} of one each {load.interval:g} s sharp")
    print(f"gaps: median {statistics.median(gaps):.3f} s,", end=" ")
    print(f"p99 {gaps[int(0.99 * len(gaps))]:.3f} s, longest {gaps[-1]:.3f} s")
    shortest = f" (shortest {min(early):.3f} s)" if early else ""
    print(f"early polls {len(early)}{shortest}, from the first start on")
    return not early and made >= 0.95 * due


def main() -> int:
    match sys.argv[1:]:
        case ["gateway", log]:
            with Path(log).open("w", encoding="utf-8") as file:
                asyncio.run(_gateway(file))
            return 0
        case ["process", mode, home, log]:
            with Path(log).open("w", encoding="utf-8") as file:
                asyncio.run(_process(mode, Path(home), file))
            return 0
        case words:
            mode, processes, tasks, seconds = words + ["http", "40", "1000", "60"][len(words) :]
    print(f"{processes} processes, {tasks} tasks, {mode}, refused come back within", end=" ")
    lag = turns.LAG * LOADS[mode].interval
    print(f"{turns.SPREAD[0] * lag:.2f} to {turns.SPREAD[1] * lag:.2f} s")
    with tempfile.TemporaryDirectory(prefix="rushes-many-") as home:
        good = _measure(mode, int(processes), int(tasks), float(seconds), Path(home))
    print("the bars are kept" if good else "NOT within the bars")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
