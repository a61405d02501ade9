"""A server that goes on from an older state: a replica that lagged, a backup (rows 335, 336)."""

import asyncio
import contextlib
import shutil
import subprocess
from collections.abc import Generator, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from postgres_server import Server, server
from shared_store import new_store, team_in, team_store
from team_steps import B, loaded, seen, sent

from rushes.providers.model import Status
from rushes.watch.postgres import task_rows, upkeep
from rushes.watch.postgres.looks import Looks
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Version
from rushes.watch.task import Ref
from rushes.watch.team_faults import StoreAway


@pytest.fixture
def own() -> Generator[Server]:
    """A server that no other test uses."""
    with server(18) as one:
        if one is None:
            pytest.skip("there is no PostgreSQL 18 on this machine")
        yield one


class Replica:
    """What the server's files were at a moment, and what it goes on from once it has failed."""

    def __init__(self, of: Server) -> None:
        self._of = of
        of.kill()
        self._copied(of.folder / "data", of.folder / "replica")
        of.start()

    def takes_over(self) -> None:
        """Have it be the server in the other's place, on a timeline of its own."""
        one = self._of
        one.kill()
        shutil.rmtree(one.folder / "data")
        self._copied(one.folder / "replica", one.folder / "data")
        signal = one.folder / "data" / "recovery.signal"
        signal.touch()
        one.settings["restore_command"] = "false"
        one.start()

    @staticmethod
    def _copied(there: Path, here: Path) -> None:
        subprocess.run(["cp", "-a", there, here], check=True)


async def test_what_a_replica_that_takes_over_does_not_have_is_saved_anew(
    own: Server, tmp_path: Path, clock: ManualClock
) -> None:
    url = new_store(own)
    one = team_store(url, tmp_path / "one", clock)
    one.begin()
    one.save(seen(Status.RUNNING))
    await one.flush()
    replica = Replica(own)
    one.save(seen(Status.SUCCEEDED, polls=2))
    one.save(seen(Status.RUNNING, B))
    await one.flush()
    await clock.advance(1.0)
    await sent(one, clock)
    replica.takes_over()
    other = team_store(url, tmp_path / "other", clock)
    async with asyncio.timeout(20):
        while (await loaded(other, B)).status is not Status.RUNNING:
            await clock.advance(0.5)
            await asyncio.sleep(0.02)
    assert (await loaded(other)).status is Status.SUCCEEDED
    assert (await loaded(one)).status is Status.SUCCEEDED
    for store in (one, other):
        await store.close()


async def test_it_is_found_out_at_the_next_start_too(
    own: Server, tmp_path: Path, clock: ManualClock
) -> None:
    url = new_store(own)
    one = team_store(url, tmp_path / "one", clock)
    await one.load([entry("a")])
    replica = Replica(own)
    one.save(seen(Status.SUCCEEDED))
    await one.flush()
    await one.close()
    replica.takes_over()
    again, other = (team_store(url, tmp_path / name, clock) for name in ("one", "other"))
    again.begin()
    async with asyncio.timeout(20):
        while (await loaded(other)).status is not Status.SUCCEEDED:
            await again.load([entry("b")])
            await clock.advance(0.5)
            await asyncio.sleep(0.02)
    for store in (again, other):
        await store.close()


async def test_who_looks_for_news_reads_all_anew_though_the_numbers_have_gone_on(
    own: Server, tmp_path: Path, clock: ManualClock
) -> None:
    url = new_store(own)
    replica = Replica(own)
    heard = list[Mapping[Ref, Version] | None]()
    session = Session(team_in(tmp_path, url).parameters)
    looks = Looks(session, uuid4(), heard.append)
    looks.look()
    one = team_store(url, tmp_path / "one", clock)
    for polls in (1, 2):
        one.save(seen(Status.RUNNING, polls=polls))
        await one.flush()
    looks.look()
    before = len(heard)
    replica.takes_over()
    for polls in range(3, 9):
        one.save(seen(Status.RUNNING, polls=polls))
        await one.flush()
    async with asyncio.timeout(20):
        while len(heard) == before:
            with contextlib.suppress(StoreAway):  # its connection has ended
                looks.look()
            await asyncio.sleep(0.02)
    session.close()
    assert heard[-1] is None
    await one.close()


async def test_after_an_upgrade_nothing_of_a_backup_is_news_for_ever(
    own: Server, tmp_path: Path, clock: ManualClock
) -> None:
    url = new_store(own)
    one = team_store(url, tmp_path, clock)
    one.save(seen(Status.RUNNING))
    await one.flush()
    await one.close()
    session = team_in(tmp_path, url).session
    with session.transaction() as db:  # as a dump of a server that has gone on for longer has it
        db.execute("UPDATE rushes.task SET change = '9000000000'")
    with session.unchecked() as db:
        assert upkeep.upgrade(db) == 0
    with session.transaction() as db:
        assert not task_rows.saved_since(db, task_rows.horizon(db), uuid4())[1]
