"""How soon what one machine saved in a team's store is painted by another's dashboard.

Usage: python bench/painted.py [SIGHTS]      (60 by default; needs pyte, of the `dev` extra)

One process saves the ends of tasks in the shared store as a dashboard does, and notes when each is
committed; a dashboard of another home, at a pseudo-terminal, is read until its row says so. Prints
milliseconds: from the hand-over to the commit (changes are gathered for a quarter of a second), and
from the commit to the paint, the dashboard's own frame included.
"""

import asyncio
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyte
from gateway import GATEWAY
from homes import KEY
from line import Builds, rushes
from pty_session import PtySession
from team import new_store

from postgres_server import server  # isort: skip - `team` makes its folder importable

from rushes.providers.model import Status
from rushes.watch.postgres.session import Plans, Session
from rushes.watch.postgres.store import PostgresStore
from rushes.watch.task import Entry, Ref, Task, Transition

COLUMNS, ROWS, SIGHTS = 160, 110, 60
LONGEST = 5.0
"""Seconds for which a sight is waited for."""

CONFIG = """
[store]
url = "postgresql://rushes@/{dbname}?host={host}"

[providers.hiapi]
base_url = "{base}"
poll_interval = "1h"
api_key_env = "BENCH_KEY"
"""
ENTRY = """
[[task]]
provider = "hiapi"
id = "{name}"
label = "{name}"
added = 2026-11-22T07:00:00Z
"""


def home(folder: Path, base: str, where: Mapping[str, str | int], names: Sequence[str]) -> None:
    """A home that watches these tasks over that store."""
    (folder / "watchlists").mkdir(parents=True)
    (folder / "config.toml").write_text(CONFIG.format(base=base, **where))
    entries = "".join(ENTRY.format(name=name) for name in names)
    (folder / "watchlists" / "default.toml").write_text("version = 1\n" + entries)


class Other:
    """Another machine, which saves what it saw."""

    def __init__(self, where: Mapping[str, str | int]) -> None:
        self._committed_at = 0.0
        self._committed = threading.Event()
        self._store = PostgresStore(Session(lambda: where, plans=Plans.BY_INDEX), self._note)

    def _note(self, _versions: Mapping[Ref, str], _joined: Collection[Ref]) -> None:
        self._committed_at = time.perf_counter()
        self._committed.set()

    def end(self, name: str) -> float:
        """Save that a task failed; when that was committed, by `perf_counter`."""
        now = datetime.now(UTC)
        self._committed.clear()
        self._store.save(
            Task(
                entry=Entry(ref=Ref("hiapi", name), added=now),
                status=Status.FAILED,
                raw_status="fail",
                transitions=(Transition(Status.FAILED, "fail", now),),
                polls=1000,
                last_polled_at=now,
            )
        )
        if not self._committed.wait(LONGEST):
            raise SystemExit(f"not committed within {LONGEST:g} s: {name}")
        return self._committed_at

    def close(self) -> None:
        """Disconnect."""
        asyncio.run(self._store.close(1.0))


class Screen:
    """What a dashboard has painted so far."""

    def __init__(self, session: PtySession) -> None:
        self._session = session
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)

    @property
    def lines(self) -> list[str]:
        """What stands there now."""
        return self._screen.display

    def rest(self, seconds: float) -> None:
        """Take in what is painted for so many seconds."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self._stream.feed(self._session.read(left))

    def painted(self, *words: str, within: float = LONGEST) -> float:
        """When a line with these words was painted, by `perf_counter`."""
        until = time.perf_counter() + within
        while time.perf_counter() < until:
            data, at = self._session.read(0.05), time.perf_counter()
            if data:
                self._stream.feed(data)
                if any(all(word in line for word in words) for line in self._screen.display):
                    return at
        raise SystemExit(f"not painted within {within:g} s: {' '.join(words)}")


def measure(where: Mapping[str, str | int], base: str, folder: Path, sights: int) -> None:
    """Print how long each way took."""
    names = [f"shot-{n:03d}" for n in range(sights)]
    home(folder, base, where, names)
    environ = {"RUSHES_HOME": str(folder), "HOME": str(folder), "BENCH_KEY": KEY}
    other, commits, paints = Other(where), list[float](), list[float]()
    with PtySession([rushes(Builds.here().now)], environ, columns=COLUMNS, rows=ROWS) as session:
        screen = Screen(session)
        screen.painted(names[-1], "running", within=30.0)
        for name in names:
            screen.rest(random.uniform(0.3, 1.2))
            began = time.perf_counter()
            committed = other.end(name)
            commits.append(1000 * (committed - began))
            paints.append(1000 * (screen.painted(name, "failed") - committed))
    other.close()
    for what, took in (("hand-over to commit", commits), ("commit to paint", paints)):
        took.sort()
        middle, worst = took[len(took) // 2], took[len(took) * 99 // 100]
        print(f"{what:<22} p50 {middle:6.1f} ms   p99 {worst:6.1f} ms   of {len(took)}")


def main() -> None:
    """Measure as many sights as are asked for."""
    sights = int(sys.argv[1]) if len(sys.argv) > 1 else SIGHTS
    code = f"LATENCY = 0.0\n{GATEWAY}"
    with server(18) as one, tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        if one is None:
            raise SystemExit("there is no PostgreSQL on this machine")
        gateway = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        try:
            assert gateway.stdout is not None
            base = f"http://127.0.0.1:{int(gateway.stdout.readline())}/studio"
            measure(new_store(one), base, Path(folder) / "home", sights)
        finally:
            gateway.kill()


if __name__ == "__main__":
    main()
