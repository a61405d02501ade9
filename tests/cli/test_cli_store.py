"""`rushes store`, and the commands on a list that a team shares (row 271)."""

from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from postgres_fixtures import Servers
from shared_store import new_store, url_of

from rushes.tui.command import store as command
from rushes.watch.postgres import entry_rows
from rushes.watch.team_faults import StoreAway
from tests.cli.conftest import Rushes
from tests.cli.test_schemas import check


@pytest.fixture
def shared(rushes: Rushes, postgres_servers: Servers) -> Rushes:
    """A home with a store, which is empty."""
    rushes.environ["RUSHES_STORE"] = new_store(postgres_servers.of(18))
    return rushes


def test_a_store_is_made_once_and_the_rights_are_printed(
    rushes: Rushes, postgres_servers: Servers
) -> None:
    url = url_of(postgres_servers.of(18).new_database())
    rushes.environ["RUSHES_STORE"] = url
    before = rushes("store", "check")
    assert before.code == 3
    assert "the database holds no store yet; its owner makes it: rushes store init" in before.err
    made = rushes("store", "init")
    assert (made.code, made.err.startswith("made a store in rushes@/")) == (0, True)
    assert "GRANT SELECT ON ALL TABLES IN SCHEMA rushes TO" in made.out
    again = rushes("store", "init")
    assert (again.code, again.err.startswith("there is a store in")) == (0, True)
    assert again.out == made.out
    assert rushes("store", "check").out.endswith(": fine\n")
    assert "it was up to date" in rushes("store", "upgrade").err


def test_the_commands_of_a_list_do_the_same_on_a_shared_one(shared: Rushes) -> None:
    name = ("-w", "team:dailies")
    assert shared(*name, "ls").code == 7
    assert shared(*name, "add", "hiapi", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR").code == 0
    (ref,) = shared(*name, "ls", "--format", "{ref}").out.splitlines()
    assert shared(*name, "label", ref, "opening").code == 0
    assert shared(*name, "tag", ref, "act-1").code == 0
    assert shared(*name, "ls", "--format", "{label} {tags}").out == "opening act-1\n"
    assert shared(*name, "undo").code == 0
    assert shared(*name, "ls", "--format", "{label} {tags}").out.strip() == "opening"
    assert shared(*name, "rm", ref).out == f"{ref}\n"
    assert shared(*name, "ls", "--format", "{ref}").out == ""
    assert shared(*name, "undo").out == f"{ref}\n"
    assert shared("watchlists").out == "team:dailies\n"
    assert shared("store", "status").out.splitlines()[1:] == ["  team:dailies: 1 task"]


def test_a_list_goes_in_and_comes_out_as_the_same_toml(shared: Rushes) -> None:
    shared.watch("hiapi:a", "hiapi:b")
    file = shared.home / "watchlists" / "default.toml"
    done = shared("store", "import", str(file), "team:cut")
    assert (done.code, "2 of them new in team:cut" in done.err) == (0, True)
    assert shared("store", "export", "team:cut").out == file.read_text()
    again = shared("store", "import", str(file), "team:cut")
    assert "0 of them new" in again.err


def test_ones_own_list_is_imported_by_its_name_too(shared: Rushes) -> None:
    assert shared("-w", "trailer", "add", "hiapi:a").code == 0
    done = shared("store", "import", "trailer", "team:trailer")
    assert (done.code, "1 task from trailer, 1 of them new" in done.err) == (0, True)
    absent = shared("store", "import", "trailre", "team:trailer")
    assert (absent.code, "there is no watchlist trailre" in absent.err) == (7, True)


def test_who_was_granted_nothing_is_told_where_the_rights_are_said(
    shared: Rushes, postgres_servers: Servers
) -> None:
    where = postgres_servers.of(18).parameters
    with psycopg.connect(**where, autocommit=True) as db:  # pyright: ignore[reportArgumentType]
        db.execute("CREATE ROLE stranger LOGIN")
    url = shared.environ["RUSHES_STORE"].replace("rushes@", "stranger@")
    done = shared("store", "check", RUSHES_STORE=url)
    assert done.code == 3
    assert "permission denied for schema rushes; see docs/team.md, Roles" in done.err


def test_a_long_list_goes_in_some_tasks_at_a_time_and_is_taken_back_as_a_whole(
    shared: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "AT_A_TIME", 2)
    shared.watch(*(f"hiapi:{each}" for each in "abcde"))
    file = shared.home / "watchlists" / "default.toml"
    done = shared("store", "import", str(file), "team:cut")
    assert (done.code, "5 of them new in team:cut" in done.err) == (0, True)
    assert shared("store", "export", "team:cut").out == file.read_text()
    assert len(shared("-w", "team:cut", "undo").out.split()) == 5
    assert shared("-w", "team:cut", "ls", "--format", "{ref}").out == ""


def test_an_import_that_is_cut_short_says_how_far_it_came_and_goes_on_when_it_is_run_again(
    shared: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "AT_A_TIME", 2)
    shared.watch(*(f"hiapi:{each}" for each in "abcde"))
    file = shared.home / "watchlists" / "default.toml"
    put, puts = entry_rows.put, count(1)

    def away_for_the_last(*given: Any) -> None:
        if next(puts) == 3:
            raise StoreAway("the shared store is away: gone")
        put(*given)

    monkeypatch.setattr(entry_rows, "put", away_for_the_last)
    cut = shared("store", "import", str(file), "team:cut")
    assert cut.code == 6
    assert "the shared store is away: gone; 4 of 5 tasks are in team:cut" in cut.err
    assert "run it again" in cut.err
    monkeypatch.setattr(entry_rows, "put", put)
    again = shared("store", "import", str(file), "team:cut")
    assert (again.code, "5 tasks from" in again.err) == (0, True)
    assert "1 of them new in team:cut" in again.err
    assert shared("store", "export", "team:cut").out == file.read_text()


def test_what_is_told_of_a_store_is_data_too(rushes: Rushes, postgres_servers: Servers) -> None:
    url = url_of(postgres_servers.of(18).new_database())
    rushes.environ["RUSHES_STORE"] = url
    refused = rushes("store", "status", "--json")
    assert (refused.code, refused.json()["error"]["code"]) == (3, "store")
    told = {word: rushes("store", word, "--json").json() for word in ("init", "check", "upgrade")}
    assert rushes("-w", "team:cut", "add", "hiapi", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR").code == 0
    told["status"] = rushes("store", "status", "--json").json()
    for document in told.values():
        check("STORE", document)
    assert told["check"] == told["upgrade"]
    assert told["check"].items() <= told["init"].items()
    assert told["init"]["made"] is True
    assert told["status"]["lists"] == [{"name": "team:cut", "tasks": 1}]


@pytest.mark.parametrize(
    "words",
    [
        ("export",),
        ("export", "cut"),
        ("export", "team:cut", "--json"),
        ("import", "team:cut"),
        ("check", "team:cut"),
    ],
)
def test_words_without_a_meaning_are_refused(rushes: Rushes, words: tuple[str, ...]) -> None:
    assert rushes("store", *words).code == 2


def test_an_upgrade_that_is_kept_waiting_tries_again(
    shared: Rushes, monkeypatch: pytest.MonkeyPatch, postgres_servers: Servers
) -> None:
    monkeypatch.setattr(command, "TRIES", 2)
    waited: list[float] = []
    monkeypatch.setattr(command.time, "sleep", waited.append)
    done = shared("store", "upgrade", RUSHES_STORE="postgresql://a@/b?host=/no/such/folder")
    assert (done.code, len(waited)) == (6, 1)


def test_without_a_store_it_is_said_where_to_begin(rushes: Rushes, tmp_path: Path) -> None:
    done = rushes("-w", "team:cut", "add", "hiapi", "a")
    assert done.code == 3
    assert "config.toml names no [store] url; see docs/team.md" in done.err
    assert not (tmp_path / "team:cut.toml").exists()
