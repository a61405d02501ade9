"""What a poll costs: the whole engine, beside httpx alone asking as often in the same run.

Usage: python bench/polling.py [TASKS] [LANES] [ROUNDS]     (200 tasks, 4 lanes, 3 rounds)

Every task is asked about each 5 seconds, at a gateway in a process of its own that answers after
10 ms. Each round prints both ways' CPU (all threads of this process) and their ratio. A lane begins
at most ten polls a second (`polling/pace.py`): more tasks than that are asked about less often.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
from loopback import GATEWAY, served

from rushes.watch.config.settings import load
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.task import Entry, Ref

INTERVAL = 5.0
WARM_UP, MEASURED = 7.0, 10.0
"""Seconds: every task is known and every connection open before it counts."""


async def _cost(polls: Callable[[], int], tick: Callable[[], Awaitable[None]]) -> tuple[float, int]:
    """CPU seconds a poll, and polls, once it runs warm."""
    until = time.monotonic() + WARM_UP
    while time.monotonic() < until:
        await tick()
    before, cpu, until = polls(), time.process_time(), time.monotonic() + MEASURED
    while time.monotonic() < until:
        await tick()
    made = polls() - before
    return (time.process_time() - cpu) / made, made


async def _engine(base: str, tasks: int, lanes: int, home: Path) -> tuple[float, int]:
    paths, environ = Paths.under(home), {"HIAPI_API_KEY": "sk-bench-0123456789"}
    paths.config.write_text(
        f'[providers.hiapi]\nbase_url = "{base}"\n'
        f'poll_interval = "{INTERVAL:g}s"\nmax_concurrency = {lanes}\nmax_rate = 400\n'
    )
    async with open_desk(paths, load(paths.config, environ), "default", environ) as desk:
        now = datetime.now(UTC)
        await desk.watchlist.add(Entry(ref=Ref("hiapi", f"t{n}"), added=now) for n in range(tasks))
        reader = desk.ledger.readers.new()
        desk.start()

        async def tick() -> None:
            # As often as the dashboard looks.
            await asyncio.sleep(0.25)
            reader.take()

        return await _cost(lambda: sum(task.polls for task in desk.ledger.tasks().values()), tick)


async def _httpx(base: str, tasks: int, lanes: int) -> tuple[float, int]:
    made, connections = 0, asyncio.Semaphore(lanes)
    limits = httpx.Limits(max_connections=lanes, max_keepalive_connections=lanes)

    async with httpx.AsyncClient(base_url=base, limits=limits, trust_env=False) as client:

        async def watch(n: int) -> None:
            nonlocal made
            await asyncio.sleep(n * INTERVAL / tasks)
            while True:
                async with connections:
                    json.loads((await client.get(f"/v1/tasks/t{n}")).content)
                made += 1
                await asyncio.sleep(INTERVAL)

        async with asyncio.TaskGroup() as group:
            watches = [group.create_task(watch(n)) for n in range(tasks)]
            cost = await _cost(lambda: made, lambda: asyncio.sleep(0.25))
            for one in watches:
                one.cancel()
        return cost


async def _compare(base: str, tasks: int, lanes: int, rounds: int) -> None:
    ratios: list[float] = []
    print("      engine us/poll (polls/s)    httpx us/poll (polls/s)    ratio")
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="rushes-polling-") as home:
            ours, our_polls = await _engine(base, tasks, lanes, Path(home))
        theirs, their_polls = await _httpx(base, tasks, lanes)
        ratios.append(ours / theirs)
        print(
            f"{ours * 1e6:15.0f} ({our_polls / MEASURED:5.1f})"
            f"{theirs * 1e6:22.0f} ({their_polls / MEASURED:5.1f}) {ratios[-1]:14.2f}"
        )
    print(f"median ratio {statistics.median(ratios):.2f}")


def main() -> None:
    given = [int(word) for word in sys.argv[1:]]
    tasks, lanes, rounds = given + [200, 4, 3][len(given) :]
    with served(GATEWAY, "0.01") as base:
        asyncio.run(_compare(base, tasks, lanes, rounds))


if __name__ == "__main__":
    main()
