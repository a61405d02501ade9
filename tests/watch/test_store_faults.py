"""Faults of a shared store and of the way to it, as its machines meet them (rows 337 to 340)."""

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Collection, Generator
from datetime import timedelta
from pathlib import Path
from unittest.mock import create_autospec
from uuid import uuid4

import psycopg
import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from postgres_fixtures import Servers
from relay import Relay
from shared_store import new_store, team_in, team_store
from team_steps import A, B, C, asking, known_here, loaded, seen, sent
from waiting import until

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.postgres import gathered
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.gathered import Gathered
from rushes.watch.postgres.task_rows import Change, Saved
from rushes.watch.store import USE_WITHIN, StoreHolds
from rushes.watch.store_words import sentences
from rushes.watch.team.store import TeamStore

SUPPORT = Path(__file__).parents[1] / "support"


@pytest.fixture
def relay(postgres_servers: Servers) -> Generator[Relay]:
    with tempfile.TemporaryDirectory(prefix="relay-", dir="/tmp") as folder:
        one = Relay(Path(folder), postgres_servers.of(18).parameters)
        yield one
        one.close()


@pytest.fixture
def url(postgres_servers: Servers) -> str:
    return new_store(postgres_servers.of(18))


@pytest.fixture
async def far(
    url: str, relay: Relay, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[TeamStore]:
    """The store of a machine that reaches the server by the relay."""
    store = team_store(f"{url.partition('?')[0]}?host={relay.folder}", tmp_path / "far", clock)
    yield store
    relay.release()
    await store.close()


def granted(home: Path, url: str) -> bool:
    """Whether the server has given a turn to anybody."""
    with team_in(home, url).session.statement() as db:
        return bool(db.execute("SELECT FROM rushes.lease").fetchall())


async def test_a_turn_of_which_is_heard_too_late_is_not_used_and_is_nobodys_meanwhile(
    url: str, relay: Relay, far: TeamStore, tmp_path: Path, clock: ManualClock
) -> None:
    await far.load([entry("a")])
    relay.hold()
    taking = asyncio.create_task(far.take(asking(A)))
    await until(lambda: granted(tmp_path, url))
    clock.threads.clear()  # what is held back is not waited for
    await clock.advance(USE_WITHIN + 0.1)
    relay.release()
    with pytest.raises(StoreHolds):
        await taking
    near = team_store(url, tmp_path / "near", clock)
    (held,) = (await near.take(asking(A))).leases
    assert held.fence is None
    await near.close()


@pytest.mark.parametrize(("hours", "is_free"), [(0.5, False), (2.0, True)])
async def test_a_turn_of_before_the_servers_clock_was_set_back_does_not_last_for_hours(
    url: str, tmp_path: Path, clock: ManualClock, hours: float, is_free: bool
) -> None:
    now = [clock.now()]
    one, other = (team_store(url, tmp_path / n, clock, lambda: now[0]) for n in ("one", "other"))
    await one.take(asking(A))
    now[0] -= timedelta(hours=hours)
    (lease,) = (await other.take(asking(A))).leases
    assert (lease.fence is not None) == is_free
    for store in (one, other):
        await store.close()


async def test_who_quits_while_the_server_stalls_keeps_what_it_has_not_heard_of(
    url: str, relay: Relay, far: TeamStore, tmp_path: Path, clock: ManualClock
) -> None:
    await far.load([entry("a")])
    relay.hold()
    far.save(seen(Status.SUCCEEDED))
    await far.close()
    assert known_here(tmp_path / "far").status is Status.SUCCEEDED
    relay.release()
    later = team_store(f"{url.partition('?')[0]}?host={relay.folder}", tmp_path / "far", clock)
    later.begin()
    near = team_store(url, tmp_path / "near", clock)
    async with asyncio.timeout(20):
        while (await loaded(near)).status is not Status.SUCCEEDED:
            await clock.advance(0.5)
            await asyncio.sleep(0.02)
    for store in (later, near):
        await store.close()


async def test_a_role_with_too_many_connections_is_told_and_works_on_its_copy(
    url: str, postgres_servers: Servers, tmp_path: Path, clock: ManualClock
) -> None:
    database = team_in(tmp_path, url).address.database
    admin = {**postgres_servers.of(18).parameters}
    with psycopg.connect(**admin, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
        db.execute(f"CREATE ROLE {database}_few LOGIN SUPERUSER".encode())
        one = team_store(url.replace("rushes@", f"{database}_few@"), tmp_path / "one", clock)
        one.save(seen(Status.RUNNING))
        await one.flush()
        await one.close()
        few = f"ALTER ROLE {database}_few NOSUPERUSER CONNECTION LIMIT"
        db.execute(f"{few} 0".encode())
        again = team_store(url.replace("rushes@", f"{database}_few@"), tmp_path / "one", clock)
        again.begin()
        assert (await loaded(again)).status is Status.RUNNING
        again.save(seen(Status.SUCCEEDED, polls=2))
        await again.flush()
        await clock.advance(3.0)
        (notice,) = sentences(again.condition)
        assert "1 task waits here" in notice
        assert "too many connections" in notice
        db.execute(f"{few} -1".encode())
        db.execute(f"ALTER ROLE {database}_few SUPERUSER".encode())
        await sent(again, clock)
        await again.close()


def test_what_was_acknowledged_outlives_both_the_server_and_who_saved_it(
    url: str, postgres_servers: Servers, tmp_path: Path
) -> None:
    server = postgres_servers.of(18)
    command = [sys.executable, str(SUPPORT / "team_child.py"), url, str(tmp_path / "one")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=SUPPORT, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        assert child.stdout.readline() == "loaded\n"
        server.kill()
        try:
            for each in "bc":
                print(each, file=child.stdin, flush=True)
                assert child.stdout.readline() == f"{each}\n"
            child.kill()
        finally:
            server.start()
    with asyncio.Runner() as runner:
        runner.run(_sent_by_the_next(url, tmp_path))


async def _sent_by_the_next(url: str, folder: Path) -> None:
    clock = ManualClock()
    next_one, other = (team_store(url, folder / name, clock) for name in ("one", "other"))
    next_one.begin()
    async with asyncio.timeout(20):
        while {(await loaded(other, ref)).status for ref in (B, C)} != {Status.SUCCEEDED}:
            await clock.advance(0.5)
            await asyncio.sleep(0.02)
    for store in (next_one, other):
        await store.close()


def test_of_the_replies_that_wait_for_the_store_the_newest_are_kept_and_all_tasks_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gathered, "BODIES", 100)
    written = list[Change]()

    def save(_db: Connection, changes: Collection[Change]) -> Saved:
        written.extend(changes)
        return Saved()

    batch = Gathered(uuid4(), save, lambda _db, _ended: None, lambda _versions, _saved: None)
    for ref, size in ((A, 60), (B, 60), (C, 30), (A, 10)):
        batch.change(Change(task=seen(Status.RUNNING, ref), reply=Reply(200, {}, b"x" * size)))
    batch.change(Change(task=seen(Status.SUCCEEDED, B)))
    newer = Gathered(uuid4(), save, lambda _db, _ended: None, lambda _versions, _saved: None)
    newer.change(Change(task=seen(Status.RUNNING, C), reply=Reply(200, {}, b"x" * 80)))
    batch.put_back(newer)
    batch.write(create_autospec(psycopg.Connection))
    replies = {change.task.ref: len(change.reply.body) for change in written if change.reply}
    assert replies == {A: 10, C: 80}
    assert {change.task.ref for change in written} == {A, B, C}
