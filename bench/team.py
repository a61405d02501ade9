"""How a shared store carries many processes that watch the same tasks.

Prints polls a second, polls that came before a task's interval was over, how long taking a turn
took, and the server's CPU, which `--kills` makes nonsense of: it has the server killed and started
again that often meanwhile.
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from postgres_server import Server, server

from rushes.providers.model import Status
from rushes.watch.postgres.store import PostgresStore
from rushes.watch.store import LeaseRequest, StoreError
from rushes.watch.task import Entry, Ref, Task

BATCH = 40
LOOK = 0.05
Polls = list[tuple[str, float]]


async def watch(
    where: Mapping[str, str | int], tasks: int, interval: float, ends: float
) -> tuple[Polls, list[float]]:
    """One process: the polls that it would have made, by one clock, and its takes in seconds."""
    store = PostgresStore(lambda: where, home=str(id(where)))
    added = datetime.now(UTC)
    every = [Task(entry=Entry(ref=Ref("a", f"t{n}"), added=added)) for n in range(tasks)]
    known = {task.ref: task for task in every}
    due = dict.fromkeys(known, 0.0)
    polls, takes = Polls(), list[float]()
    while (now := time.monotonic()) < ends:
        wanted = [ref for ref, at in due.items() if at <= now][:BATCH]
        if not wanted:
            await asyncio.sleep(LOOK)
            continue
        try:
            taken = await store.take(
                LeaseRequest(
                    account="a",
                    key_mark="k",
                    interval=interval,
                    tasks=[known[ref] for ref in wanted],
                )
            )
        except StoreError:
            await asyncio.sleep(LOOK)
            continue
        takes.append(time.monotonic() - now)
        for lease in taken.leases:
            if lease.news is not None:
                known[lease.ref] = lease.news
            due[lease.ref] = now + max(lease.free_in, LOOK)
            if lease.fence is None:
                continue
            task = known[lease.ref]
            polls.append((str(lease.ref), time.monotonic()))
            known[lease.ref] = Task(
                entry=task.entry, status=Status.RUNNING, raw_status="running", polls=task.polls + 1
            )
            store.save(known[lease.ref])
            store.done(lease, interval)
            due[lease.ref] = time.monotonic() + interval
    await store.close()
    return polls, takes


def run(given: tuple[dict[str, str | int], int, float, float]) -> tuple[Polls, list[float]]:
    """What `watch` gives, in a process of its own."""
    return asyncio.run(watch(*given))


def early(polls: Sequence[tuple[str, float]], interval: float) -> int:
    """Polls that came before the interval after the one before was over."""
    last: dict[str, float] = {}
    count = 0
    for ref, at in sorted(polls, key=lambda poll: poll[1]):
        count += ref in last and at - last[ref] < interval
        last[ref] = at
    return count


def cpu_seconds(folder: Path) -> float:
    """The seconds of a CPU that the server's living processes have had."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if Path(stat.parent / "cwd").readlink().is_relative_to(folder):
                total += sum(map(int, stat.read_text().rpartition(")")[2].split()[11:15]))
        except OSError:
            continue
    return total / 100


def measure(one: Server, options: argparse.Namespace) -> None:
    """Run the processes side by side and print what came of it."""
    where, ends = one.empty_store(), time.monotonic() + 3.0 + options.seconds
    given = (where, options.tasks, options.interval, ends)
    with multiprocessing.get_context("spawn").Pool(options.processes) as pool:
        results = pool.map_async(run, [given] * options.processes)
        before = cpu_seconds(one.folder)
        for _ in range(options.kills):
            time.sleep(options.seconds / (options.kills + 1))
            one.kill()
            one.start()
        time.sleep(max(ends - time.monotonic() - 0.1, 0.0))
        spent = cpu_seconds(one.folder) - before
        both = results.get()
    polls = [poll for its, _ in both for poll in its]
    takes = sorted(1000 * take for _, its in both for take in its)
    print(f"{'processes':>10} {'tasks':>6} {'kills':>6} {'polls/s':>8} {'early':>6} "
          f"{'takes/s':>8} {'p50 ms':>7} {'p99 ms':>7} {'server':>7}")  # fmt: skip
    print(f"{options.processes:>10} {options.tasks:>6} {options.kills:>6} "
          f"{len(polls) / options.seconds:>8.0f} {early(polls, options.interval):>6} "
          f"{len(takes) / options.seconds:>8.0f} {takes[len(takes) // 2]:>7.1f} "
          f"{takes[len(takes) * 99 // 100]:>7.1f} {spent / options.seconds:>7.0%}")  # fmt: skip


def main() -> None:
    """Measure as the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--version", type=int, default=18, choices=(15, 18))
    options = parser.parse_args()
    with server(options.version) as one:
        if one is None:
            sys.exit("there is no such PostgreSQL on this machine")
        measure(one, options)


if __name__ == "__main__":
    main()
