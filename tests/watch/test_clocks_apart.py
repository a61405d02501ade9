"""Machines whose clocks are apart see the same moments in a team's store (rows 323 and 324)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from postgres_fixtures import Servers
from shared_store import new_store, team_in

from rushes.providers.model import ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.providers.rfc3339 import rfc3339_exact
from rushes.watch.history.store import History
from rushes.watch.postgres import task_rows
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.shifted import shifted
from rushes.watch.postgres.task_rows import Change
from rushes.watch.ratings import Rating
from rushes.watch.store_words import sentences
from rushes.watch.task import Task, Transition, Trouble
from rushes.watch.team.conduct import Conduct
from rushes.watch.team.marks import Marks
from rushes.watch.team.store import Member, TeamStore

A = entry("a")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SLOW, FAST = timedelta(minutes=-10), timedelta(minutes=10)


def seen(at: datetime, skew: timedelta) -> Task:
    """The task as a machine saw it whose clock was at `at`, the gateway's `skew` ahead of it."""
    return Task(
        entry=A,
        status=Status.RUNNING,
        raw_status="handling",
        transitions=(Transition(Status.RUNNING, "handling", at),),
        trouble=Trouble(kind=ProblemKind.UNAVAILABLE, message="no answer", since=at),
        polls=3,
        last_polled_at=at,
        unfinished_at=at,
        skew=skew,
        ratings={0: Rating(4, at)},
    )


def test_by_another_clock_all_times_of_ours_move_and_the_gateways_stay() -> None:
    task = seen(NOW + SLOW, skew=-SLOW)
    assert shifted(task, -SLOW) == seen(NOW, skew=timedelta(0))
    (step,) = task.transitions
    twice = replace(task, transitions=(replace(step, again=(step,)),))
    (moved,) = shifted(twice, -SLOW).transitions
    assert [one.observed_at for one in (moved, *moved.again)] == [NOW, NOW]
    assert shifted(shifted(task, FAST), -FAST) == task
    assert shifted(task, timedelta(0)) is task
    expiry = NOW + timedelta(hours=1)
    assert shifted(task, FAST).our_time(expiry) == task.our_time(expiry) + FAST


def test_a_time_at_the_end_of_all_times_stays_as_it_is() -> None:
    task = seen(datetime.max.replace(tzinfo=UTC), skew=timedelta(0))
    assert shifted(task, FAST) == task


@pytest.fixture
def where(postgres_servers: Servers, tmp_path: Path) -> Mapping[str, str | int]:
    team = team_in(tmp_path, new_store(postgres_servers.of(18)))
    team.session.close()
    return team.parameters()


Connect = Callable[[timedelta], Session]


@pytest.fixture
def connect(where: Mapping[str, str | int]) -> Iterator[Connect]:
    """A session of a machine whose clock is so much ahead of the server's."""
    made = list[Session]()

    def connected(by: timedelta) -> Session:
        made.append(Session(lambda: where, now=lambda: datetime.now(UTC) + by))
        return made[-1]

    yield connected
    for session in made:
        session.close()


def save(session: Session, task: Task, body: bytes = b"{}") -> None:
    with session.transaction() as db:
        change = Change(task=task, reply=Reply(200, {}, body))
        task_rows.save(db, [change], uuid4(), task_rows.KnownTexts(), session.ahead)


def load(session: Session) -> Task:
    with session.transaction() as db:
        return task_rows.load(db, [A], None, session.ahead)[A.ref].task


def test_what_a_slow_machine_saw_a_fast_one_sees_at_the_same_moment(connect: Connect) -> None:
    slow, fast = connect(SLOW), connect(FAST)
    save(slow, seen(NOW + SLOW, skew=-SLOW))
    assert load(fast) == seen(NOW + FAST, skew=-FAST)
    assert load(slow) == seen(NOW + SLOW, skew=-SLOW)
    assert load(connect(timedelta(0))) == seen(NOW, skew=timedelta(0))


def test_so_is_the_last_reply(connect: Connect) -> None:
    slow, fast = connect(SLOW), connect(FAST)
    save(slow, seen(NOW + SLOW, skew=-SLOW))
    with fast.transaction() as db:
        body = task_rows.last_body(db, A.ref, fast.ahead)
    assert body is not None
    assert body.at == rfc3339_exact(NOW + FAST)


def test_a_reply_whose_time_makes_no_sense_is_read_all_the_same(connect: Connect) -> None:
    slow = connect(SLOW)
    save(slow, seen(NOW, timedelta(0)), b'{"a": 1}')
    with slow.transaction() as db:
        db.execute("UPDATE body SET at = 'soon'")
        body = task_rows.last_body(db, A.ref, slow.ahead)
    assert body is not None
    assert (body.body, body.at) == (b'{"a": 1}', "soon")


def test_what_is_at_risk_is_reckoned_by_the_servers_clock(connect: Connect) -> None:
    slow = connect(SLOW)
    save(slow, seen(NOW, timedelta(0)))
    with slow.transaction() as db:
        found = db.execute("SELECT saved::json ->> 'polled_at' FROM task").fetchone()
    assert found == (rfc3339_exact(NOW - SLOW),)


@pytest.mark.parametrize("by", [timedelta(seconds=1), timedelta(seconds=-1.4)])
def test_a_second_is_no_difference(connect: Connect, by: timedelta) -> None:
    session = connect(by)
    task = seen(NOW, skew=timedelta(0))
    save(session, task)
    assert session.ahead == timedelta(0)


def test_the_difference_stays_as_it_was_found_until_it_is_another_one(
    where: Mapping[str, str | int],
) -> None:
    by = [SLOW]
    session = Session(lambda: where, now=lambda: datetime.now(UTC) + by[0])
    found = list[timedelta]()
    for each in (SLOW, SLOW + timedelta(seconds=1), FAST, timedelta(0)):
        by[0] = each
        session.close()
        with session.transaction():
            found.append(session.ahead)
    session.close()
    assert found == [-SLOW, -SLOW, -FAST, timedelta(0)]


@pytest.mark.parametrize(
    ("by", "words"), [(SLOW, ["10m behind"]), (FAST, ["10m ahead"]), (timedelta(seconds=3), [])]
)
async def test_clocks_that_are_apart_are_told_of(
    connect: Connect, tmp_path: Path, clock: ManualClock, by: timedelta, words: list[str]
) -> None:
    store = TeamStore(
        History(tmp_path / "history.db", clock=clock),
        lambda: connect(by),
        Marks(tmp_path / "team.db", "studio", tmp_path / "history.db"),
        Member(name="render", version="1"),
        where="studio",
        conduct=Conduct(),
        clock=clock,
        rng=Random(1),
    )
    await store.load([A])
    told = sentences(store.condition)
    assert len(told) == len(words)
    assert all(word in each for word, each in zip(words, told, strict=True))
    await store.close()


def test_rounding_a_difference_keeps_what_it_is_made_of(connect: Connect) -> None:
    off = connect(timedelta(minutes=10, milliseconds=300))
    task = replace(seen(NOW, timedelta(0)), trouble=None)
    save(off, task)
    assert load(off) == task
    assert off.ahead == timedelta(minutes=-10)
