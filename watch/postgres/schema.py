"""The tables of a shared store, made and brought up to date by its owner alone.

A step only adds what has a default, so that the release before reads and writes on. `about` says
how old a program may be: one that is older than `writes_from` only reads, and one older than
`reads_from` does neither.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

import psycopg

from rushes.providers.language import _
from rushes.watch.postgres.unusable import StoreUnusable

Step = Sequence[LiteralString]

STEPS: tuple[Step, ...] = (
    (
        """CREATE TABLE rushes.about (
            one boolean PRIMARY KEY DEFAULT true CHECK (one),
            version int NOT NULL, reads_from int NOT NULL, writes_from int NOT NULL,
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
        "INSERT INTO rushes.about (version, reads_from, writes_from) VALUES (1, 1, 1)",
    ),
)
"""What makes a store of each version out of the one before it; the last statement tells `about`."""

VERSION = len(STEPS)

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('rushes store'))"

Connection = psycopg.Connection[tuple[Any, ...]]


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
