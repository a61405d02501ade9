"""What history keeps of why a download ended or waits: codes with details, never a sentence."""

import contextlib
import json
import sqlite3
from dataclasses import fields
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, get_args

import pytest

from rushes.providers.text_media import Page
from rushes.tui.lines.download_words import fetch_note
from rushes.tui.lines.reason_words import reason_words
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.codec import BadValue
from rushes.watch.history.schema import MIGRATIONS, VERSION
from rushes.watch.history.store import History
from rushes.watch.reason_text import read_reasons, write_reasons
from rushes.watch.reasons import (
    BytesMissing,
    Cause,
    Cut,
    Detailed,
    DiskFault,
    GaveUp,
    HttpStatus,
    NotHonoured,
    NotThereYet,
    OtherDuration,
    Reason,
    Told,
)
from rushes.watch.store_words import sentences
from rushes.watch.task import Entry, Ref

REF = Ref("hiapi", "a")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
CODED = 8
"""The version of the database that holds codes."""

DETAILS: dict[str, Any] = {
    "status": 404,
    "codings": ("br", "gzip"),
    "ratio": 200,
    "count": 3,
    "floor": 1024.0,
    "allowed": 5,
    "size": 9,
    "number": 28,
    "said": "no space left on device",
    "needed": 9,
    "free": 1,
    "folder": "/d",
    "name": "x.part",
    "is_folder": True,
    "what": Page.WEB,
    "saved": 8,
    "kind": "mp4",
    "seconds": 4.0,
    "promised": 5.0,
    "provider": "gptge",
    "tries": 6,
    "text": 'a "quoted"; word',
}
CAUSES: dict[str, Reason] = {
    "cannot_save": DiskFault(28, "full"),
    "cannot_place": DiskFault(28, "full"),
    "not_whole": Cut.NO_END,
}


def example(kind: Any) -> Reason:
    """A reason of that kind."""
    given = {**DETAILS, "cause": CAUSES.get(kind.code, GaveUp(HttpStatus(503), 6))}
    return kind(**{field.name: given[field.name] for field in fields(kind)})


EVERY: tuple[Reason, ...] = (*Cause, *Cut, *map(example, get_args(Detailed)))


@pytest.mark.parametrize("reason", EVERY, ids=str)
def test_every_reason_is_stored_by_its_code_and_read_back_and_has_words(reason: Reason) -> None:
    stored = write_reasons((reason, Cause.TYPE_UNKNOWN))
    assert stored is not None
    assert read_reasons(stored) == (reason, Cause.TYPE_UNKNOWN)
    assert json.loads(stored)[0]["code"] == (
        reason.value if isinstance(reason, Enum) else reason.code
    )
    assert reason_words(reason)


def test_no_two_reasons_share_a_code() -> None:
    codes = [reason.value if isinstance(reason, Enum) else reason.code for reason in EVERY]
    assert len(codes) == len(set(codes))


def test_a_reason_of_a_newer_rushes_is_shown_by_its_code() -> None:
    newer = '[{"code": "server_on_fire", "heat": 3}, {"code": "http_status", "status": 404}]'
    assert read_reasons(newer) == (Told("server on fire"), HttpStatus(404))


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[3]",
        '[{"code": "http_status"}]',
        '[{"code": "http_status", "status": "x"}]',
        '[{"code": "gave_up", "cause": 3, "tries": 1}]',
    ],
)
def test_what_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises((BadValue, ValueError, KeyError, TypeError)):
        read_reasons(text)


OLD: tuple[tuple[str, Halt | None, str, tuple[Reason, ...]], ...] = (
    ("downloaded", None, "", ()),
    ("downloaded", None, "length unverified", (Cause.LENGTH_UNVERIFIED,)),
    (
        "downloaded",
        None,
        "resumed without a version; length unverified; type not known; lasts 4.0 s, 5 s were"
        " promised",
        (Cause.UNVERSIONED, Cause.LENGTH_UNVERIFIED, Cause.TYPE_UNKNOWN, OtherDuration(4.0, 5.0)),
    ),
    ("downloaded", Halt.NOT_ANEW, "not fetched anew: HTTP 410", (HttpStatus(410),)),
    ("available", Halt.PAUSED, "paused", ()),
    ("available", Halt.CANCELED, "canceled", ()),
    ("available", Halt.NOT_THERE_YET, "not there yet (HTTP 404)", (NotThereYet(HttpStatus(404)),)),
    ("failed", None, "HTTP 503; gave up after 6 tries", (GaveUp(HttpStatus(503), 6),)),
    ("failed", None, "7 bytes are missing", (BytesMissing(7),)),
    ("failed", None, "internal error, see the log", (Cause.INTERNAL_ERROR,)),
    (
        "failed",
        None,
        "connection reset; gave up after 6 tries",
        (GaveUp(Told("connection reset"), 6),),
    ),
    ("failed", None, "set GPTGE_API_KEY; or else", (Told("set GPTGE_API_KEY; or else"),)),
    (
        "expired",
        None,
        "the link is not honoured any more (HTTP 404)",
        (NotHonoured(HttpStatus(404)),),
    ),
)
"""Downloads as versions up to 7 stored them, and what their notes meant."""


def old_database(path: Path, version: int) -> None:
    """A database as that version left it, with every old download that it could hold."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.executescript("".join(MIGRATIONS[:version]))
        for n, (state, halt, note, _) in enumerate(OLD, 1):
            row = [str(REF), n, state, "/x/a.mp4", 9, 9, "ab", note]
            if version < 6:
                db.execute("INSERT INTO download VALUES (?,?,?,?,?,?,?,?)", row)
            else:
                row += [halt.value if halt else None, "length"]
                db.execute("INSERT INTO download VALUES (?,?,?,?,?,?,?,?,?,?)", row)
        db.execute(f"PRAGMA user_version = {version}")
        db.commit()


async def fetches(path: Path) -> dict[int, Fetch]:
    history = History(path)
    found = await history.load([Entry(ref=REF, added=NOW)])
    assert sentences(history.condition) == ()
    await history.close()
    return dict(found[REF].fetches)


@pytest.mark.parametrize("version", range(1, CODED))
async def test_old_notes_become_codes_and_say_the_same_as_before(
    tmp_path: Path, version: int
) -> None:
    path = tmp_path / "history.db"
    old_database(path, version)
    found = await fetches(path)
    for n, (state, halt, note, reasons) in enumerate(OLD, 1):
        fetch = found[n]
        assert fetch.state is OutputState(state)
        assert fetch_note(fetch) == ("given up" if halt is Halt.CANCELED else note)
        if version >= 6 or halt in (None, Halt.PAUSED, Halt.CANCELED):
            assert (fetch.halt, fetch.reasons) == (halt, reasons)
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert db.execute("SELECT DISTINCT note FROM download").fetchall() == [("",)]


async def test_the_older_database_is_kept_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    old_database(path, CODED - 1)
    await fetches(path)
    with contextlib.closing(sqlite3.connect(tmp_path / "history.db.v7")) as db:
        kept = db.execute("SELECT note FROM download ORDER BY n").fetchall()
    assert kept == [(note,) for _, _, note, _ in OLD]


async def test_a_note_that_an_older_rushes_still_writes_is_understood(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    old_database(path, CODED - 1)
    await fetches(path)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE download SET note = 'HTTP 410' WHERE n = 2")
        db.commit()
    assert (await fetches(path))[2].reasons == (HttpStatus(410),)


async def test_no_sentence_is_stored(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    history = History(path)
    (task,) = (await history.load([Entry(ref=REF, added=NOW)])).values()
    paused = Fetch(state=OutputState.AVAILABLE, halt=Halt.PAUSED)
    failed = Fetch(state=OutputState.FAILED, reasons=(GaveUp(HttpStatus(503), 6),))
    history.save(task.with_fetch(1, paused).with_fetch(2, failed))
    await history.close()
    with contextlib.closing(sqlite3.connect(path)) as db:
        rows = db.execute("SELECT note, halt, reasons FROM download ORDER BY n").fetchall()
    cause = '{"code": "http_status", "status": 503}'
    coded = f'[{{"code": "gave_up", "cause": {cause}, "tries": 6}}]'
    assert rows == [("", "paused", None), ("", None, coded)]
