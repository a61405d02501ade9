"""`rushes provider`: a provider is tried, and drafted; config check says what is wrong with one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rushes.providers import registry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.conftest import Rushes

ROWS = Path(__file__).parents[1] / "contract"
STUDIO = (
    'base_urls = { default = "https://api.studio.example" }\n'
    'query = { path = "/v1/tasks/{id}" }\nstatus = "state"\n'
)


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    registry.include({})


def write(rushes: Rushes, name: str, text: str) -> Path:
    folder = rushes.home / "providers"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_built_in_one_holds_its_rows(rushes: Rushes) -> None:
    result = rushes("provider", "test", "siliconflow", "--rows", str(ROWS / "siliconflow"))
    assert (result.code, result.out) == (0, "siliconflow: holds\n")
    assert "23 rows" in result.err


def test_a_row_that_does_not_hold_is_named(rushes: Rushes, tmp_path: Path) -> None:
    write(rushes, "studio", STUDIO)
    expect = {"snapshot": {"status": "failed"}}
    row = {"name": "done", "status": 200, "body": {"state": "completed"}, "expect": expect}
    (tmp_path / "rows.json").write_text(json.dumps([row]))
    result = rushes("provider", "test", "studio", "--rows", str(tmp_path))
    assert result.code == 3
    assert "done: $.snapshot.status is 'succeeded', expected 'failed'\n" in result.out


def test_a_file_is_tried_where_it_lies(rushes: Rushes, tmp_path: Path) -> None:
    path = tmp_path / "studio.toml"
    path.write_text(STUDIO)
    assert rushes("provider", "test", str(path)).code == 0
    path.write_text(STUDIO.replace('"state"', '"a..b"'))
    result = rushes("provider", "test", str(path))
    assert result.code == 3
    assert f"{path}: status: at character 3 of the expression: unexpected '.'" in result.err


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (("test", "nobody"), 2),
        (("test", "nowhere.toml"), 2),
        (("test", "hiapi", "--rows", "nowhere"), 2),
        (("new", "Studio", "--from-reply", "-"), 2),
        (("new", "studio"), 2),
        (("new", "hiapi", "--from-reply", "-"), 2),
        (("new", "studio", "--from-reply", "nowhere.json"), 2),
    ],
)
def test_what_cannot_be_done_is_said(rushes: Rushes, argv: tuple[str, ...], code: int) -> None:
    assert rushes("provider", *argv).code == code


DONE = {
    "id": "g-1", "phase": 3, "status": "complete", "progress": 1.0, "usage": {"credits": 4},
    "created_at": "2026-11-20T08:00:00Z", "error_message": None, "asset-id": "x",
    "assets": [{"url": "https://cdn.example/a.mp4"}],
    "input": {"image_url": "https://cdn.example/in.png"},
}  # fmt: skip


def test_a_draft_reads_the_replies_that_it_was_made_of(rushes: Rushes, tmp_path: Path) -> None:
    done, running = tmp_path / "done.json", tmp_path / "running.json"
    done.write_text(json.dumps(DONE))
    running.write_text(json.dumps({**DONE, "status": "dreaming", "progress": 0.3, "assets": []}))
    drafted = rushes(
        "provider", "new", "studio", "--from-reply", str(done), "--from-reply", str(running)
    )
    assert drafted.code == 0
    assert 'states = { unknown = ["dreaming"] }' in drafted.out
    write(rushes, "studio", drafted.out)
    assert rushes("provider", "test", "studio").code == 0
    snapshot = rushes("parse", "studio", str(done)).json()["snapshot"]
    assert (snapshot["status"], snapshot["progress"]) == ("succeeded", 100)
    assert (snapshot["usage"], snapshot["created_at"]) == ({"credits": 4}, "2026-11-20T08:00:00Z")
    assert [output["url"] for output in snapshot["outputs"]] == ["https://cdn.example/a.mp4"]


def test_a_draft_of_anything_is_a_description(rushes: Rushes) -> None:
    odd: tuple[Any, ...] = ({}, {"a": []}, {'x"y': {"\\": 1}}, {"status": None, "é": "a b"})
    for body in odd:
        drafted = rushes(
            "provider", "new", "odd", "--from-reply", "-", stdin=json.dumps(body).encode()
        )
        assert drafted.code == 0, body
        write(rushes, "odd", drafted.out)
        assert rushes("provider", "test", "odd").code == 0, drafted.out


def test_config_check_says_what_is_wrong_and_exits_3(rushes: Rushes) -> None:
    path = write(rushes, "studio", STUDIO)
    assert rushes("config", "check").code == 0
    wrong = write(rushes, "wrong", STUDIO.replace('"state"', '"state ||"'))
    odd = write(rushes, "odd", STUDIO + "odd = 1")
    result = rushes("config", "check")
    assert result.code == 3
    assert f"{path}: fine" in result.out
    assert f"{wrong}: status: at character 9 of the expression: it ends too early" in result.err
    assert f"{odd}: odd: unknown key" in result.err
    assert result.err.count(" id_pattern,") == 1
    assert rushes("add", "odd", "x1").code == 3
    assert rushes("add", "wrong", "x1").code == 3
    assert rushes("add", "studio", "x1", STUDIO_API_KEY="k").code == 0
    listed = rushes("providers", "--json").json()
    assert "studio" in {account["name"] for account in listed["providers"]}
    assert [line for line in listed["left_out"] if "odd: unknown key" in line]
    assert "odd: unknown key" in rushes("providers").err


@pytest.mark.parametrize("words", [("studio", "abc"), ("studio:abc",), ("hiapi:x", "studio:abc")])
def test_who_names_one_that_is_left_out_hears_why(rushes: Rushes, words: tuple[str, ...]) -> None:
    write(rushes, "studio", STUDIO + "cancel = true")
    done = rushes("add", *words)
    assert done.code == 3
    assert "studio.toml: cancel: unknown key" in done.err


@pytest.mark.parametrize("command", [("wait", "--timeout", "1s"), ("get", "--all")])
def test_who_waits_for_a_task_of_one_that_is_left_out_hears_why(
    rushes: Rushes, command: tuple[str, ...]
) -> None:
    write(rushes, "studio", STUDIO)
    rushes("add", "studio", "abc")
    write(rushes, "studio", STUDIO + "cancel = true")
    done = rushes(*command)
    assert done.code == 3
    assert "studio.toml: cancel: unknown key" in done.err
    assert "has no provider" not in done.err


def test_the_language_is_loaded_when_a_reply_is_read(rushes: Rushes) -> None:
    """A list with such a task is printed without it."""
    write(rushes, "studio", STUDIO)
    assert rushes("add", "studio", "x1").code == 0
    code = (
        "import sys; from rushes.tui.entry import main; sys.argv[1:] = ['ls'];\n"
        "try: main()\nexcept SystemExit: pass\n"
        "print([m for m in sys.modules if 'jmespath' in m or 'expressions' in m])"
    )
    environ = {**rushes.environ, "PATH": "/usr/bin:/bin"}
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environ, check=True
    )
    assert "studio:x1" in ran.stdout
    assert ran.stdout.endswith("[]\n")
