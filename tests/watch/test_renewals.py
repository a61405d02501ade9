"""A dead link is renewed by asking its task again, once for all of its outputs (row 118)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random

import pytest
from counted_history import CountedHistory
from desk_rig import desk_with
from fake_gateway import KEY, Gateway, account, entry, hiapi_body
from manual_clock import ManualClock

from rushes.providers.model import Link, Output
from rushes.providers.reply import Reply
from rushes.watch.config.accounts import Account
from rushes.watch.desk import Desk
from rushes.watch.keys.find import Key
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref

A, B, ELSEWHERE = Ref("hiapi", "a"), Ref("hiapi", "b"), Ref("studio", "a")


class Place:
    """Two accounts on one home, each at a gateway that signs its links anew at every question."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.serial = count(1)
        self.gateways = {name: Gateway(clock, self.answer) for name in ("hiapi", "studio")}
        self.opened: list[Desk] = []

    def answer(self, task_id: str) -> Reply:
        token = next(self.serial)
        files = [f"https://x.example/{task_id}-{n}.png?sig={token}" for n in (1, 2, 3)]
        output = [{"url": url, "type": "image"} for url in files]
        body = hiapi_body(task_id, "success", completed=1777282033, output=output)
        return Reply(200, {}, body)

    async def open(self) -> Desk:
        sessions = {name: self._session(name) for name in self.gateways}
        desk = await desk_with(self.folder, self.clock, sessions)
        assert isinstance(desk.history, CountedHistory)
        self.opened.append(desk)
        return desk

    async def opened_with(self, *refs: Ref) -> Desk:
        """A desk that has just asked about tasks which are over."""
        desk = await self.open()
        await desk.watchlist.add([entry(ref.id, ref.provider) for ref in refs])
        polling = asyncio.create_task(desk.poll_once(refs))
        await self.clock.advance(1.0)
        await polling
        return desk

    def _session(self, name: str) -> Session:
        async def key(_: Account) -> Key:
            return Key(KEY, "test", "")

        its = replace(account(interval=5.0, concurrency=2), id=name)
        return Session(its, self.gateways[name], key, self.clock, Random(1))

    def asked(self, name: str = "hiapi") -> int:
        return len(self.gateways[name].asked)


@pytest.fixture
async def place(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Place]:
    it = Place(tmp_path, clock)
    yield it
    for gateway in it.gateways.values():
        for held in gateway.held.values():
            held.set()
    for desk in it.opened:
        await desk.close()


def url(output: Output | None) -> str:
    assert output is not None
    assert isinstance(output.where, Link)
    return output.where.url


async def test_a_link_that_dies_within_the_interval_after_the_last_poll_is_renewed(
    place: Place,
) -> None:
    desk = await place.opened_with(A)
    assert url(await desk.renewals.renewed(A, 2)) == "https://x.example/a-2.png?sig=2"


async def test_several_outputs_of_a_task_ask_once_also_one_after_the_other(place: Place) -> None:
    desk = await place.opened_with(A)
    first, second = await asyncio.gather(desk.renewals.renewed(A, 1), desk.renewals.renewed(A, 2))
    await place.clock.advance(1.0)
    third = await desk.renewals.renewed(A, 3)
    assert [url(output)[-1] for output in (first, second, third)] == ["2", "2", "2"]
    assert place.asked() == 2


async def test_after_an_interval_a_task_is_asked_again(place: Place) -> None:
    desk = await place.opened_with(A)
    await desk.renewals.renewed(A, 1)
    await place.clock.advance(5.0)
    assert url(await desk.renewals.renewed(A, 1))[-1] == "3"


async def test_an_output_that_is_not_there_any_more_has_no_link(place: Place) -> None:
    desk = await place.opened_with(A)
    assert await desk.renewals.renewed(A, 4) is None
    assert await desk.renewals.renewed(B, 1) is None


async def test_a_silent_gateway_holds_up_its_own_task_only(place: Place) -> None:
    desk = await place.opened_with(A, B, ELSEWHERE)
    place.gateways["hiapi"].held["a"] = asyncio.Event()
    silent, others, same = (
        asyncio.create_task(desk.renewals.renewed(ref, 1)) for ref in (A, ELSEWHERE, B)
    )
    await place.clock.advance(0.1)
    assert [work.done() for work in (silent, others, same)] == [False, True, True]
    place.gateways["hiapi"].held["a"].set()
    assert await silent is not None


async def test_what_another_process_heard_before_the_link_died_is_not_fresh(place: Place) -> None:
    one = await place.opened_with(A)
    other = await place.open()
    await place.clock.advance(10.0)
    await one.renewals.renewed(A, 1)
    await one.history.flush()
    await place.clock.advance(1.0)
    renewing = asyncio.create_task(other.renewals.renewed(A, 1))
    await place.clock.advance(10.0)
    assert renewing.done()
    assert url(await renewing)[-1] == "3"
    assert place.asked() == 3
