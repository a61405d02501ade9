"""Several watchlists watched at once: a union of tasks, each list read when it changes (161)."""

from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock
from waiting import until

from rushes.providers.reply import Reply
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.task import Ref
from rushes.watch.watchlist.beside import Beside
from rushes.watch.watchlist.entries import BadWatchlist
from rushes.watch.watchlist.file import BadName, WatchlistFile, path_for

ALL = Beside(all_of_home=True)


class Home:
    """A home with lists, and desks over several of them."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.paths = Paths.under(folder)
        self.gateway = Gateway(clock, lambda one: Reply(200, {}, hiapi_body(one, "handling")))

    def add(self, name: str, *ids: str, label: str = "") -> Path:
        path = path_for(name, self.paths)
        WatchlistFile(path).add(entry(task_id, label=label) for task_id in ids)
        return path

    async def desk(self, beside: Beside) -> Desk:
        its = session(self.clock, self.gateway)
        return await desk_with(self.folder, self.clock, {"hiapi": its}, beside=beside)


@pytest.fixture
def home(tmp_path: Path, clock: ManualClock) -> Home:
    return Home(tmp_path, clock)


def ids(desk: Desk) -> list[str]:
    return [ref.id for ref in desk.ledger.tasks()]


async def test_a_task_in_two_lists_is_one_task_as_the_first_list_has_it(home: Home) -> None:
    home.add("default", "a", "b", label="first")
    home.add("trailer", "b", "c", label="second")
    desk = await home.desk(Beside(names=("trailer",)))
    assert ids(desk) == ["a", "b", "c"]
    assert [task.name for task in desk.ledger.tasks().values()] == ["first", "first", "second"]
    desk.start()
    await home.clock.advance(1)
    assert sorted(task_id for _, task_id in home.gateway.asked) == ["a", "b", "c"]
    await desk.close()


async def test_a_file_is_named_for_the_list_that_its_task_is_on(home: Home) -> None:
    home.add("default", "a")
    home.add("trailer", "a", "b")
    desk = await home.desk(Beside(names=("trailer",)))
    named = desk.download_policy.destinations.watchlist
    assert [named(Ref("hiapi", each)) for each in "ab"] == ["default", "trailer"]
    await desk.close()


async def test_what_is_added_to_any_list_is_seen_within_two_seconds(home: Home) -> None:
    home.add("default", "a")
    home.add("trailer", "b")
    desk = await home.desk(Beside(names=("trailer",)))
    desk.start()
    await home.clock.advance(1)
    home.add("trailer", "c")
    home.add("default", "d")
    await home.clock.advance(2)
    await until(lambda: ids(desk) == ["a", "d", "b", "c"])  # once the thread has read them
    await desk.close()


async def test_all_lists_are_also_those_that_come_later(home: Home) -> None:
    home.add("one", "a")
    desk = await home.desk(ALL)
    assert ids(desk) == ["a"]
    desk.start()
    home.add("two", "b")
    home.add("default", "c")
    await home.clock.advance(2)
    await until(lambda: ids(desk) == ["c", "a", "b"])
    await desk.close()


async def test_a_list_that_is_broken_is_told_of_and_the_others_go_on(home: Home) -> None:
    home.add("default", "a")
    broken = home.add("trailer", "b")
    broken.write_text("version = ]")
    desk = await home.desk(Beside(names=("trailer",)))
    assert ids(desk) == ["a"]
    assert [str(broken) in notice for notice in desk.notices()] == [True]
    home.add("default", "c")
    await desk.watchlist.reload()
    assert ids(desk) == ["a", "c"]
    assert len(desk.notices()) == 1
    broken.unlink()
    home.add("trailer", "d")
    await desk.watchlist.reload()
    assert ids(desk) == ["a", "c", "d"]
    assert desk.notices() == ()
    await desk.close()


async def test_the_open_list_may_be_the_broken_one(home: Home) -> None:
    own = home.add("default", "a")
    home.add("trailer", "b")
    own.write_text("version = ]")
    desk = await home.desk(ALL)
    assert ids(desk) == ["b"]
    home.add("trailer", "c")
    await desk.watchlist.reload()
    assert ids(desk) == ["b", "c"]
    assert [str(own) in notice for notice in desk.notices()] == [True]
    own.unlink()
    home.add("default", "d")
    await desk.watchlist.reload()
    assert (ids(desk), desk.notices()) == (["d", "b", "c"], ())
    await desk.close()


async def test_alone_a_broken_list_is_refused(home: Home) -> None:
    home.add("default", "a").write_text("version = ]")
    with pytest.raises(BadWatchlist):
        await home.desk(Beside())


async def test_what_a_list_held_is_watched_on_when_its_file_is_gone(home: Home) -> None:
    home.add("default", "a")
    gone = home.add("trailer", "b")
    desk = await home.desk(ALL)
    gone.unlink()
    await desk.watchlist.reload()
    assert ids(desk) == ["a", "b"]
    assert ["the file is gone" in notice for notice in desk.notices()] == [True]
    await desk.close()


async def test_an_edit_of_the_open_list_keeps_what_is_beside_it(home: Home) -> None:
    home.add("default", "a")
    home.add("trailer", "b", "c")
    desk = await home.desk(Beside(names=("trailer",)))
    await desk.watchlist.add([entry("d")])
    await desk.remove([Ref("hiapi", "a")])
    assert ids(desk) == ["d", "b", "c"]
    await desk.close()


async def test_a_name_that_is_none_is_refused_at_once(home: Home) -> None:
    with pytest.raises(BadName):
        await home.desk(Beside(names=("a\nb",)))
