"""A team's store keeps a task's text as it is where an answer brought nothing but its times."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from fake_gateway import entry
from postgres_fixtures import Servers
from shared_store import new_store, team_in

from rushes.providers.model import Link, Output, Snapshot, Status
from rushes.watch.postgres import schema, task_rows, upkeep
from rushes.watch.postgres.known_texts import REMEMBERED, Known, KnownTexts
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Change, Seen
from rushes.watch.task import Ref, Task, Transition

A = entry("a")
RUNNING = Task(
    entry=A,
    status=Status.RUNNING,
    raw_status="handling",
    snapshot=Snapshot(status=Status.RUNNING, raw_status="handling", progress=40),
    transitions=(Transition(Status.RUNNING, "handling", A.added),),
    polls=1,
    last_polled_at=A.added,
    unfinished_at=A.added,
)


def asked_again(task: Task, times: int = 1) -> Task:
    """The same, so many answers later that said what the first one did."""
    later = A.added + timedelta(seconds=5 * (task.polls + times))
    polls = task.polls + times
    return replace(task, polls=polls, last_polled_at=later, unfinished_at=later)


class Machine:
    """One process that uses a store."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._number: UUID = uuid4()
        self.texts = KnownTexts()

    def save(self, task: Task) -> None:
        with self._session.transaction() as db:
            saved = task_rows.save(
                db, [Change(task=task)], self._number, self.texts, self._session.ahead
            )
        self.texts.note(saved.known)

    def load(self) -> Seen:
        with self._session.transaction() as db:
            return task_rows.load(db, [A], self.texts, self._session.ahead)[A.ref]

    def text(self) -> tuple[str, str]:
        """What the store has: the text and the times beside it."""
        with self._session.transaction() as db:
            row = db.execute("SELECT saved, times FROM task").fetchone()
        assert row is not None
        return row[0], row[1]


@pytest.fixture(params=[18, 15])
def session(
    request: pytest.FixtureRequest, postgres_servers: Servers, tmp_path: Path
) -> Iterator[Session]:
    version: int = request.param
    team = team_in(tmp_path, new_store(postgres_servers.of(version)))
    yield team.session
    team.session.close()


def test_an_answer_like_the_one_before_leaves_the_text_as_it_is(session: Session) -> None:
    one, other = Machine(session), Machine(session)
    one.save(RUNNING)
    text, times = one.text()
    assert times == ""
    one.save(asked_again(RUNNING))
    assert one.text()[0] == text
    assert one.load().task == other.load().task == asked_again(RUNNING)


def test_so_it_is_where_another_machine_wrote_the_text(session: Session) -> None:
    one, other = Machine(session), Machine(session)
    one.save(RUNNING)
    text, _times = one.text()
    other.load()
    other.save(asked_again(RUNNING, 2))
    assert other.text()[0] == text
    assert one.load().task == asked_again(RUNNING, 2)


@pytest.mark.parametrize(
    "news",
    [
        {"raw_status": "rendering"},
        {"snapshot": replace(RUNNING.snapshot, progress=41) if RUNNING.snapshot else None},
        {"not_found_in_a_row": 1},
    ],
    ids=lambda news: next(iter(news)),
)
def test_what_is_news_is_in_the_text(session: Session, news: dict[str, object]) -> None:
    one = Machine(session)
    one.save(RUNNING)
    one.save(asked_again(RUNNING))
    task = replace(asked_again(RUNNING, 2), **news)
    one.save(task)
    text, times = one.text()
    assert times == ""
    assert f'"polls": {task.polls}' in text
    assert Machine(session).load().task == task


def test_the_end_of_a_files_link_moves_with_the_times_and_so_it_is_in_the_text(
    session: Session,
) -> None:
    output = Output(kind="video", where=Link("https://cdn.example/a.mp4"))
    snapshot = Snapshot(status=Status.RUNNING, raw_status="handling", outputs=(output,))
    with_file = replace(RUNNING, snapshot=snapshot)
    one = Machine(session)
    one.save(with_file)
    one.save(asked_again(with_file))
    assert one.text()[1] == ""


def test_an_older_rushes_leaves_times_that_are_not_believed_any_more(session: Session) -> None:
    one = Machine(session)
    one.save(RUNNING)
    one.save(asked_again(RUNNING))
    _text, times = one.text()
    newer = asked_again(RUNNING, 5)
    Machine(session).save(replace(newer, raw_status="rendering"))
    with session.transaction() as db:
        db.execute("UPDATE task SET times = %s", (times,))  # version 2 has no such column
    assert one.load().task == replace(newer, raw_status="rendering")


@pytest.mark.parametrize(
    "times",
    ["{", "[]", '["a", null, null, 0]', "[9, 9, 9, 9]", "[" * 5_000, "[1e999, null, null, 0]"],
    ids=["torn", "empty", "words", "numbers", "nested", "endless"],
)
def test_times_that_make_no_sense_are_left_out(session: Session, times: str) -> None:
    one = Machine(session)
    one.save(RUNNING)
    with session.transaction() as db:
        db.execute("UPDATE task SET times = %s", (times,))
    assert Machine(session).load().task == RUNNING


def test_what_was_not_committed_is_not_known(session: Session) -> None:
    one = Machine(session)
    one.save(RUNNING)
    changed = [Change(task=replace(RUNNING, raw_status="rendering"))]
    with suppress(ZeroDivisionError), session.transaction() as db:
        task_rows.save(db, changed, uuid4(), one.texts)
        raise ZeroDivisionError
    one.save(asked_again(RUNNING))
    assert Machine(session).load().task == asked_again(RUNNING)


def test_of_what_is_over_and_of_too_much_nothing_is_remembered() -> None:
    texts = KnownTexts()
    texts.note({A.ref: Known(b"1", RUNNING)})
    assert texts.of(A.ref) == Known(b"1", RUNNING)
    texts.note({A.ref: Known(b"2", replace(RUNNING, status=Status.FAILED))})
    assert texts.of(A.ref) is None
    many = {Ref("hiapi", str(n)): Known(b"1", RUNNING) for n in range(REMEMBERED + 1)}
    texts.note(many)
    texts.note({A.ref: Known(b"1", RUNNING)})
    assert texts.of(Ref("hiapi", "1")) is None
    assert texts.of(A.ref) is not None


def test_a_store_of_version_2_keeps_its_tasks(postgres_servers: Servers) -> None:
    where = postgres_servers.of(18).new_database()
    session = Session(lambda: where)
    with session.unchecked() as db:
        for step in schema.STEPS[:2]:
            db.execute(step.encode())
        db.execute("UPDATE rushes.about SET version = 2")
        db.execute(
            "INSERT INTO rushes.task"
            " (ref, account, over, polls, changes, saved, saved_by, saved_at)"
            " VALUES ('hiapi:a', 'hiapi', false, 1, 1, %s, gen_random_uuid(), now())",
            (task_rows.write_task(RUNNING),),
        )
        assert upkeep.upgrade(db) == 1
    one = Machine(session)
    assert one.load().task == RUNNING
    one.save(asked_again(RUNNING))
    assert one.load().task == asked_again(RUNNING)
    session.close()
