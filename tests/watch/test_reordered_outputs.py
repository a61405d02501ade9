"""A renewal that lists the outputs otherwise: each is saved once, and none is lost (row 82)."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from desk_rig import desk_with
from download_rig import saved
from fake_gateway import KEY, Gateway, account, entry, hiapi_body
from manual_clock import ManualClock
from mp4_files import film
from waiting import PATIENCE, until

from rushes.providers.reply import Reply
from rushes.watch.asset import Halt, OutputState
from rushes.watch.keys.find import Key
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from rushes.watch.config.accounts import Account
    from rushes.watch.desk import Desk
    from tests.watch.conftest import Heard, Loopback, Scene

A = Ref("hiapi", "a")
FILMS = {name: film(60_000, seed=seed) for seed, name in enumerate("abcd", start=1)}


async def _key(_: Account) -> Key:
    return Key(KEY, "test")


@dataclass
class Studio:
    """A task whose links are refused under their first signature, and what its replies name."""

    loopback: Loopback
    replies: list[list[str]]
    dead: set[str] = field(default_factory=set[str])
    kinds: list[dict[str, str]] = field(default_factory=list[dict[str, str]])
    asked: int = 0

    def answer(self, task_id: str) -> Reply:
        names = self.replies[min(self.asked, len(self.replies) - 1)]
        kinds = self.kinds[min(self.asked, len(self.kinds) - 1)] if self.kinds else {}
        self.asked += 1
        output = [
            {"url": f"{self.loopback.url}/{name}.mp4?sig={self.asked}",
             "type": kinds.get(name, "video")}
            for name in names
        ]  # fmt: skip
        body = hiapi_body(task_id, "success", completed=1777282033, output=output)
        return Reply(200, {}, body)

    def serve(self, heard: Heard) -> Scene:
        name, _, signature = heard.target.removeprefix("/").partition(".mp4?sig=")
        if signature == "1" and name in self.dead:
            return [self.loopback.answer(403)]
        return [self.loopback.answer(200, FILMS[name[0]], ETag=f'"{name}"')]

    def got(self, name: str) -> int:
        """How often that file was sent."""
        return sum(heard.target.startswith(f"/{name}.mp4") for heard in self.loopback.heard)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway(ManualClock(), lambda _: "")


@pytest.fixture
async def desk(tmp_path: Path, loopback: Loopback, gateway: Gateway) -> AsyncIterator[Desk]:
    clock = ManualClock()
    its = replace(account(), base=loopback.url)
    opened = await desk_with(
        tmp_path, clock, {"hiapi": Session(its, gateway, _key, clock, Random(1))}
    )
    yield opened
    await opened.close()


async def fetched(desk: Desk, gateway: Gateway, studio: Studio) -> Task:
    """The task once it was polled and all of it was asked for."""
    gateway.answer = studio.answer
    studio.loopback.play(studio.serve)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    assert isinstance(desk.clock, ManualClock)
    desk.clock.ticks += 1.0  # the next question has its moment
    # All that will be refused is, before the task is asked for other links.
    gateway.held["a"] = asyncio.Event()
    assert desk.download_policy.queue(A, patience=0.0) is None
    await until(lambda: refused(desk) == len(studio.dead))
    gateway.held["a"].set()
    return await settled(desk)


def refused(desk: Desk) -> int:
    task = desk.ledger.task(A)
    assert task is not None
    return sum(fetch.halt is Halt.NOT_THERE_YET for fetch in task.fetches.values())


async def settled(desk: Desk) -> Task:
    async with asyncio.timeout(PATIENCE):
        await desk.downloads.settled()
    task = desk.ledger.task(A)
    assert task is not None
    return task


def contents(task: Task) -> list[str]:
    """Which film is in the file of each output that is saved."""
    files = [fetch for _, fetch in sorted(task.fetches.items()) if fetch.path is not None]
    return [
        next(name for name, its in FILMS.items() if its == saved(fetch).read_bytes())
        for fetch in files
    ]


@pytest.mark.parametrize(
    "renewed", [["b", "a"], ["b"], ["b", "c", "a"], ["c", "b", "a"], ["d", "c", "b", "a"]]
)
async def test_a_renewal_in_another_order_or_number_brings_the_file_that_was_meant(
    desk: Desk, gateway: Gateway, loopback: Loopback, renewed: list[str]
) -> None:
    studio = Studio(loopback, [["a", "b"], renewed], dead={"b"})
    task = await fetched(desk, gateway, studio)
    assert contents(task) == ["a", "b"]
    new = [asset.n for asset in task.assets(desk.clock.now()) if not asset.saved]
    assert len(new) == len(set(renewed) - {"a", "b"})
    if new:
        assert desk.download_policy.queue(A) is None
        assert sorted(contents(await settled(desk))) == sorted({"a", "b", *renewed})


async def test_a_renewal_that_tells_of_another_kind_brings_the_file_that_was_meant(
    desk: Desk, gateway: Gateway, loopback: Loopback
) -> None:
    kinds = [{}, {"a": "image", "b": "image"}]
    studio = Studio(loopback, [["a", "b"], ["b", "a"]], dead={"b"}, kinds=kinds)
    assert contents(await fetched(desk, gateway, studio)) == ["a", "b"]


async def test_a_new_path_of_the_only_film_that_is_left_is_that_film(
    desk: Desk, gateway: Gateway, loopback: Loopback
) -> None:
    studio = Studio(loopback, [["a", "b"], ["b-anew", "a"]], dead={"b"})
    assert contents(await fetched(desk, gateway, studio)) == ["a", "b"]


async def test_where_all_paths_are_new_and_in_another_order_all_are_saved_once(
    desk: Desk, gateway: Gateway, loopback: Loopback
) -> None:
    studio = Studio(loopback, [["a", "b"], ["b-anew", "a-anew"]], dead={"a", "b"})
    task = await fetched(desk, gateway, studio)
    assert sorted(contents(task)) == ["a", "b"]
    assert (studio.got("a-anew"), studio.got("b-anew")) == (1, 1)


async def test_an_output_that_its_task_does_not_name_any_more_is_not_lost_without_a_word(
    desk: Desk, gateway: Gateway, loopback: Loopback
) -> None:
    task = await fetched(desk, gateway, Studio(loopback, [["a", "b"], ["a"]], dead={"b"}))
    assert contents(task) == ["a"]
    assert task.fetches[2].state is OutputState.FAILED
    assert task.fetches[2].reasons
