"""Ratings: what a person thinks of an output, kept beside it and found again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from desk_rig import desk_with
from manual_clock import ManualClock
from sample_tasks import START, output, task

from rushes.providers.model import Status
from rushes.watch import portable
from rushes.watch.filter_terms import BadFilter, vocabulary
from rushes.watch.query import parse
from rushes.watch.ratings import Rating, Ratings, latest, rated
from rushes.watch.sorting import SortKey, arranged, sort_value
from rushes.watch.task import Task

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def with_ratings(*values: int | None) -> Task:
    """A task with an output for each of these ratings."""
    shot = task("shot", Status.SUCCEEDED, outputs=tuple(output() for _ in values))
    return replace(shot, ratings={n: Rating(value, NOW) for n, value in enumerate(values, 1)})


@pytest.mark.parametrize(
    ("values", "best"), [((), None), ((None,), None), ((0, None), 0), ((0, 4, 2), 4)]
)
def test_a_tasks_rating_is_the_best_of_its_outputs(
    values: tuple[int | None, ...], best: int | None
) -> None:
    shot = with_ratings(*values)
    assert shot.rating == best
    assert [asset.rating for asset in shot.assets(START)] == list(values)


@pytest.mark.parametrize("value", [-1, 6])
def test_there_is_no_other_rating(value: int) -> None:
    with pytest.raises(ValueError, match="0 to 5"):
        rated({}, 1, value, NOW)


def test_a_rating_that_is_given_after_another_counts_though_the_clock_was_set_back() -> None:
    before: Ratings = {1: Rating(3, NOW)}
    after = rated(before, 1, None, NOW - timedelta(hours=1))
    assert latest(before, after) == latest(after, before) == after
    assert after[1].value is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("rating>=3", [3, 5]),
        ("rating>3", [5]),
        ("rating<=3", [0, 3]),
        ("rating<3", [0]),
        ("rating=0", [0]),
        ("rating:3", [3]),
        ("rating:none", [None]),
        ("-rating:none", [0, 3, 5]),
    ],
)
def test_a_filter_compares_ratings(text: str, found: list[int | None]) -> None:
    query = parse(text)
    tasks = [with_ratings(value) for value in (None, 0, 3, 5)]
    assert [one.rating for one in tasks if query.matches(one, START)] == found
    assert not query.timed


@pytest.mark.parametrize("text", ["rating>6", "rating:good", "rating>none", "rating!=3", "rating:"])
def test_a_filter_for_no_rating_says_what_there_is(text: str) -> None:
    with pytest.raises(BadFilter, match="rating"):
        parse(text)


def test_completion_offers_what_is_compared() -> None:
    assert vocabulary()["rating:"][0] == "none"
    assert "rating>=" in vocabulary()


@pytest.mark.parametrize("descending", [True, False])
def test_what_has_no_rating_is_listed_last(*, descending: bool) -> None:
    tasks = [with_ratings(value) for value in (None, 0, 5, 3)]
    listed = arranged(
        tasks, lambda one: sort_value(SortKey.RATING, one, START), SortKey.RATING,
        descending=descending,
    )  # fmt: skip
    known = [5, 3, 0] if descending else [0, 3, 5]
    assert [one.rating for one in listed] == [*known, None]


def test_ratings_go_with_an_export() -> None:
    shot = with_ratings(4, None)
    assert portable.read(portable.write(shot)).ratings == shot.ratings


async def test_two_screens_rate_outputs_of_one_task(tmp_path: Path, clock: ManualClock) -> None:
    """Neither takes back what the other one said meanwhile."""
    shot = replace(with_ratings(None, None), ratings={})
    one = await desk_with(tmp_path, clock, {})
    await one.watchlist.add([shot.entry])
    one.history.save(shot)
    await one.history.flush()
    other = await desk_with(tmp_path, clock, {})
    reader = other.ledger.readers.new()
    reader.take()
    await one.rate(shot.ref, 1, 4)
    await one.history.flush()
    await other.rate(shot.ref, 2, 0)
    assert reader.take().refs == {shot.ref}
    await other.history.flush()
    task = other.ledger.tasks()[shot.ref]
    assert {n: rating.value for n, rating in task.ratings.items()} == {1: 4, 2: 0}
    assert (await one.history.load([shot.entry]))[shot.ref].ratings == task.ratings
    with pytest.raises(ValueError, match="0 to 5"):
        await one.rate(shot.ref, 1, 9)
    await one.close()
    await other.close()


async def test_what_is_not_watched_any_more_is_not_rated(
    tmp_path: Path, clock: ManualClock
) -> None:
    desk = await desk_with(tmp_path, clock, {})
    await desk.rate(with_ratings(3).ref, 1, 5)
    assert not desk.ledger.tasks()
    await desk.close()
