"""Several `rushes` on one home, over real HTTP: together they ask as often as one."""

import asyncio
import os
import sys
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from playing import desk_on, entry_of, environ_for, playing

INTERVAL = 0.5
PROCESSES = 3


async def test_three_waits_ask_about_no_task_twice_within_its_interval(tmp_path: Path) -> None:
    async with playing(speed=20.0) as gateway:
        environ = environ_for(gateway, tmp_path / "home", INTERVAL)
        scenes = [s for s in gateway.tasks if s.provider in ("hiapi", "anyfast", "ttapi")]
        async with desk_on(environ) as desk:
            await desk.add(entry_of(scene) for scene in scenes)
        waits = [
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tui.entry",
                "wait",
                "--ndjson",
                "--timeout",
                "8s",
                env={**os.environ, **environ},
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
            for _ in range(PROCESSES)
        ]
        told = [(await wait.communicate())[0].splitlines() for wait in waits]
    times: dict[str, list[float]] = defaultdict(list)
    for visit in gateway.requests:
        if visit.origin != "cdn":
            times[visit.path].append(visit.at)
    gaps = [later - earlier for asked in times.values() for earlier, later in pairwise(asked)]
    assert len(gaps) >= 20
    # What is sent here arrives there a little later, on a busy machine more than a little.
    assert [gap for gap in gaps if gap < INTERVAL - 0.1] == []
    # Whoever asked, all of them tell of every step.
    assert min(map(len, told)) >= len(scenes)
