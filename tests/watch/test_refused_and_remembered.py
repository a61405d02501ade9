"""What a home knows of outputs whose links were refused: at the next start, and from older ones."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

import pytest
from desk_rig import desk_with
from download_rig import FILM, NOON
from fake_gateway import KEY, Gateway, account, entry

from rushes.providers.model import Basis, ExpiryClaim, Link, Output, Snapshot, Status
from rushes.tui.lines.download_words import fetch_note
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.config.downloads import Auto
from rushes.watch.event_kinds import EventKind
from rushes.watch.history.schema import MIGRATIONS
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key
from rushes.watch.polling.session import Session
from rushes.watch.reasons import HttpStatus, NotHonoured, Told
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from manual_clock import ManualClock

    from rushes.watch.config.accounts import Account
    from rushes.watch.desk import Desk
    from tests.watch.conftest import Loopback

A = Ref("hiapi", "a")
DAY = 86_400


@dataclass
class Home:
    """A home that knows a task that is over, and the desks opened over it."""

    folder: Path
    loopback: Loopback
    clock: ManualClock
    desks: list[Desk] = field(default_factory=list["Desk"])

    async def remember(self, fetch: Fetch | None = None, *, left: float | None = DAY) -> None:
        end = () if left is None else (ExpiryClaim(Basis.STATED, NOON + timedelta(seconds=left)),)
        output = Output(kind="video", where=Link(f"{self.loopback.url}/a.mp4"), claims=end)
        said = Snapshot(
            status=Status.SUCCEEDED,
            raw_status="success",
            finished_at=NOON - timedelta(hours=1),
            outputs=(output,),
        )
        task = Task(entry=entry("a"), status=said.status, raw_status="success", snapshot=said)
        history = History(self.folder / "history.db")
        history.save(task if fetch is None else task.with_fetch(1, fetch))
        await history.close()

    async def open(self, auto: Auto) -> Desk:
        async def key(_: Account) -> Key:
            return Key(KEY, "test")

        asked = replace(account(), base=self.loopback.url)
        its = Session(asked, Gateway(self.clock, lambda _: ""), key, self.clock, Random(1))
        desk = await desk_with(self.folder, self.clock, {"hiapi": its}, auto)
        self.clock.threads.append(lambda: desk.downloads.active > 0)
        self.desks.append(desk)
        await desk.watchlist.add([entry("a")])
        return desk

    async def look(self, desk: Desk, seconds: float = 0.0) -> Fetch | None:
        """What is known of the output after a look, and so much later."""
        await desk.download_policy.look()
        await self.clock.advance(seconds)
        return known(desk).fetches.get(1)

    def serve(self) -> None:
        self.loopback.play([self.loopback.answer(200, FILM, ETag='"v1"')])

    def refuse(self) -> None:
        self.loopback.play([self.loopback.answer(404)])


def known(desk: Desk) -> Task:
    task = desk.ledger.task(A)
    assert task is not None
    return task


def state(desk: Desk) -> OutputState:
    (asset,) = known(desk).assets(desk.clock.now())
    return asset.state


@pytest.fixture
async def home(tmp_path: Path, loopback: Loopback, clock: ManualClock) -> AsyncIterator[Home]:
    made = Home(tmp_path, loopback, clock)
    yield made
    for desk in made.desks:
        await desk.close()


async def refused(home: Home, auto: Auto) -> Desk:
    """A desk whose output a person wanted, and did not get yet."""
    home.refuse()
    await home.remember()
    desk = await home.open(auto)
    assert desk.download_policy.queue(A) is None
    await home.clock.settle()
    return desk


@pytest.mark.parametrize("auto", [Auto.RESCUE, Auto.ALL])
async def test_the_next_start_goes_on_with_what_was_refused(home: Home, auto: Auto) -> None:
    desk = await refused(home, auto)
    await desk.close()
    home.serve()
    again = await home.open(auto)
    fetch = known(again).fetches[1]
    assert (fetch.state, fetch.halt) == (OutputState.AVAILABLE, Halt.NOT_THERE_YET)
    assert fetch_note(fetch) == "not there yet (HTTP 404)"
    await home.look(again)
    assert state(again) is OutputState.DOWNLOADED


async def test_the_next_start_leaves_it_where_nothing_is_fetched_unasked(home: Home) -> None:
    desk = await refused(home, Auto.OFF)
    await desk.close()
    again = await home.open(Auto.OFF)
    await home.look(again, 600)
    assert len(home.loopback.heard) == 1


async def test_a_look_at_the_deadlines_does_not_shorten_its_pauses(home: Home) -> None:
    home.refuse()
    await home.remember()
    desk = await home.open(Auto.ALL)
    for _ in range(13):
        fetch = await home.look(desk, 1)
        assert fetch is not None
        assert fetch.halt is Halt.NOT_THERE_YET
    assert len(home.loopback.heard) == 3
    home.serve()
    await home.look(desk, 2)
    assert state(desk) is OutputState.DOWNLOADED


async def test_what_a_person_took_off_stays_off(home: Home) -> None:
    desk = await refused(home, Auto.ALL)
    assert desk.download_policy.cancel(A) is None
    home.serve()
    await home.look(desk, 600)
    await desk.close()
    again = await home.open(Auto.ALL)
    await home.look(again, 600)
    assert known(again).fetches[1].halt is Halt.CANCELED
    assert len(home.loopback.heard) == 1


async def test_a_list_may_be_left_while_a_link_is_refused(home: Home) -> None:
    desk = await refused(home, Auto.RESCUE)
    (home.folder / "watchlists" / "other.toml").write_text("version = 1\n")
    assert await desk.switch("other") is None
    assert desk.downloads.jobs == ()
    assert await desk.switch("default") is None
    home.serve()
    await home.look(desk)
    assert state(desk) is OutputState.DOWNLOADED


async def test_its_end_is_told_once_and_it_is_lost_only_then(home: Home) -> None:
    home.refuse()
    await home.remember(left=700)
    desk = await home.open(Auto.ALL)
    reader, told = desk.ledger.readers.new(), list[EventKind]()
    for _ in range(80):
        await home.look(desk, 10)
        told += [event.kind for event in reader.take().events]
        assert (state(desk) is OutputState.EXPIRED) == (
            home.clock.now() >= NOON + timedelta(0, 700)
        )
    ends = (EventKind.EXPIRING, EventKind.EXPIRED)
    assert [kind for kind in told if kind in ends] == [*ends]


class TestWhatAnOlderRushesKept:
    async def test_as_expired_before_its_end_is_fetched(self, home: Home) -> None:
        dead = Fetch(state=OutputState.EXPIRED, reasons=(NotHonoured(HttpStatus(404)),))
        await home.remember(dead)
        home.serve()
        desk = await home.open(Auto.ALL)
        assert state(desk) is OutputState.AVAILABLE
        await home.look(desk)
        assert state(desk) is OutputState.DOWNLOADED

    @pytest.mark.parametrize(
        ("left", "said"), [(-1, OutputState.EXPIRED), (None, OutputState.FAILED)]
    )
    async def test_as_expired_is_so_past_its_end_and_failed_without_one(
        self, home: Home, left: float | None, said: OutputState
    ) -> None:
        await home.remember(Fetch(state=OutputState.EXPIRED, reasons=(Told("dead"),)), left=left)
        desk = await home.open(Auto.ALL)
        await home.look(desk, 60)
        assert state(desk) is said
        assert home.loopback.heard == []

    @pytest.mark.parametrize(
        ("note", "halt"), [("paused", Halt.PAUSED), ("canceled", Halt.CANCELED), ("other", None)]
    )
    async def test_as_a_persons_word_counts(
        self, tmp_path: Path, note: str, halt: Halt | None
    ) -> None:
        path = tmp_path / "history.db"
        older = _before_halts()
        with closing(sqlite3.connect(path)) as db, db:
            for script in MIGRATIONS[:older]:
                db.executescript(script)
            db.execute(f"PRAGMA user_version = {older}")
            db.execute(
                "INSERT INTO download (ref, n, state, done, note) VALUES ('hiapi:a', 1, ?, 0, ?)",
                ("available", note),
            )
        history = History(path)
        loaded = await history.load([entry("a")])
        await history.close()
        assert loaded[A].fetches[1].halt is halt


def _before_halts() -> int:
    """The version of the last history that kept a person's word as a note alone."""
    return next(n for n, script in enumerate(MIGRATIONS) if "halt" in script)
