"""What a dashboard does while its team's store stalls, is away for a minute, or for long.

Usage: python bench/store_faults.py [--only stall,cut,buffer] [--cut SECONDS] [--tasks N]

`stall`: the server's processes are stopped; how long from a key to its paint, before and meanwhile,
and how long it takes to quit. `cut`: the server is killed for so many seconds; how soon that is on
the screen, and how soon after its return all that waited is saved. `buffer`: what N tasks with
replies of 128 KiB, observed while it is away, add to the memory of a process.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from gateway import GATEWAY
from homes import KEY
from line import Builds, rushes
from painted import COLUMNS, CONFIG, ROWS, Screen, home
from pty_session import PtySession
from team import Case, Machine, new_store

from postgres_server import Server, server  # isort: skip - `team` makes its folder importable

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.task import Entry, Task

KEYS = 40
"""Key presses of which each is timed."""

WATCHED = [f"shot-{n:03d}" for n in range(60)]
BODY, RATE = 128 << 10, 100
"""Bytes of each reply, and replies a second."""

MIB = 1 << 20


def stop(one: Server, way: signal.Signals) -> None:
    """Send all processes of the server a signal."""
    for cwd in Path("/proc").glob("[0-9]*/cwd"):
        with suppress(OSError):
            if cwd.readlink().is_relative_to(one.folder):
                os.kill(int(cwd.parent.name), way)


@contextmanager
def dashboard(
    where: Mapping[str, str | int], base: str, folder: Path
) -> Generator[tuple[PtySession, Screen]]:
    """A dashboard that polls tasks every five seconds, and its screen."""
    home(folder, base, where, WATCHED)
    config = CONFIG.format(base=base, **where).replace('"1h"', '"5s"')
    config = config.replace("[store]", '[store]\nalone_after = "10s"')
    (folder / "config.toml").write_text(config)
    environ = {"RUSHES_HOME": str(folder), "HOME": str(folder), "BENCH_KEY": KEY}
    with PtySession([rushes(Builds.here().now)], environ, columns=COLUMNS, rows=ROWS) as session:
        screen = Screen(session)
        screen.painted(WATCHED[-1], "running", within=60.0)
        screen.rest(6.0)
        yield session, screen


def keys(what: str, session: PtySession, screen: Screen) -> None:
    """Print how long from a key to its paint: the cursor is in the next row."""
    took = list[float]()
    screen.rest(0.5)
    rows = [line for line in screen.lines if "shot-" in line]
    at = next(n for n, line in enumerate(rows) if "▌" in line)
    below = [re.findall(r"shot-\d+", line)[0] for line in rows[at + 1 :]][:KEYS]
    for name in below:
        screen.rest(random.uniform(0.1, 0.3))
        began = time.perf_counter()
        session.send("j")
        took.append(1000 * (screen.painted("▌", name) - began))
    session.send("g")
    took.sort()
    print(f"key to paint, {what:<12} p50 {took[len(took) // 2]:5.1f} ms   worst {took[-1]:5.1f} ms"
          f"   of {len(took)}", flush=True)  # fmt: skip


def stall(one: Server, base: str, folder: Path) -> None:
    """Measure a server that stands still."""
    with dashboard(new_store(one), base, folder) as (session, screen):
        keys("store well", session, screen)
        stop(one, signal.SIGSTOP)
        began = time.perf_counter()
        try:
            at = screen.painted("without the store since", within=30.0)
            print(f"stalled: on the screen after {at - began:.1f} s", flush=True)
            keys("it stalls", session, screen)
            began = time.perf_counter()
            session.quit()
            print(f"stalled: quit in {time.perf_counter() - began:.2f} s", flush=True)
        finally:
            stop(one, signal.SIGCONT)


def cut(one: Server, base: str, folder: Path, seconds: float) -> None:
    """Measure a server that is away for so many seconds."""
    with dashboard(new_store(one), base, folder) as (session, screen):
        began = time.perf_counter()
        one.kill()
        at = screen.painted("without the store since", within=30.0)
        print(f"away: on the screen after {at - began:.1f} s", flush=True)
        screen.rest(began + seconds / 2 - time.perf_counter())
        keys("it is away", session, screen)
        screen.rest(began + seconds - time.perf_counter())
        said = next(line for line in screen.lines if "without the store" in line)
        print(f"after {seconds:g} s: {said.strip()}", flush=True)
        one.start()
        began = time.perf_counter()
        while any("without the store" in line for line in screen.lines):
            screen.rest(0.05)
        print(f"back: all saved, and off the screen, {time.perf_counter() - began:.1f} s after the "
              "server answers", flush=True)  # fmt: skip


def resident() -> float:
    """MiB of memory of this process at the moment."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MIB


async def _observe(where: Mapping[str, str | int], folder: Path, tasks: int) -> None:
    case = Case(name="buffer", where=where, tasks=tasks, interval=5.0, ends=0.0)
    machine = Machine(case, 0, folder)
    store = machine.store
    store.begin()
    await store.load([Entry(ref=ref, added=datetime.now(UTC)) for ref in machine.known])
    print(f"buffer: {resident():.0f} MiB before", flush=True)
    await asyncio.to_thread(input)  # the server is away now
    before, most = resident(), 0.0
    for n, ref in enumerate(machine.known):
        now = datetime.now(UTC)
        task = Task(entry=Entry(ref=ref, added=now), status=Status.RUNNING, raw_status="running",
                    polls=1, last_polled_at=now)  # fmt: skip
        store.save(task, Reply(200, {}, os.urandom(BODY // 2).hex().encode()))
        if n % 10 == 9:
            await asyncio.sleep(10 / RATE)
            most = max(most, resident())
    await asyncio.sleep(3.0)
    print(f"buffer: {tasks} tasks away, {most - before:.0f} MiB more at most, "
          f"{resident() - before:.0f} after; {store.waiting} wait", flush=True)  # fmt: skip
    os._exit(0)


def observe(where: Mapping[str, str | int], folder: str, tasks: int, stdin: int) -> None:
    """A process that observes tasks while the store is away."""
    sys.stdin = os.fdopen(stdin)
    Path(folder).mkdir()
    asyncio.run(_observe(where, Path(folder), tasks))


def buffer(one: Server, folder: Path, tasks: int) -> None:
    """Measure what is kept in memory while the server is away."""
    where = new_store(one)
    reads, writes = os.pipe()
    context = multiprocessing.get_context("fork")
    process = context.Process(target=observe, args=(where, str(folder), tasks, reads))
    process.start()
    time.sleep(3.0)
    one.kill()
    os.write(writes, b"\n")
    process.join()
    one.start()


def main() -> None:
    """Measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="stall,cut,buffer")
    parser.add_argument("--cut", type=float, default=60.0)
    parser.add_argument("--tasks", type=int, default=10_000)
    given = parser.parse_args()
    code = f"LATENCY = 0.0\n{GATEWAY}"
    with server(18) as one, tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        if one is None:
            raise SystemExit("there is no PostgreSQL on this machine")
        gateway = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        try:
            assert gateway.stdout is not None
            base = f"http://127.0.0.1:{int(gateway.stdout.readline())}/studio"
            if "buffer" in given.only:
                buffer(one, Path(folder) / "buffer", given.tasks)
            if "stall" in given.only:
                stall(one, base, Path(folder) / "stall")
            if "cut" in given.only:
                cut(one, base, Path(folder) / "cut", given.cut)
        finally:
            gateway.kill()


if __name__ == "__main__":
    main()
