"""The rows that sums are made of: right where they are, made anew where they are not."""

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sample_tasks import START, a_day, finish, output, saved, task

from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.history import outline_rows, outline_sums, task_rows
from rushes.watch.history.inbox import Change
from rushes.watch.history.reader import HistoryReader
from rushes.watch.history.saving import Saving
from rushes.watch.history.schema import migrate
from rushes.watch.sums import Sums
from rushes.watch.task import Task

NOW = START.timestamp()
RUNNING = task("shot")
DONE = finish(RUNNING, output(expires_in=600), output("image", expires_in=7200))


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        migrate(made, tmp_path, None)
        yield made


def keep(db: sqlite3.Connection, *tasks: Task) -> None:
    for each in tasks:
        Saving().save(db, Change(each, None))


def refs(*tasks: Task) -> str:
    return json.dumps([str(each.ref) for each in tasks])


def rows(db: sqlite3.Connection) -> list[tuple[object, ...]]:
    return db.execute("SELECT * FROM outline ORDER BY ref").fetchall()


def sums(db: sqlite3.Connection, *tasks: Task, later: float = 0.0) -> Sums:
    counted = outline_sums.count(db, refs(*tasks), NOW + later)
    assert not counted.missing
    return counted.sums


def test_what_is_saved_is_summed(db: sqlite3.Connection) -> None:
    keep(db, RUNNING, DONE)
    found = sums(db, DONE)
    assert found.statuses == {"succeeded": 1}
    assert (found.unsaved, found.at_risk, found.lost) == (2, 1, 0)
    assert found.next_loss == (NOW + 600, DONE.ref)
    after = sums(db, DONE, later=700)
    assert (after.unsaved, after.at_risk, after.lost) == (1, 0, 1)
    assert after.next_loss == (NOW + 7200, DONE.ref)


def test_a_file_that_another_process_saved_counts_though_the_one_that_saves_knows_nothing_of_it(
    db: sqlite3.Connection,
) -> None:
    keep(db, DONE, replace(DONE, fetches={1: saved()}), replace(DONE, polls=9))
    assert (sums(db, DONE).unsaved, sums(db, DONE).at_risk) == (1, 0)


def test_the_end_that_stands_is_the_one_that_is_summed(db: sqlite3.Connection) -> None:
    keep(db, DONE, RUNNING)
    counted = outline_sums.count(db, refs(DONE), NOW)
    assert (counted.sums.statuses.total(), counted.missing) == (0, [str(DONE.ref)])
    made = outline_rows.make(db, counted.missing, keep=True)
    assert [row[1] for row in made] == ["succeeded"]
    assert sums(db, DONE).statuses == {"succeeded": 1}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE task SET status = 'failed'",
        "INSERT INTO task SELECT * FROM task WHERE true ON CONFLICT DO UPDATE SET status = 'gone'",
        "DELETE FROM task",
    ],
)
def test_a_change_that_knows_nothing_of_rows_takes_them_away(
    db: sqlite3.Connection, statement: str
) -> None:
    keep(db, DONE)
    assert rows(db)
    db.execute(statement)
    assert not rows(db)


def test_rows_that_are_missing_are_made_once(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    HistoryReader(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        for each in a_day():
            task_rows.save(db, each, None)
        assert not rows(db)
    reader = HistoryReader(path)
    found = reader.sums(refs(*a_day()), NOW)
    assert reader.sums(refs(*a_day()), NOW) == found
    reader.close()
    assert found.statuses.total() == len(a_day())
    with contextlib.closing(sqlite3.connect(path)) as db:
        assert len(rows(db)) == len(a_day())


def test_a_link_that_can_be_renewed_is_lost_with_its_file_only(db: sqlite3.Connection) -> None:
    keep(db, DONE)
    end, last = round(NOW + 60), round(NOW + 600)
    row = (1, 1, end, last, f"{end}/{last}")
    db.execute("UPDATE outline SET dated = ?, open = ?, first = ?, last = ?, ends = ?", row)
    assert sums(db, DONE).next_loss == (NOW + 60, DONE.ref)
    assert sums(db, DONE, later=61).next_loss == (NOW + 600, DONE.ref)
    assert sums(db, DONE, later=601).lost == 1


def test_a_file_that_a_person_gave_up_is_not_missed(db: sqlite3.Connection) -> None:
    given_up = Fetch(state=OutputState.AVAILABLE, halt=Halt.CANCELED)
    keep(db, replace(DONE, fetches={1: given_up}))
    assert (sums(db, DONE).unsaved, sums(db, DONE).at_risk) == (1, 0)
    assert sums(db, DONE, later=9000).lost == 1


def test_a_task_that_is_on_no_list_is_not_counted(db: sqlite3.Connection) -> None:
    keep(db, DONE, task("other"))
    assert sums(db, DONE).statuses.total() == 1
    assert sums(db, DONE, task("never asked")).statuses[None] == 1


def test_times_are_by_our_clock(db: sqlite3.Connection) -> None:
    ahead = replace(DONE, skew=timedelta(minutes=5))
    keep(db, ahead)
    assert sums(db, ahead).next_loss == (NOW + 300, DONE.ref)
