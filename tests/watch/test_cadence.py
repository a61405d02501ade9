"""How long the next poll waits, as the tasks of the same model teach (`polling/cadence.py`)."""

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from ended_tasks import MODEL, NOW, PLAIN, at, ended, many
from fake_gateway import entry
from hypothesis import given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock
from sampling import rounds

from rushes.providers.model import Snapshot, Status
from rushes.watch.polling import cadence
from rushes.watch.polling.cadence import ENOUGH, LAST, LONGEST, SPARSELY, Spread, Start
from rushes.watch.polling.learned import Learned
from rushes.watch.task import Task, Transition


def running(
    age: float,
    *,
    model: str | None = MODEL,
    created: float | None = None,
    status: Status = Status.RUNNING,
) -> Task:
    """A task that was first seen `age` seconds before `NOW`, and created `created` before it."""
    return Task(
        entry=entry("now"),
        status=status,
        snapshot=Snapshot(
            status=status,
            raw_status="running",
            model=model,
            created_at=None if created is None else at(-created),
        ),
        transitions=(Transition(status, "running", at(-age)),),
        unfinished_at=NOW,
    )


def learned(clock: ManualClock, *tasks: Task) -> Learned:
    found = Learned(PLAIN, clock)
    found.note(tasks)
    return found


SPREAD = Spread(early=100.0, half=150.0, late=200.0, life=None)


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (0.0, 40.0),  # sparsely
        (80.0, 20.0),  # not past the age at which the first are over
        (97.0, 10.0),  # never sooner than the plain interval
        (100.0, 20.0),
        (145.0, 10.0),
        (150.0, 10.0),  # densely
        (200.0, 10.0),
        (209.0, 10.0),
        (211.0, 40.0),  # nearly all would be over
        (10_000.0, 40.0),  # and never more sparsely than that
        (-500.0, 40.0),  # a clock that was set back
    ],
)
def test_a_wait_goes_by_the_age_at_which_others_were_over(age: float, wait: float) -> None:
    assert cadence.wait(age, SPREAD, PLAIN) == wait


@settings(derandomize=True, max_examples=rounds(20, 600))
@given(
    age=st.floats(-1e6, 1e6),
    ages=st.tuples(*[st.floats(0, 1e5)] * 3).map(sorted),
    life=st.none() | st.floats(0, 1e5),
    plain=st.floats(0.1, 600),
)
def test_no_wait_is_shorter_than_the_plain_interval_or_longer_than_a_few(
    age: float, ages: list[float], life: float | None, plain: float
) -> None:
    early, half, late = ages
    seconds = cadence.wait(age, Spread(early, half, late, life), plain)
    assert plain <= seconds <= max(plain, min(SPARSELY * plain, LONGEST))
    if life is not None:
        assert seconds <= max(plain, life / 10)


def test_of_few_tasks_nothing_is_learned(clock: ManualClock) -> None:
    assert learned(clock, *many(600, ENOUGH - 1)).wait(running(5, created=5)) == PLAIN


def test_a_young_task_waits_longer_where_the_model_takes_long(clock: ManualClock) -> None:
    assert learned(clock, *many(600)).wait(running(5, created=5)) == 4 * PLAIN


def test_each_task_counts_once_however_often_it_is_noted(clock: ManualClock) -> None:
    found = learned(clock)
    for _ in range(ENOUGH):
        found.note([ended("same", 600)])
    assert found.wait(running(5, created=5)) == PLAIN


def test_two_models_of_a_gateway_are_told_apart(clock: ManualClock) -> None:
    found = learned(clock, *many(600), *many(60, name="quick", model="image-01"))
    assert found.wait(running(50, created=50)) == 4 * PLAIN
    assert found.wait(running(60, created=60, model="image-01")) == PLAIN
    assert found.wait(running(50, created=50, model="never-seen")) == PLAIN


def test_a_task_of_unknown_model_is_compared_with_all_of_the_gateway(clock: ManualClock) -> None:
    found = learned(clock, *many(600), *many(60, name="quick", model="image-01"))
    assert found.wait(running(5, created=5, model=None)) == 4 * PLAIN
    assert found.wait(running(51, created=51, model=None)) == 2 * PLAIN


def test_failures_do_not_make_a_model_seem_quick(clock: ManualClock) -> None:
    failures = many(3, LAST, name="failed", status=Status.FAILED)
    found = learned(clock, *many(600), *failures)
    assert found.wait(running(5, created=5)) == 4 * PLAIN


def test_a_model_that_became_quicker_is_soon_asked_about_sooner(clock: ManualClock) -> None:
    found = learned(clock, *many(600, LAST))
    assert found.wait(running(60, created=60)) == 4 * PLAIN
    quick = [ended(f"q{n}", 60, began=60.0 * n) for n in range(5)]
    found.note(quick)
    assert found.wait(running(60, created=60)) == 2 * PLAIN


def test_a_model_that_became_slower_is_asked_about_densely_for_longer(clock: ManualClock) -> None:
    found = learned(clock, *many(60, LAST))
    assert found.wait(running(300, created=300)) == 4 * PLAIN
    found.note([ended(f"s{n}", 300, began=60.0 * n) for n in range(3)])
    assert found.wait(running(300, created=300)) == PLAIN


def test_of_old_tasks_that_are_read_last_the_newer_ones_still_count(clock: ManualClock) -> None:
    newer = [ended(f"n{n}", 60, began=60.0 * n) for n in range(LAST)]
    assert learned(clock, *newer, *many(600, LAST)).wait(running(55, created=55)) == PLAIN


def test_only_a_task_that_works_waits_longer(clock: ManualClock) -> None:
    found = learned(clock, *many(600))
    assert found.wait(running(5, created=5, status=Status.QUEUED)) == 4 * PLAIN
    assert found.wait(running(5, created=5, status=Status.FINALIZING)) == PLAIN
    assert found.wait(running(5, created=5, status=Status.UNKNOWN)) == PLAIN
    assert found.wait(Task(entry=entry("new"))) == PLAIN


def test_files_that_live_for_minutes_are_seen_in_time(clock: ManualClock) -> None:
    found = learned(clock, *many(600, life=150.0))
    assert found.wait(running(5, created=5)) == pytest.approx(15.0)


# -- from when a task's age counts ----------------------------------------------------------------


def test_a_task_that_was_added_long_after_its_creation_has_its_true_age(clock: ManualClock) -> None:
    found = learned(clock, *many(600))
    assert found.wait(running(5, created=600)) == PLAIN
    assert found.wait(running(5)) == 4 * PLAIN  # nobody says when it was created


def test_a_gateway_without_times_is_compared_with_what_was_seen(clock: ManualClock) -> None:
    found = learned(clock, *many(600, states=False))
    assert found.wait(running(5)) == 4 * PLAIN
    assert found.wait(running(600)) == PLAIN


def test_sparse_polls_do_not_make_a_model_seem_slower(clock: ManualClock) -> None:
    """Each ended right after a poll, and was seen to at the next one, forty seconds later."""
    tasks = [ended(f"t{n}", 81, every=40, states=False, began=60.0 * n) for n in range(ENOUGH)]
    found = learned(clock, *tasks)
    assert found.wait(running(70)) == PLAIN
    assert found.wait(running(120)) == PLAIN


def test_a_clock_that_goes_wrong_is_accounted_for(clock: ManualClock) -> None:
    found = learned(clock, *many(600, skew=-3600.0))
    task = replace(running(5, created=3605), skew=timedelta(seconds=-3600))
    assert found.wait(task) == 4 * PLAIN


@pytest.mark.parametrize("hours", [-8, 8])
def test_times_that_do_not_fit_with_what_was_seen_are_not_believed(
    clock: ManualClock, hours: int
) -> None:
    """Such as local times without a zone: all ages by them would be wrong by hours."""
    wrong = [
        replace(task, skew=timedelta(0))
        for task in many(600, skew=timedelta(hours=hours).total_seconds())
    ]
    found = learned(clock, *wrong)
    task = running(5, created=5 - 3600 * hours)
    assert found.wait(task) == 4 * PLAIN
    assert found.wait(replace(task, transitions=running(600).transitions)) == PLAIN


def test_a_task_that_ended_while_nobody_looked_teaches_nothing(clock: ManualClock) -> None:
    found = learned(clock, *many(600, states=False, every=900.0))
    assert found.wait(running(5)) == PLAIN


def test_a_task_that_was_over_when_it_was_added_teaches_nothing(clock: ManualClock) -> None:
    over = [replace(task, unfinished_at=None) for task in many(600)]
    assert learned(clock, *over).wait(running(5, created=5)) == PLAIN


def test_a_damaged_record_teaches_nothing(clock: ManualClock) -> None:
    damaged = [replace(task, transitions=()) for task in many(600)]
    assert learned(clock, *damaged).wait(running(5, created=5)) == PLAIN


# -- what it saved --------------------------------------------------------------------------------


async def test_polls_saved_are_those_that_the_plain_interval_would_have_made(
    clock: ManualClock,
) -> None:
    found = learned(clock, *many(600))
    task, answer = running(0, created=0), running(0, created=0).snapshot
    assert answer is not None
    polls = 0
    while (age := (clock.now() - NOW).total_seconds()) < 600:
        await clock.advance(found.answered(task, answer))
        polls += 1
    found.answered(task, answer)
    assert found.saved == pytest.approx(age / PLAIN - polls)
    assert polls < 30 < found.saved + polls


def asked_about_early(clock: ManualClock) -> tuple[Learned, Task, Snapshot]:
    """A task that is five seconds old, and the answer about it that was heard just now."""
    found, task = learned(clock, *many(600)), running(5, created=5)
    assert task.snapshot is not None
    found.answered(task, task.snapshot)
    return found, task, task.snapshot


async def test_neither_a_poll_by_hand_nor_the_last_wait_counts_as_saved(
    clock: ManualClock,
) -> None:
    found, task, answer = asked_about_early(clock)
    await clock.advance(15)
    assert found.saved == 0
    await clock.advance(1)
    found.answered(task, answer)  # a person could not wait
    assert found.saved == 0
    await clock.advance(60)
    over = ended("now", 60).snapshot
    assert over is not None
    found.answered(task, over)
    assert found.saved == 0


async def test_a_wait_that_lasted_longer_for_other_reasons_saved_only_what_was_learned(
    clock: ManualClock,
) -> None:
    found, task, answer = asked_about_early(clock)
    await clock.advance(7200)  # the machine slept
    found.answered(task, answer)
    assert found.saved == 3


# -- what it costs --------------------------------------------------------------------------------


def test_half_of_the_polls_are_saved_and_an_end_is_seen_within_one_plain_interval_on_average() -> (
    None
):
    rng = Random(1)
    polls = plain = count = 0
    late = 0.0
    for _ in range(10):  # each with a spread of its own, learned from as few as there may be
        lengths = [300 * rng.lognormvariate(0, 0.35) for _ in range(ENOUGH + 100)]
        found = cadence.spread(
            [
                cadence.Sample(MODEL, Start.STATED, one, one, at(n), None)
                for n, one in enumerate(lengths[:ENOUGH])
            ]
        )
        assert found is not None
        for length in lengths[ENOUGH:]:
            age = 0.0
            while age < length:
                age += cadence.wait(age, found, PLAIN)
                polls += 1
            late += age - length
            plain += int(length // PLAIN) + 1
            count += 1
    assert polls < 0.5 * plain
    assert late / count < PLAIN
