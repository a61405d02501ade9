"""What is found by the next moment is what a walk over all tasks would find (row 153)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from fake_gateway import entry
from hypothesis import given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock
from sample_tasks import START, saved
from sampling import rounds

from rushes.providers.model import Basis, ExpiryClaim, Link, Output, Snapshot, Status
from rushes.tui.lines.counts import Counts, Loss
from rushes.watch.changes import Readers
from rushes.watch.config.downloads import Auto
from rushes.watch.deadlines import Deadlines
from rushes.watch.downloads.agenda import Agenda
from rushes.watch.downloads.alerts import AT_RISK, ExpiryAlerts
from rushes.watch.downloads.auto import AutoDownload
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rushes.watch.asset import Fetch

MINUTE = timedelta(minutes=1)
NAMES = st.sampled_from("abcde")
MINUTES = st.integers(-10, 90).map(lambda minutes: timedelta(minutes=minutes))
RESCUE = AutoDownload(Auto.RESCUE, before=1800.0)


def an_output(link: timedelta | None, file: timedelta | None) -> Output:
    ends = ((Basis.SIGNED, link), (Basis.STATED, file))
    claims = tuple(ExpiryClaim(basis, at=START + at) for basis, at in ends if at is not None)
    return Output(kind="video", where=Link("https://cdn.example/a.mp4"), claims=claims)


OUTPUTS = st.builds(an_output, st.none() | MINUTES, st.none() | MINUTES)


def a_task(
    name: str,
    status: Status,
    outputs: "Sequence[Output]",
    fetches: "dict[int, Fetch]",
    skew: timedelta,
) -> Task:
    said = Snapshot(status=status, raw_status=status.value, outputs=tuple(outputs))
    return Task(entry=entry(name), status=status, snapshot=said, fetches=fetches, skew=skew)


NOTHING: "dict[int, Fetch]" = {}
TASKS = st.builds(
    a_task,
    NAMES,
    st.sampled_from([Status.RUNNING, Status.SUCCEEDED, Status.SUCCEEDED, Status.GONE]),
    st.lists(OUTPUTS, max_size=2),
    st.sampled_from([NOTHING, {1: saved()}]),
    st.just(timedelta(0)) | MINUTES,
)

CHANGES = st.lists(
    st.one_of(
        TASKS,
        NAMES,  # is taken off the list
        st.integers(-20, 60).map(lambda minutes: timedelta(minutes=minutes)),  # the clock moves
    ),
    max_size=12,
)


@dataclass
class Desk:
    """Tasks that come, change and go, and what is told of it; looked at after each step."""

    now: datetime = START
    known: dict[Ref, Task] = field(default_factory=dict[Ref, Task])
    readers: Readers = field(default_factory=lambda: Readers(ManualClock()))

    def step(self, change: "Task | str | timedelta") -> None:
        if isinstance(change, timedelta):
            self.now += change
        elif isinstance(change, str):
            gone = entry(change).ref
            self.known = {ref: task for ref, task in self.known.items() if ref != gone}
            self.readers.moved()
        else:
            if change.ref not in self.known:
                self.readers.moved()
            self.known = {**self.known, change.ref: change}
            self.readers.changed(change.ref)


def looks(agenda: Agenda, desk: Desk) -> list[Task]:
    due = agenda.take(desk.known, desk.now)
    for task in due:
        agenda.put(task, desk.now)
    return due


@settings(derandomize=True, max_examples=rounds(25, 800), deadline=None)
@given(CHANGES)
def test_alerts_and_rescues_come_as_a_walk_over_all_tasks_would_bring_them(
    changes: "list[Task | str | timedelta]",
) -> None:
    desk = Desk()
    agenda = Agenda(desk.readers.new(), (AT_RISK, *RESCUE.ahead))
    walking, waiting = ExpiryAlerts(), ExpiryAlerts()
    wanted: dict[Ref, bool] = {}
    for change in (timedelta(0), *changes):
        desk.step(change)
        due = looks(agenda, desk)
        told = waiting.look(due, desk.now)
        key: Callable[[tuple[object, Ref, object]], Ref] = lambda news: news[1]  # noqa: E731
        assert told == sorted(walking.look(desk.known.values(), desk.now), key=key)
        wanted |= {task.ref: RESCUE.wants(task, desk.now) for task in due}
        assert all(wanted[ref] is RESCUE.wants(task, desk.now) for ref, task in desk.known.items())


def walked(desk: Desk) -> "set[timedelta]":
    return {
        at - desk.now
        for task in desk.known.values()
        for at in task.ends_of_unsaved
        if at > desk.now
    }


@settings(derandomize=True, max_examples=rounds(25, 800), deadline=None)
@given(CHANGES)
def test_the_next_loss_is_the_one_that_a_walk_over_all_tasks_would_find(
    changes: "list[Task | str | timedelta]",
) -> None:
    desk, counts = Desk(), Counts()
    reader = desk.readers.new()
    for change in changes:
        desk.step(change)
        news = reader.take()
        counts.take(desk.known, news.refs, news.layout)
        found = counts.next_loss(desk.now)
        assert (found and found.left) == min(walked(desk), default=None)
        assert found is None or desk.now + found.left in desk.known[found.ref].ends_of_unsaved


def test_a_task_that_does_not_change_is_looked_at_only_when_its_moment_comes() -> None:
    desk = Desk()
    agenda = Agenda(desk.readers.new(), (AT_RISK,))
    made = [a_task(name, Status.SUCCEEDED, [], {}, timedelta(0)) for name in "abc"]
    film = an_output(None, timedelta(minutes=60))
    for task in (*made, a_task("d", Status.SUCCEEDED, [film], {}, timedelta(0))):
        desk.step(task)
    found = {minute: len(looks(agenda, desk)) for minute in range(70) if not desk.step(MINUTE)}
    assert {minute: number for minute, number in found.items() if number} == {0: 4, 49: 1, 59: 1}


def test_where_our_clock_is_set_back_what_was_over_is_waited_for_again() -> None:
    desk, counts = Desk(), Counts()
    agenda = Agenda(desk.readers.new())
    task = a_task("d", Status.SUCCEEDED, [an_output(None, 60 * MINUTE)], {}, timedelta(0))
    desk.step(task)
    counts.take(desk.known, [task.ref], layout=True)
    for minutes, expected in ((70, None), (-40, Loss(task.ref, 30 * MINUTE)), (40, None)):
        desk.step(minutes * MINUTE)
        assert looks(agenda, desk) == [task]
        assert counts.next_loss(desk.now) == expected


def test_a_task_whose_look_failed_is_looked_at_again() -> None:
    desk = Desk()
    agenda = Agenda(desk.readers.new())
    desk.step(a_task("a", Status.SUCCEEDED, [], {}, timedelta(0)))
    desk.step(a_task("b", Status.SUCCEEDED, [], {}, timedelta(0)))
    first, _ = agenda.take(desk.known, desk.now)
    agenda.put(first, desk.now)
    assert [task.ref.id for task in looks(agenda, desk)] == ["b"]
    assert looks(agenda, desk) == []


def test_it_is_looked_at_again_when_whoever_asked_said_so() -> None:
    desk = Desk()
    agenda = Agenda(desk.readers.new())
    desk.step(a_task("a", Status.SUCCEEDED, [], {}, timedelta(0)))
    (task,) = agenda.take(desk.known, desk.now)
    agenda.put(task, desk.now, [desk.now + MINUTE, desk.now + 2 * MINUTE])
    assert looks(agenda, desk) == []
    desk.step(MINUTE)
    assert looks(agenda, desk) == [task]


PUTS = st.lists(
    st.tuples(st.sampled_from(["put", "keep", "take"]), NAMES, st.none() | st.integers(0, 9)),
    max_size=30,
)


@settings(derandomize=True, max_examples=rounds(20, 600), deadline=None)
@given(PUTS)
def test_a_heap_of_moments_is_a_table_of_them(puts: list[tuple[str, str, int | None]]) -> None:
    heap, table = Deadlines[str](), dict[str, datetime]()
    for act, key, number in puts:
        at = None if number is None else START + number * MINUTE
        if act == "put":
            heap.put(key, at)
            table.pop(key, None)
            table |= {} if at is None else {key: at}
        elif act == "keep":
            heap.keep({key})
            table = {one: when for one, when in table.items() if one == key}
        else:
            now = at or START
            due = sorted((when, one) for one, when in table.items() if when <= now)
            table = {one: when for one, when in table.items() if when > now}
            assert sorted(heap.take(now)) == sorted(one for _, one in due)
        first = heap.first()
        assert (first and first[0]) == min(table.values(), default=None)
        assert len(heap) == len(table)


def test_moments_that_were_changed_do_not_fill_the_heap() -> None:
    heap = Deadlines[str]()
    for number in range(10_000):
        heap.put("a", START + number * MINUTE)
    assert heap.entries < 200


def test_a_task_that_is_watched_no_more_is_the_next_loss_of_nothing() -> None:
    desk, counts = Desk(), Counts()
    film = an_output(None, timedelta(minutes=60))
    task = a_task("d", Status.SUCCEEDED, [film], {}, timedelta(0))
    counts.take({task.ref: task}, [task.ref], layout=True)
    assert counts.next_loss(desk.now) == Loss(task.ref, timedelta(minutes=60))
    kept = replace(task, fetches={1: saved()})
    counts.take({task.ref: kept}, [task.ref], layout=False)
    assert counts.next_loss(desk.now) is None
    counts.take({}, [task.ref], layout=True)
    assert counts.next_loss(desk.now) is None
