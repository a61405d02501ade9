"""How a team's store carries many machines that share accounts: each process is a home of its own.

Prints, for each case, polls a second, polls that came before a task's interval was over, takes and
what they took, the CPU of the server, and what was acknowledged and is not there at the end.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from postgres_server import Server, server

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.watch.clock import SystemClock
from rushes.watch.history.store import History
from rushes.watch.postgres import upkeep
from rushes.watch.postgres.session import Plans, Session
from rushes.watch.store import LeaseRequest, StoreBusy
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.team.conduct import Conduct
from rushes.watch.team.marks import Marks
from rushes.watch.team.store import Member, TeamStore

BATCH = 40
LOOK = 0.05
LAG = 0.2
"""Who follows comes back this share of the interval later, as `polling/following.py` has it."""

WARM_UP = 10.0
"""Seconds for which all of them start."""


@frozen(kw_only=True)
class Case:
    """What the processes do. `own`: each has tasks of its own; `ends` is monotonic seconds."""

    name: str
    where: Mapping[str, str | int]
    tasks: int
    interval: float
    ends: float
    own: bool = False
    follow: bool = True
    acknowledge: bool = False


@frozen(kw_only=True)
class Result:
    """Polls and takes by one clock, takes with their seconds; how many polls were acknowledged."""

    polls: Sequence[tuple[str, float]]
    takes: Sequence[tuple[float, float]]
    acknowledged: Mapping[str, int]
    cpu: float


class Machine:
    """One process: it takes turns and pretends to poll."""

    def __init__(self, case: Case, number: int, home: Path) -> None:
        self.case = case
        sort = f"{number}-" if case.own else ""
        added = datetime.now(UTC)
        every = [Entry(ref=Ref("a", f"{sort}{n}"), added=added) for n in range(case.tasks)]
        self.known = {it.ref: Task(entry=it) for it in every}
        start = time.monotonic()
        spread = random.Random(number)
        self.due = {
            ref: start + WARM_UP / 2 + spread.uniform(0, case.interval) for ref in self.known
        }
        self.polls: list[tuple[str, float]] = []
        self.takes: list[tuple[float, float]] = []
        self.acknowledged: dict[str, int] = {}
        clock = SystemClock()
        where = f"bench {number}"
        self.store = TeamStore(
            History(home / "history.db", clock=clock),
            lambda: Session(lambda: case.where, plans=Plans.BY_INDEX),
            Marks(home / "team.db", where, home / "history.db"),
            Member(name=where, version="0"),
            where=where,
            conduct=Conduct(),
            clock=clock,
            rng=spread,
        )

    async def run(self) -> Result:
        """Watch until the end."""
        self.store.begin()
        works = [asyncio.create_task(self._follow())] if self.case.follow else []
        if self.case.acknowledge:
            works.append(asyncio.create_task(self._acknowledge()))
        while time.monotonic() < self.case.ends:
            await self._turn()
        for work in works:
            work.cancel()
        ends = time.monotonic() + 20
        while (self.store.waiting or self.store.shared.away_for) and time.monotonic() < ends:  # noqa: ASYNC110
            await asyncio.sleep(LOOK)
        spent = time.process_time()
        await self.store.close()
        return Result(polls=self.polls, takes=self.takes, acknowledged=self.acknowledged, cpu=spent)

    async def _turn(self) -> None:
        now = time.monotonic()
        wanted = [ref for ref, at in self.due.items() if at <= now][:BATCH]
        if not wanted:
            await asyncio.sleep(LOOK)
            return
        tasks = [self.known[ref] for ref in wanted]
        request = LeaseRequest(account="a", key_mark="k", interval=self.case.interval, tasks=tasks)
        try:
            taken = await self.store.take(request)
        except StoreBusy:
            await asyncio.sleep(LOOK)
            return
        self.takes.append((now, time.monotonic() - now))
        for lease in taken.leases:
            if lease.news is not None:
                self.known[lease.ref] = lease.news
            at = now + max(lease.free_in, 0.0) + LAG * self.case.interval * random.random()
            self.due[lease.ref] = at
            if lease.fence is not None:
                self._poll(lease.ref)
                self.store.done(lease, self.case.interval)

    def _poll(self, ref: Ref) -> None:
        task, now = self.known[ref], time.monotonic()
        self.polls.append((str(ref), now))
        self.known[ref] = Task(
            entry=task.entry,
            status=Status.RUNNING,
            raw_status="running",
            polls=task.polls + 1,
            last_polled_at=datetime.now(UTC),
        )
        self.store.save(self.known[ref])
        self.due[ref] = now + self.case.interval

    async def _acknowledge(self) -> None:
        while True:
            saved = {str(ref): task.polls for ref, task in self.known.items() if task.polls}
            await self.store.flush()
            self.acknowledged |= saved
            await asyncio.sleep(0.2)

    async def _follow(self) -> None:
        async with aclosing(self.store.news(self.known.keys)) as news:
            async for each in news:
                now = time.monotonic()
                for task in each.tasks:
                    if task.polls > self.known[task.ref].polls:
                        self.known[task.ref] = task
                        wait = self.case.interval * (1 + LAG * random.uniform(0.5, 1))
                        self.due[task.ref] = now + wait


def run(given: tuple[Case, int, str]) -> Result:
    """What a machine does, in a process of its own."""
    case, number, homes = given
    home = Path(homes) / str(number)
    home.mkdir()
    os.environ["RUSHES_HOME"] = str(home)
    return asyncio.run(Machine(case, number, home).run())


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


def new_store(one: Server) -> Mapping[str, str | int]:
    """Where a new store is."""
    where = one.new_database()
    session = Session(lambda: where)
    with session.unchecked() as connection:
        upkeep.make(connection)
    session.close()
    return where


def cut(one: Server) -> None:
    """Have the server end one machine's connections."""
    import psycopg

    with psycopg.connect(**one.parameters, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
        found = "SELECT pid FROM pg_stat_activity WHERE application_name <> 'rushes cut'"
        pids = [pid for (pid,) in db.execute(found) if pid != db.info.backend_pid]
        for pid in random.sample(pids, min(2, len(pids))):
            db.execute("SELECT pg_terminate_backend(%s)", (pid,))


def lost(where: Mapping[str, str | int], results: Sequence[Result]) -> int:
    """How many acknowledged observations the store does not have."""
    import psycopg

    with psycopg.connect(**where) as db:  # pyright: ignore[reportArgumentType]
        there = dict(db.execute("SELECT ref, polls FROM rushes.task").fetchall())
    wanted: dict[str, int] = {}
    for result in results:
        for ref, polls in result.acknowledged.items():
            wanted[ref] = max(polls, wanted.get(ref, 0))
    return sum(there.get(ref, 0) < polls for ref, polls in wanted.items())


def measure(one: Server, case: Case, processes: int, faults: Sequence[str]) -> None:
    """Run the machines side by side and print what came of it; `faults` are spread over it."""
    homes = tempfile.mkdtemp(prefix="rushes-bench-")
    begins, seconds = time.monotonic() + WARM_UP, case.ends - time.monotonic() - WARM_UP
    try:
        with multiprocessing.get_context("spawn").Pool(processes) as pool:
            found = pool.map_async(run, [(case, n, homes) for n in range(processes)], 1)
            time.sleep(max(begins - time.monotonic(), 0))
            before = cpu_seconds(one.folder)
            for fault in faults:
                time.sleep(seconds / (len(faults) + 1))
                if fault == "kill":
                    one.kill()
                    one.start()
                else:
                    cut(one)
            time.sleep(max(case.ends - time.monotonic() - 0.1, 0.0))
            spent = cpu_seconds(one.folder) - before
            results = found.get()
    finally:
        shutil.rmtree(homes, ignore_errors=True)
    polls = [poll for result in results for poll in result.polls]
    counted = [poll for poll in polls if poll[1] >= begins]
    taken = [take for result in results for take in result.takes if take[0] >= begins]
    takes = sorted(1000 * seconds for _, seconds in taken) or [0.0]
    gone = lost(case.where, results) if case.acknowledge else 0
    server_cpu = "" if "kill" in faults else f"{spent / seconds:.1%}"
    client = sum(result.cpu for result in results) / processes / (seconds + WARM_UP)
    print(f"{case.name:<34} {len(counted) / seconds:>8.0f} {early(polls, case.interval):>6} "
          f"{len(takes) / seconds:>8.0f} {takes[len(takes) // 2]:>7.1f} "
          f"{takes[len(takes) * 99 // 100]:>8.1f} {server_cpu:>8} {client:>7.1%} {gone:>5}",
          flush=True)  # fmt: skip


def main() -> None:
    """Measure as the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=20)
    parser.add_argument("--tasks", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=5.0)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--version", type=int, default=18, choices=(15, 18))
    parser.add_argument("--only", default="", help="shared, alone, own, kills")
    options = parser.parse_args()
    with server(options.version) as one:
        if one is None:
            sys.exit("there is no such PostgreSQL on this machine")
        print(f"{'case':<34} {'polls/s':>8} {'early':>6} {'takes/s':>8} {'p50 ms':>7} "
              f"{'p99 ms':>8} {'server':>8} {'client':>7} {'lost':>5}", flush=True)  # fmt: skip
        for name in ("shared", "alone", "own", "kills"):
            if options.only and name not in options.only.split(","):
                continue
            case(one, name, options)


def case(one: Server, name: str, options: argparse.Namespace) -> None:
    """Measure one case."""
    kills: list[str] = []
    if name == "kills":
        kills = ["kill"] * options.kills + ["cut"] * options.cuts
    random.shuffle(kills)
    seconds = max(options.seconds, 3.0 * len(kills))
    shown = {
        "shared": "shared tasks",
        "alone": "shared, without following",
        "own": "tasks of its own",
        "kills": f"shared, {options.kills} kills, {options.cuts} cuts",
    }
    measure(
        one,
        Case(
            name=shown[name],
            where=new_store(one),
            tasks=options.tasks,
            interval=options.interval,
            ends=time.monotonic() + WARM_UP + seconds,
            own=name == "own",
            follow=name != "alone",
            acknowledge=name == "kills",
        ),
        options.processes,
        kills,
    )


if __name__ == "__main__":
    main()
