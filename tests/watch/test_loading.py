"""History is read for what is in sight, and the rest behind it (reliability.md rows 135, 136)."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from fake_gateway import Gateway, entry, hiapi_body, session
from hypothesis import given, settings
from hypothesis import strategies as st
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore
from sample_tasks import output
from sample_tasks import task as sample
from sampling import rounds

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.settings import GlyphSet, Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.downloads.agenda import AT_A_TIME, in_slices
from rushes.watch.event_kinds import EventKind
from rushes.watch.ledger import Ledger
from rushes.watch.loading import RETRY, SLICE
from rushes.watch.polling.account_state import AccountState
from rushes.watch.store import StoreError
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import save

FIRST = 3


class SlowStore(MemoryStore):
    """Notes how much is read at a time, and reads on only when it is let."""

    def __init__(self, memory: Memory, clock: ManualClock) -> None:
        super().__init__(memory, clock)
        self.read: list[int] = []
        self.watched: set[Ref] = set()
        self.fault: Exception | None = None
        self.may_read = asyncio.Event()
        self.may_read.set()

    async def load(self, entries: Iterable[Entry]) -> dict[Ref, Task]:
        wanted = list(entries)
        await self.may_read.wait()
        if self.fault is not None:
            raise self.fault
        self.read.append(len(wanted))
        return await super().load(wanted)

    async def note_watched(self, refs: Iterable[Ref]) -> None:
        self.watched |= set(refs)


class Home:
    """A list of tasks that were seen before, and the desk over it."""

    def __init__(self, folder: Path, clock: ManualClock, tasks: Iterable[Task]) -> None:
        self.clock = clock
        self.gateway = Gateway(clock, lambda one: Reply(200, {}, hiapi_body(one, "handling")))
        self.tasks = list(tasks)
        self.store = SlowStore(Memory({one.ref: one for one in self.tasks}), clock)
        self.list_path = folder / "watchlists" / "default.toml"
        self.list_path.parent.mkdir()
        save(self.list_path, Watchlist(entries=tuple(one.entry for one in self.tasks)))
        its = session(clock, self.gateway)
        self.desk = Desk(
            settings=Settings(
                glyphs=GlyphSet.UNICODE,
                download=DownloadSettings(
                    dir=folder / "downloads", staging=folder / "staging", auto=Auto.OFF
                ),
                accounts={"hiapi": its.account},
                keys={},
            ),
            paths=Paths.under(folder),
            watchlist="default",
            history=self.store,
            connect=lambda _: its,
            clock=clock,
            rng=Random(1),
            at_once=FIRST,
        )

    @property
    def shown(self) -> list[str]:
        return [ref.id for ref in self.desk.ledger.tasks()]

    async def later(self, seconds: float = 0.0) -> None:
        """Let that much time pass, and everything be done that is begun."""
        await self.clock.advance(seconds)
        await asyncio.sleep(0.01)  # the list is read on a thread
        await self.clock.settle()


@asynccontextmanager
async def opened(folder: Path, clock: ManualClock, *tasks: Task) -> AsyncGenerator[Home]:
    home = Home(folder, clock, tasks)
    await home.desk.watchlist.load()
    try:
        yield home
    finally:
        await home.desk.close()


def known(n: int, status: Status = Status.RUNNING, **more: object) -> Task:
    """Task `n`, added `n` minutes after the first."""
    one = sample(f"task {n}", status, task_id=f"t{n:03}")
    later = timedelta(minutes=n)
    return replace(one, entry=replace(one.entry, added=one.entry.added + later), **more)


async def test_what_was_added_last_is_read_at_once_however_many_there_are(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with opened(tmp_path, clock, *map(known, range(500))) as home:
        assert home.store.read == [FIRST]
        assert home.shown == ["t497", "t498", "t499"]
        assert home.desk.ledger.unread == 497
        assert len(home.desk.ledger.refs()) == 500
        home.desk.start()
        await home.later()
        assert home.store.read == [FIRST, SLICE, SLICE, 497 - 2 * SLICE]
        assert home.shown == [one.ref.id for one in home.tasks]
        assert home.desk.ledger.unread == 0
        assert len(home.store.watched) == 500


async def test_nothing_is_asked_about_before_its_history_is_read(
    tmp_path: Path, clock: ManualClock
) -> None:
    over = [known(n, Status.SUCCEEDED, snapshot=sample(outputs=(output(),)).snapshot)
            for n in range(0, 20, 2)]  # fmt: skip
    running = [known(n) for n in range(1, 20, 2)]
    async with opened(tmp_path, clock, *over, *running) as home:
        home.store.may_read.clear()
        home.desk.start()
        assert home.desk.poll_now(one.ref for one in home.tasks) is None
        await home.later(60)
        assert home.gateway.asked == []
        home.store.may_read.set()
        await home.later()
        await home.clock.advance(4.0)
        asked = [task_id for _, task_id in home.gateway.asked]
        assert sorted(asked) == sorted(one.ref.id for one in running)


async def test_an_output_that_was_lost_long_ago_is_not_told_of(
    tmp_path: Path, clock: ManualClock
) -> None:
    lost = sample("lost", Status.SUCCEEDED, outputs=(output(expires_in=-600),))
    async with opened(tmp_path, clock, *map(known, range(2 * AT_A_TIME)), lost) as home:
        reader = home.desk.ledger.readers.new()
        home.desk.start()
        await home.later(10)
        kinds = {event.kind for event in reader.take().events}
        assert EventKind.EXPIRED not in kinds


async def test_the_list_can_be_edited_while_it_is_read(tmp_path: Path, clock: ManualClock) -> None:
    async with opened(tmp_path, clock, *map(known, range(10))) as home:
        home.store.may_read.clear()
        home.desk.start()
        await clock.settle()
        WatchlistFile(home.list_path).remove([Ref("hiapi", "t001"), Ref("hiapi", "t009")])
        WatchlistFile(home.list_path).put(replace(known(2).entry, label="another"))
        edited = asyncio.create_task(home.desk.watchlist.add([entry("new"), known(5).entry]))
        await home.later()
        home.store.may_read.set()
        assert await edited == [Ref("hiapi", "new")]
        await home.later()
        assert home.shown == [f"t{n:03}" for n in (0, *range(2, 9))] + ["new"]
        assert home.desk.ledger.tasks()[Ref("hiapi", "t002")].name == "another"


async def test_what_cannot_be_read_is_said_and_tried_again(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with opened(tmp_path, clock, *map(known, range(10))) as home:
        home.store.fault = StoreError("history.db: the disk does not answer")
        asked = asyncio.create_task(home.desk.loaded())
        await home.later()
        assert not asked.done()
        home.desk.start()
        await home.later()
        assert asked.done()  # a key does not wait for a disk
        assert "the disk does not answer" in " ".join(home.desk.notices())
        assert home.gateway.asked == []
        home.store.fault = None
        await home.later(RETRY)
        assert home.desk.notices() == ()
        assert len(home.shown) == 10


async def test_a_fault_of_ours_in_it_is_said_and_logged_once(
    tmp_path: Path, clock: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    async with opened(tmp_path, clock, *map(known, range(10))) as home:
        home.store.fault = ZeroDivisionError()
        home.desk.start()
        await home.later(3 * RETRY)
        assert home.desk.notices() == ("history: internal error (ZeroDivisionError)",)
        assert [each.getMessage() for each in caplog.records] == ["reading the history"]
        home.store.fault = None
        await home.later(RETRY)
        assert home.desk.notices() == ()
        assert len(home.shown) == 10


async def test_who_asks_for_all_of_them_waits_until_they_are_read(
    tmp_path: Path, clock: ManualClock
) -> None:
    async with opened(tmp_path, clock, *map(known, range(10))) as home:
        asked = asyncio.create_task(home.desk.loaded())
        await home.later()
        assert not asked.done()
        home.desk.start()
        await asked
        assert len(home.shown) == 10
        await home.desk.loaded()


async def test_what_is_decided_unasked_leaves_others_their_turn() -> None:
    seen: list[int] = []

    async def look() -> None:
        async for some in in_slices([*map(known, range(2 * AT_A_TIME + 1))]):
            seen.append(len(some))

    looking = asyncio.create_task(look())
    for done in range(4):
        assert len(seen) == done
        await asyncio.sleep(0)
    await looking
    assert seen == [AT_A_TIME, AT_A_TIME, 1]


async def test_a_list_that_is_changed_to_is_read_so_too(tmp_path: Path, clock: ManualClock) -> None:
    async with opened(tmp_path, clock, known(0)) as home:
        others = [known(n) for n in range(100, 400)]
        home.store.memory.tasks.update((one.ref, one) for one in others)
        entries = tuple(one.entry for one in others)
        save(home.list_path.with_name("other.toml"), Watchlist(entries=entries))
        home.desk.start()
        await home.later()
        reader = home.desk.ledger.readers.new()
        home.store.may_read.clear()
        switching = asyncio.create_task(home.desk.switch("other"))
        await home.later()
        home.store.may_read.set()
        assert await switching is None
        await home.later()
        assert home.store.read[-3:] == [FIRST, SLICE, 297 - SLICE]
        assert home.shown == [one.ref.id for one in others]
        assert reader.take().refs == {one.ref for one in others}


@settings(max_examples=rounds(8, 250), deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from([*Status])), max_size=12))
def test_the_tasks_are_the_same_as_when_all_are_read_at_once(
    seen: list[tuple[int, Status]],
) -> None:
    tasks = [
        replace(known(n, status), entry=replace(known(minute).entry, ref=Ref("hiapi", f"t{n}")))
        for n, (minute, status) in enumerate(seen)
    ]
    clock = ManualClock()

    async def read(at_once: int | None) -> tuple[list[Task], list[Ref]]:
        memory = MemoryStore(Memory({one.ref: one for one in tasks}), clock)
        ledger = Ledger({}, memory, lambda name: AccountState(account_id=name), clock)
        await ledger.adopt((one.entry for one in tasks), at_once)
        order = list(ledger.tasks())
        while ledger.unread:
            order += await ledger.read_more(2)
        return list(ledger.tasks().values()), order

    at_once, (in_slices, order) = asyncio.run(read(None))[0], asyncio.run(read(2))
    assert in_slices == at_once
    newest = sorted(tasks, key=lambda one: one.entry.added, reverse=True)
    assert order[2:] == [one.ref for one in newest[2:]]
