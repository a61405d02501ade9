"""`get` and `wait --download` before links that are refused, and files that are elsewhere."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from film_store import FILM, REF, TASK, FilmStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Rushes


@pytest.fixture
def store(rushes: Rushes, monkeypatch: pytest.MonkeyPatch) -> Iterator[FilmStore]:
    """The store, and a home that watches its task; pauses are short."""
    monkeypatch.setattr("rushes.watch.downloads.link_life.FIRST_PAUSE", 0.15)
    made = FilmStore()
    rushes.configure(f'[providers.hiapi]\nbase_url = "{made.url}"\npoll_interval = "0.1s"\n')
    rushes.environ["HIAPI_API_KEY"] = "hk-case"
    rushes.watch(REF)
    yield made
    made.stop()


def shown(rushes: Rushes) -> dict[str, Any]:
    return rushes("show", REF, "--json").json()["outputs"][0]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("command", [("get", REF), ("wait", "--download", REF)], ids=" ".join)
@pytest.mark.parametrize("status", [404, 403, 503])
def test_a_file_that_is_not_there_yet_is_waited_for(
    rushes: Rushes, store: FilmStore, command: tuple[str, ...], status: int
) -> None:
    store.refused, store.status = 3, status
    done = rushes(*command)
    assert done.code == 0, done.err
    assert f"waiting for {TASK}: video 1: not there yet (HTTP {status})" in done.err
    assert done.err.count("waiting for") == 1
    assert "expired" not in done.err
    assert shown(rushes)["state"] == "downloaded"


@pytest.mark.parametrize("command", [("get", REF), ("wait", "--download", REF)], ids=" ".join)
def test_a_file_that_does_not_come_in_time_is_left_as_it_was_and_said(
    rushes: Rushes, store: FilmStore, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    for module in ("get", "waiting"):
        monkeypatch.setattr(f"rushes.tui.command.{module}.PATIENCE", 0.2)
    store.refused = 10**6
    done = rushes(*command)
    assert done.code == 5
    assert f"gave up waiting for {TASK}: video 1: not there yet (HTTP 404)" in done.err
    assert "expired" not in done.err
    left = shown(rushes)
    assert (left["state"], left["note"]) == ("available", "not there yet (HTTP 404)")
    store.refused = 0
    assert rushes("get", "--all").code == 0
    assert shown(rushes)["state"] == "downloaded"


@pytest.mark.parametrize("word", ["ExpiredToken", "AccessDenied"])
def test_a_400_that_names_an_ended_token_has_the_link_renewed(
    rushes: Rushes, store: FilmStore, word: str
) -> None:
    store.refused, store.status = 1, 400
    store.body = f"<Error><Code>{word}</Code></Error>".encode()
    store.link = lambda now: f"/film.mp4?sig={now.polls}"
    rushes("ls", "--poll")
    time.sleep(0.11)  # the interval, within which its task is not asked again
    assert rushes("get", REF).code == 0
    assert store.asked == ["/film.mp4?sig=1", "/film.mp4?sig=2"]


def test_any_other_400_fails_with_its_status(rushes: Rushes, store: FilmStore) -> None:
    store.refused, store.status, store.body = 10**6, 400, b"<Error><Code>InvalidArgument</Code>"
    done = rushes("get", REF)
    assert done.code == 5
    assert f"failed {TASK}: video 1 (HTTP 400)" in done.err
    assert len(store.asked) == 2


def test_a_link_that_its_task_prolongs_is_tried_again(rushes: Rushes, store: FilmStore) -> None:
    store.lives, store.refused, store.status = -1, 1, 403
    rushes("ls", "--poll")
    time.sleep(0.11)
    store.lives = 60
    done = rushes("get", REF)
    assert done.code == 0, done.err
    assert shown(rushes)["state"] == "downloaded"


def test_a_file_that_was_saved_elsewhere_is_put_into_the_folder_once(
    rushes: Rushes, store: FilmStore, tmp_path: Path
) -> None:
    first = rushes("get", REF).out.strip()
    there = tmp_path / "there"
    for _ in range(2):
        done = rushes("get", REF, "--dir", str(there))
        assert done.code == 0
        assert done.out == f"{there}/hiapi/{TASK}/video-1.mp4\n"
        assert "all saved" not in done.err
    found = [path for path in there.rglob("*") if path.is_file()]
    assert [path.read_bytes() for path in found] == [FILM]
    assert shown(rushes)["path"] == first
    assert len(store.asked) == 1
    assert "all saved" in rushes("get", REF).err


def test_a_file_that_was_changed_since_is_put_nowhere_and_said(
    rushes: Rushes, store: FilmStore, tmp_path: Path
) -> None:
    assert store.polls == 0
    with Path(rushes("get", REF).out.strip()).open("ab") as file:
        file.write(b"more")
    done = rushes("get", REF, "--dir", str(tmp_path / "there"))
    assert (done.code, done.out) == (5, "")
    assert "changed since it was saved" in done.err
