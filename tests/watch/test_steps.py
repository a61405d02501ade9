"""The steps of one task that several processes saw apart are one history (reliability row 120)."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from fake_gateway import Gateway, entry, session
from hypothesis import given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock
from sampling import rounds

from rushes.providers.hiapi import CARD
from rushes.providers.model import Snapshot, Status
from rushes.watch.history import task_rows
from rushes.watch.history.schema import migrate
from rushes.watch.history.store import History
from rushes.watch.ledger import Ledger
from rushes.watch.polling.observe import observe
from rushes.watch.polling.schedule import Plan
from rushes.watch.portable import read, write
from rushes.watch.steps import (
    Sighting,
    are_steps,
    identity,
    merged,
    merged_steps,
    new_steps,
    sightings,
)
from rushes.watch.task import PollReason, PollWhy, Ref, Task, Transition

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A = Ref("hiapi", "a")
WORDS = ("queued", "handling", "archiving", "dreaming", "musing", "success", "fail")
STATUSES = {"queued": Status.QUEUED, "handling": Status.RUNNING, "archiving": Status.FINALIZING,
            "success": Status.SUCCEEDED, "fail": Status.FAILED}  # fmt: skip


def polled(*seen: tuple[int, str]) -> Task:
    """What a process knows that polled at these seconds, and was told these words."""
    task = Task(entry=entry("a"))
    for second, word in seen:
        snapshot = Snapshot(status=STATUSES.get(word, Status.UNKNOWN), raw_status=word)
        if not task.over:
            task = observe(task, snapshot, CARD, NOW + timedelta(seconds=second))
    return task


def words(task: Task) -> list[str | None]:
    return [step.raw_status for step in task.transitions]


def marks(steps: Iterable[Transition]) -> list[Sighting]:
    """What was seen when; of one moment two processes may have heard different words."""
    return [identity(step) for step in sightings(steps)]


@cache
def empty() -> bytes:
    """A new database."""
    with closing(sqlite3.connect(":memory:")) as db:
        migrate(db, Path("new.db"), lambda _, __: None)
        return db.serialize()


def stored(*tasks: Task) -> Task:
    """What is read of them after they were saved one after the other."""
    with closing(sqlite3.connect(":memory:")) as db:
        db.deserialize(empty())
        for task in tasks:
            task_rows.save(db, task, None)
        return task_rows.load(db, [entry("a")])[A]


histories = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from(WORDS)), max_size=7
).map(lambda seen: polled(*sorted(seen, key=lambda poll: poll[0])))  # fmt: skip


def test_what_two_processes_saw_apart_is_one_history() -> None:
    """As it was found: the step between was lost, and the end was there twice."""
    ours, theirs = polled((0, "queued"), (9, "success")), polled(
        (1, "queued"), (5, "handling"), (8, "success")
    )  # fmt: skip
    for one, other in ((ours, theirs), (theirs, ours)):
        for found in (merged(one, other), stored(one, other), stored(one, other, one, other)):
            assert words(found) == ["queued", "handling", "success"]
            assert found.transitions[-1].observed_at == NOW + timedelta(seconds=8)


@settings(derandomize=True, deadline=None, max_examples=rounds(40, 1200))
@given(histories, histories, histories)
def test_any_histories_are_one_in_whatever_order_and_however_often(
    a: Task, b: Task, c: Task
) -> None:
    one, two, three = (task.transitions for task in (a, b, c))
    both = merged_steps(one, two)
    assert both == merged_steps(two, one)
    assert merged_steps(one) == one
    assert merged_steps(both, one) == merged_steps(two, both) == merged_steps(both, both) == both
    assert merged_steps(both, three) == merged_steps(one, merged_steps(two, three))


@settings(derandomize=True, deadline=None, max_examples=rounds(20, 600))
@given(histories, histories)
def test_what_is_read_without_merging_is_what_merging_makes_of_it(a: Task, b: Task) -> None:
    as_saved = sorted((*a.transitions, *b.transitions), key=lambda step: step.observed_at)
    for its in (a.transitions, b.transitions, tuple(as_saved)):
        if are_steps(its):
            assert merged_steps(its) == its


@settings(derandomize=True, deadline=None, max_examples=rounds(40, 1200))
@given(histories, histories)
def test_no_step_is_lost_and_none_is_twice(a: Task, b: Task) -> None:
    both = merged_steps(a.transitions, b.transitions)
    assert not any(one.status is two.status for one, two in pairwise(both))
    assert not any(step.status.terminal for step in both[:-1])
    ends = [step.observed_at for step in (*a.transitions, *b.transitions) if step.status.terminal]
    first_end = min(ends, default=None)
    seen = set(marks(both))
    for step in (*a.transitions, *b.transitions):
        assert identity(step) in seen or (first_end is not None and step.observed_at >= first_end)


@settings(derandomize=True, deadline=None, max_examples=rounds(20, 600))
@given(histories, histories)
def test_the_database_says_the_same_as_memory(a: Task, b: Task) -> None:
    both = merged_steps(a.transitions, b.transitions)
    for found in (stored(a, b), stored(b, a), stored(a, b, a), merged(a, b), merged(b, a)):
        assert marks(found.transitions) == marks(both)
        if both and both[-1].status.terminal:
            assert found.status is both[-1].status
        assert found.over is any(task.over for task in (a, b))


@settings(derandomize=True, deadline=None, max_examples=rounds(20, 600))
@given(histories, histories)
def test_a_step_that_was_told_is_not_told_twice_and_every_other_is(a: Task, b: Task) -> None:
    both = merged_steps(a.transitions, b.transitions)
    told = new_steps(a.transitions, both)
    assert len(told) == len(set(told))
    assert not set(marks(told)).intersection(marks(a.transitions))
    known = {*marks(a.transitions), *marks(told)}
    silent = [step for step in both if known.isdisjoint(marks([step]))]
    assert all(step.status.terminal and step.status is a.status for step in silent)
    assert new_steps(both, both) == []


@settings(derandomize=True, deadline=None, max_examples=rounds(20, 500))
@given(histories, histories)
def test_an_export_takes_all_of_it_along(a: Task, b: Task) -> None:
    both = merged(a, b)
    assert read(write(both)).transitions == both.transitions


def test_a_step_seen_after_another_stays_after_it_where_the_clock_was_set_back() -> None:
    task = polled((3600, "queued"), (5, "handling"), (10, "success"))
    assert words(task) == ["queued", "handling", "success"]
    assert words(stored(task)) == ["queued", "handling", "success"]


def test_of_two_ends_the_first_stands_with_all_that_was_said_then() -> None:
    first, second = polled((0, "handling"), (4, "fail")), polled((0, "handling"), (6, "success"))
    second = replace(second, polls=9)
    for found in (merged(first, second), stored(first, second), stored(second, first)):
        assert (found.status, words(found)) == (Status.FAILED, ["handling", "fail"])
        assert found.snapshot is not None
        assert found.snapshot.status is Status.FAILED


async def test_news_of_another_process_tell_each_step_once(
    tmp_path: Path, clock: ManualClock
) -> None:
    its = session(clock, Gateway(clock, lambda _: ""))
    history = History(tmp_path / "history.db")
    ledger = Ledger({"hiapi": its.account}, history, lambda _: its.condition.state, clock)
    await ledger.adopt([entry("a")])
    reader = ledger.readers.new()
    plan = Plan(5.0, PollWhy(PollReason.INTERVAL, 5.0))
    ledger.heard(A, Snapshot(status=Status.QUEUED, raw_status="queued"), None, plan)
    await clock.advance(9)
    ledger.heard(A, Snapshot(status=Status.FINALIZING, raw_status="archiving"), None, plan)
    theirs = replace(polled((1, "queued"), (5, "handling"), (8, "archiving")), polls=7)
    for _ in range(2):
        ledger.learned(theirs, plan)
    await clock.advance(9)
    ledger.learned(replace(polled((1, "queued"), (17, "success")), polls=9), plan)
    events = reader.take().events
    told = [event.transition.raw_status for event in events if event.transition]
    assert told == ["queued", "archiving", "handling", "success"]
    task = ledger.task(A)
    assert task is not None
    assert words(task) == ["queued", "handling", "archiving", "success"]
    await history.close()
