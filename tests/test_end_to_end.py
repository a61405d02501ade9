"""The main job over real HTTP: every gateway watched to the end, and their files on disk."""

import asyncio
import os
import signal
import sqlite3
import sys
from collections import Counter, defaultdict
from contextlib import closing
from itertools import pairwise
from pathlib import Path

from demo_gateway import desk_on, entry_of, environ_for, playing, ref_of, sha256
from waiting import PATIENCE

from rushes.demo.cast import THROTTLED
from rushes.demo.gateway import Gateway
from rushes.watch.desk import Desk
from rushes.watch.watchlist.saved import load

INTERVAL = 0.4
SPEED = 60.0


async def all_over(desk: Desk, but: int = 0) -> None:
    """Return once all tasks are over, except so many."""
    async with asyncio.timeout(PATIENCE):
        while sum(not task.over for task in desk.ledger.tasks().values()) > but:
            await asyncio.sleep(0.05)


def polls(gateway: Gateway) -> dict[str, list[float]]:
    """When each task was asked about, by its path."""
    times: dict[str, list[float]] = defaultdict(list)
    for visit in gateway.requests:
        asks = visit.path.endswith(tuple(scene.id for scene in gateway.tasks))
        if visit.origin != "cdn" and asks:
            times[visit.path].append(visit.at)
    return times


async def test_every_gateway_is_watched_to_the_end_and_every_file_is_what_was_served(
    tmp_path: Path,
) -> None:
    async with playing(SPEED) as gateway:
        environ = environ_for(gateway, tmp_path / "home", INTERVAL)
        scenes = [scene for scene in gateway.tasks if scene.id != THROTTLED]
        async with desk_on(environ) as desk:
            await desk.watchlist.add(entry_of(scene) for scene in scenes)
            desk.start()
            await all_over(desk, but=1)  # one gateway answers UNKNOWN for good
            await asyncio.sleep(3 * INTERVAL)
            for ref in desk.ledger.tasks():
                desk.download_policy.queue(ref)
            await desk.downloads.settled()
            saved: Counter[str] = Counter()
            for scene in scenes:
                task = desk.ledger.tasks()[ref_of(scene)]
                for asset in task.assets(desk.clock.now()):
                    if asset.saved:
                        assert asset.fetch is not None
                        assert asset.fetch.path is not None
                        served = gateway.file_sha256[scene.provider, scene.id, asset.n]
                        assert sha256(asset.fetch.path) == asset.fetch.sha256 == served
                        saved[scene.provider] += 1
                    else:
                        assert asset.lost, (scene.label, asset)
            assert set(saved) == set(gateway.base_urls)
            assert saved.total() >= 20
    assert not [visit for visit in gateway.requests if visit.origin == "cdn" and visit.key_sent]
    assert {visit.method for visit in gateway.requests} == {"GET"}
    early: list[str] = []
    for path, times in polls(gateway).items():
        gaps = [later - earlier for earlier, later in pairwise(times)]
        # An interval counts from the question, which may have been on its way for a tenth of it;
        # a millisecond or two lies between sending here and arriving there.
        early += [path for gap in gaps if gap < 0.9 * INTERVAL - 0.02]
    # Where two tasks got no answer, one question decides about the account, out of its turn.
    assert len(early) <= 3, early
    assert not list((tmp_path / "home" / "downloads").rglob("*.part*"))


async def test_a_task_that_is_over_is_not_asked_about_again(tmp_path: Path) -> None:
    async with playing(SPEED) as gateway:
        environ = environ_for(gateway, tmp_path / "home", INTERVAL)
        async with desk_on(environ) as desk:
            await desk.watchlist.add(entry_of(s) for s in gateway.tasks if s.provider == "hiapi")
            desk.start()
            await all_over(desk)
            asked = len(gateway.requests)
            await asyncio.sleep(3 * INTERVAL)
            assert len(gateway.requests) == asked


async def test_killed_at_any_moment_it_goes_on_where_it_was(tmp_path: Path) -> None:
    """`kill -9` again and again while it watches and downloads, then once to the end."""
    async with playing(SPEED) as gateway:
        home = tmp_path / "home"
        environ = environ_for(gateway, home, INTERVAL)
        scenes = [s for s in gateway.tasks if s.provider in ("hiapi", "dimilinks")]
        async with desk_on(environ) as desk:
            await desk.watchlist.add(entry_of(scene) for scene in scenes)
        for delay in (0.3, 0.6, 0.9, 1.2, 1.5):
            waiting = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "rushes", "wait", "--download",
                env={**os.environ, **environ},
                stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
            )  # fmt: skip
            await asyncio.sleep(delay)
            waiting.send_signal(signal.SIGKILL)
            await waiting.wait()
            whole = load(home / "watchlists" / "default.toml")
            assert {entry.ref for entry in whole.entries} == {ref_of(s) for s in scenes}
            with closing(sqlite3.connect(home / "history.db")) as db:
                assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        async with desk_on(environ) as desk:
            desk.start()
            await all_over(desk)
            for ref in desk.ledger.tasks():
                desk.download_policy.queue(ref)
            await desk.downloads.settled()
            for scene in scenes:
                for asset in desk.ledger.tasks()[ref_of(scene)].assets(desk.clock.now()):
                    if asset.fetch is not None and asset.fetch.path is not None:
                        served = gateway.file_sha256[scene.provider, scene.id, asset.n]
                        assert sha256(asset.fetch.path) == served
                    else:
                        assert asset.lost
    files = [path for path in (home / "downloads").rglob("*") if path.is_file()]
    assert not [path for path in files if ".part" in path.name]
    assert len(files) >= 8
