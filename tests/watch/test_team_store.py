"""A team's store as each of its machines uses it (rows 252 to 263)."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from socket import gethostname
from uuid import uuid4

import pytest
from fake_gateway import entry
from manual_clock import ManualClock
from postgres_fixtures import one_of_the_servers
from postgres_server import Server
from shared_store import new_store, team_in, team_store
from team_steps import REPLY, A, B, C, asking, known_here, loaded, seen, sent, told

from rushes.providers.model import Status
from rushes.providers.text import clean
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.figures.gathered import Asked
from rushes.watch.history.reader import HistoryReader
from rushes.watch.postgres import listener, looks, schema
from rushes.watch.postgres.roles import rights
from rushes.watch.postgres.session import Session
from rushes.watch.postgres.task_rows import Version
from rushes.watch.store import StoreHolds
from rushes.watch.store_words import sentences
from rushes.watch.task import Ref
from rushes.watch.team.conduct import Conduct
from rushes.watch.team.store import TEND_EVERY, TeamStore
from rushes.watch.team_faults import StoreRefused

server = one_of_the_servers("team")


@pytest.fixture
def url(server: Server) -> str:
    return new_store(server)


@pytest.fixture
async def stores(
    url: str, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[tuple[TeamStore, TeamStore]]:
    """Of two machines."""
    both = team_store(url, tmp_path / "one", clock), team_store(url, tmp_path / "other", clock)
    yield both
    for store in both:
        await store.close()


async def gets_turn(store: TeamStore) -> bool:
    async with store.file_turn(A, 1) as is_ours:
        return is_ours


async def looked(store: TeamStore, clock: ManualClock, until: float = TEND_EVERY) -> None:
    """Let the store look after what is to be done for so many seconds."""
    await clock.advance(until)


# -- the home's own copy ----------------------------------------------------------------------


async def test_what_is_read_from_the_store_is_in_the_homes_history_too(
    stores: tuple[TeamStore, TeamStore], tmp_path: Path
) -> None:
    one, other = stores
    one.save(seen(Status.RUNNING))
    await one.flush()
    assert (await loaded(other)).status is Status.RUNNING
    await other.close()
    assert known_here(tmp_path / "other").status is Status.RUNNING


async def test_what_a_home_knew_before_it_had_a_store_is_saved_for_the_others(
    url: str, tmp_path: Path, clock: ManualClock
) -> None:
    before = HistoryReader(tmp_path / "one" / "history.db")
    before.save(seen(Status.SUCCEEDED))
    before.flush()
    before.close()
    one = team_store(url, tmp_path / "one", clock)
    assert (await loaded(one)).status is Status.SUCCEEDED
    await one.close()
    other = team_store(url, tmp_path / "other", clock)
    assert (await loaded(other)).status is Status.SUCCEEDED
    await other.close()


async def test_a_history_that_was_lost_is_copied_again(
    url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one = team_store(url, tmp_path / "one", clock)
    one.save(seen(Status.RUNNING))
    await one.flush()
    assert (await loaded(one)).status is Status.RUNNING
    await one.close()
    (tmp_path / "one" / "history.db").unlink()
    again = team_store(url, tmp_path / "one", clock)
    assert (await loaded(again)).status is Status.RUNNING
    await again.close()


async def test_figures_are_of_what_all_machines_observed(
    stores: tuple[TeamStore, TeamStore], clock: ManualClock
) -> None:
    one, other = stores
    one.save(seen(Status.SUCCEEDED))
    other.save(seen(Status.FAILED, B))
    await one.flush()
    await other.flush()
    for store in stores:
        found = await store.figures(Asked(by=()), clock.now(), {})
        assert sum(it.succeeded for it in found.whole) == 1
        assert sum(it.failed for it in found.whole) == 1


async def test_a_saved_file_is_told_with_the_machine_that_it_is_on(
    url: str, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = (team_store(url, tmp_path / name, clock) for name in ("one", "other"))
    path = Path("/out/opening #1.mp4")
    one.save(
        replace(seen(Status.SUCCEEDED), fetches={1: Fetch(state=OutputState.DOWNLOADED, path=path)})
    )
    await one.flush()
    assert (await loaded(other)).fetches[1].path == path  # this machine is both
    monkeypatch.setattr("rushes.watch.postgres.task_text._host", lambda: "another")
    third = team_store(url, tmp_path / "third", clock)
    there = (await loaded(third)).fetches[1]
    assert (there.path, there.url) == (None, f"file://{gethostname()}/out/opening%20%231.mp4")
    for store in (one, other, third):
        await store.close()


async def test_what_another_wrote_into_the_store_is_cleaned_as_it_comes(
    url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one = team_store(url, tmp_path / "one", clock)
    one.save(replace(seen(Status.RUNNING), raw_status="run\x1b[31mning\u202e"))
    await one.flush()
    other = team_store(url, tmp_path / "other", clock)
    assert (await loaded(other)).raw_status == clean("run\x1b[31mning\u202e")
    assert "\x1b" not in ((await loaded(other)).raw_status or "")
    for store in (one, other):
        await store.close()


# -- while it is away -------------------------------------------------------------------------


async def test_what_is_observed_while_the_store_is_away_is_kept_and_sent_once_it_is_back(
    server: Server, url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one = team_store(url, tmp_path / "one", clock)
    one.begin()
    await one.load([entry("a")])
    server.kill()
    try:
        one.save(seen(Status.RUNNING), REPLY)
        one.save(seen(Status.SUCCEEDED, polls=2), REPLY)
        await one.flush()
        assert known_here(tmp_path / "one").status is Status.SUCCEEDED
        await clock.advance(3.0)
        (notice,) = sentences(one.condition)
        since = f"{clock.now().astimezone():%H:%M}"
        assert notice.startswith(
            f"without the store since {since}: asking only what was leased; 1 task waits here; "
            "the shared store is away: "
        )
    finally:
        server.start()
    await sent(one, clock)
    assert sentences(one.condition) == ()
    other = team_store(url, tmp_path / "other", clock)
    assert (await loaded(other)).status is Status.SUCCEEDED
    await one.close()
    await other.close()


async def test_what_a_process_could_not_send_before_it_was_killed_the_next_one_sends(
    server: Server, url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one = team_store(url, tmp_path / "one", clock)
    await one.load([entry("a")])
    server.kill()
    try:
        one.save(seen(Status.RUNNING))
        await one.flush()
    finally:
        server.start()
    # It is not closed in order: all that it leaves are its files.
    later = team_store(url, tmp_path / "one", clock)
    later.begin()
    other = team_store(url, tmp_path / "other", clock)
    async with asyncio.timeout(20):
        while (await loaded(other)).status is not Status.RUNNING:
            await clock.advance(TEND_EVERY)
    for store in (one, later, other):
        await store.close()


async def test_a_store_that_is_away_at_the_start_is_read_as_it_was(
    server: Server, url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one = team_store(url, tmp_path / "one", clock)
    one.save(seen(Status.RUNNING))
    await one.flush()
    await one.close()
    server.kill()
    try:
        again = team_store(url, tmp_path / "one", clock)
        assert (await loaded(again)).status is Status.RUNNING
        await again.close()
    finally:
        server.start()


async def test_while_it_is_away_nobody_asks_and_after_a_time_each_asks_alone_and_less_often(
    server: Server, url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one, other = (team_store(url, tmp_path / name, clock) for name in ("one", "other"))
    for store in (one, other):
        store.begin()
        await store.load([entry("a")])
        await looked(store, clock)
    await clock.advance(31.0)  # each has heard of the other
    server.kill()
    try:
        with pytest.raises(StoreHolds):
            await one.take(asking(A))
        await clock.advance(590.0)
        with pytest.raises(StoreHolds):
            await one.take(asking(A))
        await clock.advance(20.0)
        (notice,) = sentences(one.condition)
        assert "asking alone, more slowly" in notice
        (first,) = (await one.take(asking(A))).leases
        waits = first.free_in if first.fence is None else 0.0
        assert 0 <= waits <= 5.0  # its own moment, of the two that there are
        await clock.advance(waits)
        (lease,) = (await one.take(asking(A))).leases
        assert lease.fence is not None
        one.done(lease, 5.0)
        await one.flush()
        (refused,) = (await one.take(asking(A))).leases
        assert refused.fence is None
        assert refused.free_in == pytest.approx(10.0, abs=0.5)  # two machines, twice the interval
    finally:
        server.start()
    await sent(one, clock)
    (back,) = (await one.take(asking(A))).leases
    assert back.fence is not None
    for store in (one, other):
        await store.close()


async def test_a_machine_whose_role_may_only_read_looks_on(
    url: str, server: Server, tmp_path: Path, clock: ManualClock
) -> None:
    one = team_store(url, tmp_path / "one", clock)
    one.save(seen(Status.RUNNING))
    await one.flush()
    await one.close()
    with team_in(tmp_path, url).session.unchecked() as db:
        ahead = schema.VERSION + 1
        db.execute("UPDATE rushes.about SET version = %s, writes_from = %s", (ahead, ahead))
    later = team_store(url, tmp_path / "other", clock)
    assert (await loaded(later)).status is Status.RUNNING
    with pytest.raises(StoreHolds):
        await later.take(asking(A))
    (notice,) = sentences(later.condition)
    assert "looks on and asks nothing" in notice
    await later.close()


# -- news -------------------------------------------------------------------------------------


async def test_what_one_machine_saves_another_hears_of(
    stores: tuple[TeamStore, TeamStore], clock: ManualClock
) -> None:
    one, other = stores
    async with aclosing(other.news(lambda: {A})) as news:
        one.save(seen(Status.RUNNING, B))
        one.save(seen(Status.RUNNING))
        (heard,) = await told(news, A, clock)
    assert heard.status is Status.RUNNING


async def test_what_one_saves_itself_is_no_news_but_what_others_added_to_it_is(
    stores: tuple[TeamStore, TeamStore], clock: ManualClock
) -> None:
    one, other = stores
    kept = Fetch(state=OutputState.DOWNLOADED, path=Path("/out/a.mp4"))
    one.save(replace(seen(Status.SUCCEEDED), fetches={1: kept}))
    await one.flush()
    async with aclosing(other.news(lambda: {A, B, C})) as news:
        await told(news, A, clock)  # it listens by now
        one.save(replace(seen(Status.SUCCEEDED, C), fetches={1: kept}))
        await one.flush()
        await told(news, C, clock)
        other.save(seen(Status.RUNNING, B))
        other.save(seen(Status.SUCCEEDED, C, polls=2))
        (heard,) = await told(news, C, clock)
    assert heard.fetches[1].state is OutputState.DOWNLOADED


async def test_news_go_on_after_the_server_was_killed(
    server: Server, url: str, tmp_path: Path, clock: ManualClock
) -> None:
    one, other = (team_store(url, tmp_path / name, clock) for name in ("one", "other"))
    await other.load([entry("a")])
    async with aclosing(other.news(lambda: {A})) as news:
        assert (await anext(news)).lists  # it listens by now
        server.kill()
        server.start()
        one.save(seen(Status.RUNNING))
        await one.flush()
        (heard,) = await told(news, A, clock)
    assert heard.status is Status.RUNNING
    for store in (one, other):
        await store.close()


async def test_without_listening_it_is_seen_by_looking_and_takes_no_second_connection(
    url: str, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(looks, "DEAF_LOOK", 0.02)
    one = team_store(url, tmp_path / "one", clock)
    other = team_store(url, tmp_path / "other", clock, conduct=Conduct(listen=False))
    async with aclosing(other.news(lambda: {A})) as news:
        one.save(seen(Status.RUNNING))
        (heard,) = await told(news, A, clock)
        with team_in(tmp_path, url).session.transaction() as db:
            listening = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
            assert db.execute(listening).fetchone() == (0,)
    assert heard.status is Status.RUNNING
    for store in (one, other):
        await store.close()


async def test_a_machine_that_is_to_look_on_asks_nothing_also_while_the_store_is_away(
    url: str, server: Server, tmp_path: Path, clock: ManualClock
) -> None:
    conduct = Conduct(poll=False, alone_after=1.0)
    store = team_store(url, tmp_path / "one", clock, conduct=conduct)
    store.save(seen(Status.RUNNING))
    await store.flush()
    with pytest.raises(StoreHolds, match="poll = false"):
        await store.take(asking(A))
    (told,) = sentences(store.condition)
    assert told == "[store] poll = false: this machine looks on and asks nothing"
    server.kill()
    try:
        with pytest.raises(StoreHolds, match="poll = false"):
            await store.take(asking(A))
    finally:
        server.start()
    await store.close()


async def test_a_connection_that_was_made_anew_listens_too(
    url: str, tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "DEAF_LOOK", 1e9)  # it has to be heard
    session, told = Session(team_in(tmp_path, url).parameters), list[Mapping[Ref, Version] | None]()

    def tell(versions: Mapping[Ref, Version] | None) -> None:
        told.append(versions)
        if versions is None:
            session.close()

    listening = listener.Listener(session, uuid4(), tell, lambda: None, lambda: None)
    one = team_store(url, tmp_path / "one", clock)
    try:
        async with asyncio.timeout(20):
            while not any(told):
                one.save(seen(Status.RUNNING))
                await one.flush()
                await asyncio.sleep(0.1)
    finally:
        listening.close()
        await one.close()
    assert A in (told[-1] or {})


async def test_an_edit_of_a_shared_list_is_told(
    stores: tuple[TeamStore, TeamStore], tmp_path: Path, url: str
) -> None:
    _, other = stores
    async with aclosing(other.news(lambda: ())) as news:
        assert (await anext(news)).lists  # whatever was edited before
        team_in(tmp_path, url).open("dailies", None).add([entry("a")])
        async with asyncio.timeout(20):
            assert (await anext(news)).lists


# -- files ------------------------------------------------------------------------------------


async def test_one_machine_at_a_time_has_the_turn_to_fetch_a_file(
    stores: tuple[TeamStore, TeamStore], clock: ManualClock
) -> None:
    one, other = stores
    async with one.file_turn(A, 1) as first, other.file_turn(A, 1) as second:
        assert (first, second) == (True, False)
        async with other.file_turn(A, 2) as another:
            assert another
    assert not await gets_turn(other)  # what was fetched is not saved yet
    async with asyncio.timeout(20):
        while not await gets_turn(other):
            await clock.advance(TEND_EVERY)


# -- rights -----------------------------------------------------------------------------------


def as_role(url: str, role: str) -> str:
    return url.replace("rushes@", f"{role}@")


async def test_the_rights_that_init_prints_let_pollers_poll_and_viewers_edit_lists(
    url: str, tmp_path: Path, clock: ManualClock
) -> None:
    owner = team_in(tmp_path, url)
    database = owner.address.database
    with owner.session.unchecked() as db:
        for line in rights(database, owner.address.user):
            db.execute(line.encode())
        for kind in ("poller", "viewer"):
            db.execute(f"CREATE ROLE {database}_a_{kind} LOGIN IN ROLE {database}_{kind}".encode())
    poller = team_store(as_role(url, f"{database}_a_poller"), tmp_path / "poller", clock)
    await poller.note_member()
    (lease,) = (await poller.take(asking(A))).leases
    assert lease.fence is not None
    poller.save(seen(Status.RUNNING), REPLY)
    poller.done(lease, 5.0)
    await poller.flush()
    assert poller.condition.notices == ()
    viewer = team_store(as_role(url, f"{database}_a_viewer"), tmp_path / "viewer", clock)
    assert (await loaded(viewer)).status is Status.RUNNING
    with pytest.raises(StoreHolds):
        await viewer.take(asking(A))
    viewers = team_in(tmp_path / "viewer", as_role(url, f"{database}_a_viewer"))
    viewers.open("dailies", None).add([entry("a")])
    with pytest.raises(StoreRefused), viewers.session.transaction() as db:
        db.execute("DELETE FROM rushes.task")
    pollers = team_in(tmp_path / "poller", as_role(url, f"{database}_a_poller"))
    with pytest.raises(StoreRefused), pollers.session.transaction() as db:
        db.execute("UPDATE rushes.about SET version = 9")
    for store in (poller, viewer):
        await store.close()
