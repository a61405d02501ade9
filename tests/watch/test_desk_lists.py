"""A desk whose list is switched, undone and edited by others."""

import asyncio
import fcntl
import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from desk_home import PNG, A, B, Home, reply, undone
from fake_gateway import entry

from rushes.watch.desk import Desk
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.refusals import DownloadsUnderWay
from rushes.watch.store import StoreBusy
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.entries import BadWatchlist
from rushes.watch.watchlist.file import BadName, WatchlistFile
from rushes.watch.watchlist.saved import load

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
