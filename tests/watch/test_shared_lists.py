"""Lists that a team shares, in a real PostgreSQL (rows 265 to 270)."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from fake_gateway import entry
from postgres_fixtures import one_of_the_servers
from postgres_server import Server
from shared_store import a_list, team_in, url_of

from rushes.watch.postgres import entry_rows, schema, upkeep
from rushes.watch.task import Ref
from rushes.watch.team_faults import StoreAway, StoreUnusable
from rushes.watch.watchlist.entries import Edit, Watchlist
from rushes.watch.watchlist.team import Team

server = one_of_the_servers("lists")


def upgraded(team: Team) -> int:
    with team.session.unchecked() as connection:
        return upkeep.upgrade(connection)


def ids(watchlist: Watchlist) -> str:
    return "".join(entry.ref.id for entry in watchlist.entries)


def test_what_one_home_adds_is_on_the_list_of_another(tmp_path: Path, store_url: str) -> None:
    mine, theirs = a_list(tmp_path / "a", store_url), a_list(tmp_path / "b", store_url)
    assert not theirs.is_there
    mine.add([entry("a"), entry("b")])
    assert theirs.is_there
    assert theirs.read() == mine.read()
    assert theirs.reload_if_changed() is None
    mine.add([entry("c")])
    changed = theirs.reload_if_changed()
    assert changed is not None
    assert ids(changed) == "abc"
    assert theirs.reload_if_changed() is None


def test_an_edit_that_changes_nothing_has_nobody_read_again(tmp_path: Path, store_url: str) -> None:
    mine, theirs = a_list(tmp_path / "a", store_url), a_list(tmp_path / "b", store_url)
    mine.add([entry("a")])
    theirs.read()
    mine.add([entry("a")])
    assert theirs.reload_if_changed() is None


def test_labels_and_tags_of_two_homes_are_both_kept(tmp_path: Path, store_url: str) -> None:
    mine, theirs = a_list(tmp_path / "a", store_url), a_list(tmp_path / "b", store_url)
    mine.add([entry("a")])
    theirs.read()
    mine.put(entry("a", label="opening"), edit=Edit.LABEL)
    theirs.put(replace(entry("a"), tags=("act-1",)), edit=Edit.TAG)
    (found,) = mine.read().entries
    assert (found.label, found.tags) == ("opening", ("act-1",))


def test_an_undo_brings_a_task_back_to_its_place(tmp_path: Path, store_url: str) -> None:
    mine, theirs = a_list(tmp_path / "a", store_url), a_list(tmp_path / "b", store_url)
    mine.add([entry(each) for each in "abcd"])
    mine.remove([Ref("hiapi", "b"), Ref("hiapi", "c")])
    assert ids(theirs.read()) == "ad"
    theirs.add([entry("e")])
    back, done = mine.undo()
    assert done is not None
    assert done.edit is Edit.REMOVE
    assert ids(back) == ids(theirs.read()) == "abcde"


def test_what_one_home_removed_another_brings_back_days_later(
    tmp_path: Path, store_url: str
) -> None:
    mine, theirs = a_list(tmp_path / "a", store_url), a_list(tmp_path / "b", store_url)
    kept = replace(entry("b", label="opening"), tags=("act-1",))
    mine.add([entry("a"), kept, entry("c")])
    mine.remove([Ref("hiapi", "b")])
    aged(tmp_path, store_url, days=29)
    back, done = theirs.undo()
    assert done is not None
    assert (done.edit, done.refs) == (Edit.REMOVE, (kept.ref,))
    assert (ids(back), back.find(kept.ref)) == ("abc", kept)
    assert theirs.undo()[1] is None
    assert ids(mine.read()) == "abc"


def test_removals_come_back_one_after_the_other_and_go_in_time(
    tmp_path: Path, store_url: str
) -> None:
    mine, theirs = a_list(tmp_path / "a", store_url), a_list(tmp_path / "b", store_url)
    mine.add([entry(each) for each in "abcd"])
    mine.remove([Ref("hiapi", "d")])
    aged(tmp_path, store_url, days=31)
    mine.remove([Ref("hiapi", "a"), Ref("hiapi", "b")])
    mine.remove([Ref("hiapi", "c")])
    assert ids(theirs.undo()[0]) == "c"
    assert ids(theirs.undo()[0]) == "abc"
    assert theirs.undo()[1] is None
    with team_in(tmp_path, store_url).session.transaction() as connection:
        assert entry_rows.forget_removed(connection) == 1
        assert len(entry_rows.rows_about(connection, "dailies", [Ref("hiapi", "d")])) == 0


def test_what_was_removed_can_be_added_again(tmp_path: Path, store_url: str) -> None:
    mine = a_list(tmp_path, store_url)
    mine.add([entry("a", label="first"), entry("b")])
    mine.remove([Ref("hiapi", "a")])
    added = mine.add([entry("a", label="again")])
    assert (ids(added), added.entries[1].label) == ("ba", "again")
    # An add that is taken back was none: the removal before it is what comes next.
    assert ids(mine.undo()[0]) == "b"
    assert ids(mine.read()) == "b"


def aged(home: Path, url: str, days: int) -> None:
    """What was removed so far was removed so long ago."""
    with team_in(home, url).session.transaction() as connection:
        connection.execute(
            "UPDATE rushes.entry SET removed_at = removed_at - %s * interval '1 day'", (days,)
        )


def test_ten_homes_that_add_at_once_lose_nothing(tmp_path: Path, store_url: str) -> None:
    homes = [a_list(tmp_path / str(n), store_url) for n in range(10)]

    def add(n: int) -> None:
        for k in range(5):
            homes[n].add([entry(f"{n}-{k}")])

    threads = [threading.Thread(target=add, args=(n,)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [each.ref.id for each in homes[0].read().entries]
    assert sorted(found) == sorted(f"{n}-{k}" for n in range(10) for k in range(5))


def test_while_the_store_is_away_the_last_copy_is_read_and_nothing_edited(
    tmp_path: Path, server: Server, store_url: str
) -> None:
    a_list(tmp_path, store_url).add([entry("a")])
    kept = a_list(tmp_path, store_url)
    kept.read()
    server.kill()
    try:
        with pytest.raises(StoreAway, match="the shared store is away"):
            kept.reload_if_changed()
        begun_anew = a_list(tmp_path, store_url)
        found = begun_anew.read()
        assert ids(found) == "a"
        assert "this is the list as it was read last" in found.notes[0]
        assert begun_anew.is_there
        with pytest.raises(StoreAway):
            begun_anew.add([entry("b")])
        with pytest.raises(StoreAway):
            a_list(tmp_path, store_url, "never-read").read()
    finally:
        server.start()
    assert ids(a_list(tmp_path, store_url).add([entry("b")])) == "ab"


def test_a_server_that_does_not_answer_is_let_go_in_time(tmp_path: Path, store_url: str) -> None:
    team = team_in(tmp_path, store_url)
    team.session.seconds = 0.2
    with (
        pytest.raises(StoreAway, match=r"no answer within 0\.2 s"),
        team.session.unchecked() as connection,
    ):
        connection.execute("SELECT pg_sleep(600)")
    assert team.lists() == []


def test_a_database_without_a_store_is_told_of_and_left_alone(
    tmp_path: Path, server: Server
) -> None:
    url = url_of(server.new_database())
    with pytest.raises(StoreUnusable, match="holds no store yet; its owner makes it"):
        a_list(tmp_path, url).add([entry("a")])
    with pytest.raises(StoreUnusable, match="holds no store yet"):
        a_list(tmp_path, url).read()


def test_a_newer_store_is_only_read_or_not_at_all(tmp_path: Path, store_url: str) -> None:
    mine, team = a_list(tmp_path, store_url), team_in(tmp_path, store_url)
    newer = schema.VERSION + 1
    mine.add([entry("a")])
    with team.session.unchecked() as connection:
        connection.execute("UPDATE rushes.about SET version = %s, writes_from = %s", (newer, newer))
    assert ids(mine.read()) == "a"
    with pytest.raises(StoreUnusable, match="read-only"):
        mine.add([entry("b")])
    with team.session.unchecked() as connection:
        connection.execute("UPDATE rushes.about SET reads_from = %s", (newer,))
    with pytest.raises(StoreUnusable, match=f"version {newer}, which takes a newer Rushes"):
        mine.read()


def test_an_upgrade_takes_the_steps_that_are_missing_and_waits_for_no_reader(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, reader = team_in(tmp_path, store_url), team_in(tmp_path, store_url)
    reader.lists()
    more = "ALTER TABLE rushes.entry ADD note text"
    monkeypatch.setattr(schema, "STEPS", (*schema.STEPS, more))
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    with pytest.raises(StoreUnusable, match="rushes store upgrade"):
        team.lists()
    with reader.session.unchecked() as reading:
        entry_rows.rows_of(reading, "dailies")
        with pytest.raises(StoreAway, match="busy"):
            upgraded(team)
    assert (upgraded(team), upgraded(team)) == (1, 0)
    assert ids(a_list(tmp_path, store_url).add([entry("a")])) == "a"


def test_a_variable_that_leads_elsewhere_is_not_followed(tmp_path: Path, store_url: str) -> None:
    with pytest.raises(StoreUnusable, match="PGHOSTADDR"):
        team_in(tmp_path, store_url, PGHOSTADDR="192.0.2.1").lists()
