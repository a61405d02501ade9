"""A task that never comes to rest costs no more in its last week than on its first day (row 89)."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore

from rushes.providers.hiapi import CARD
from rushes.providers.model import Snapshot, Status
from rushes.watch.history import task_rows
from rushes.watch.history.opening import open_database
from rushes.watch.history.schema import MIGRATIONS, VERSION, teach
from rushes.watch.history.store import History
from rushes.watch.polling.observe import observe
from rushes.watch.portable import read, write
from rushes.watch.steps import EACH_END, merged, merged_steps, new_steps
from rushes.watch.store import LeaseRequest, Store
from rushes.watch.task import Ref, Task, Transition

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A = Ref("hiapi", "a")
MOST = 2 * EACH_END + 1
FLAPPING = (Status.QUEUED, Status.RUNNING)


def told(task: Task, status: Status, word: str) -> Task:
    """The task after another poll, five seconds later."""
    at = NOW + timedelta(seconds=5 * task.polls)
    return observe(task, Snapshot(status=status, raw_status=word), CARD, at)


def flapped(changes: int, task: Task | None = None) -> Task:
    """The task after so many more polls, each of which brought the other status."""
    task = task or Task(entry=entry("a"))
    for _ in range(changes):
        task = told(task, FLAPPING[task.polls % 2], "word")
    return task


def seen(at: int) -> Transition:
    """The change that was seen at that poll."""
    return Transition(FLAPPING[at % 2], "word", NOW + timedelta(seconds=5 * at))


def lines(steps: tuple[Transition, ...]) -> str:
    """A line a step, so that a difference is found quickly."""
    return "\n".join(
        f"{(step.observed_at - NOW).total_seconds():.0f} {step.status.value} {step.raw_status}"
        f" {step.times} {len(step.again)}"
        for step in steps
    )


def counted(steps: tuple[Transition, ...]) -> int:
    return sum(step.times for step in steps)


# -- in memory --------------------------------------------------------------------------------


def test_the_first_and_the_last_changes_are_kept_and_those_between_are_counted() -> None:
    steps = flapped(5000).transitions
    assert steps[:EACH_END] == tuple(map(seen, range(EACH_END)))
    assert steps[-EACH_END:] == tuple(map(seen, range(5000 - EACH_END, 5000)))
    (between,) = steps[EACH_END:-EACH_END]
    assert (between.observed_at, between.times) == (seen(EACH_END).observed_at, 5000 - 2 * EACH_END)


def test_up_to_then_every_change_is_kept() -> None:
    assert flapped(MOST).transitions == tuple(map(seen, range(MOST)))
    assert [step.times for step in flapped(MOST + 1).transitions].count(2) == 1


@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.QUEUED])
def test_a_word_that_counts_is_one_step_and_its_last_word_stands(status: Status) -> None:
    task = Task(entry=entry("a"))
    for place in range(50, 0, -1):
        task = told(task, status, f"waiting at place {place}")
    assert task.transitions == (Transition(status, "waiting at place 1", NOW),)
    assert task.raw_status == "waiting at place 1"
    (step, _) = told(task, Status.RUNNING, "handling").transitions
    assert step.raw_status == "waiting at place 1"


def test_what_another_process_saw_of_the_same_is_counted_once() -> None:
    early, late = flapped(1000), flapped(1700)
    for one, other in ((early, late), (late, early), (late, late)):
        assert lines(merged(one, other).transitions) == lines(late.transitions)
    assert new_steps(early.transitions, late.transitions) == [seen(at) for at in range(1500, 1700)]


def test_what_two_processes_saw_apart_stays_bounded_in_whatever_order() -> None:
    chance = Random(7)
    both = list[Task]()
    for _ in range(2):
        task = Task(entry=entry("a"))
        for second in sorted(chance.sample(range(20_000), 900)):
            status = chance.choice((*FLAPPING, Status.UNKNOWN))
            at = NOW + timedelta(seconds=second)
            task = observe(task, Snapshot(status=status, raw_status="x"), CARD, at)
        both.append(task)
    one, other = (task.transitions for task in both)
    steps = merged_steps(one, other)
    for again in (merged_steps(other, one), merged_steps(steps, steps), merged_steps(steps, one)):
        assert lines(again) == lines(steps)
    assert len(steps) == MOST
    assert counted(steps) > max(counted(one), counted(other))


# -- in the history ---------------------------------------------------------------------------


def steps_of(db: sqlite3.Connection) -> int:
    return int(db.execute("SELECT count(*) FROM step").fetchone()[0])


def test_history_holds_what_memory_holds_and_not_more(tmp_path: Path) -> None:
    task = Task(entry=entry("a"))
    with closing(open_database(tmp_path / "history.db").db) as db:
        while task.polls < 700:
            task = flapped(1, task)
            task_rows.save(db, task, None)
            assert steps_of(db) <= MOST
        assert lines(task_rows.load(db, [entry("a")])[A].transitions) == lines(task.transitions)
        task = told(told(task, Status.UNKNOWN, "place 2"), Status.UNKNOWN, "place 1")
        task_rows.save(db, task, None)
        assert lines(task_rows.load(db, [entry("a")])[A].transitions) == lines(task.transitions)


def cost(db: sqlite3.Connection, task: Task) -> int:
    """How many hundreds of SQLite's own steps it takes to save the task's next change."""
    ticks = 0

    def tick() -> None:
        nonlocal ticks
        ticks += 1

    task_rows.save(db, task, None)
    db.set_progress_handler(tick, 100)
    task_rows.save(db, flapped(1, task), None)
    db.set_progress_handler(None, 0)
    return ticks


def test_a_save_writes_what_is_new_at_any_age(tmp_path: Path) -> None:
    """It took 3 s for the 10,000th change; now it is what it was for the 500th."""
    with closing(open_database(tmp_path / "history.db").db) as db:
        young = cost(db, flapped(500))
        before = db.total_changes
        old = cost(db, flapped(4000))
        assert old <= 1.1 * young
        task = flapped(4002)
        task_rows.save(db, task, None)
        before = db.total_changes
        task_rows.save(db, flapped(1, task), None)
        # The new step, the one that is counted now, how many are, and the task itself.
        assert db.total_changes - before <= 4


@pytest.mark.parametrize("kind", ["sqlite", "memory"])
async def test_two_processes_that_take_turns_count_every_change_once(
    kind: str, tmp_path: Path, clock: ManualClock
) -> None:
    memory = Memory()

    def opened() -> Store:
        if kind == "memory":
            return MemoryStore(memory, clock)
        return History(tmp_path / "history.db", clock=clock)

    stores, chance = (opened(), opened()), Random(11)
    tasks = [Task(entry=entry("a")), Task(entry=entry("a"))]
    for turn in range(24):
        now = turn % 2
        wish = LeaseRequest(account="hiapi", key_mark="k", interval=5.0, tasks=[tasks[now]])
        (lease,) = (await stores[now].take(wish)).leases
        assert (lease.news is not None) is (turn > 0)
        if lease.news is not None:
            tasks[now] = merged(tasks[now], lease.news)
        tasks[now] = flapped(chance.randint(1, 90), tasks[now])
        stores[now].save(tasks[now])
        await stores[now].flush()
        (again,) = (await stores[now].take(wish_of(tasks[now]))).leases
        assert again.news is None
        stores[now].done(again, 0.0)
        await stores[now].flush()
    found = (await stores[0].load([entry("a")]))[A]
    assert lines(found.transitions) == lines(flapped(found.polls).transitions)
    assert found.polls > 2 * MOST
    for store in stores:
        await store.close()


def wish_of(task: Task) -> LeaseRequest:
    return LeaseRequest(account="hiapi", key_mark="k", interval=5.0, tasks=[task])


async def test_what_an_older_rushes_kept_of_it_is_bounded_as_it_is_opened(tmp_path: Path) -> None:
    """Both kinds: a status that flapped for a week, and a word that counted as long."""
    path, number = tmp_path / "history.db", 5000
    with closing(sqlite3.connect(path)) as db, db:
        teach(db)
        db.executescript("".join(MIGRATIONS[:8]))
        db.execute("PRAGMA user_version = 8")
        for ref, statuses in (("hiapi:a", FLAPPING), ("hiapi:b", (Status.UNKNOWN,))):
            rows = [
                (ref, statuses[n % len(statuses)].value, "word",
                 (NOW + timedelta(seconds=5 * n)).isoformat().replace("+00:00", "Z"), None)
                for n in range(number)
            ]  # fmt: skip
            db.executemany("INSERT INTO step VALUES (?,?,?,?,?)", rows)
    history = History(path)
    found = await history.load([entry("a"), entry("b")])
    await history.close()
    assert lines(found[A].transitions) == lines(flapped(number).transitions)
    assert [step.status for step in found[Ref("hiapi", "b")].transitions] == [Status.UNKNOWN]
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert steps_of(db) == MOST + 1


def test_an_export_says_how_many_changes_there_were() -> None:
    task = flapped(3000)
    assert lines(read(write(task)).transitions) == lines(task.transitions)
    assert '"times": {"200": 2600}' in write(task)
    assert '"times"' not in write(flapped(3))
