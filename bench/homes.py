"""Homes with many tasks, written by the build that is measured: its files have its own forms.

Run by the Python of a build it fills a home: python homes.py FOLDER TASKS KIND BASE_URL INTERVAL
"""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rushes.providers.model import Output
    from rushes.watch.task import Task

PROVIDER = "hiapi"
KEY = "sk-bench-0123456789"


class Kind(Enum):
    """What all tasks of a home are."""

    ACTIVE = "active"
    """Running, seen a moment ago."""

    FINISHED = "finished"
    """Over for days: half of them failed, half with a film whose link is dead."""

    MIXED = "mixed"
    """Four fifths finished, the others active."""


def make_home(
    build: Path,
    folder: Path,
    tasks: int,
    kind: Kind,
    *,
    base_url: str = "http://127.0.0.1:9",
    interval: str = "1h",
    more: str = "",
) -> dict[str, str]:
    """Fill `folder` for that build; the variables to run it with.

    `more` is added to the account's table in config.toml. With the interval as it is, nothing of
    what is active comes due.
    """
    argv = [str(build / "bin" / "python"), __file__, str(folder), str(tasks), kind.value]
    # From the build's folder: started elsewhere, `rushes` could be what lies there.
    subprocess.run([*argv, base_url, interval, more], check=True, cwd=build)
    return {"RUSHES_HOME": str(folder), "HOME": str(folder), f"{PROVIDER.upper()}_API_KEY": KEY}


def task_id(n: int) -> str:
    """The id of task `n`."""
    return f"task-hiapi-bench-{n:06d}"


def _is_active(n: int, kind: Kind) -> bool:
    return kind is Kind.ACTIVE or (kind is Kind.MIXED and n % 5 == 0)


def _tasks(count: int, kind: Kind, now: datetime) -> "Iterator[Task]":
    from rushes.providers.model import Failure, Snapshot, Status
    from rushes.watch.task import Entry, Ref, Task, Transition

    for n in range(count):
        active = _is_active(n, kind)
        failed = not active and n % 2 == 1
        status = Status.RUNNING if active else Status.FAILED if failed else Status.SUCCEEDED
        # Old enough for nothing to be about to happen, and each at a moment of its own.
        added = now - timedelta(minutes=10 if active else 60 * 24 * 9, seconds=n / 20)
        finished = None if active else added + timedelta(minutes=3)
        yield Task(
            entry=Entry(ref=Ref(PROVIDER, task_id(n)), added=added, label=f"bench {n:05d}"),
            status=status,
            raw_status=status.value,
            snapshot=Snapshot(
                status=status,
                raw_status=status.value,
                task_id=task_id(n),
                model=f"model-{n % 4}",
                prompt=f"a lighthouse in the rain, take {n}",
                created_at=added,
                finished_at=finished,
                failure=Failure("E1", "the model refused") if failed else None,
                outputs=() if active or failed else (_film(n, added),),
            ),
            transitions=(
                Transition(Status.RUNNING, "running", added + timedelta(seconds=5)),
                *(() if finished is None else (Transition(status, status.value, finished),)),
            ),
            polls=12,
            last_polled_at=now if active else finished,
        )


def _film(n: int, added: datetime) -> "Output":
    from rushes.providers.model import Basis, ExpiryClaim, Link, Output

    link = Link(f"https://cdn.example/{n}.mp4?signature=bench")
    claim = ExpiryClaim(Basis.STATED, added + timedelta(days=1))
    return Output(kind="video", where=link, claims=(claim,))


async def _fill(folder: Path, count: int, kind: Kind, base_url: str, how: str) -> None:
    from rushes.watch.disk.paths import Paths
    from rushes.watch.history.store import History
    from rushes.watch.watchlist.default import DEFAULT_WATCHLIST
    from rushes.watch.watchlist.file import WatchlistFile, path_for

    paths = Paths.under(folder)
    paths.config.parent.mkdir(parents=True, exist_ok=True)
    paths.config.write_text(f'[providers.{PROVIDER}]\nbase_url = "{base_url}"\n{how}')
    tasks = list(_tasks(count, kind, datetime.now(UTC).replace(microsecond=0)))
    WatchlistFile(path_for(DEFAULT_WATCHLIST, paths)).add(task.entry for task in tasks)
    history = History(paths.history)
    for start in range(0, count, 1000):
        for task in tasks[start : start + 1000]:
            history.save(task)
        await history.flush(60.0)
    await history.close()


if __name__ == "__main__":
    where, number, what, address, every, others = sys.argv[1:]
    told = f'poll_interval = "{every}"\n{others}\n'
    asyncio.run(_fill(Path(where), int(number), Kind(what), address, told))
