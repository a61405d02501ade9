"""The tables of a shared store, in steps of plain SQL, and which versions may use them."""

from typing import TYPE_CHECKING

from rushes.providers.frozen import frozen

if TYPE_CHECKING:
    from psycopg import Connection

VERSION = 1
"""The version that this program makes, and reads and writes."""

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
    if not there:
        return None
    row = db.execute("SELECT version, reads_from, writes_from FROM rushes.about")
    found = row.fetchone()
    return None if found is None else About(*found)


def upgrade(db: "Connection", version: int) -> None:
    """Lead a store from `version` (0: there is none) to ours, within the caller's transaction."""
    for step in STEPS[version:]:
        db.execute(step.encode())  # without parameters: several statements at once
    db.execute("UPDATE rushes.about SET version = %s", (VERSION,))
