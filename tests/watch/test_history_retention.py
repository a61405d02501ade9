"""What goes from the history in time, and what never does (`[history] keep`)."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from counted_history import CountedHistory
from fake_gateway import entry
from manual_clock import ManualClock
from waiting import PATIENCE

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.disk.paths import Paths
from rushes.watch.history import prune
from rushes.watch.history.schema import VERSION
from rushes.watch.retention import AFTER, EVERY, keep_house, note_watched
from rushes.watch.task import Ref, Task, Transition
from rushes.watch.watchlist.file import WatchlistFile, path_for

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAY = 86_400.0
TABLES = ("task", "transition", "download", "body", "watched")


def ref(task_id: str) -> Ref:
    return Ref("hiapi", task_id)


def after(days: float) -> datetime:
    return NOW + timedelta(days=days)


def done(task_id: str) -> Task:
    return Task(
        entry=entry(task_id),
        status=Status.SUCCEEDED,
        raw_status="success",
        transitions=(Transition(Status.SUCCEEDED, "success", NOW),),
        fetches={1: Fetch(state=OutputState.DOWNLOADED, path=Path("/x/a.mp4"), sha256="ab")},
        polls=3,
        last_polled_at=NOW,
    )


async def filled(path: Path, clock: ManualClock, *ids: str, body: bytes = b"{}") -> CountedHistory:
    history = CountedHistory(path, clock=clock)
    for task_id in ids:
        history.save(done(task_id), Reply(200, {}, body))
    await history.flush()
    return history


def left(path: Path, table: str = "task") -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {found for (found,) in db.execute(f"SELECT ref FROM {table}")}  # noqa: S608


def pages(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        ((count,),) = db.execute("PRAGMA page_count").fetchall()
        return int(count)


async def test_what_nobody_watches_any_more_goes_after_its_time_with_all_that_is_of_it(
    tmp_path: Path, clock: ManualClock
) -> None:
    history = await filled(tmp_path / "history.db", clock, "kept", "removed")
    assert await history.prune(30 * DAY, [ref("kept"), ref("removed")]) == 0
    clock.wall = after(29.9)
    assert await history.prune(30 * DAY, [ref("kept")]) == 0
    clock.wall = after(30.1)
    assert await history.prune(30 * DAY, [ref("kept")]) == 1
    for table in TABLES:
        assert left(history.path, table) == {"hiapi:kept"}
    assert (await history.load([entry("removed")]))[ref("removed")] == Task(entry=entry("removed"))
    assert (await history.load([entry("kept")]))[ref("kept")] == done("kept")
    await history.close()


async def test_on_the_day_on_which_somebody_first_sets_it_nothing_goes(
    tmp_path: Path, clock: ManualClock
) -> None:
    """However old it is: nobody noted so far when it was last watched."""
    history = await filled(tmp_path / "history.db", clock, "ancient")
    clock.wall = after(5000)
    assert await history.prune(DAY, []) == 0
    clock.wall = after(5002)
    assert await history.prune(DAY, []) == 1
    await history.close()


async def test_opening_a_list_that_is_elsewhere_keeps_its_tasks(
    tmp_path: Path, clock: ManualClock
) -> None:
    history = await filled(tmp_path / "history.db", clock, "elsewhere", "nowhere")
    await history.prune(30 * DAY, [])
    for _ in range(4):
        clock.wall += timedelta(days=20)
        await note_watched(history, [ref("elsewhere")])
        await history.prune(30 * DAY, [])
    assert left(history.path) == {"hiapi:elsewhere"}
    await history.close()


async def test_opening_a_list_again_the_same_day_writes_nothing(
    tmp_path: Path, clock: ManualClock
) -> None:
    history = await filled(tmp_path / "history.db", clock, "a")
    await history.prune(30 * DAY, [ref("a")])
    with closing(sqlite3.connect(history.path)) as db:
        before = db.execute("PRAGMA data_version").fetchone()
        await note_watched(history, [ref("a")])
        await history.flush()
        assert db.execute("PRAGMA data_version").fetchone() == before
        clock.wall += timedelta(days=2)
        await note_watched(history, [ref("a")])
        await history.flush()
        assert db.execute("PRAGMA data_version").fetchone() != before
    await history.close()


async def test_more_than_one_step_of_them_goes_at_once(tmp_path: Path, clock: ManualClock) -> None:
    ids = [f"t{n}" for n in range(130)]
    history = await filled(tmp_path / "history.db", clock, *ids)
    await history.prune(DAY, [])
    clock.wall = after(2)
    assert await history.prune(DAY, []) == 130
    assert left(history.path) == set()
    await history.close()


async def test_others_get_their_turn_between_the_steps(tmp_path: Path, clock: ManualClock) -> None:
    ids = [f"t{n}" for n in range(200)]
    history = await filled(tmp_path / "history.db", clock, *ids)
    await history.prune(DAY, [])
    clock.wall = after(2)
    forgetting = asyncio.create_task(history.prune(DAY, []))
    seen: list[int] = []
    while not forgetting.done():
        found = await history.load(map(entry, ids))
        seen.append(sum(task.polls > 0 for task in found.values()))
    assert await forgetting == 200
    assert [count for count in seen if 0 < count < 200]
    await history.close()


async def test_what_went_gives_its_room_back_and_leaves_a_sound_database(
    tmp_path: Path, clock: ManualClock
) -> None:
    ids = [f"t{n}" for n in range(100)]
    history = await filled(tmp_path / "history.db", clock, *ids, body=b"x" * 50_000)
    before = pages(history.path)
    await history.prune(DAY, [ref("t7")])
    clock.wall = after(2)
    await history.prune(DAY, [ref("t7")])
    assert pages(history.path) < before / 10
    assert (await history.load([entry("t7")]))[ref("t7")] == done("t7")
    await history.close()
    assert history.path.stat().st_size < 1_000_000
    with closing(sqlite3.connect(history.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_last_bodies_are_bounded_while_it_runs(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prune, "BODIES_LIMIT", 20_000)
    monkeypatch.setattr(prune, "BODIES_SLACK", 5_000)
    history = await filled(tmp_path / "history.db", clock)
    for n in range(100):
        at = NOW + timedelta(seconds=n)
        history.save(replace(done(f"t{n}"), last_polled_at=at), Reply(200, {}, b"x" * 1000))
        if n % 3 == 0:
            await history.flush()
    await history.flush()
    kept = left(history.path, "body")
    assert len(kept) <= 25 + 3
    assert {"hiapi:t99", "hiapi:t90"} <= kept
    assert len(left(history.path)) == 100
    await history.close()


async def test_a_newer_one_is_not_pruned(tmp_path: Path, clock: ManualClock) -> None:
    history = await filled(tmp_path / "history.db", clock, "a")
    await history.close()
    with closing(sqlite3.connect(history.path)) as db, db:
        db.execute(f"PRAGMA user_version = {VERSION + 1}")
    history = CountedHistory(history.path, clock=clock)
    await history.note_watched([ref("a")])
    clock.wall = after(9)
    assert await history.prune(0.0, []) == 0
    await history.close()
    assert left(history.path) == {"hiapi:a"}


async def test_leases_that_ran_out_long_ago_go_and_no_other(
    tmp_path: Path, clock: ManualClock
) -> None:
    history = await filled(tmp_path / "history.db", clock)
    until = {"current": 1005.0, "just over": 990.0, "long over": -2700.0, "last start": 900_000.0}
    with closing(sqlite3.connect(history.path)) as db, db:
        db.executemany("INSERT INTO lease VALUES (?, '1 x y', ?, 1, 1)", until.items())
    await history.prune(None, ())
    assert left(history.path, "lease") == {"current", "just over"}
    await history.close()


# -- day by day -------------------------------------------------------------------------------


class Nights(ManualClock):
    """A clock that knows how often somebody lay down to sleep by it."""

    nights = 0

    async def sleep(self, seconds: float) -> None:
        self.nights += 1
        await super().sleep(seconds)

    async def pass_days(self, days: int) -> None:
        """Each until its work is done: lists are read on a thread that no manual clock knows of."""
        for _ in range(days):
            before = self.nights
            await self.advance(EVERY)
            async with asyncio.timeout(PATIENCE):
                while self.nights == before:
                    await asyncio.sleep(0.001)


@pytest.fixture
def clock() -> Nights:
    return Nights()


@asynccontextmanager
async def house(
    history: CountedHistory, clock: Nights, keep: float | None, *own: str
) -> AsyncGenerator[None]:
    """A home that is looked after, with a list `default` that holds the task `listed`."""
    paths = Paths.under(history.path.parent)
    WatchlistFile(path_for("default", paths)).add([entry("listed")])
    clock.threads.append(history.busy)

    def opened() -> Collection[Ref]:
        return [ref(task_id) for task_id in own]

    keeping = asyncio.create_task(keep_house(history, paths, keep, opened, clock))
    yield
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)
    await history.close()


async def test_every_day_what_is_on_no_list_gets_older_and_at_last_goes(
    tmp_path: Path, clock: Nights
) -> None:
    history = await filled(tmp_path / "history.db", clock, "listed", "open", "removed")
    async with house(history, clock, 3 * DAY, "open"):
        await clock.advance(AFTER)
        await clock.pass_days(3)
        assert left(history.path) == {"hiapi:listed", "hiapi:open", "hiapi:removed"}
        await clock.pass_days(3)
        assert left(history.path) == {"hiapi:listed", "hiapi:open"}


async def test_forever_is_for_ever(tmp_path: Path, clock: Nights) -> None:
    history = await filled(tmp_path / "history.db", clock, "removed")
    async with house(history, clock, None):
        await clock.advance(AFTER)
        clock.wall += timedelta(days=5000)
        await clock.pass_days(2)
        assert left(history.path) == {"hiapi:removed"}


async def test_while_a_list_cannot_be_read_nothing_goes(tmp_path: Path, clock: Nights) -> None:
    """What it holds nobody knows."""
    history = await filled(tmp_path / "history.db", clock, "removed")
    async with house(history, clock, DAY):
        other = path_for("other", Paths.under(tmp_path))
        other.write_text("[[task]]\nid = ", encoding="utf-8")
        await clock.advance(AFTER)
        await clock.pass_days(4)
        assert left(history.path) == {"hiapi:removed"}
        other.unlink()
        await clock.pass_days(3)
        assert left(history.path) == set()


async def test_a_command_that_is_over_in_a_minute_has_tidied_nothing(
    tmp_path: Path, clock: Nights
) -> None:
    history = await filled(tmp_path / "history.db", clock, "removed")
    async with house(history, clock, DAY):
        await clock.advance(AFTER - 1)
    assert left(history.path, "watched") == set()


async def test_ages_begin_and_bodies_go_a_few_at_a_time(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that another program that writes waits for one short step only."""
    ids = [f"t{n}" for n in range(7)]
    history = await filled(tmp_path / "history.db", clock, *ids, body=b"x" * 100)
    monkeypatch.setattr(prune, "_MARKED", 2)
    monkeypatch.setattr(prune, "_TASKS", 2)
    monkeypatch.setattr(prune, "BODIES_LIMIT", 200)
    with closing(sqlite3.connect(history.path)) as db:
        assert prune.mark_the_others(db, 0.0, "") == "hiapi:t1"
        assert prune.mark_the_others(db, 0.0, "hiapi:t1") == "hiapi:t3"
        old = prune.old_bodies(db)
        prune.drop_bodies(db, old)
        assert len(old) == 3
        assert db.execute("SELECT count(*) FROM body").fetchone() == (5,)
    await history.prune(30 * DAY, [])
    assert left(history.path, "watched") == {f"hiapi:{name}" for name in ids}
    assert len(left(history.path, "body")) == 2
    await history.close()
