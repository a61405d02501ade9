"""The tables of the history database: made anew, or migrated from an older version.

Before a migration the old database is copied. `opening.py` opens the file.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from hashlib import sha256
from operator import methodcaller
from pathlib import Path
from typing import cast

from rushes.providers.language import _
from rushes.watch.history.older import FUNCTIONS

MIGRATIONS: Sequence[str] = (
    """
CREATE TABLE task (
    ref TEXT PRIMARY KEY, status TEXT, raw_status TEXT, over INTEGER NOT NULL, snapshot TEXT,
    trouble TEXT, polls INTEGER NOT NULL, not_found INTEGER NOT NULL, polled_at TEXT,
    unfinished_at TEXT, skew REAL NOT NULL
) STRICT;
CREATE TABLE transition (
    ref TEXT NOT NULL, seq INTEGER NOT NULL, status TEXT NOT NULL, raw_status TEXT,
    observed_at TEXT NOT NULL, provider_at TEXT, PRIMARY KEY (ref, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE download (
    ref TEXT NOT NULL, n INTEGER NOT NULL, state TEXT NOT NULL, path TEXT, done INTEGER NOT NULL,
    total INTEGER, sha256 TEXT, note TEXT NOT NULL, PRIMARY KEY (ref, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE body (
    ref TEXT PRIMARY KEY, status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL,
    at TEXT NOT NULL
) STRICT;
""",
    # Who may ask about a task, and until when nobody may ask an account: `watch/polling/turns.py`.
    """
CREATE TABLE lease (
    ref TEXT PRIMARY KEY, owner TEXT NOT NULL, until REAL NOT NULL, asking INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE gate (
    account TEXT PRIMARY KEY, key TEXT NOT NULL, kind TEXT NOT NULL, message TEXT NOT NULL,
    code TEXT, http_status INTEGER, until REAL NOT NULL
) STRICT;
""",
    # When a task was last on a watchlist, in Unix seconds: `watch/retention.py`.
    # The marks of refused keys so far could be tried for a guess: `watch/polling/session.py`.
    """
CREATE TABLE watched (ref TEXT PRIMARY KEY, at REAL NOT NULL) STRICT, WITHOUT ROWID;
DELETE FROM gate;
""",
    # Steps keyed by what was seen, no more by a number of each process's own: `watch/steps.py`.
    # Where a clock was set back the number gave the order; times give it now. An older Rushes
    # reads the view. Times end with Z, and without it sort as text.
    """
CREATE TABLE step (
    ref TEXT NOT NULL, status TEXT NOT NULL, raw_status TEXT, observed_at TEXT NOT NULL,
    provider_at TEXT
) STRICT;
CREATE INDEX step_of ON step (ref);
INSERT INTO step SELECT ref, status, raw_status,
    max(rtrim(observed_at, 'Z')) OVER (PARTITION BY ref ORDER BY seq) || 'Z', provider_at
FROM transition;
DROP TABLE transition;
CREATE VIEW transition AS SELECT ref,
    row_number() OVER (PARTITION BY ref ORDER BY rtrim(observed_at, 'Z')) - 1 AS seq,
    status, raw_status, observed_at, provider_at
FROM step;
""",
    # What was asked after a success that named no file, and whether it was told: `late_files.py`.
    """
CREATE TABLE late_files (
    ref TEXT PRIMARY KEY, asked INTEGER NOT NULL, reported INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
""",
    # Why an output is not on its way, which its note alone said before, and what the word "saved"
    # rests on, parted by blanks: `watch/asset.py`, Halt and Check.
    """
ALTER TABLE download ADD COLUMN halt TEXT;
ALTER TABLE download ADD COLUMN checked TEXT;
UPDATE download SET halt = note WHERE state = 'available' AND note IN ('paused', 'canceled');
""",
    # Which of an owner's leases it is: who ends one ends no later one of the same task.
    """
ALTER TABLE lease ADD COLUMN fence INTEGER NOT NULL DEFAULT 0;
""",
    # Reasons as codes with details, `watch/reasons.py`, where a note was an English sentence. The
    # note stays empty, unless an older Rushes that is still open writes one: `old_notes.py`.
    """
ALTER TABLE download ADD COLUMN reasons TEXT;
UPDATE download SET reasons = stored_reasons(note, halt), note = '' WHERE note <> '';
""",
    # How many changes a step stands for, where a status flapped: `watch/steps.py`. What was kept
    # of such a task is brought down to that; an unknown word after another is no step any more.
    # The bytes of inline outputs that were saved go, too: `watch/inline_files.py`.
    """
CREATE TABLE folded (
    ref TEXT NOT NULL, observed_at TEXT NOT NULL, status TEXT NOT NULL, times INTEGER NOT NULL,
    PRIMARY KEY (ref, observed_at, status)
) STRICT, WITHOUT ROWID;
CREATE TEMP TABLE sighting AS SELECT rowid AS id, ref, status, observed_at,
    row_number() OVER life AS place, lag(status) OVER life IS NOT status AS is_step
FROM step WHERE ref IN (SELECT ref FROM step GROUP BY ref HAVING count(*) > 401)
WINDOW life AS (PARTITION BY ref ORDER BY rtrim(observed_at, 'Z'),
    instr('queued running finalizing unknown succeeded failed canceled gone', status));
CREATE TEMP TABLE numbered AS SELECT *,
    sum(is_step) OVER (PARTITION BY ref ORDER BY place) AS n,
    sum(is_step) OVER (PARTITION BY ref) AS steps
FROM sighting;
DELETE FROM step WHERE rowid IN (
    SELECT id FROM numbered WHERE (status = 'unknown' AND NOT is_step)
    OR (n BETWEEN 201 AND steps - 200 AND NOT (n = 201 AND is_step))
);
INSERT INTO folded SELECT ref, observed_at, status, steps - 400 FROM numbered
WHERE n = 201 AND is_step AND steps > 401;
DROP TABLE sighting;
DROP TABLE numbered;
UPDATE task SET snapshot = without_files(snapshot, (SELECT group_concat(sha256) FROM download
    WHERE download.ref = task.ref AND state = 'downloaded'))
WHERE snapshot LIKE '%"inline": [%';
UPDATE body SET body = without_long_texts(body)
WHERE length(body) > 1024 AND ref IN (SELECT ref FROM task WHERE snapshot LIKE '%"savedinline"%');
""",
    # Whether a command has said that an output failed for good or expired: `watch/asset.py`.
    """
ALTER TABLE download ADD COLUMN reported INTEGER NOT NULL DEFAULT 0;
""",
    # What a task adds to the figures: `figure_rows.py`. Those of what is there already are worked
    # out when they are asked for first: to do it here could take seconds of a start.
    """
CREATE TABLE figure (
    ref TEXT PRIMARY KEY, provider TEXT NOT NULL, model TEXT, status TEXT NOT NULL, ended REAL,
    queue_ms INTEGER, run_ms INTEGER, files INTEGER NOT NULL, films INTEGER NOT NULL,
    film_ms INTEGER, billed_ms INTEGER, tokens INTEGER, microcredits INTEGER, charged INTEGER,
    saved INTEGER NOT NULL, bytes INTEGER NOT NULL, lost_from REAL
) STRICT;
CREATE INDEX figure_of_model ON figure (provider, model, status, ended);
CREATE INDEX open_task ON task (ref) WHERE over = 0;
""",
    # What happened, queued in the commit of its cause, and how far its command came: one event is
    # one row, however many processes tell of it. `event_rows.py`
    """
CREATE TABLE event (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, ref TEXT NOT NULL, n INTEGER NOT NULL,
    mark TEXT NOT NULL, at TEXT NOT NULL, fields TEXT NOT NULL, owner TEXT NOT NULL,
    state TEXT NOT NULL, since REAL NOT NULL, outcome TEXT, UNIQUE (ref, kind, n, mark)
) STRICT;
CREATE INDEX open_event ON event (state, id) WHERE state <> 'ended';
""",
    # What a sum over many tasks needs of each, without its snapshot: `outline_rows.py`. A row goes
    # with each change of its task, whoever makes it, so that none that is there is out of date.
    """
CREATE TABLE outline (
    ref TEXT PRIMARY KEY, status TEXT, trouble INTEGER NOT NULL, open INTEGER NOT NULL,
    dated INTEGER NOT NULL, first INTEGER, last INTEGER, ends TEXT
) STRICT, WITHOUT ROWID;
CREATE TRIGGER outline_of_changed AFTER UPDATE OF status, snapshot, trouble ON task BEGIN
    DELETE FROM outline WHERE ref = old.ref;
END;
CREATE TRIGGER outline_of_gone AFTER DELETE ON task BEGIN
    DELETE FROM outline WHERE ref = old.ref;
END;
""",
    # What a person thinks of an output, and when that was (Unix seconds); a value of NULL was taken
    # back. It is no column of a download, which is replaced when a file is fetched anew.
    """
CREATE TABLE rating (
    ref TEXT NOT NULL, n INTEGER NOT NULL, value INTEGER, at REAL NOT NULL, PRIMARY KEY (ref, n)
) STRICT, WITHOUT ROWID;
""",
    # All that is summed up lies in the index that gives the order: half the time of a sum went into
    # finding each row.
    """
DROP INDEX figure_of_model;
CREATE INDEX figure_of_model ON figure (provider, model, status, ended, queue_ms, run_ms, files,
    films, film_ms, billed_ms, tokens, microcredits, charged, saved, bytes, lost_from);
""",
)
"""What leads from each version to the next one; the first makes a new database."""

VERSION = len(MIGRATIONS)
"""The schema's `user_version`."""

AS_MADE = "109ee64737234bf028acc27f8842d4a5b3ee7354ded6be65d0aabd28553f5696"
"""The digest of what this version makes: a history that has it need not be compared to a new one.

An SQLite that words a table otherwise costs a start a few milliseconds, and nothing else.
"""

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)


def is_damage(error: Exception) -> bool:
    """Whether an error says that the file itself is not, or no longer, a sound database.

    Where a name in the schema is no text any more, not even SQLite's complaint can be read.
    """
    if isinstance(error, UnicodeDecodeError):
        return True
    return code_of(error) in _DAMAGED


def is_busy(error: Exception) -> bool:
    """Whether an error says that another program is writing at the moment."""
    return code_of(error) == sqlite3.SQLITE_BUSY


def code_of(error: Exception) -> int | None:
    """SQLite's primary result code; None where Python itself raised the error."""
    code = getattr(error, "sqlite_errorcode", None)
    return None if code is None else code & 0xFF


class ForeignSchema(sqlite3.DatabaseError):
    """The database holds a table, trigger or view that is not as Rushes makes it."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


Schema = frozenset[tuple[str, str, str, str | None]]
"""Type, name, table and SQL of everything that a database is made of."""

# ANALYZE makes tables of statistics for whoever calls it, and nothing else can make one.
_SCHEMA = """
SELECT type, name, tbl_name, sql FROM sqlite_master
WHERE NOT (type = 'table' AND name GLOB 'sqlite_stat[134]')
"""
_WITH_VERSION = f"""
SELECT user_version, made.* FROM pragma_user_version LEFT JOIN ({_SCHEMA}) AS made ON true
"""  # noqa: S608 - our own words


@cache
def made_by(version: int) -> Schema:
    """What every database of this version holds, whichever version it was begun with."""
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        teach(db)
        db.executescript("".join(MIGRATIONS[:version]))
        return frozenset(db.execute(_SCHEMA))


def digest(schema: Schema) -> str:
    """A digest of all of a schema."""
    return sha256(repr(sorted(schema, key=repr)).encode()).hexdigest()


def check(db: sqlite3.Connection) -> None:
    """Raise ForeignSchema where anything is not exactly as its version made it.

    Triggers, views, generated columns and checks of others would run with every statement. What a
    newer Rushes has made meanwhile is not looked at.
    """
    # In one statement: another program may be bringing it up at this moment.
    rows = db.execute(_WITH_VERSION).fetchall()
    version = rows[0][0]
    found = frozenset(row[1:] for row in rows if row[1])
    if version == VERSION and digest(found) == AS_MADE:
        return
    if version <= VERSION and found != made_by(version):
        raise ForeignSchema(_("its tables are not as Rushes makes them"))


def harden(db: sqlite3.Connection) -> None:
    """Have SQLite check what it reads, and run nothing that the schema brings with it."""
    db.execute("PRAGMA trusted_schema = OFF")
    db.execute("PRAGMA cell_size_check = ON")
    # A flipped bit in a text is one task's fault, not everybody's.
    db.text_factory = methodcaller("decode", "utf-8", "replace")


Copy = Callable[[Path, Path], object]
"""Copies the database at the first path to the second."""


def migrate(db: sqlite3.Connection, path: Path, copy: Copy | None) -> None:
    """Bring an older database up, in one transaction; what `copy` makes of it stays as `.vN`.

    `copy` is None for a database that stays in memory.
    """
    teach(db)
    with db:
        db.execute("BEGIN IMMEDIATE")  # of two programs that start together one does it
        check(db)  # before anything is written, which would set off a trigger
        version = version_of(db)
        if copy is not None and 0 < version < VERSION:
            _keep(path, path.with_name(f"{path.name}.v{version}"), copy)
        for step in MIGRATIONS[version:]:
            for statement in _statements(step):
                db.execute(statement)
        db.execute(f"PRAGMA user_version = {max(version, VERSION)}")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script, one by one; a trigger has others within."""
    begun = ""
    for piece in script.split(";"):
        begun += f"{piece};"
        if sqlite3.complete_statement(begun):
            if begun.strip("; \n"):
                yield begun
            begun = ""


def teach(db: sqlite3.Connection) -> None:
    """Let the migrations use what SQL cannot say."""
    for name, function in FUNCTIONS.items():
        db.create_function(name, -1, function, deterministic=True)


def _keep(path: Path, kept: Path, copy: Copy) -> None:
    """A copy of what is committed, whole or not there at all."""
    temp = kept.with_name(f".{kept.name}.tmp")
    temp.unlink(missing_ok=True)
    try:
        temp.touch(mode=0o600)
        copy(path, temp)
        temp.replace(kept)
    except BaseException:
        temp.unlink(missing_ok=True)
        raise


def version_of(db: sqlite3.Connection) -> int:
    """Which schema the database has, 0 for none yet; raises sqlite3.Error."""
    try:
        db.execute("SELECT 1 FROM sqlite_master").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
            raise
        raise _damage(str(error)) from error  # such as the number of its format
    version = cast("int", db.execute("PRAGMA user_version").fetchone()[0])
    if version < 0:
        raise _damage(_("its version is negative"))
    return version


def _damage(what: str) -> sqlite3.DatabaseError:
    error = sqlite3.DatabaseError(what)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error
