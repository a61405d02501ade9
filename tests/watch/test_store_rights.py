"""The roles that `rushes store init` prints, on a real server (rows 312, 313)."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from postgres_fixtures import Servers
from postgres_server import Server
from sampling import sample
from shared_store import team_in, url_of

from rushes.watch.clock import SystemClock
from rushes.watch.postgres import (
    lease_rows,
    members,
    prune_rows,
    schema,
    slot_rows,
    task_rows,
    upkeep,
    window_rows,
)
from rushes.watch.postgres.known_texts import KnownTexts
from rushes.watch.postgres.roles import owner_of, rights
from rushes.watch.postgres.task_rows import Change
from rushes.watch.store import LeaseRequest
from rushes.watch.task import Ref, Task
from rushes.watch.team_faults import StoreRefused
from rushes.watch.watchlist.team import Team
from rushes.watch.watchlist.undo_log import UndoLog


class Studio:
    """A database with an owner, and the logins of a poller and of a viewer."""

    def __init__(self, server: Server, home: Path) -> None:
        self._where = server.new_database()
        self._home = home
        name = self._where["dbname"]
        self._server = server
        self.run(f"CREATE ROLE {name}_owner LOGIN; ALTER DATABASE {name} OWNER TO {name}_owner")
        owner = self.of("owner")
        with owner.session.unchecked() as connection:
            upkeep.make(connection)
            printed = list(rights(owner.address.database, owner_of(connection)))
        self.run("\n".join(printed))  # the server's administrator runs them, not the owner
        for role in ("poller", "viewer"):
            self.run(f"CREATE ROLE {name}_{role}_1 LOGIN; GRANT {name}_{role} TO {name}_{role}_1")

    def run(self, sql: str) -> None:
        with psycopg.connect(**self._where, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
            db.execute(sql.encode())

    def of(self, role: str) -> Team:
        """The store as one of them has it."""
        login = f"{self._where['dbname']}_{role}" + ("" if role == "owner" else "_1")
        return team_in(self._home / role, url_of({**self._where, "user": login}))


@pytest.fixture(params=sample((18, 15), 1, "rights"))
def studio(request: pytest.FixtureRequest, postgres_servers: Servers, tmp_path: Path) -> Studio:
    version: int = request.param
    return Studio(postgres_servers.of(version), tmp_path)


TASK = Task(entry=entry("a"))
EVERYTHING: Mapping[str, str] = dict.fromkeys(
    ("watchlist", "entry", "task", "body", "lease", "gate", "slot", "budget", "member"),
    "SELECT, INSERT, UPDATE, DELETE",
)


def refused(team: Team, sql: str) -> None:
    with pytest.raises(StoreRefused), team.session.transaction() as connection:
        connection.execute(sql.encode())


def test_a_viewer_edits_lists_reads_the_rest_and_writes_nothing_of_tasks(
    studio: Studio, tmp_path: Path
) -> None:
    with studio.of("poller").session.transaction() as connection:
        task_rows.save(connection, [Change(task=TASK)], uuid4(), KnownTexts())
    viewer = studio.of("viewer")
    cut = viewer.open("cut", lambda: UndoLog(tmp_path / "undo", SystemClock()))
    cut.add([entry("a"), entry("b")])
    cut.remove([Ref("hiapi", "b")])
    assert len(cut.undo()[0].entries) == 2
    assert [one.tasks for one in viewer.lists()] == [2]
    with viewer.session.transaction() as connection:
        connection.execute("SELECT pg_notify('rushes', '')")
        assert set(task_rows.load(connection, [entry("a")])) == {entry("a").ref}
        assert len(window_rows.rows_in_window(connection, "cut", 60.0, ())[0]) == 2
    refused(viewer, "UPDATE rushes.task SET polls = 1")
    refused(viewer, "DELETE FROM rushes.lease")
    refused(viewer, "INSERT INTO rushes.member VALUES (gen_random_uuid(), '', '', now(), now())")
    refused(viewer, "UPDATE rushes.about SET version = 1")


def test_a_poller_does_all_but_bring_the_tables_up_to_date(
    studio: Studio, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    poller = studio.of("poller")
    me = uuid4()
    with poller.session.transaction() as connection:
        task_rows.save(connection, [Change(task=TASK)], me, KnownTexts())
        asked = LeaseRequest(account="hiapi", key_mark="", tasks=[TASK], interval=5.0)
        given = {"owner": me, "moment": None}
        taken = lease_rows.take(connection, asked, given, KnownTexts(), timedelta(0))
        assert [lease.fence is not None for lease in taken.leases] == [True]
        assert slot_rows.take(connection, "hiapi", me, count=1, lasts=9.0, moment=None)
        assert members.note(connection, me, "render", "1") == 1
        prune_rows.note_watched(connection, ["hiapi:a"], clock.now() - timedelta(90), new=True)
        assert prune_rows.forget_some(connection, 1.0, None) == 1
        for table, privileges in EVERYTHING.items():
            query = "SELECT has_table_privilege(%s, %s)"
            assert connection.execute(query, (f"rushes.{table}", privileges)).fetchone() == (True,)
    refused(poller, "UPDATE rushes.about SET version = 1")
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, "ALTER TABLE rushes.task ADD note text"))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with pytest.raises(StoreRefused), poller.session.unchecked() as connection:
        upkeep.upgrade(connection)


def test_the_rights_hold_for_tables_of_a_later_version(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = "CREATE TABLE rushes.note (n bigint GENERATED ALWAYS AS IDENTITY, text text)"
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, more))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with studio.of("owner").session.unchecked() as connection:
        assert upkeep.upgrade(connection) == 1
    with studio.of("poller").session.transaction() as connection:
        connection.execute("INSERT INTO rushes.note (text) VALUES ('seen')")
    with studio.of("viewer").session.transaction() as connection:
        assert connection.execute("SELECT text FROM rushes.note").fetchone() == ("seen",)
    refused(studio.of("viewer"), "DELETE FROM rushes.note")
