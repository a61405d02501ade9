"""What a page of figures is made from: a range, the days and hours of ends, why tasks failed."""

import os
import time
from collections.abc import Iterator

import pytest
from figured_tasks import HORSE, NOW, SECOND, history
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore

from rushes.watch.figures.gathered import DAYS, Asked, FailedFor, Gathered
from rushes.watch.figures.model import Model
from rushes.watch.figures.totals import By, figures_of
from rushes.watch.task import Ref


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Days and hours are local: here that is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    os.environ.pop("TZ")
    time.tzset()


async def gathered(clock: ManualClock, asked: Asked) -> Gathered:
    store = MemoryStore(Memory(), clock)
    for one in history():
        store.save(one)
    return await store.figures(asked, NOW, {Ref("hiapi", "h1"): ("trailer",)})


async def test_of_all_that_is_remembered_everything_counts(clock: ManualClock) -> None:
    found = await gathered(clock, Asked(by=(By.PROVIDER, By.MODEL)))
    figures = figures_of((), found.whole, (), {})
    assert (figures.total.tasks, figures.total.failed) == (13, 4)
    assert found.days[Model("hiapi", HORSE)] == [*[0] * (DAYS - 3), 3, 2, 0]
    assert (sum(ok for ok, _ in found.hours), sum(failed for _, failed in found.hours)) == (6, 4)
    assert found.hours[9] == (6, 4)
    assert found.reasons == [FailedFor("the filter said no", 4, 1)]


async def test_what_ended_before_the_range_is_left_out_and_what_runs_is_not(
    clock: ManualClock,
) -> None:
    found = await gathered(clock, Asked(by=(By.PROVIDER,), since=SECOND.timestamp()))
    total = figures_of((), found.whole, (), {}).total
    assert (total.tasks, total.open, total.gone) == (8, 1, 0)
    assert sum(found.days[Model("hiapi", HORSE)]) == 5, "days are those of a fortnight in any case"


async def test_of_chosen_tasks_alone_all_is_told(clock: ManualClock) -> None:
    refs = frozenset({Ref("hiapi", "h1"), Ref("hiapi", "h3")})
    found = await gathered(clock, Asked(by=(By.TAG,), refs=refs))
    assert {tally.key for tally in found.groups} == {("trailer",), (None,)}
    assert sum(ok + failed for ok, failed in found.hours) == 2
    assert [each.number for each in found.reasons] == [1]
    assert sum(map(sum, found.days.values())) == 2
