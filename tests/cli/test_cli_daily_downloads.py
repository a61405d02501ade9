"""`get` from day to day: what it passes over, its exit codes, its sum, its JSON (row 171)."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from film_store import FILM, REF, TASK, FilmStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Result, Rushes

REFUSED = b"<Error><Code>InvalidArgument</Code></Error>"


@pytest.fixture
def store(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> Iterator[FilmStore]:
    monkeypatch.setattr("rushes.watch.downloads.link_life.FIRST_PAUSE", 0.05)
    made = FilmStore()
    configure(rushes, made)
    rushes.environ["HIAPI_API_KEY"] = "hk-case"
    rushes.watch(REF)
    yield made
    made.stop()


def configure(rushes: Rushes, store: FilmStore, download: str = "") -> None:
    account = f'[providers.hiapi]\nbase_url = "{store.url}"\npoll_interval = "0.1s"\n'
    rushes.configure(f"{account}[download]\n{download}\n")


def shown(rushes: Rushes) -> dict[str, Any]:
    return rushes("show", REF, "--json").json()["outputs"][0]


def save(rushes: Rushes, _: FilmStore) -> None:
    assert rushes("get", REF).code == 0


def move(rushes: Rushes, store: FilmStore) -> None:
    save(rushes, store)
    path = Path(shown(rushes)["path"])
    path.rename(path.with_name("elsewhere.mp4"))


def fail(rushes: Rushes, store: FilmStore) -> None:
    store.refused, store.status, store.body = 10**6, 400, REFUSED
    assert rushes("get", "--all").code == 5
    assert shown(rushes)["state"] == "failed"


def expire(rushes: Rushes, store: FilmStore) -> None:
    store.refused, store.status, store.lives = 10**6, 403, -1
    assert rushes("get", "--all").code == 5
    assert shown(rushes)["state"] == "expired"


def give_up(rushes: Rushes, _: FilmStore) -> None:
    """As `x` in the dashboard's downloads leaves it."""
    assert rushes("ls", "--poll").code == 0
    with contextlib.closing(sqlite3.connect(rushes.home / "history.db")) as db, db:
        db.execute(
            "INSERT INTO download (ref, n, state, done, note, halt) VALUES (?,1,?,0,'',?)",
            (REF, "available", "canceled"),
        )
    assert shown(rushes)["state"] == "given_up"


ALL, MISSING, RETRY = ("get", "--all"), ("get", "--all", "--missing"), ("get", "--all", "--retry")
NAMED, WAIT = ("get", REF), ("wait", "--download", REF)

STATES = {
    save: set[tuple[str, ...]](),
    move: {MISSING, NAMED},
    fail: {RETRY, NAMED, WAIT},
    expire: {RETRY, NAMED, WAIT},
    give_up: {RETRY, NAMED},
}
"""How an output stands, and which commands fetch it then."""


@pytest.mark.parametrize("command", [ALL, MISSING, RETRY, NAMED, WAIT], ids=" ".join)
@pytest.mark.parametrize("how", STATES, ids=lambda how: how.__name__)
def test_which_command_fetches_what(
    rushes: Rushes, store: FilmStore, how: Any, command: tuple[str, ...]
) -> None:
    how(rushes, store)
    before, store.refused = len(store.asked), 0
    done = rushes(*command)
    assert done.code == 0, done.err
    assert (len(store.asked) > before) == (command in STATES[how])
    if command in STATES[how]:
        assert shown(rushes)["state"] == "downloaded"
        assert rushes("get", "--all").code == 0


@pytest.mark.parametrize("how", [fail, expire], ids=lambda how: how.__name__)
def test_what_fails_for_good_is_said_once_and_whoever_asks_for_it_hears_it_again(
    rushes: Rushes, store: FilmStore, how: Any
) -> None:
    how(rushes, store)
    asked = {ALL: 0, MISSING: 0, NAMED: 5, RETRY: 5, WAIT: 5}
    for command, code in (*asked.items(), (WAIT, 5)):
        assert rushes(*command).code == code, command
    assert rushes(*ALL).err == "1 passed over\n"


def test_a_failure_that_only_wait_has_told_of_is_no_news_either(
    rushes: Rushes, store: FilmStore
) -> None:
    store.refused, store.status, store.body = 10**6, 400, REFUSED
    assert rushes(*WAIT).code == 5
    assert rushes(*ALL).code == 0


def test_missing_and_retry_are_of_every_task_unless_one_is_named(
    rushes: Rushes, store: FilmStore
) -> None:
    move(rushes, store)
    assert rushes("get", "--missing").out.endswith("/video-1.mp4\n")
    assert rushes("get", "--retry").err == "1 there already\n"
    assert rushes("get", "--missing", REF).code == 0
    assert rushes("get", "--all", REF).code == 2


def sums(done: Result) -> str:
    return done.err.splitlines()[-1]


def test_the_last_line_is_a_sum(rushes: Rushes, store: FilmStore, tmp_path: Path) -> None:
    assert sums(rushes("get", "--all")) == "1 saved (50 KB)"
    assert sums(rushes("get", "--all")) == "1 there already"
    assert sums(rushes("get", REF, "--dir", str(tmp_path / "D"))) == "1 linked or copied"
    store.refused, store.status, store.body = 10**6, 400, REFUSED
    assert sums(rushes("get", REF, "--force")) == "1 failed"
    rushes("rm", REF)
    assert sums(rushes("get", "--all")) == "nothing to fetch"


def test_quiet_prints_failures_only(rushes: Rushes, store: FilmStore, tmp_path: Path) -> None:
    first = rushes("get", "--all", "-q")
    assert (first.code, first.out, first.err) == (0, "", "")
    placed = rushes("get", REF, "--quiet", "--dir", str(tmp_path / "D"))
    assert (placed.code, placed.out, placed.err) == (0, "", "")
    store.refused, store.status, store.body = 10**6, 400, REFUSED
    failed = rushes("get", REF, "--force", "-q")
    assert (failed.code, failed.out) == (5, "")
    assert failed.err == f"failed {TASK}: video 1 (not fetched anew: HTTP 400)\n"


def test_a_dry_run_says_name_size_and_deadline_and_fetches_nothing(
    rushes: Rushes, store: FilmStore
) -> None:
    configure(rushes, store, 'template = "{date:%Y}/{name}-{n:02}-{sha256:8}"')
    done = rushes("get", "--all", "--dry-run")
    assert (done.code, sums(done)) == (0, "1 to save (1 of unknown size)")
    head, row = (line.split("\t") for line in done.out.splitlines())
    assert head == ["REF", "N", "BYTES", "EXPIRES", "PATH"]
    ref, n, length, expires, path = row
    assert (ref, n, length) == (REF, "1", "")
    assert expires.endswith("Z")
    assert path.endswith(f"/{TASK}-01-sha256")
    aligned = rushes("get", "--all", "--dry-run", terminal=True)
    assert "size unknown  23h " in aligned.out
    assert store.asked == []
    (planned,) = rushes("get", "--all", "--dry-run", "--json").json()["outputs"]
    assert (planned["result"], planned["path"]) == ("planned", path)
    assert not list(rushes.home.rglob("*.mp4"))
    save(rushes, store)
    assert sums(rushes("get", "--all", "--dry-run")) == "0 to save"
    assert sums(rushes("get", "--dry-run", "--force", REF)) == "1 to save (50 KB)"


def test_json_is_one_document_with_what_became_of_each_file(
    rushes: Rushes, store: FilmStore, tmp_path: Path
) -> None:
    done = rushes("get", "--all", "--json")
    document = done.json()
    assert (document["version"], document["skipped"]) == (1, [])
    (got,) = document["outputs"]
    assert list(got) == [
        "ref", "n", "kind", "result", "path", "bytes", "sha256", "expires_at", "note",
    ]  # fmt: skip
    assert (got["result"], got["bytes"]) == ("saved", len(FILM))
    assert Path(got["path"]).read_bytes() == FILM
    assert got["sha256"] == shown(rushes)["sha256"]
    (again,) = rushes("get", "--all", "--json").json()["outputs"]
    assert (again["result"], again["path"]) == ("there", got["path"])
    there = tmp_path / "D"
    (placed,) = rushes("get", REF, "--json", "--dir", str(there)).json()["outputs"]
    assert (placed["result"], placed["path"]) == ("placed", f"{there}/hiapi/{TASK}/video-1.mp4")
    store.refused, store.status, store.body = 10**6, 400, REFUSED
    failed = rushes("get", REF, "--force", "--json")
    (bad,) = failed.json()["outputs"]
    assert (failed.code, bad["result"]) == (5, "failed")


def test_what_is_not_over_is_named_and_skipped(rushes: Rushes, store: FilmStore) -> None:
    rushes.watch("hiapi:tk-hiapi-OTHER000BBBB")
    done = rushes("get", "--all", "--json")
    (skipped,) = done.json()["skipped"]
    assert skipped["ref"] == "hiapi:tk-hiapi-OTHER000BBBB"
    assert skipped["reason"]


def test_moved_is_seen_by_ls_show_and_the_filter(rushes: Rushes, store: FilmStore) -> None:
    move(rushes, store)
    assert rushes("ls", "is:moved").out.count(REF) == 1
    assert rushes("ls", "--json").json()["tasks"][0]["outputs"][0]["state"] == "moved"
    assert "moved" in rushes("ls", terminal=True, COLUMNS="120").out
    page = rushes("show", REF).out
    assert "moved" in page
    assert "was /" in page
    assert rushes("ls", "is:unsaved").out.count(REF) == 0


def test_a_sidecar_lies_in_the_templates_folder_also_where_a_file_is_placed(
    rushes: Rushes, store: FilmStore, tmp_path: Path
) -> None:
    configure(rushes, store, 'template = "{date:%Y}/{model}/{name}-{sha256:8}"\nsidecar = true')
    path = Path(rushes("get", REF).out.strip())
    assert path.parent.name == "m"
    assert path.name == f"{TASK}-{shown(rushes)['sha256'][:8]}.mp4"
    assert path.with_name(f"{path.name}.json").is_file()
    again = ("get", REF, "--dir", str(tmp_path / "D"))
    assert rushes(*again).out == rushes(*again).out
    placed = Path(rushes(*again).out.strip())
    assert sorted(each.name for each in placed.parent.iterdir()) == [
        placed.name,
        f"{placed.name}.json",
    ]
    assert placed.parent.parent.parent == tmp_path / "D"


def test_a_limit_of_the_command_or_of_the_settings_is_obeyed_and_checked(
    rushes: Rushes, store: FilmStore
) -> None:
    configure(rushes, store, 'limit_rate = "9M"')
    assert rushes("get", REF, "--limit-rate", "5M").code == 0
    slots = sorted(path.name for path in (rushes.home / "slots").glob("download-*"))
    assert slots == ["download-5000000.rate", "download-9000000.rate"]
    assert rushes("get", REF, "--limit-rate", "5T").code == 2
    configure(rushes, store, 'limit_rate = "fast"\ntemplate = "{modle}"')
    done = rushes("config", "check")
    assert done.code == 3
    assert 'limit_rate: expected a rate such as "500K" or "5M"' in done.out + done.err
    assert "template: unknown field modle; did you mean model?" in done.out + done.err
