"""Figures are what a person gets who adds them up on paper (`tests/support/figured_tasks.py`)."""

import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from figured_tasks import FIRST, HORSE, NO_USAGE, NOW, film, history, made, saved
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.model import Output, Scalar, Status
from rushes.watch.asset import Halt
from rushes.watch.figures.figure import LOOKED_WITHIN, figure_of
from rushes.watch.figures.model import Model
from rushes.watch.figures.percentile import percentile
from rushes.watch.figures.price import Money, Per, Price, Prices, plain
from rushes.watch.figures.spans import queued_for
from rushes.watch.figures.totals import By, Figures, Known, Spread, Tally, Totals, figures_of
from rushes.watch.figures.usage import Used, used
from rushes.watch.figures.usual import ENOUGH_FOR_LATE, FEWEST, usual
from rushes.watch.history import figures
from rushes.watch.history.reader import HistoryReader
from rushes.watch.history.store import History
from rushes.watch.task import Ref, Task, Transition

PRICES: Prices = {
    Model("hiapi", HORSE): Price(Per.OUTPUT, Decimal("0.30"), "EUR"),
    Model("ttapi", "*"): Price(Per.SECOND, Decimal("0.07"), "USD"),
}


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days are those of the machine's zone."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


async def written(path: Path, tasks: list[Task]) -> None:
    store = History(path)
    for task in tasks:
        store.save(task)
    await store.flush()
    await store.close()


def read(path: Path, *by: By, prices: Prices = PRICES, refs: list[Ref] | None = None) -> Figures:
    reader = HistoryReader(path)
    try:
        uncounted, now = figures.complete(reader), NOW.timestamp()
        tags = {task.ref: task.entry.tags for task in history()}

        def summed(*keys: By) -> list[Tally]:
            return reader.ask(lambda db: figures.tallies(db, keys, now, refs, tags))

        return figures_of(by, summed(), summed(*by), prices, uncounted)
    finally:
        reader.close()


@pytest.fixture
async def path(tmp_path: Path) -> Path:
    await written(tmp_path / "history.db", history())
    return tmp_path / "history.db"


WHOLE = Totals(
    key=(),
    tasks=13,
    open=1,
    succeeded=6,
    failed=4,
    canceled=1,
    gone=1,
    queue=Spread(2.0, 6.0),  # 1 2 4 6: the 2nd, and the 4th (0.95 x 4 = 3.8)
    run=Spread(30.0, 100.0),  # 10 20 30 31 60 100: the 3rd, and the 6th (0.95 x 6 = 5.7)
    files=6,
    saved=2,
    bytes=3000,
    film_ms=Known(7500, 2),  # 5 s + 2.5 s; hiapi does not say how long its two are
    cost=(
        Money(Decimal("0.60"), "EUR"),  # two files of hiapi
        Money(Decimal("0.875"), "USD"),  # 5 s + 2.5 s + the 5 s of what failed at ttapi
        Money(Decimal("0.3"), "dimilinks credits"),  # 0.1 + 0.2, exactly
    ),
    cost_unknown=0,
    failed_charged=Known(1, 2),  # t3; of h3 and d4 nobody says it, d3 says nothing was taken
    failed_cost=(Money(Decimal("0.35"), "USD"),),
    lost=1,  # h2
)


def test_the_whole(path: Path) -> None:
    found = read(path)
    assert found.total == WHOLE
    assert found.total.success_rate == 0.6
    assert found.uncounted == 0


def test_without_prices_only_what_a_gateway_says_is_known(path: Path) -> None:
    total = read(path, prices={}).total
    assert total.cost == (Money(Decimal("0.3"), "dimilinks credits"),)
    assert total.cost_unknown == 4
    assert total.failed_cost == ()


def test_by_provider_and_model(path: Path) -> None:
    groups = {group.key: group for group in read(path, By.PROVIDER, By.MODEL).groups}
    assert [*groups] == [("dimilinks", "flux"), ("hiapi", HORSE), ("ttapi", None)]
    horse = groups["hiapi", HORSE]
    assert (horse.tasks, horse.open, horse.succeeded, horse.failed) == (6, 1, 2, 1)
    assert (horse.run, horse.queue) == (Spread(60.0, 100.0), Spread(4.0, 6.0))
    assert horse.film_ms == Known(None, 2)
    assert horse.failed_charged == Known(None, 1)
    flux = groups["dimilinks", "flux"]
    assert (flux.queue, flux.run) == (None, Spread(10.0, 20.0))
    assert (flux.film_ms, flux.failed_charged) == (Known(0), Known(0, 1))


def test_by_day_and_what_is_under_way_has_none(path: Path) -> None:
    days = {group.key: group.tasks for group in read(path, By.DAY).groups}
    assert days == {("2026-11-20",): 5, ("2026-11-21",): 7, (None,): 1}


def test_by_tag_a_task_counts_in_each_and_once_in_the_whole(path: Path) -> None:
    found = read(path, By.TAG)
    assert {group.key: group.tasks for group in found.groups} == {
        ("act-1",): 1,
        ("trailer",): 2,
        (None,): 11,
    }
    assert found.total.tasks == 13


def test_some_tasks_only(path: Path) -> None:
    some = read(path, By.PROVIDER, refs=[Ref("ttapi", "t1"), Ref("hiapi", "h6")])
    assert [(group.key, group.tasks) for group in some.groups] == [(("hiapi",), 1), (("ttapi",), 1)]
    assert (some.total.bytes, some.total.open) == (2000, 1)


def test_nothing_at_all_is_no_success_rate(tmp_path: Path) -> None:
    total = read(tmp_path / "history.db").total
    assert (total.tasks, total.success_rate, total.run, total.cost) == (0, None, None, ())
    assert (total.cost_unknown, total.film_ms) == (0, Known(0))


async def test_what_an_older_version_left_is_worked_out_once(path: Path) -> None:
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("DELETE FROM figure WHERE provider = 'hiapi'")
        db.execute("INSERT INTO figure SELECT 'hiapi:zz', provider, model, status, ended, queue_ms,"
                   "run_ms, files, films, film_ms, billed_ms, tokens, microcredits, charged, saved,"
                   "bytes, lost_from FROM figure WHERE ref = 'ttapi:t1'")  # fmt: skip
    assert read(path).total == WHOLE
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT count(*) FROM figure").fetchone() == (13,)


async def test_a_file_that_is_saved_later_counts_and_is_not_lost(path: Path) -> None:
    lost = next(task for task in history() if task.ref.id == "h2")
    await written(path, [lost.with_fetch(1, saved(500))])
    total = read(path).total
    assert (total.saved, total.bytes, total.lost) == (3, 3500, 0)


async def test_a_file_that_another_process_saved_stays_saved(path: Path) -> None:
    unaware = next(task for task in history() if task.ref.id == "h1").with_fetch(1, None)
    await written(path, [replace(unaware, polls=4)])
    assert read(path).total == WHOLE


async def test_what_a_person_gave_up_is_not_lost(path: Path) -> None:
    lost = next(task for task in history() if task.ref.id == "h2")
    given_up = saved(0).set_aside(Halt.CANCELED)
    await written(path, [lost.with_fetch(1, given_up)])
    assert read(path).total.lost == 0


async def test_forgotten_tasks_take_their_figures_along(path: Path) -> None:
    store = History(path)
    assert await store.prune(0.0, ()) == 0  # their age begins
    await store.prune(-1.0, ())
    await store.close()
    assert read(path).total.tasks == 0


def test_sums_are_exact_at_any_number_of_tasks() -> None:
    dimes = [used({"credit_cost": 0.1}).microcredits or 0 for _ in range(1000)]
    assert sum(dimes) == 100 * 10**6


# -- single rules ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("usage", "found"),
    [
        ({}, Used()),
        ({"duration": 5}, Used(film_ms=5000, billed_ms=5000)),
        (
            {"duration": 8, "input_video_duration": 3, "output_video_duration": 5},
            Used(film_ms=5000, billed_ms=8000),
        ),
        ({"duration": 8, "input_video_duration": 3}, Used(billed_ms=8000)),
        (
            {"total_seconds": 6, "input_seconds": 0, "output_seconds": 6},
            Used(film_ms=6000, billed_ms=6000),
        ),
        ({"total_tokens": 900, "completion_tokens": 800}, Used(tokens=900)),
        ({"completion_tokens": 800}, Used(tokens=800)),
        ({"credit_cost": 0.1}, Used(microcredits=100_000)),
        ({"credit_cost": 0.30000000000000004}, Used(microcredits=300_000)),
        ({"credit_cost": True, "duration": "5", "total_tokens": None}, Used()),
        ({"credit_cost": -1, "duration": 1e14, "total_tokens": float("inf")}, Used()),
    ],
)
def test_what_a_usage_record_says(usage: Mapping[str, Scalar], found: Used) -> None:
    assert used(usage) == found


def test_what_was_taken_for_a_failure() -> None:
    assert used(NO_USAGE).charged is None
    assert used({"credit_cost": 0, "duration": 0}).charged is False
    assert used({"credit_cost": 0, "duration": 2}).charged is True


def test_a_percentile_is_by_nearest_rank() -> None:
    assert [percentile([7], percent) for percent in (50, 95)] == [7, 7]
    assert percentile(range(1, 21), 95) == 19
    assert percentile(range(1, 101), 50) == 50


@examples(max_examples=rounds(20, 500))
@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=60), st.integers(1, 100))
def test_so_many_do_not_exceed_a_percentile_and_fewer_any_smaller_value(
    values: list[int], percent: int
) -> None:
    found = percentile(sorted(values), percent)
    assert found in values
    assert 100 * sum(value <= found for value in values) >= percent * len(values)
    assert 100 * sum(value < found for value in values) < percent * len(values)


def seen(*steps: tuple[Status, float]) -> Task:
    """A task of which its gateway states no time."""
    bare = made("gptge:1", steps[-1][0], FIRST)
    assert bare.snapshot is not None
    silent = replace(bare.snapshot, created_at=None, started_at=None, finished_at=None)
    return replace(
        bare,
        snapshot=silent,
        transitions=tuple(
            Transition(status, status.value, FIRST + timedelta(seconds=at)) for status, at in steps
        ),
        unfinished_at=FIRST + timedelta(seconds=steps[-1][1] - 5),
    )


def test_a_wait_that_was_only_seen() -> None:
    queued, running, done = Status.QUEUED, Status.RUNNING, Status.SUCCEEDED
    assert queued_for(seen((queued, 0), (running, 8), (done, 20))) == timedelta(seconds=8)
    assert queued_for(seen((running, 0), (done, 20))) is None
    assert queued_for(seen((queued, 0), (done, 20))) is None
    assert queued_for(seen((queued, 0))) is None


def test_an_end_that_nobody_saw_has_no_run_time() -> None:
    task = seen((Status.RUNNING, 0), (Status.SUCCEEDED, 3600))
    figure = figure_of(task)
    assert figure is not None
    assert figure.run_ms == 3_600_000
    late = replace(task, unfinished_at=FIRST + timedelta(seconds=3590) - LOOKED_WITHIN)
    figure = figure_of(late)
    assert figure is not None
    assert figure.run_ms is None


def test_a_task_that_is_not_over_has_no_figure() -> None:
    assert figure_of(seen((Status.RUNNING, 0))) is None


def test_an_output_that_can_be_renewed_is_lost_with_its_file() -> None:
    outputs: tuple[Output, ...] = (film(), film(ends=NOW))
    figure = figure_of(made("hiapi:a", Status.SUCCEEDED, FIRST, outputs=outputs))
    assert figure is not None
    assert figure.ends == ((2, NOW.timestamp()),)


def test_amounts_are_written_plainly() -> None:
    amounts = ("0.7", "12", "12.50", "0.0000005", "1E+3", "0")
    assert [plain(Decimal(text)) for text in amounts] == [
        *("0.70", "12", "12.50", "0.0000005", "1000", "0"),
    ]  # fmt: skip


def test_what_is_usual_takes_a_few_tasks_and_what_is_late_some_more() -> None:
    assert usual([1000] * (FEWEST - 1)) is None
    few = usual([1000] * FEWEST)
    assert few is not None
    assert (few.half, few.late) == (timedelta(seconds=1), None)
    assert not few.is_late(timedelta(hours=1))
    many = usual([1000 * n for n in range(1, ENOUGH_FOR_LATE + 1)])
    assert many is not None
    assert (many.half, many.late) == (timedelta(seconds=10), timedelta(seconds=19))
    assert many.is_late(timedelta(seconds=20))
    assert not many.is_late(timedelta(seconds=19))
    assert not many.is_late(None)
