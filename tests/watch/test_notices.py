"""What a person is told of and when: digests, quiet hours, the end of a command."""

import asyncio
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from math import inf
from pathlib import Path
from random import Random

import pytest
from fake_desk import FakeDesk, settings_of
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from manual_clock import ManualClock
from sample_tasks import START, task
from sampling import rounds

from rushes.watch.asset import Fetch, OutputState
from rushes.watch.changes import Event, Expiring, Fetched
from rushes.watch.config.notify import NotifySettings
from rushes.watch.event_kinds import NAMED, EventKind
from rushes.watch.notices.digest import ORDER, Digest, Item, Notice
from rushes.watch.notices.notifier import LOOK_EVERY, Notifier
from rushes.watch.quiet_hours import quiet_hours
from rushes.watch.task import Ref

ALL = tuple(NAMED)


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Quiet hours are local time: here that is UTC. The manual clock begins at noon."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def event(kind: EventKind, name: str = "a") -> Event:
    return Event(kind=kind, at=START, account="hiapi", ref=Ref("hiapi", name))


def expiring(name: str = "a", *, minutes: float = 10, n: int = 1) -> Event:
    left = timedelta(minutes=minutes)
    news = Expiring(task=name, n=n, kind="video", left=left, at=START + left)
    return Event(
        kind=EventKind.EXPIRING, at=START, account="hiapi", ref=Ref("hiapi", name), news=news
    )


def saved(name: str = "a", n: int = 1) -> Event:
    news = Fetched(task=name, n=n, fetch=Fetch(state=OutputState.DOWNLOADED))
    return Event(kind=EventKind.SAVED, at=START, account="hiapi", ref=Ref("hiapi", name), news=news)


class Told:
    """A digest, a clock that is moved by hand, and what was told."""

    def __init__(
        self, on: tuple[EventKind, ...] = ALL, digest: float = 30, quiet: str = ""
    ) -> None:
        hours = quiet_hours(quiet)
        self.digest = Digest(NotifySettings(on=on, digest=digest, quiet=hours))
        self.at = 0.0

    @property
    def now(self) -> datetime:
        return START + timedelta(seconds=self.at)

    def happens(self, *events: Event) -> None:
        for each in events:
            self.digest.take(each, each.ref.id if each.ref else "", self.now, self.at)

    def after(self, seconds: float) -> Notice | None:
        self.at += seconds
        return self.digest.notice(self.now, self.at)

    @property
    def left(self) -> float:
        return self.digest.seconds_left(self.now, self.at)


def test_what_happens_within_the_time_is_one_notice() -> None:
    told = Told()
    assert told.left == inf
    told.happens(event(EventKind.FAILED, "a"), event(EventKind.FAILED, "b"))
    assert told.after(29) is None
    told.happens(event(EventKind.IDLE), event(EventKind.FAILED, "c"))
    assert told.left == 1
    failed, idle = Item(EventKind.FAILED, 3, "c"), Item(EventKind.IDLE, 1, "a")
    assert told.after(1) == Notice((failed, idle))
    assert told.after(300) is None


def test_a_later_event_begins_a_digest_of_its_own() -> None:
    told = Told()
    told.happens(event(EventKind.FAILED))
    assert told.after(30)
    told.at += 100
    told.happens(event(EventKind.FAILED))
    assert told.left == 30


def test_what_nobody_asked_for_is_not_told() -> None:
    told = Told(on=(EventKind.FAILED,))
    told.happens(*map(event, ALL), saved(), expiring())
    assert told.after(30) == Notice((Item(EventKind.FAILED, 1, "a"),))


def test_every_event_with_a_name_has_its_place_in_a_notice() -> None:
    assert set(ORDER) == set(NAMED)
    told = Told()
    told.happens(*map(event, ALL))
    notice = told.after(30)
    assert notice
    assert [item.kind for item in notice.items] == list(ORDER)


def test_of_several_outputs_the_soonest_end_is_told_as_it_is_then() -> None:
    told = Told()
    told.happens(expiring("a", minutes=10), expiring("b", minutes=8))
    assert told.after(30) == Notice(
        (Item(EventKind.EXPIRING, 2, "b", timedelta(minutes=7, seconds=30)),)
    )


def test_what_expires_is_told_while_half_of_the_time_is_left() -> None:
    told = Told(digest=3600)
    told.happens(event(EventKind.SUCCEEDED, "b"), expiring(minutes=10))
    assert told.left == 300
    notice = told.after(300)
    assert notice
    assert notice.items[0] == Item(EventKind.EXPIRING, 1, "a", timedelta(minutes=5))


def lost(name: str = "a", n: int = 1) -> Event:
    news = Expiring(task=name, n=n, kind="video", left=None, at=START)
    ref = Ref("hiapi", name)
    return Event(kind=EventKind.EXPIRED, at=START, account="hiapi", ref=ref, news=news)


@pytest.mark.parametrize("over", [saved(), lost()])
def test_what_is_saved_or_lost_meanwhile_does_not_expire_any_more(over: Event) -> None:
    told = Told(on=(EventKind.EXPIRING,))
    told.happens(expiring("a"), expiring("b"), over, saved("b", n=2))
    notice = told.after(30)
    assert notice
    assert [(item.number, item.newest) for item in notice.items] == [(1, "b")]
    told.happens(expiring("a"), over)
    assert told.left == inf


def test_quiet_hours_hold_back_and_one_digest_follows_them() -> None:
    told = Told(quiet="12:00-13:00")
    told.happens(event(EventKind.FAILED, "a"))
    assert told.after(30) is None
    assert told.left == 3570
    told.happens(event(EventKind.FAILED, "b"), event(EventKind.IDLE))
    assert told.after(3569) is None
    notice = told.after(1)
    assert notice
    assert [item.number for item in notice.items] == [2, 1]


def test_what_would_be_lost_in_quiet_hours_is_told_alone() -> None:
    told = Told(quiet="12:00-12:09")
    told.happens(event(EventKind.FAILED), expiring("a", minutes=8), expiring("b", minutes=10))
    assert told.after(30) == Notice(
        (Item(EventKind.EXPIRING, 1, "a", timedelta(minutes=7, seconds=30)),)
    )
    assert told.left == 510
    assert told.after(510) == Notice(
        (
            Item(EventKind.FAILED, 1, "a"),
            Item(EventKind.EXPIRING, 1, "b", timedelta(minutes=1)),
        )
    )


def test_a_digest_that_ends_in_quiet_hours_waits_for_their_end() -> None:
    told = Told(quiet="12:00-12:10")
    told.at = -10.0
    told.happens(event(EventKind.FAILED))
    assert told.left == 30
    assert told.after(30) is None
    assert told.left == 580


@examples(max_examples=rounds(15, 400))
@given(st.integers(0, 10_000))
def test_a_storm_of_events_is_a_notice_in_each_digest_and_nothing_is_left_out(seed: int) -> None:
    rng = Random(seed)
    told, happened, numbers = Told(), 0, 0
    moments: list[float] = []
    for _ in range(300):
        for _ in range(rng.randrange(4)):
            told.happens(event(rng.choice((EventKind.FAILED, EventKind.SUCCEEDED))))
            happened += 1
        if notice := told.after(2):
            moments.append(told.at)
            numbers += sum(item.number for item in notice.items)
    if notice := told.after(60):
        numbers += sum(item.number for item in notice.items)
    assert numbers == happened
    assert all(later - sooner >= 30 for sooner, later in pairwise(moments))


# -- following a desk ------------------------------------------------------------------------------


class Following:
    """A notifier at a desk, and what it told."""

    def __init__(self, desk: FakeDesk, clock: ManualClock, **settings: object) -> None:
        self.desk = desk
        self.clock = clock
        self.told: list[Notice] = []
        self.fails = False
        on: dict[str, object] = {"on": (EventKind.FAILED, EventKind.IDLE)}
        chosen = NotifySettings(**(on | settings))  # pyright: ignore[reportArgumentType]
        self.notifier = Notifier(desk.ledger, chosen, clock, self._tell)

    async def _tell(self, notice: Notice) -> None:
        if self.fails:
            raise OSError("no such terminal")
        self.told.append(notice)

    def happens(self, kind: EventKind, name: str = "opening shot") -> None:
        ref = task(name).ref
        self.desk.ledger.readers.happened(
            Event(kind=kind, at=self.clock.now(), account="hiapi", ref=ref)
        )


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> FakeDesk:
    desk = FakeDesk(settings_of(tmp_path), clock)
    desk.put(task("opening shot"))
    return desk


async def test_a_task_is_called_as_a_person_calls_it(desk: FakeDesk, clock: ManualClock) -> None:
    follower = Following(desk, clock)
    follower.happens(EventKind.FAILED)
    await follower.notifier.look()
    await clock.advance(30)
    await follower.notifier.look()
    assert follower.told == [Notice((Item(EventKind.FAILED, 1, "opening shot"),))]


async def test_a_notice_that_cannot_be_told_is_not_the_end(
    desk: FakeDesk, clock: ManualClock
) -> None:
    follower = Following(desk, clock)
    for fails in (True, False):
        follower.fails = fails
        follower.happens(EventKind.FAILED)
        await follower.notifier.look()
        await clock.advance(30)
        await follower.notifier.look()
    assert len(follower.told) == 1


async def test_a_command_tells_at_its_end_what_it_gathered_and_that_it_is_the_end(
    desk: FakeDesk, clock: ManualClock
) -> None:
    follower = Following(desk, clock)
    await clock.advance(60)
    follower.happens(EventKind.FAILED)
    follower.happens(EventKind.SUCCEEDED)
    await follower.notifier.finish()
    (notice,) = follower.told
    assert [item.kind for item in notice.items] == [EventKind.FAILED, EventKind.IDLE]


async def test_what_the_desk_said_of_the_end_is_not_said_twice(
    desk: FakeDesk, clock: ManualClock
) -> None:
    follower = Following(desk, clock)
    await clock.advance(60)
    follower.happens(EventKind.SUCCEEDED)
    follower.happens(EventKind.IDLE)
    await follower.notifier.finish()
    assert follower.told == [Notice((Item(EventKind.IDLE, 1, ""),))]


@pytest.mark.parametrize(("after", "happens"), [(29, True), (60, False)])
async def test_nothing_is_told_to_whoever_is_still_there_or_where_nothing_ended(
    desk: FakeDesk, clock: ManualClock, after: float, happens: bool
) -> None:
    follower = Following(desk, clock)
    await clock.advance(after)
    if happens:
        follower.happens(EventKind.FAILED)
    await follower.notifier.finish()
    assert follower.told == []


async def test_it_looks_by_itself(desk: FakeDesk, clock: ManualClock) -> None:
    follower = Following(desk, clock, digest=2.0)
    running = asyncio.create_task(follower.notifier.run())
    follower.happens(EventKind.IDLE)
    await clock.advance(3 * LOOK_EVERY)
    assert len(follower.told) == 1
    running.cancel()


def test_what_another_one_gathered_is_told_with_what_is_gathered_here() -> None:
    before, after = Told(), Told(on=(EventKind.FAILED, EventKind.EXPIRING))
    before.happens(event(EventKind.FAILED, "old"), event(EventKind.SAVED), expiring("late"))
    after.digest.take_over(before.digest, after.at)
    assert before.after(30) is None
    after.happens(event(EventKind.FAILED, "new"))
    notice = after.after(30)
    assert notice is not None
    told = [(item.kind, item.number, item.newest) for item in notice.items]
    assert told == [(EventKind.FAILED, 2, "new"), (EventKind.EXPIRING, 1, "late")]
    assert after.after(60) is None
