"""What is handed over to the history's thread wakes it once, and is saved as cheaply as it can."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_gateway import entry

from rushes.providers.model import Snapshot, Status
from rushes.providers.reply import Reply
from rushes.watch.history import task_rows
from rushes.watch.history.inbox import Change, Inbox, Later, Wakeup
from rushes.watch.history.saving import Saving
from rushes.watch.history.schema import migrate
from rushes.watch.task import Task

NOW = datetime(2026, 4, 25, tzinfo=UTC)
REPLY = Reply(200, {"date": "one"}, b'{"status": "handling"}')
SEEN = Task(
    entry=entry("a"),
    status=Status.RUNNING,
    raw_status="handling",
    snapshot=Snapshot(status=Status.RUNNING, raw_status="handling"),
    polls=1,
    last_polled_at=NOW,
    unfinished_at=NOW,
)


def later(task: Task) -> Task:
    """The task after an answer that said the same."""
    at = (task.last_polled_at or NOW) + timedelta(seconds=5)
    return replace(task, polls=task.polls + 1, last_polled_at=at, unfinished_at=at)


# -- handed over ------------------------------------------------------------------------------


def test_what_is_gathered_wakes_the_thread_once_until_it_is_taken() -> None:
    inbox, changes = Inbox(), [Change(SEEN, None) for _ in range(50)]
    for _ in range(2):
        for change in changes:
            inbox.put(change)
        assert inbox.get(0) is Wakeup.GATHERED
        assert inbox.get(0) is Wakeup.TIME_UP
        assert inbox.holds_gathered
        assert inbox.take_gathered() == changes
        assert not inbox.holds_gathered


def test_a_task_and_the_end_of_its_lease_are_taken_together_in_their_order() -> None:
    inbox = Inbox()
    heard, done = Change(SEEN, REPLY), Later("done", lambda _db: None)
    inbox.put(heard)
    inbox.put(done)
    inbox.put(Wakeup.CLOSE)
    assert inbox.take_gathered() == [heard, done]


# -- saved ------------------------------------------------------------------------------------


@pytest.fixture
def db(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        migrate(made, tmp_path, None)
        yield made


class Saver:
    """Saves and commits, and counts the statements that a save takes."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._saving = Saving()

    def save(self, task: Task, reply: Reply | None = REPLY) -> int:
        statements: list[str] = []
        self._db.set_trace_callback(statements.append)
        change = Change(task, reply)
        self._saving.save(self._db, change)
        self._saving.committed([change])
        self._db.set_trace_callback(None)
        return len(statements)

    def saved(self) -> Task:
        return task_rows.load(self._db, [SEEN.entry])[SEEN.ref]


def test_an_answer_that_changed_only_times_takes_two_statements(db: sqlite3.Connection) -> None:
    saver, task = Saver(db), later(SEEN)
    assert saver.save(SEEN) > 2
    assert saver.save(task) == 2
    assert saver.save(later(task)) == 2
    assert saver.saved() == later(task)
    body = task_rows.last_body(db, SEEN.ref)
    assert body is not None
    assert (body.body, body.at) == (REPLY.body, "2026-04-25T00:00:10Z")


@pytest.mark.parametrize(
    ("after", "reply"),
    [
        (replace(later(SEEN), status=Status.SUCCEEDED), REPLY),
        (replace(later(SEEN), raw_status="at place 7"), REPLY),
        (replace(later(SEEN), not_found_in_a_row=1), REPLY),
        (
            replace(
                later(SEEN),
                snapshot=Snapshot(status=Status.RUNNING, raw_status="handling", prompt="a cat"),
            ),
            REPLY,
        ),
        (later(SEEN), replace(REPLY, body=b'{"status": "handling", "new": 1}')),
        (later(SEEN), replace(REPLY, status=202)),
    ],
)
def test_one_that_says_anything_new_is_saved_whole(
    db: sqlite3.Connection, after: Task, reply: Reply
) -> None:
    saver = Saver(db)
    saver.save(SEEN)
    saver.save(after, reply)
    assert saver.saved() == after
    body = task_rows.last_body(db, SEEN.ref)
    assert body is not None
    assert (body.status, body.body) == (reply.status, reply.body)


@pytest.mark.parametrize(
    "others",
    [
        "DELETE FROM task",
        "DELETE FROM body",
        "UPDATE task SET status = 'queued'",
        "UPDATE task SET polls = 9",
        "UPDATE task SET polled_at = '2026-04-25T00:00:03Z'",
    ],
)
def test_where_somebody_else_wrote_the_rows_ours_are_written_whole(
    db: sqlite3.Connection, others: str
) -> None:
    saver = Saver(db)
    saver.save(SEEN)
    db.execute(others)
    saver.save(later(SEEN))
    assert replace(saver.saved(), polls=2) == later(SEEN)
    assert task_rows.last_body(db, SEEN.ref) is not None


def test_an_end_that_another_process_saw_stands(db: sqlite3.Connection) -> None:
    saver, over = Saver(db), replace(later(SEEN), status=Status.SUCCEEDED)
    saver.save(SEEN)
    task_rows.save(db, over, None)
    saver.save(later(later(SEEN)))
    assert saver.saved().status is Status.SUCCEEDED


def test_a_save_that_was_undone_is_not_counted_on(db: sqlite3.Connection) -> None:
    saving = Saving()
    saving.save(db, Change(SEEN, REPLY))
    saving.committed([Change(SEEN, REPLY)])
    db.execute("BEGIN")
    changed = replace(later(SEEN), raw_status="at place 7")
    saving.save(db, Change(changed, REPLY))
    db.execute("ROLLBACK")
    saving.save(db, Change(later(changed), REPLY))
    assert task_rows.load(db, [SEEN.entry])[SEEN.ref] == later(changed)
