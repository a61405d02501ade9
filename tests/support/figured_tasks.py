"""A history whose figures were worked out by hand, on paper: every kind of task once or twice.

hiapi names its model and states no usage; ttapi's replies name no model and state film and billed
seconds; dimilinks states credits. The sums stand in `tests/watch/test_figures.py`.
"""

import asyncio
import struct
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rushes.providers.model import (
    Basis,
    ExpiryClaim,
    Failure,
    Link,
    Output,
    Scalar,
    Snapshot,
    Status,
)
from rushes.providers.reply import Reply
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.task import Entry, Ref, Task, Transition
from rushes.watch.watchlist.file import WatchlistFile, path_for

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SECOND = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
"""The two days on which tasks were made."""

NO_USAGE: Mapping[str, Scalar] = {}


def film(*, ends: datetime | None = None, kind: str = "video") -> Output:
    claims = (ExpiryClaim(Basis.STATED, at=ends),) if ends else ()
    link = Link(f"https://cdn.example/{kind}?Signature=s3cret")
    return Output(kind=kind, where=link, claims=claims)


def saved(size: int, name: str = "a.mp4") -> Fetch:
    path = Path("/nowhere") / name
    return Fetch(state=OutputState.DOWNLOADED, path=path, done=size, total=size, sha256="ab")


def made(
    ref: str,
    status: Status,
    created: datetime,
    *,
    queue: float | None = None,
    run: float = 10,
    model: str | None = None,
    usage: Mapping[str, Scalar] = NO_USAGE,
    outputs: tuple[Output, ...] = (),
    fetches: Mapping[int, Fetch] | None = None,
    failure: Failure | None = None,
    label: str = "",
    prompt: str | None = None,
    tags: tuple[str, ...] = (),
) -> Task:
    """A task that waited and ran for so many seconds; without a wait it states no start."""
    started = None if queue is None else created + timedelta(seconds=queue)
    ended = (started or created) + timedelta(seconds=run)
    account, _, task_id = ref.partition(":")
    over = status.terminal
    return Task(
        entry=Entry(ref=Ref(account, task_id), added=created, label=label, tags=tags),
        status=status,
        raw_status=status.value,
        snapshot=Snapshot(
            status=status,
            raw_status=status.value,
            task_id=task_id,
            model=model,
            prompt=prompt,
            created_at=created,
            started_at=started,
            finished_at=ended if over else None,
            usage=usage,
            failure=failure,
            outputs=outputs,
        ),
        transitions=(Transition(status, status.value, ended if over else created),),
        polls=3,
        last_polled_at=ended if over else NOW,
        fetches=fetches or {},
    )


HORSE = "happyhorse-1-0"


def history() -> list[Task]:
    """Thirteen tasks: six succeeded, four failed, one canceled, one gone, one under way."""
    done, failed = Status.SUCCEEDED, Status.FAILED
    no = Failure("E1", "the filter said no")
    return [
        made("hiapi:h1", done, FIRST, queue=4, run=60, model=HORSE, outputs=(film(),),
             fetches={1: saved(1000)}, tags=("trailer",)),
        made("hiapi:h2", done, SECOND, queue=6, run=100, model=HORSE,
             outputs=(film(ends=NOW - timedelta(hours=1)),), tags=("trailer", "act-1")),
        made("hiapi:h3", failed, SECOND, queue=1, run=2, model=HORSE, failure=no),
        made("hiapi:h4", Status.CANCELED, FIRST, model=HORSE),
        made("hiapi:h5", Status.GONE, FIRST, model=HORSE),
        made("hiapi:h6", Status.RUNNING, NOW - timedelta(minutes=1), model=HORSE),
        made("ttapi:t1", done, FIRST, queue=1, run=30, outputs=(film(),), fetches={1: saved(2000)},
             usage={"duration": 5, "input_video_duration": 0, "output_video_duration": 5}),
        made("ttapi:t2", done, FIRST, queue=2, run=31, outputs=(film(),), usage={"duration": 2.5}),
        made("ttapi:t3", failed, SECOND, queue=1, run=1, usage={"duration": 5}, failure=no),
        made("dimilinks:d1", done, SECOND, run=10, model="flux", usage={"credit_cost": 0.1},
             outputs=(film(kind="image", ends=NOW + timedelta(hours=1)),)),
        made("dimilinks:d2", done, SECOND, run=20, model="flux", usage={"credit_cost": 0.2},
             outputs=(film(kind="image"),)),
        made("dimilinks:d3", failed, SECOND, model="flux", usage={"credit_cost": 0}, failure=no),
        made("dimilinks:d4", failed, SECOND, model="flux", failure=no),
    ]  # fmt: skip


HOSTILE = "</p></style><script>alert(1)</script><img src=x onerror=alert(1)>\" ' & \u202e"
"""A text that would like to be more than that."""


def _chunk(kind: bytes, data: bytes) -> bytes:
    end = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", end)


PNG = b"\x89PNG\r\n\x1a\n" + b"".join(
    (
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\x00\xf2\xb8\x4b")),
        _chunk(b"IEND", b""),
    )
)
"""A picture of one amber pixel."""


def remember(home: Path, tasks: list[Task], replies: Mapping[str, bytes] | None = None) -> None:
    """Have the home at that folder know and watch these."""
    home.mkdir(parents=True, exist_ok=True)
    paths = Paths.under(home)

    async def save() -> None:
        store = History(paths.history)
        for task in tasks:
            body = (replies or {}).get(task.ref.id)
            headers = {"X-Request-Id": "req-42", "Set-Cookie": "private=1"}
            store.save(task, Reply(200, headers, body) if body else None)
        await store.flush()
        await store.close()

    asyncio.run(save())
    WatchlistFile(path_for("default", paths)).add(task.entry for task in tasks)
