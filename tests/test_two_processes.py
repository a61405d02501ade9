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
COMMANDS = (["wait"], ["wait"], ["watch", "--until-idle", "--auto", "off"])
PROCESSES = len(COMMANDS) + 1
"""Beside them a dashboard's desk, which is in this process."""

ROUNDS = 8
"""In which one asks about every task once; those that know of no other take a part of it."""

OVER = 400.0
"""Seconds after the opening at which every scene has been played, but one."""

NEVER_OVER = "night market, take 1"


async def test_waits_a_watch_and_a_dashboard_ask_as_often_as_one_would(tmp_path: Path) -> None:
    skipped = 0.0
    async with playing(speed=1.0, clock=lambda: time.time() + skipped) as gateway:
        environ = environ_for(gateway, tmp_path / "home", INTERVAL)
        names = ("hiapi", "anyfast", "ttapi")
        scenes = [s for s in gateway.tasks if s.provider in names and s.label != NEVER_OVER]
        async with desk_on(environ) as desk:
            await desk.watchlist.add(entry_of(scene) for scene in scenes)
        processes = [await _start(words, environ) for words in COMMANDS]
        async with asyncio.timeout(2 * PATIENCE), desk_on(environ) as dashboard:
            first = [await _first_line(process) for process in processes]
            dashboard.start()
            began, before = time.monotonic(), len(gateway.requests)
            await _more_requests(gateway, ROUNDS * len(scenes))
            asked = Counter(visit.path for visit in gateway.requests[before:])
            took = time.monotonic() - began
            skipped = OVER
            rest = [(await process.communicate())[0] for process in processes]
    # What was sent may arrive much later on a busy machine: only how many there were is certain.
    # One is due at once, and of each process one may have been on its way at the beginning.
    assert max(asked.values()) <= took / INTERVAL + 1 + PROCESSES
    # Whoever asked, all of them tell how every task ended.
    ends = [_ends(line + more) for line, more in zip(first, rest, strict=True)]
    assert ends[0].keys() == {str(ref_of(scene)) for scene in scenes}
    assert ends[1] == ends[0]
    # The watch prints what happens from its start on, not what was over by then.
    assert ends[2].items() <= ends[0].items()
    assert ends[2]


async def _start(words: list[str], environ: dict[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "rushes",
        *words,
        "--ndjson",
        env={**os.environ, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def _first_line(process: Process) -> bytes:
    """What it tells first: from then on it is at work."""
    assert process.stdout is not None
    return await process.stdout.readline()


def _ends(told: bytes) -> dict[str, str]:
    """The last status that is told of each task."""
    events = map(json.loads, told.splitlines())
    return {one["ref"]: one["status"] for one in events if one["event"] == "transition"}


async def _more_requests(gateway: Gateway, count: int) -> None:
    count += len(gateway.requests)
    while len(gateway.requests) < count:
        await asyncio.sleep(0.05)
