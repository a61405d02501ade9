"""The dailies of 200 pictures: from the key to the first one, scrolling, and memory.

Usage: python bench/dailies.py [COLUMNS ROWS [kitty|sixel]]     (by hand; takes the extra `preview`)

The dashboard runs at a terminal of its own over a temporary home whose 200 tasks have saved a
picture each, in half blocks, for kitty or by Sixel. It is started twice: what the first one made is
kept for the second, which is what is measured. A key is answered when the last byte has come before
25 ms without one. Beside its memory stands that of the same dashboard before the dailies were
opened.
"""

import asyncio
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homes import KEY, PROVIDER, task_id
from pty_session import PtySession

from rushes.providers.model import Link, Output, Snapshot, Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.task import Entry, Ref, Task, Transition
from rushes.watch.watchlist.default import DEFAULT_WATCHLIST
from rushes.watch.watchlist.file import WatchlistFile, path_for

TASKS = 200
QUIET = 0.025
DRAWN = {"blocks": "▀".encode(), "kitty": "\U0010eeee".encode(), "sixel": b"\x1bP0;1;0q"}
"""What pictures are made of, by the setting."""


def make_pictures(folder: Path) -> None:
    """A picture for each task: soft colours, and edges in them."""
    from PIL import Image, ImageDraw

    for n in range(TASKS):
        chance = random.Random(n)
        few = Image.frombytes("RGB", (4, 3), chance.randbytes(36))
        picture = few.resize((480, 270), Image.Resampling.BICUBIC)  # pyright: ignore[reportUnknownMemberType] # its stub may name numpy
        draw = ImageDraw.Draw(picture)
        for _ in range(8):
            x, y, r = chance.randrange(480), chance.randrange(270), chance.randrange(10, 60)
            draw.ellipse((x - r, y - r, x + r, y + r), tuple(chance.randbytes(3)))
        picture.save(folder / f"{n}.png")


async def fill(home: Path, pictures: str) -> None:
    """A home with tasks that have saved these pictures."""
    paths, now = Paths.under(home), datetime.now(UTC).replace(microsecond=0)
    paths.config.parent.mkdir(parents=True, exist_ok=True)
    paths.config.write_text(
        f'pictures = "{pictures}"\n[providers.{PROVIDER}]\nbase_url = "http://127.0.0.1:9"\n'
    )
    tasks = [_task(n, home / "pictures" / f"{n}.png", now) for n in range(TASKS)]
    WatchlistFile(path_for(DEFAULT_WATCHLIST, paths)).add(task.entry for task in tasks)
    history = History(paths.history)
    for task in tasks:
        history.save(task)
    await history.flush(60.0)
    await history.close()


def _task(n: int, path: Path, now: datetime) -> Task:
    at = now - timedelta(minutes=n)
    fetch = Fetch(state=OutputState.DOWNLOADED, path=path, done=path.stat().st_size)
    return Task(
        entry=Entry(ref=Ref(PROVIDER, task_id(n)), added=at, label=f"take {n:03d}"),
        status=Status.SUCCEEDED,
        raw_status="success",
        snapshot=Snapshot(
            status=Status.SUCCEEDED,
            raw_status="success",
            model=f"model-{n % 4}",
            created_at=at,
            finished_at=at,
            outputs=(Output(kind="image", where=Link(f"https://cdn.example/{n}.png")),),
        ),
        transitions=(Transition(Status.SUCCEEDED, "success", at),),
        fetches={1: fetch},
    )


def until(session: PtySession, holds: Callable[[bytes], bool], seconds: float = 30.0) -> float:
    """Seconds until what came since now holds; raises TimeoutError."""
    began, came = time.perf_counter(), b""
    while not holds(came):
        if time.perf_counter() - began > seconds:
            raise TimeoutError
        came += session.read(0.05)
    return time.perf_counter() - began


def answered(session: PtySession, key: str) -> tuple[float, int]:
    """Milliseconds until the last byte that a key brings, and the bytes."""
    session.send(key)
    began = last = time.perf_counter()
    count = 0
    while time.perf_counter() - last < (QUIET if count else 1.0):
        if data := session.read(QUIET):
            last, count = time.perf_counter(), count + len(data)
    return 1000 * (last - began), count


def make_all(session: PtySession) -> None:
    """Go through all cards until each has its picture."""
    for key in ("v", *("\x04" * 24), "g", *("\x04" * 24)):
        session.send(key)
        session.drain(0.7)


def measure(home: Path, columns: int, rows: int, pictures: str) -> None:
    """Start it twice, and print what the second one took."""
    environ = {"RUSHES_HOME": str(home), "HOME": str(home), f"{PROVIDER.upper()}_API_KEY": KEY}
    argv = [str(Path(sys.executable).with_name("rushes"))]
    with PtySession(argv, environ, columns=columns, rows=rows) as session:
        session.drain(4.0)
        make_all(session)
    with PtySession(argv, environ, columns=columns, rows=rows) as session:
        session.drain(6.0)
        plain = session.memory()
        session.send("v")
        first = 1000 * until(session, lambda came: DRAWN[pictures] in came)
        session.drain(2.0)
        for key in ("\x04",) * 24:
            session.send(key)
            session.drain(0.3)
        taken = [answered(session, key) for _ in range(3) for key in "k" * 40 + "j" * 40]
        scrolled = sorted(time for time, count in taken if count > 8_000)
        moved = [time for time, count in taken if 0 < count <= 8_000]
        memory = session.memory()
    worst = scrolled[int(len(scrolled) * 0.99) - 1]
    print(f"{columns}x{rows}: the first picture after {first:.0f} ms")
    print(
        f"scrolling by a row: {statistics.median(scrolled):.1f} ms, p99 {worst:.1f} ms"
        f" of {len(scrolled)}; a move without: {statistics.median(moved or [0.0]):.1f} ms"
    )
    print(f"bytes of a scroll: {max(count for _time, count in taken):,}")
    print(f"resident {memory:.1f} MiB, {memory / plain:.2f} times the {plain:.1f} before")


def main(columns: int, rows: int, pictures: str) -> None:
    """Make the pictures in a process of its own, fill a home, and measure."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        home = Path(folder)
        (home / "pictures").mkdir()
        subprocess.run([sys.executable, __file__, "--make", str(home / "pictures")], check=True)
        asyncio.run(fill(home, pictures))
        measure(home, columns, rows, pictures)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make_pictures(Path(sys.argv[2]))
    else:
        given = sys.argv[1:]
        columns, rows, made_of = [*given, *("120", "34", "blocks")[len(given) :]]
        main(int(columns), int(rows), made_of)
