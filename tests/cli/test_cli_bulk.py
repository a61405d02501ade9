"""Edits of many tasks at a time, and taking them back."""

from __future__ import annotations

import re
import stat
import tomllib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from known_tasks import remember
from sample_tasks import task

from rushes.providers.exits import Exit
from rushes.providers.model import Status

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

A, B, C = "hiapi:tk-a", "hiapi:tk-b", "ttapi:job-c"


@pytest.fixture
def three(rushes: Rushes) -> Rushes:
    rushes.watch(A, B, C)
    return rushes


def entries(rushes: Rushes) -> dict[str, dict[str, Any]]:
    path = rushes.home / "watchlists" / "default.toml"
    tasks = tomllib.loads(path.read_text(encoding="utf-8")).get("task", [])
    return {f"{each['provider']}:{each['id']}": each for each in tasks}


def text(rushes: Rushes) -> str:
    return (rushes.home / "watchlists" / "default.toml").read_text(encoding="utf-8")


def test_tags_are_given_to_what_a_pipe_names(three: Rushes) -> None:
    piped = three("ls", "provider:hiapi").out
    assert three("tag", "-", "bad,again", stdin=piped.encode()).code == 0
    assert [each.get("tags") for each in entries(three).values()] == [["bad", "again"]] * 2 + [None]
    three("tag", "-", "again", "--remove", stdin=piped.encode())
    assert entries(three)[A]["tags"] == ["bad"]


def test_labels_are_read_from_lines(three: Rushes) -> None:
    done = three("label", "-", stdin=f"REF\tLABEL\n{A}\topening shot\n\ntk-b\tb, c\td\n".encode())
    assert done.code == 0
    assert [entries(three)[ref].get("label") for ref in (A, B, C)] == [
        "opening shot",
        "b, c d",
        None,
    ]


@pytest.mark.parametrize(
    ("lines", "code", "said"),
    [
        (f"{A}\tone\n{B}\n", Exit.USAGE, "line 2: expected REF<tab>TEXT"),
        (f"{A}\tone\nhiapi:nobody\tx\n", Exit.GONE, "no watched task"),
        ("", Exit.USAGE, "names no task"),
    ],
)
def test_a_line_that_is_wrong_changes_nothing_at_all(
    three: Rushes, lines: str, code: Exit, said: str
) -> None:
    before = text(three)
    done = three("label", "-", stdin=lines.encode())
    assert done.code == code
    assert said in done.err
    assert text(three) == before


def test_a_label_needs_its_text_and_one_task(three: Rushes) -> None:
    assert "which TEXT?" in three("label", A).err
    assert three("label", "-", "x", stdin=f"{A}\n{B}\n".encode()).code == Exit.USAGE


def test_what_is_over_for_long_is_taken_off_and_counted(rushes: Rushes) -> None:
    now = datetime.now(UTC)
    tasks = [
        _ended(task("old", Status.FAILED, task_id="tk-old"), now - timedelta(days=8)),
        _ended(task("new", Status.SUCCEEDED, task_id="tk-new"), now - timedelta(days=6)),
        task("open", task_id="tk-open"),
    ]
    remember(rushes.home, tasks)
    done = rushes("rm", "--older", "7d", stdin=b"hiapi:tk-open\n")
    assert (done.code, done.out) == (0, "hiapi:tk-old\n")
    assert "no longer watched: 1" in done.err
    assert list(entries(rushes)) == ["hiapi:tk-new", "hiapi:tk-open"]
    assert rushes("rm", "--older", "7d").out == ""
    assert rushes("rm", "--older", "1h", "tk-open").out == ""
    assert rushes("rm", "--older", "soon").code == Exit.USAGE


def _ended(one: Any, at: datetime) -> Any:
    steps = (*one.transitions[:-1], replace(one.transitions[-1], observed_at=at))
    return replace(one, transitions=steps, snapshot=replace(one.snapshot, finished_at=at))


def test_edits_are_taken_back_one_after_the_other(three: Rushes) -> None:
    states = [text(three)]
    for argv in (
        ["label", A, "opening shot"],
        ["tag", A, "x", "y"],
        ["tag", A, "x", "--remove"],
        ["rm", B],
        ["add", "hiapi:tk-d"],
    ):
        assert three(*argv).code == 0
        states.append(text(three))
    for before, refs in zip(states[-2::-1], ["hiapi:tk-d", B, A, A, A], strict=True):
        done = three("undo")
        assert (done.code, done.out) == (0, f"{refs}\n")
        assert text(three) == before
    assert three("undo").out == f"{A}\n{B}\n{C}\n"
    assert entries(three) == {}
    nothing = three("undo")
    assert (nothing.code, nothing.out) == (Exit.GONE, "")
    assert "nothing to undo" in nothing.err


def test_all_that_one_command_added_is_taken_back_at_once(rushes: Rushes) -> None:
    many = "".join(f"hiapi:tk-{n:03}\n" for n in range(300))
    rushes("add", stdin=many.encode())
    assert rushes("undo").out == many
    assert rushes("undo").code == Exit.GONE


def test_what_others_changed_since_is_left_and_named(three: Rushes) -> None:
    three("label", A, "ours")
    three("tag", A, "ours")
    path = three.home / "watchlists" / "default.toml"
    theirs = (
        text(three).replace('"ours"\ntags', '"theirs"\ntags').replace('["ours"]', '["ours", "x"]')
    )
    path.write_text(theirs)
    assert three("undo").out == f"{A}\n"
    assert (entries(three)[A]["label"], entries(three)[A]["tags"]) == ("theirs", ["x"])
    left = three("undo")
    assert left.out == ""
    assert f"changed since, so left as it is: {A}" in left.err
    assert entries(three)[A]["label"] == "theirs"
    # And of what was added, that task stays which somebody has named.
    assert three("undo").out == f"{B}\n{C}\n"
    assert list(entries(three)) == [A]


def test_a_list_has_its_own_edits_for_a_day_and_nobody_else_can_read_them(three: Rushes) -> None:
    three("add", "-w", "other", A)
    assert three("undo", "-w", "other").out == f"{A}\n"
    assert three("undo", "-w", "other").code == Exit.GONE
    kept = list((three.home / "undo").iterdir())
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    mine = next(path for path in kept if b"tk-b" in path.read_bytes())
    day_old = re.sub(
        r'"at": ([\d.]+)', lambda at: f'"at": {float(at[1]) - 90_000}', mine.read_text()
    )
    mine.write_text(day_old)
    assert three("undo").code == Exit.GONE
    mine.write_text("\n{torn\n")
    assert three("undo").code == Exit.GONE


def test_an_edit_that_cannot_be_noted_is_made_all_the_same(three: Rushes) -> None:
    for path in (three.home / "undo").iterdir():
        path.unlink()
    (three.home / "undo").rmdir()
    (three.home / "undo").write_text("in the way")
    assert three("label", A, "x").code == 0
    assert entries(three)[A]["label"] == "x"
    assert three("undo").code == Exit.GONE
