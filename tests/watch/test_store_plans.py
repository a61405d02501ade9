"""What a team's store is asked all the time goes through its indexes, whatever its tables hold."""

from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fake_gateway import entry
from postgres_fixtures import Servers
from shared_store import new_store, team_in

from rushes.providers.model import Status
from rushes.watch.postgres import lease_rows, task_rows, upkeep
from rushes.watch.postgres.connection import Connection
from rushes.watch.postgres.known_texts import KnownTexts
from rushes.watch.postgres.lease_rows import Ended
from rushes.watch.postgres.session import Plans, Session
from rushes.watch.postgres.task_rows import NO_TIME, Change
from rushes.watch.store import LeaseRequest
from rushes.watch.task import Task

TABLES = ("task", "lease", "gate")
FILL = """
INSERT INTO task (ref, account, over, polls, changes, saved, saved_by, saved_at, status)
SELECT 'hiapi:other-' || n, 'hiapi', true, 1, 1, '{}', gen_random_uuid(), now(), 'succeeded'
FROM generate_series(1, 3000) AS n;
INSERT INTO lease (ref, account, until, asking, fence)
SELECT ref, account, now(), false, 1 FROM task WHERE ref LIKE '%other%'
"""


def ask_and_save(db: Connection) -> None:
    """Take a lease, save what was heard, end it, look at what others did."""
    a, number = entry("a"), uuid4()
    task = Task(entry=a, status=Status.RUNNING, polls=1)
    given = {"owner": number, "moment": None}
    request = LeaseRequest(account="hiapi", key_mark="k", interval=5.0, tasks=[task])
    (lease,) = lease_rows.take(db, request, given, KnownTexts(), NO_TIME).leases
    task_rows.save(db, [Change(task=task)], number, KnownTexts(), NO_TIME)
    if lease.fence is not None:
        lease_rows.end(db, {str(a.ref): Ended(lease.fence, 0.0)}, 0.0, given)
    task_rows.saved_since(db, task_rows.horizon(db), number)


def read_whole(where: dict[str, str | int]) -> dict[str, int]:
    """How many rows of each table were read without an index so far."""
    with psycopg.connect(**where) as db:  # pyright: ignore[reportArgumentType]
        found = db.execute(
            "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname = ANY (%s)",
            (list(TABLES),),
        )
        return dict(found.fetchall())


def count(session: Session) -> None:
    """Have the server count by now what the session's connection has read."""
    with session.unchecked() as db:
        db.execute("SELECT pg_stat_force_next_flush()")


@pytest.mark.parametrize("version", [18, 15])
def test_also_where_they_were_empty_when_it_was_asked_first(
    postgres_servers: Servers, version: int
) -> None:
    where = dict(postgres_servers.of(version).new_database())
    maker, session = Session(lambda: where), Session(lambda: where, plans=Plans.BY_INDEX)
    with maker.unchecked() as db:
        upkeep.make(db)
    for _ in range(8):  # the driver has a statement prepared once it was asked five times
        with session.transaction() as db:
            ask_and_save(db)
    with maker.unchecked() as db:
        db.execute(FILL.encode())
    count(maker)
    count(session)
    before = read_whole(where)
    with session.transaction() as db:
        ask_and_save(db)
    count(session)
    assert read_whole(where) == before
    for each in (maker, session):
        each.close()


def test_the_environment_sets_nothing_of_a_session(
    postgres_servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGOPTIONS", "-c work_mem=77kB")
    session = Session(team_in(tmp_path, new_store(postgres_servers.of(18))).parameters)
    with session.unchecked() as db:
        assert db.execute("SHOW work_mem").fetchone() != ("77kB",)
    session.close()
