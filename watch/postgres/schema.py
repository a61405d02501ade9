"""The tables of a shared store, made and brought up to date by its owner alone.

A step only adds what has a default, so that the release before reads and writes on. `about` says
how old a program may be: one that is older than `writes_from` only reads, and one older than
`reads_from` does neither.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg

from rushes.providers.error_codes import ErrorCode
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.watch.postgres.unusable import StoreUnusable
from rushes.watch.store import StoreError

Step = Sequence[LiteralString]

_OBSERVED: LiteralString = """
CREATE TABLE rushes.task (
    ref text COLLATE "C" PRIMARY KEY, account text NOT NULL, number bigint GENERATED ALWAYS AS
    IDENTITY, status text, over boolean NOT NULL, polls int NOT NULL, changes int NOT NULL,
    model text, saved text NOT NULL, watched timestamptz,
    change xid8 NOT NULL DEFAULT pg_current_xact_id()
) WITH (fillfactor = 70);
CREATE INDEX task_change ON rushes.task (change);
CREATE INDEX task_ended ON rushes.task (account, number) WHERE status = 'succeeded';
CREATE INDEX task_watched ON rushes.task (watched);
CREATE TABLE rushes.body (
    ref text COLLATE "C" PRIMARY KEY, status int NOT NULL, headers text NOT NULL,
    body bytea NOT NULL, at text NOT NULL, kept_at timestamptz NOT NULL
);
CREATE TABLE rushes.lease (
    ref text COLLATE "C" PRIMARY KEY, account text NOT NULL, owner uuid,
    until timestamptz NOT NULL, asking boolean NOT NULL, fence bigint NOT NULL
) WITH (fillfactor = 50, autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0);
CREATE SEQUENCE rushes.fence;
CREATE TABLE rushes.gate (
    account text PRIMARY KEY, key_mark text NOT NULL, kind text NOT NULL, message text NOT NULL,
    code text, http_status int, until timestamptz NOT NULL
);
CREATE TABLE rushes.slot (
    account text, n int, owner uuid NOT NULL, until timestamptz NOT NULL, PRIMARY KEY (account, n)
) WITH (fillfactor = 30);
CREATE TABLE rushes.budget (
    account text PRIMARY KEY, start timestamptz NOT NULL,
    asked_every text, told_at timestamptz
) WITH (fillfactor = 30);
CREATE TABLE rushes.member (
    id uuid PRIMARY KEY, name text NOT NULL, version text NOT NULL,
    since timestamptz NOT NULL, seen timestamptz NOT NULL
);
CREATE TABLE rushes.command (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, home text NOT NULL, kind text NOT NULL,
    subject text NOT NULL, n bigint NOT NULL, mark text NOT NULL, at text NOT NULL,
    fields text NOT NULL, owner uuid NOT NULL, state text NOT NULL, since timestamptz NOT NULL,
    outcome text, UNIQUE (home, kind, subject, n, mark)
);
CREATE INDEX command_waiting ON rushes.command (home, state, id) WHERE state <> 'ended';
CREATE TABLE rushes.event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(),
    who text, what text NOT NULL, list text, ref text
);
"""
"""What machines observed of tasks, and what they agree in. Snapshots are JSON in `text`, as `jsonb`
refuses a NUL and lone surrogates. Each moment in a column is the server's, but for those within a
task's text, which are its watchers'."""

STEPS: tuple[Step, ...] = (
    (
        """CREATE TABLE rushes.about (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            version int NOT NULL, reads_from int NOT NULL, writes_from int NOT NULL,
            cluster text NOT NULL DEFAULT gen_random_uuid()::text,
            made_at timestamptz NOT NULL DEFAULT now()
        )""",
        """CREATE TABLE rushes.watchlist (
            name text PRIMARY KEY,
            made_by text NOT NULL DEFAULT current_user,
            extra text NOT NULL DEFAULT '',
            change xid8 NOT NULL DEFAULT pg_current_xact_id()
        )""",
        """CREATE TABLE rushes.entry (
            list text NOT NULL REFERENCES rushes.watchlist ON DELETE CASCADE,
            ref text NOT NULL,
            place float8 NOT NULL,
            label text NOT NULL DEFAULT '', tags text[] NOT NULL DEFAULT '{}',
            model text NOT NULL DEFAULT '', prompt text NOT NULL DEFAULT '',
            extra text NOT NULL DEFAULT '',
            added timestamptz NOT NULL,
            added_by text NOT NULL DEFAULT current_user,
            PRIMARY KEY (list, ref)
        )""",
        _OBSERVED,
        "INSERT INTO rushes.about (version, reads_from, writes_from) VALUES (1, 1, 1)",
    ),
)
"""What makes a store of each version out of the one before it; the last statement tells `about`."""

VERSION = len(STEPS)

SEARCH_PATH = "SET search_path = rushes, pg_catalog"
"""What each connection says first: the role's own path may lead to other tables of these names."""

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('rushes store'))"

Connection = psycopg.Connection[tuple[Any, ...]]


class NoStore(StoreError):
    """The database has no store of Rushes in it, or none that this version may read."""

    code = ErrorCode.HISTORY


@frozen
class About:
    """Of which version a store is, and from which versions on it may be read and written.

    `cluster` identifies it: one that was restored elsewhere has another.
    """

    version: int
    reads_from: int
    writes_from: int
    cluster: str

    @property
    def writable(self) -> bool:
        """Whether this program may write it."""
        return self.writes_from <= VERSION


def about(db: Connection) -> About | None:
    """What the store says of itself; None where there is none, or our role may not see it."""
    (there,) = db.execute("SELECT to_regclass('rushes.about') IS NOT NULL").fetchone() or (False,)
    if not there:
        return None
    row = db.execute("SELECT version, reads_from, writes_from, cluster FROM rushes.about")
    found = row.fetchone()
    return None if found is None else About(*found)


def checked(found: About | None) -> About:
    """A store that this program may read; raises NoStore where it is not one."""
    if found is None:
        raise NoStore(_("the database holds no store: see rushes store init"))
    if found.reads_from > VERSION:
        raise NoStore(
            _("the store is of version {version}, which takes a newer Rushes").format(
                version=found.version
            )
        )
    return found


def version_of(connection: Connection) -> tuple[int, int, int]:
    """The store's version, and the oldest programs that may read it and write to it."""
    row = connection.execute("SELECT version, reads_from, writes_from FROM rushes.about").fetchone()
    if row is None:
        raise StoreUnusable(_("the store does not say which version it has"))
    version, reads_from, writes_from = row
    return int(version), int(reads_from), int(writes_from)


def check(connection: Connection, ours: int = VERSION) -> None:
    """Have the transaction only read where we are too old to write; raises StoreUnusable."""
    version, reads_from, writes_from = version_of(connection)
    if ours < reads_from:
        raise StoreUnusable(
            _("the store has version {version}, which takes a newer Rushes").format(version=version)
        )
    if ours > version:
        raise StoreUnusable(
            _("the store has version {version}, this Rushes {ours}").format(
                version=version, ours=ours
            ),
            hint=_("its owner brings it up to date: rushes store upgrade"),
        )
    if ours < writes_from:
        connection.execute("SET TRANSACTION READ ONLY")


def make(connection: Connection) -> bool:
    """Make the tables as the connection's role, their owner; False where there are some."""
    connection.execute(_ONE_AT_A_TIME)
    there = connection.execute("SELECT to_regclass('rushes.about') IS NOT NULL").fetchone()
    if there and there[0]:
        return False
    connection.execute("CREATE SCHEMA IF NOT EXISTS rushes")
    _take(connection, STEPS)
    return True


def upgrade(connection: Connection, steps: Sequence[Step] = STEPS) -> int:
    """Take the steps that are missing; returns how many.

    No reader waits longer for it than the second that it waits itself: raises LockNotAvailable.
    """
    connection.execute("SET LOCAL lock_timeout = '1s'")
    connection.execute(_ONE_AT_A_TIME)
    missing = steps[version_of(connection)[0] :]
    _take(connection, missing)
    return len(missing)


def _take(connection: Connection, steps: Sequence[Step]) -> None:
    for step in steps:
        for statement in step:
            connection.execute(statement)
