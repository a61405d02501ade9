"""Several `rushes` on one home, over real HTTP: together they ask as often as one."""

import asyncio
import json
import os
import sys
import time
from asyncio.subprocess import Process
from collections import Counter
from pathlib import Path

from demo_gateway import desk_on, entry_of, environ_for, playing, ref_of
from waiting import PATIENCE

from rushes.demo.gateway import Gateway

INTERVAL = 0.5
PROCESSES = 3
ROUNDS = 8
"""In which one asks about every task once; three that know nothing of each other take a third."""

OVER = 400.0
"""Seconds after the opening at which every scene has been played, but one."""

NEVER_OVER = "night market, take 1"


async def test_three_waits_ask_about_each_task_as_often_as_one_would(tmp_path: Path) -> None:
    skipped = 0.0
    async with playing(speed=1.0, clock=lambda: time.time() + skipped) as gateway:
        environ = environ_for(gateway, tmp_path / "home", INTERVAL)
        names = ("hiapi", "anyfast", "ttapi")
        scenes = [s for s in gateway.tasks if s.provider in names and s.label != NEVER_OVER]
        async with desk_on(environ) as desk:
            await desk.watchlist.add(entry_of(scene) for scene in scenes)
        waits = [await _start_waiting(environ) for _ in range(PROCESSES)]
        async with asyncio.timeout(2 * PATIENCE):
            first = [await _first_line(wait) for wait in waits]
            began, before = time.monotonic(), len(gateway.requests)
            await _more_requests(gateway, ROUNDS * len(scenes))
            asked = Counter(visit.path for visit in gateway.requests[before:])
            took = time.monotonic() - began
            skipped = OVER
            rest = [(await wait.communicate())[0] for wait in waits]
    # What was sent may arrive much later on a busy machine: only how many there were is certain.
    # One is due at once, and of each process one may have been on its way at the beginning.
    assert max(asked.values()) <= took / INTERVAL + 1 + PROCESSES
    # Whoever asked, all of them tell how every task ended.
    ends = [_ends(line + more) for line, more in zip(first, rest, strict=True)]
    assert ends[0].keys() == {str(ref_of(scene)) for scene in scenes}
    assert ends == [ends[0]] * PROCESSES


async def _start_waiting(environ: dict[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rushes",
        "wait",
        "--ndjson",
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _first_line(wait: Process) -> bytes:
    """What it tells first: from then on it is at work."""
    assert wait.stdout is not None
    return await wait.stdout.readline()


def _ends(told: bytes) -> dict[str, str]:
    """The last status that is told of each task."""
    return {event["ref"]: event["status"] for event in map(json.loads, told.splitlines())}


async def _more_requests(gateway: Gateway, count: int) -> None:
    count += len(gateway.requests)
    while len(gateway.requests) < count:
        await asyncio.sleep(0.05)
