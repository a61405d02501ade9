"""A history that other programs hold for long, set aside or delete while it is open."""

import asyncio
import sqlite3
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock
from waiting import AT_ONCE, PATIENCE, until

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.desk import LOOK_EVERY
from rushes.watch.history import thread
from rushes.watch.history.opened import inode_of
from rushes.watch.history.opening import begin_anew
from rushes.watch.history.store import History
from rushes.watch.store import CLOSE_WITHIN, LeaseRequest, StoreBusy, StoreError
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref, Task

HOLDER = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.readline()
"""


def task(task_id: str, polls: int = 7) -> Task:
    return Task(entry=entry(task_id), status=Status.RUNNING, raw_status="handling", polls=polls)


def polls(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return dict(db.execute("SELECT ref, polls FROM task").fetchall())


def mode_of(path: Path) -> int:
    return path.stat().st_mode & 0o777


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "history.db"


@pytest.fixture
async def history(path: Path) -> AsyncIterator[History]:
    it = History(path, patience=0.3)
    yield it
    await it.close()


# -- moved or deleted under us ----------------------------------------------------------------


async def test_what_another_process_set_aside_is_left_for_what_it_began(
    history: History, path: Path
) -> None:
    """Row 56: whoever writes on to the old file writes for nobody."""
    history.save(task("a"))
    await history.flush()
    began = begin_anew(path, inode_of(path), sqlite3.DatabaseError())
    other = History(path)
    other.save(task("theirs"))
    await other.flush()
    history.save(task("b"))
    await history.flush()
    assert history.condition.begun_anew == 1
    assert len(sentences(history.condition)) == 1
    other.save(task("theirs", 8))
    await other.flush()
    assert polls(path) == {"hiapi:theirs": 8, "hiapi:b": 7}
    await history.close()
    await other.close()
    began.db.close()
    assert polls(path) == {"hiapi:theirs": 8, "hiapi:b": 7}
    (aside,) = path.parent.glob("history.db.corrupt-*[0-9]")
    assert polls(aside) == {"hiapi:a": 7}


@pytest.mark.parametrize("what", ["the file", "all of it", "the folder"])
async def test_one_that_is_deleted_under_us_is_made_again_and_that_is_said_once(
    history: History, path: Path, what: str
) -> None:
    """Row 47. The desk saves all that it knows when it sees that something was begun anew."""
    history.save(task("a"))
    await history.flush()
    for found in [path] if what == "the file" else list(path.parent.iterdir()):
        found.unlink()
    if what == "the folder":
        path.parent.rmdir()
    for n in range(3):
        history.save(task("b", n))
        await history.flush()
    assert history.condition.begun_anew == 1
    assert sentences(history.condition) == (
        "history.db was moved or deleted by others: all is saved anew",
    )
    await history.close()
    assert polls(path) == {"hiapi:b": 2}
    assert mode_of(path) == 0o600


async def test_a_desk_with_nothing_to_write_saves_all_it_knows_when_the_file_was_deleted(
    path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "LOOK_EVERY", 0.02)
    path.parent.mkdir()
    gateway = Gateway(clock, lambda task_id: Reply(200, {}, hiapi_body(task_id, "fail")))
    desk = await desk_with(path.parent, clock, {"hiapi": session(clock, gateway)})
    await desk.watchlist.add([entry("a"), entry("b")])
    desk.start()
    await clock.advance(1)
    await desk.history.flush()
    for found in path.parent.glob("history.db*"):
        found.unlink()
    await until(lambda: desk.history.condition.begun_anew)
    await clock.advance(2 * LOOK_EVERY)
    await desk.history.flush()
    assert polls(path) == {"hiapi:a": 1, "hiapi:b": 1}
    assert desk.notices() == ("history.db was moved or deleted by others: all is saved anew",)
    await desk.close()


async def test_a_deleted_one_that_cannot_be_made_again_is_told_of_and_nothing_is_lost(
    history: History, path: Path
) -> None:
    history.save(task("a"))
    await history.flush()
    for found in path.parent.iterdir():
        found.unlink()
    path.parent.rmdir()
    path.parent.write_text("in the way", encoding="utf-8")
    history.save(task("b"))
    with pytest.raises(StoreError):
        await history.flush()
    assert str(path.parent) in "".join(sentences(history.condition))
    path.parent.unlink()
    await history.flush()
    assert history.condition.unsaved is None
    assert polls(path) == {"hiapi:b": 7}


async def test_one_that_stays_where_it_is_is_never_begun_anew(history: History, path: Path) -> None:
    for n in range(20):
        history.save(task("a", n))
        await history.flush()
        with closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert (history.condition.begun_anew, sentences(history.condition)) == (0, ())


# -- held by others ---------------------------------------------------------------------------


@pytest.fixture
def hold(history: History, path: Path) -> Callable[[], sqlite3.Connection]:
    """Another program that writes, and takes its time."""
    del history

    return lambda: holding(path)


def holding(path: Path) -> sqlite3.Connection:
    """The same for a history of the test's own."""
    db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    db.execute("BEGIN IMMEDIATE")
    return db


async def test_closing_takes_no_two_seconds_and_says_what_could_not_be_saved(path: Path) -> None:
    """Rows 46 and 69: a second's wait, and as long again for a disk that does not answer."""
    assert CLOSE_WITHIN < 2
    history = History(path, patience=2 * PATIENCE)
    history.save(task("a"))
    with closing(holding(path)):
        before = time.monotonic()
        await history.close()
        assert time.monotonic() - before < AT_ONCE
        # Why it was not may be told in two ways, by how slow the machine is.
        assert sentences(history.condition)[-1].startswith("history not saved: ")
        assert polls(path) == {}


async def test_closing_cuts_short_a_wait_that_was_begun_before(path: Path) -> None:
    history = History(path, patience=2 * PATIENCE)
    history.save(task("a"))
    with closing(holding(path)):
        flushing = asyncio.create_task(history.flush())
        await asyncio.sleep(0.05)
        before = time.monotonic()
        await history.close()
        assert time.monotonic() - before < AT_ONCE
    with pytest.raises(StoreError, match="locked"):
        await flushing


async def test_what_is_saved_late_while_closing_is_saved(
    history: History, path: Path, hold: Callable[[], sqlite3.Connection]
) -> None:
    history.save(task("a"))
    other = hold()
    letting_go = threading.Timer(0.3, other.rollback)
    letting_go.start()
    await history.close(PATIENCE)
    letting_go.join()
    other.close()
    assert history.condition.unsaved is None
    assert polls(path) == {"hiapi:a": 7}


async def test_whoever_gives_up_waiting_for_an_answer_stops_nothing(
    history: History, path: Path, hold: Callable[[], sqlite3.Connection]
) -> None:
    """As a signal does that comes while a command is waiting for its last commit."""
    history.save(task("a"))
    with closing(hold()):
        flushing = asyncio.create_task(history.flush())
        await asyncio.sleep(0.02)
        flushing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await flushing
    history.save(task("b"))
    await history.close()
    assert polls(path) == {"hiapi:a": 7, "hiapi:b": 7}


async def test_others_that_write_for_a_moment_are_no_failure(
    path: Path,
) -> None:
    history = History(path, patience=PATIENCE)
    history.save(task("a"))
    with closing(holding(path)):
        for _ in range(30):
            assert (await history.load([entry("a")]))[Ref("hiapi", "a")].polls == 0
            assert history.condition.unsaved is None
            await asyncio.sleep(0.01)
    await history.flush()
    assert polls(path) == {"hiapi:a": 7}
    await history.close()


async def test_who_is_to_be_answered_at_once_hears_that_others_are_writing(path: Path) -> None:
    history = History(path, patience=2 * PATIENCE)
    request = LeaseRequest(account="hiapi", key_mark="", interval=5.0, tasks=[task("a")])
    with closing(holding(path)):
        before = time.monotonic()
        with pytest.raises(StoreBusy):
            await history.take(request)
        assert time.monotonic() - before < AT_ONCE
    assert (await history.take(request)).leases[0].fence is not None
    await history.close()


async def test_it_can_be_opened_while_others_write(
    history: History, path: Path, hold: Callable[[], sqlite3.Connection]
) -> None:
    """So that `rushes ls` shows what is known."""
    history.save(task("a"))
    await history.flush()
    with closing(hold()):
        second = History(path, patience=0.1)
        assert (await second.load([entry("a")]))[Ref("hiapi", "a")].polls == 7
        await second.close()
    assert second.condition.unsaved is None


async def test_a_process_that_holds_it_loses_nothing_and_holds_up_no_loop(path: Path) -> None:
    """Row 57, with another process that holds it for thrice the patience."""
    history = History(path, patience=0.3)
    holder = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        HOLDER,
        path,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert holder.stdout is not None
    await holder.stdout.readline()
    lags: list[float] = []
    for n in range(180):
        before = time.monotonic()
        history.save(task(f"t{n % 50}", n))
        await asyncio.sleep(0.005)
        lags.append(time.monotonic() - before - 0.005)
    await until(lambda: "locked" in "".join(sentences(history.condition)))
    await holder.communicate(b"\n")
    await history.flush()
    await history.close()
    assert polls(path) == {f"hiapi:t{n % 50}": n for n in range(180)}
    assert sorted(lags)[len(lags) // 2] < 0.1
