"""Readers of what changed at the desk: each has a pile of its own, and waits for it."""

import asyncio
import gc
import weakref

import pytest
from manual_clock import ManualClock

from rushes.watch.changes import PACE, Reader, Readers
from rushes.watch.task import Ref

REF = Ref("hiapi", "a")


@pytest.fixture
def readers(clock: ManualClock) -> Readers:
    return Readers(clock)


async def waiting(reader: Reader, clock: ManualClock, seconds: float) -> "asyncio.Task[None]":
    """A wait for the next change that has begun."""
    task = asyncio.create_task(reader.wait(seconds))
    await clock.settle()
    return task


async def quiet(readers: Readers, clock: ManualClock) -> Reader:
    """A reader with an empty pile, that took from it long ago."""
    reader = readers.new()
    reader.take()
    await clock.advance(PACE)
    return reader


async def test_a_reader_is_woken_by_a_change_without_any_time_passing(
    readers: Readers, clock: ManualClock
) -> None:
    reader = await quiet(readers, clock)
    wait = await waiting(reader, clock, 60)
    assert not wait.done()
    began = clock.monotonic()
    readers.changed(REF)
    await wait
    assert clock.monotonic() == began
    assert reader.take().refs == {REF}


async def test_it_is_woken_when_the_time_is_over_and_nothing_changed(
    readers: Readers, clock: ManualClock
) -> None:
    reader = await quiet(readers, clock)
    wait = await waiting(reader, clock, 5)
    await clock.advance(4.9)
    assert not wait.done()
    await clock.advance(0.1)
    assert wait.done()
    assert not reader.take()


async def test_a_pile_that_holds_something_is_not_waited_for(
    readers: Readers, clock: ManualClock
) -> None:
    reader = readers.new()
    assert (await waiting(reader, clock, 60)).done(), "a new reader has seen no task yet"
    assert (await waiting(reader, clock, 60)).done(), "nor after a wait without a take"


async def test_changes_come_at_most_four_times_a_second(
    readers: Readers, clock: ManualClock
) -> None:
    reader = await quiet(readers, clock)
    seen: list[float] = []

    async def follow() -> None:
        while True:
            await reader.wait(60)
            seen.append(clock.monotonic())
            reader.take()

    following = asyncio.create_task(follow())
    began = clock.monotonic()
    for _ in range(200):
        readers.changed(REF)
        await clock.advance(0.01)
    following.cancel()
    assert [at - began for at in seen] == pytest.approx([n * PACE for n in range(8)])  # pyright: ignore[reportUnknownMemberType] - pytest leaves it untyped


async def test_every_reader_gets_every_change_and_a_forgotten_one_keeps_no_pile(
    readers: Readers, clock: ManualClock
) -> None:
    one, other = await quiet(readers, clock), await quiet(readers, clock)
    readers.moved()
    assert one.take().layout
    assert other.take().layout
    gone = weakref.ref(other)
    del other
    gc.collect()
    assert gone() is None
