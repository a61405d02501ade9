"""The desk: what the dashboard and the commands rely on, on a clock that the test moves."""

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator, Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import pytest
from counted_history import CountedHistory
from fake_gateway import Gateway, account, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.asset import OutputState
from rushes.watch.changes import Event
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.settings import GlyphSet, Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.paths import Paths
from rushes.watch.event_kinds import EventKind
from rushes.watch.refusals import DownloadRefusal, DownloadsUnderWay, PollRefusal
from rushes.watch.store import StoreBusy
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.entries import BadWatchlist
from rushes.watch.watchlist.file import BadName, WatchlistFile
from rushes.watch.watchlist.saved import load

A, B = Ref("hiapi", "a"), Ref("hiapi", "b")
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUB"
    "AScY42YAAAAASUVORK5CYII="
)


def reply(status: str, task_id: str = "a", **more: object) -> Reply:
    return Reply(
        200, {"date": "Sun, 22 Nov 2026 12:00:00 GMT"}, hiapi_body(task_id, status, **more)
    )


class Home:
    """A home of its own, and the desks opened over it."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.list_path = folder / "watchlists" / "default.toml"
        self.gateway = Gateway(clock, lambda task_id: reply("handling", task_id))
        self.opened: list[Desk] = []

    async def open(self, auto: Auto = Auto.OFF, key: str | None = "k") -> Desk:
        its = session(self.clock, self.gateway) if key else session(self.clock, self.gateway, None)
        settings = Settings(
            glyphs=GlyphSet.UNICODE,
            download=DownloadSettings(dir=self.folder / "downloads", auto=auto),
            accounts={"hiapi": account()},
            keys={},
        )
        history = CountedHistory(self.folder / "history.db", clock=self.clock)
        self.clock.threads.append(history.busy)
        desk = Desk(
            settings=settings,
            paths=Paths.under(self.folder),
            watchlist="default",
            history=history,
            connect=lambda _: its,
            clock=self.clock,
            rng=Random(1),
        )
        self.opened.append(desk)
        await desk.watchlist.load()
        return desk


@pytest.fixture
async def home(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Home]:
    it = Home(tmp_path, clock)
    yield it
    for desk in it.opened:
        await desk.close()


def kinds(events: tuple[Event, ...]) -> list[EventKind]:
    return [event.kind for event in events]


async def test_a_task_is_on_disk_before_it_is_asked_about(home: Home) -> None:
    seen: list[bool] = []

    def answer(task_id: str) -> Reply:
        seen.append(load(home.list_path).find(Ref("hiapi", task_id)) is not None)
        return reply("handling", task_id)

    home.gateway.answer = answer
    desk = await home.open()
    desk.start()
    assert await desk.watchlist.add([entry("a")]) == [A]
    await home.clock.advance(1.0)
    assert seen == [True]


async def test_what_was_added_before_is_not_new(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    assert await desk.watchlist.add([entry("a"), entry("b")]) == [B]
    assert list(desk.ledger.tasks()) == [A, B]


async def test_each_reader_sees_each_change_once(home: Home) -> None:
    desk = await home.open()
    one, other = desk.ledger.readers.new(), desk.ledger.readers.new()
    one.take()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    changes = one.take()
    assert changes.layout
    assert changes.refs == {A}
    assert kinds(changes.events) == [EventKind.TRANSITION]
    assert changes.events[0].transition is not None
    assert changes.events[0].transition.status is Status.RUNNING
    assert not one.take()
    assert other.take().refs == {A}


async def test_after_a_restart_everything_is_as_it_was(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a", label="opening shot")])
    desk.start()
    await home.clock.advance(6.0)
    before = desk.ledger.task(A)
    await desk.close()
    again = await home.open()
    after = again.ledger.task(A)
    assert after is not None
    assert before is not None
    assert (after.name, after.status, after.polls) == ("opening shot", Status.RUNNING, before.polls)
    assert after.transitions == before.transitions


async def test_a_restart_does_not_ask_sooner_than_the_interval(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    await desk.close()
    again = await home.open()
    again.start()
    await home.clock.advance(3.5)
    assert len(home.gateway.asked) == 1
    await home.clock.advance(2.0)
    assert len(home.gateway.asked) == 2


async def undone(desk: Desk) -> tuple[Ref, ...]:
    done = await desk.watchlist.undo()
    return done.refs if done else ()


async def test_removing_stops_the_asking_and_undo_brings_the_task_back_as_it_was(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a", label="one"), entry("b")])
    desk.start()
    await home.clock.advance(1.0)
    await desk.remove([A])
    assert list(desk.ledger.tasks()) == [B]
    await home.clock.advance(30.0)
    assert len([1 for _, task_id in home.gateway.asked if task_id == "a"]) == 1
    assert await undone(desk) == (A,)
    task = desk.ledger.task(A)
    assert task is not None
    assert (task.name, task.status) == ("one", Status.RUNNING)
    assert await undone(desk) == (A, B)
    assert await undone(desk) == ()


async def test_who_looks_while_tasks_come_or_go_sees_the_whole_list_and_is_told_of_the_next(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    reader, held, told = desk.ledger.readers.new(), desk.ledger.tasks(), False
    reader.take()
    removing = asyncio.create_task(desk.remove([A]))
    while not removing.done():
        await asyncio.sleep(0)
        told = told or reader.take().layout
        assert list(held) == [A, B]
        assert list(desk.ledger.tasks()) == ([B] if told else [A, B])
    assert told


async def test_only_what_it_is_started_for_is_asked_about(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    desk.start(only=[B])
    await home.clock.advance(1.0)
    polls = {ref: task.polls for ref, task in desk.ledger.tasks().items()}
    assert polls == {A: 0, B: 1}


async def test_an_edit_by_another_hand_is_taken_in_while_running(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    other = WatchlistFile(home.list_path)
    other.add([entry("b")])
    other.put(replace(entry("a"), label="renamed"))
    await desk.watchlist.reload()
    await home.clock.advance(1.0)
    assert list(desk.ledger.tasks()) == [A, B]
    task = desk.ledger.task(A)
    assert task is not None
    assert task.name == "renamed"
    assert task.status is Status.RUNNING
    assert any(task_id == "b" for _, task_id in home.gateway.asked)


@pytest.mark.parametrize("accident", ["", "version = 1\n[[task]\n"])
async def test_a_list_that_is_lost_or_broken_takes_no_task_with_it(
    home: Home, accident: str
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    if accident:
        home.list_path.write_text(accident)
    else:
        home.list_path.unlink()
    await desk.watchlist.reload()
    assert list(desk.ledger.tasks()) == [A, B]
    assert str(home.list_path) in desk.notices()[0]
    if accident:
        home.list_path.write_text('version = 1\n[[task]]\nprovider = "hiapi"\nid = "b"\n')
        await desk.watchlist.reload()
        assert list(desk.ledger.tasks()) == [B]
    else:
        await desk.remove([A])
        assert [e.ref for e in load(home.list_path).entries] == [B]
    assert desk.notices() == ()


async def test_a_poll_never_writes_the_watchlist(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    stamp = home.list_path.stat().st_mtime_ns
    desk.start()
    await home.clock.advance(60.0)
    assert len(home.gateway.asked) > 5
    assert home.list_path.stat().st_mtime_ns == stamp


async def test_poll_once_asks_what_is_due_and_no_more(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert [task_id for _, task_id in home.gateway.asked] == ["a"]
    await desk.poll_once([A, B])
    assert [task_id for _, task_id in home.gateway.asked] == ["a", "b"]


async def test_one_outage_is_told_once_and_its_end_once(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry(f"t{n}") for n in range(20)])
    reader = desk.ledger.readers.new()
    home.gateway.answer = lambda _: "connection refused"
    desk.start()
    await home.clock.advance(60.0)
    told = [e.text for e in reader.take().events if e.kind is EventKind.PROBLEM]
    assert told == ["hiapi: connection refused"]
    state = desk.account_states()["hiapi"]
    assert state.trouble is not None
    assert state.trouble.message == "connection refused"
    home.gateway.answer = lambda task_id: reply("handling", task_id)
    await home.clock.advance(130.0)
    told = [e.text for e in reader.take().events if e.kind is EventKind.RECOVERED]
    assert told == ["hiapi answers again"]
    assert desk.account_states()["hiapi"].trouble is None


async def test_without_a_key_the_account_says_what_to_set(home: Home) -> None:
    desk = await home.open(key=None)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert desk.account_states()["hiapi"].key_missing == "set A_TEST_KEY"
    assert home.gateway.asked == []


def success(task_id: str, expires_in: float, home: Home, url: str = PNG) -> Reply:
    at = int((home.clock.now() + timedelta(seconds=expires_in)).timestamp())
    output = [{"url": url, "type": "image", "expireAt": at}]
    return reply("success", task_id, completed=at - 100, output=output)


async def settle(home: Home, desk: Desk) -> None:
    """Let the downloads' threads come to their end."""
    await desk.downloads.settled()
    await home.clock.settle()


async def test_a_download_ends_as_a_file_an_event_and_a_memory(home: Home) -> None:
    home.gateway.answer = lambda task_id: success(task_id, 3600, home)
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    reader = desk.ledger.readers.new()
    assert desk.download_policy.queue(A) is None
    await settle(home, desk)
    task = desk.ledger.task(A)
    assert task is not None
    (asset,) = task.assets(home.clock.now())
    assert asset.saved
    assert asset.fetch is not None
    assert asset.fetch.path is not None
    assert asset.fetch.path.read_bytes().startswith(b"\x89PNG")
    assert EventKind.SAVED in kinds(reader.take().events)
    assert desk.download_policy.queue(A) is DownloadRefusal.ALL_SAVED
    await desk.close()
    again = (await home.open()).ledger.task(A)
    assert again is not None
    assert [a.state for a in again.assets(home.clock.now())] == [OutputState.DOWNLOADED]


async def test_a_file_that_was_taken_away_can_be_had_again(home: Home) -> None:
    home.gateway.answer = lambda task_id: success(task_id, 3600, home)
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    desk.download_policy.queue(A)
    await settle(home, desk)
    task = desk.ledger.task(A)
    assert task is not None
    path = task.fetches[1].path
    assert path is not None
    path.unlink()
    assert desk.download_policy.queue(A) is None
    await settle(home, desk)
    assert path.exists()


@pytest.mark.parametrize(
    ("ids", "why"), [([], DownloadRefusal.UNWATCHED), (["a"], DownloadRefusal.UNFINISHED)]
)
async def test_what_cannot_be_downloaded_says_why(
    home: Home, ids: list[str], why: DownloadRefusal
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry(task_id) for task_id in ids])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert desk.download_policy.queue(A) is why


@pytest.mark.parametrize(
    ("auto", "expires_in", "fetched"),
    [
        (Auto.RESCUE, 1700, True),
        (Auto.RESCUE, 1900, False),
        (Auto.ALL, 90_000, True),
        (Auto.OFF, 60, False),
    ],
)
async def test_what_would_be_lost_is_rescued(
    home: Home, auto: Auto, expires_in: float, *, fetched: bool
) -> None:
    home.gateway.answer = lambda task_id: success(task_id, expires_in, home)
    desk = await home.open(auto)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    await desk.download_policy.look()
    await settle(home, desk)
    task = desk.ledger.task(A)
    assert task is not None
    assert [asset.saved for asset in task.assets(home.clock.now())] == [fetched]


async def test_an_expired_link_is_renewed_by_asking_once_however_many_outputs_died(
    home: Home,
) -> None:
    gone = {"url": "http://gateway.example/gone.png", "type": "image", "expireAt": 1777886899}
    home.gateway.answer = lambda task_id: reply("success", task_id, output=[gone, gone, gone])
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    home.clock.wall += timedelta(hours=1)
    renewed = await asyncio.gather(*(desk.renewals.renewed(A, n) for n in (1, 2, 3, 4)))
    assert len(home.gateway.asked) == 2
    assert [output is not None for output in renewed] == [True, True, True, False]


async def test_what_failed_is_not_tried_again_unasked(home: Home) -> None:
    broken = "data:text/html,<html>no</html>"
    home.gateway.answer = lambda task_id: success(task_id, 600, home, broken)
    desk = await home.open(Auto.RESCUE)
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    reader = desk.ledger.readers.new()
    for _ in range(3):
        await desk.download_policy.look()
        await settle(home, desk)
    assert kinds(reader.take().events).count(EventKind.DOWNLOAD_FAILED) == 1


async def test_what_is_about_to_be_lost_is_told_once_and_so_is_its_loss(home: Home) -> None:
    home.gateway.answer = lambda task_id: success(task_id, 700, home)
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    reader = desk.ledger.readers.new()
    told: list[EventKind] = []
    for _ in range(8):
        await desk.download_policy.look()
        told += kinds(reader.take().events)
        home.clock.wall += timedelta(seconds=120)
    assert told == [EventKind.EXPIRING, EventKind.EXPIRED]


async def test_a_paused_desk_asks_nothing_and_says_so(home: Home) -> None:
    desk = await home.open()
    desk.pollers.pause()
    desk.start()
    await desk.watchlist.add([entry("a")])
    await home.clock.advance(30.0)
    assert home.gateway.asked == []
    assert desk.poll_now([A]) is PollRefusal.PAUSED
    desk.pollers.resume()
    await home.clock.advance(1.0)
    assert len(home.gateway.asked) == 1


async def test_closing_lets_go_of_everything(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    await home.clock.advance(1.0)
    await desk.close()
    await desk.close()
    assert home.gateway.closed


# -- several lists ----------------------------------------------------------------------------


async def test_another_list_is_watched_instead_and_the_first_is_asked_about_no_more(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    desk.start()
    assert await desk.switch("trailer") is None
    await desk.watchlist.add([entry("b")])
    home.gateway.asked.clear()
    await home.clock.advance(20.0)
    assert (desk.watchlist.name, list(desk.ledger.tasks())) == ("trailer", [B])
    assert {task_id for _, task_id in home.gateway.asked} == {"b"}
    assert await desk.switch("default") is None
    assert list(desk.ledger.tasks()) == [A]
    assert load(home.list_path).find(B) is None


async def test_switching_to_a_list_from_elsewhere_makes_its_tasks_no_older(home: Home) -> None:
    """It is on no list of the home: `rushes.watch.retention` knows it from those who open it."""
    elsewhere = home.folder / "elsewhere.toml"
    WatchlistFile(elsewhere).add([entry("b")])
    desk = await home.open()
    with closing(sqlite3.connect(home.folder / "history.db")) as db:
        with db:
            db.execute("INSERT INTO watched VALUES ('hiapi:b', 0.0)")
        await desk.switch(str(elsewhere))
        await desk.history.flush()
        marks = db.execute("SELECT * FROM watched").fetchall()
    assert marks == [("hiapi:b", home.clock.now().timestamp())]


async def test_an_undo_brings_back_what_was_removed_from_the_open_list_only(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.remove([A])
    await desk.switch("trailer")
    assert await undone(desk) == ()
    assert not desk.ledger.tasks()
    await desk.switch("default")
    assert await undone(desk) == (A,)


async def test_an_undo_leaves_the_file_as_it_was_before(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry(name) for name in "abcd"])
    with home.list_path.open("a") as file:
        file.write('\n[[task]]\nprovider = "hiapi"\nid = "e"\nstars = 5\n')
    await desk.watchlist.reload()
    before = load(home.list_path)
    await desk.remove([Ref("hiapi", name) for name in "ace"])
    await desk.remove([B])
    await desk.watchlist.undo()
    await desk.watchlist.undo()
    assert load(home.list_path) == before
    assert [ref.id for ref in desk.ledger.tasks()] == [*"abcde"]


async def test_an_undo_that_cannot_be_saved_can_be_tried_again(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.remove([A])

    def full(path: Path, data: bytes) -> None:
        del data
        raise SaveFailed(path, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr("rushes.watch.watchlist.saved.atomic_write", full)
        with pytest.raises(SaveFailed):
            await desk.watchlist.undo()
    assert await undone(desk) == (A,)


async def test_two_undos_at_once_bring_back_two_removals(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    await desk.remove([A])
    await desk.remove([B])
    assert await asyncio.gather(undone(desk), undone(desk)) == [(B,), (A,)]


async def test_edits_of_one_step_are_taken_back_together_though_another_came_between(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")], step="adopt")
    await desk.watchlist.add([entry("b")])
    await desk.watchlist.add([entry("c")], step="adopt")
    assert await undone(desk) == (A, Ref("hiapi", "c"))
    assert await undone(desk) == (B,)


async def test_a_list_that_cannot_be_read_is_not_opened_and_says_so_among_the_others(
    home: Home,
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    home.list_path.with_name("torn.toml").write_text("[[task]\n")
    with pytest.raises(BadWatchlist):
        await desk.switch("torn")
    with pytest.raises(BadName):
        await desk.switch("torn\nlist")
    assert (desk.watchlist.name, list(desk.ledger.tasks())) == ("default", [A])
    default, torn = await desk.watchlist.of_home()
    assert (default.name, default.tasks, default.trouble) == ("default", 1, "")
    assert (torn.name, torn.tasks) == ("torn", 0)
    assert "torn.toml" in torn.trouble


async def test_a_list_is_not_left_while_its_files_are_coming_in(home: Home) -> None:
    home.gateway.answer = lambda task_id: reply("success", task_id, output=[{"url": PNG}])
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    await desk.poll_once([A])
    home.clock.ticks += 1.0  # the next question has its moment
    assert desk.download_policy.queue(A) is None
    assert await desk.switch("trailer") == DownloadsUnderWay(1)
    assert desk.watchlist.name == "default"


# -- what stands in the way of an edit --------------------------------------------------------


@contextmanager
def history_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    """Nothing can be read from history meanwhile."""

    async def busy(entries: Iterable[Entry]) -> dict[Ref, Task]:
        del entries
        raise StoreBusy("history.db: database is locked")

    with monkeypatch.context() as patch:
        patch.setattr(desk.history, "load", busy)
        yield


async def test_what_was_added_while_history_was_away_is_watched_once_it_is_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await home.open()
    with history_away(desk, monkeypatch), pytest.raises(StoreBusy):
        await desk.watchlist.add([entry("a")])
    assert load(home.list_path).find(A) is not None
    await desk.watchlist.reload()
    assert list(desk.ledger.tasks()) == [A]


async def test_what_another_added_while_history_was_away_is_told_of_and_watched_once_it_is_back(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await home.open()
    WatchlistFile(home.list_path).add([entry("a")])
    with history_away(desk, monkeypatch):
        for _ in range(2):
            await desk.watchlist.reload()
            assert desk.notices() == ("history.db: database is locked",)
    await desk.watchlist.reload()
    assert (list(desk.ledger.tasks()), desk.notices()) == ([A], ())


async def test_a_removal_while_history_was_away_can_be_undone(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    with history_away(desk, monkeypatch), pytest.raises(StoreBusy):
        await desk.remove([A])
    await desk.watchlist.reload()
    assert list(desk.ledger.tasks()) == [B]
    with history_away(desk, monkeypatch), pytest.raises(StoreBusy):
        await desk.watchlist.undo()
    assert await undone(desk) == (A,)


async def test_a_switch_while_history_is_away_leaves_the_list_open_that_is_shown(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    film = WatchlistFile(home.list_path.with_name("film.toml"))
    film.add([entry("a"), entry("b")])
    with history_away(desk, monkeypatch), pytest.raises(StoreBusy):
        await desk.switch("film")
    assert (desk.watchlist.name, list(desk.ledger.tasks())) == ("default", [A])
    await desk.remove([A])
    assert load(home.list_path).entries == ()
    assert film.reload_if_changed() is None


async def test_an_undo_brings_back_the_label_that_another_gave_just_before(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a", label="one")])
    other = WatchlistFile(home.list_path)
    other.read()
    other.put(entry("a", label="hero shot"))
    await desk.remove([A])
    assert await undone(desk) == (A,)
    task = desk.ledger.task(A)
    assert task is not None
    assert task.name == "hero shot"


async def test_an_undo_brings_back_what_another_removed_just_before(home: Home) -> None:
    desk = await home.open()
    await desk.watchlist.add([entry("a"), entry("b")])
    WatchlistFile(home.list_path).remove([A])
    await desk.remove([A])
    assert await undone(desk) == (A,)


async def test_edits_of_a_list_that_another_has_locked_fail_before_a_person_who_quits_notices(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key press waits for its edit, and the end for the key presses (row 69: 2 s for all)."""
    desk = await home.open()
    await desk.watchlist.add([entry("a")])
    waits: list[float] = []
    with monkeypatch.context() as patch, home.list_path.with_name(".default.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        time = SimpleNamespace(monotonic=lambda: sum(waits), sleep=waits.append)
        patch.setattr("rushes.watch.disk.locks.time", time)
        for _ in range(5):
            with pytest.raises(SaveFailed, match="another program has it locked"):
                await desk.remove([A])
    assert 0.5 < sum(waits) < 1.5
    await desk.remove([A])
    assert load(home.list_path).entries == ()
