"""The tables of a shared store, in steps of plain SQL, and which versions may use them.

What is known of a task is JSON in `text`: `jsonb` refuses a NUL and lone surrogates. Every moment
in a column is by the server's clock, but for those inside a task's text, which are its watchers'.
"""

from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen

if TYPE_CHECKING:
    from psycopg import Connection

VERSION = 3
"""The version that this program makes, and reads and writes."""

CHANNEL = "rushes"
"""What commits are told of on, by NOTIFY: who wrote it, and nothing of what was written."""

LISTS = "lists"
"""What is told there of an edit of a shared list."""

STEPS: tuple[str, ...] = (
    """
CREATE SCHEMA rushes;
CREATE TABLE rushes.about (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    version int NOT NULL, reads_from int NOT NULL, writes_from int NOT NULL,
    made_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE rushes.watchlist (
    name text PRIMARY KEY, made_by text NOT NULL DEFAULT current_user,
    extra text NOT NULL DEFAULT '', change xid8 NOT NULL DEFAULT pg_current_xact_id()
);
CREATE TABLE rushes.entry (
    list text NOT NULL REFERENCES rushes.watchlist (name) ON DELETE CASCADE,
    ref text COLLATE "C" NOT NULL, place float8 NOT NULL, label text NOT NULL DEFAULT '',
    tags text[] NOT NULL DEFAULT '{}', model text NOT NULL DEFAULT '',
    prompt text NOT NULL DEFAULT '', extra text NOT NULL DEFAULT '',
    added timestamptz NOT NULL, added_by text NOT NULL DEFAULT current_user,
    PRIMARY KEY (list, ref)
);
INSERT INTO rushes.about (version, reads_from, writes_from) VALUES (1, 1, 1);
""",
    # What is known of tasks, whose turn it is to ask about them, and who is there; lists keep what
    # was removed from them for a while.
    """
ALTER TABLE rushes.entry ADD COLUMN removed_at timestamptz;
CREATE INDEX entry_place ON rushes.entry (list, place);
CREATE INDEX entry_removed ON rushes.entry (removed_at) WHERE removed_at IS NOT NULL;
CREATE TABLE rushes.task (
    ref text COLLATE "C" PRIMARY KEY, account text NOT NULL, number bigint GENERATED ALWAYS AS
    IDENTITY, status text, over boolean NOT NULL, polls int NOT NULL, changes int NOT NULL,
    model text, saved text NOT NULL, saved_by uuid NOT NULL, saved_at timestamptz NOT NULL,
    watched timestamptz, unsaved_until timestamptz,
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
    account text PRIMARY KEY, start timestamptz NOT NULL
) WITH (fillfactor = 30);
CREATE TABLE rushes.member (
    id uuid PRIMARY KEY, name text NOT NULL, version text NOT NULL,
    since timestamptz NOT NULL, seen timestamptz NOT NULL
);
""",
    # What of a task moves with each answer, so that most saves leave its text as it is.
    """
ALTER TABLE rushes.task ADD COLUMN times text NOT NULL DEFAULT '';
""",
)
"""What leads from each version to the next one. A step may only add what has a default."""


@frozen
class About:
    """Of which version a store is, and from which versions on it may be read and written."""

    version: int
    reads_from: int
    writes_from: int

    @property
    def writable(self) -> bool:
        """Whether this program may write it."""
        return self.writes_from <= VERSION


def about(db: "Connection") -> About | None:
    """What the store says of itself; None where there is none, or our role may not see it."""
    (there,) = db.execute("SELECT to_regclass('rushes.about') IS NOT NULL").fetchone() or (False,)
    return about_there(db) if there else None


def about_there(db: "Connection") -> About:
    """What a store says of itself; the driver raises where there is none."""
    row = db.execute("SELECT version, reads_from, writes_from FROM rushes.about").fetchone()
    return About(*(row or (0, 0, 0)))


def upgrade(db: "Connection", version: int) -> None:
    """Lead a store from `version` (0: there is none) to ours, within the caller's transaction."""
    for step in STEPS[version:]:
        db.execute(step.encode())  # without parameters: several statements at once
    db.execute("UPDATE rushes.about SET version = %s", (VERSION,))
