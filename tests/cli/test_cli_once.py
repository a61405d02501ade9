"""`wait --once`: a task that is on no list, of which nothing is kept but its files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rushes.providers.exits import Exit

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Play, Rushes


def test_its_files_come_and_nothing_else_is_kept(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    play.offset = 400
    ref = play.ref("opening shot")
    folder = tmp_path / "out"
    done = staged("wait", "--once", ref, "--dir", str(folder), "--timeout", "60s")
    assert done.code == Exit.FINE, done.err
    assert f"\t{ref}\tsucceeded\t" in done.out
    assert [path for path in folder.rglob("*") if path.is_file()]
    assert not (staged.home / "history.db").exists()
    assert not (staged.home / "watchlists").exists()
    assert not (staged.home / "undo").exists()
    assert ref.partition(":")[2] not in staged("ls").out


def test_without_a_folder_it_only_waits(staged: Rushes, play: Play) -> None:
    play.offset = 400
    done = staged("wait", "--once", play.ref("title card, take 2"), "--timeout", "60s")
    assert done.code == Exit.TASK_FAILED
    assert not (staged.home / "downloads").exists()


def test_what_has_no_meaning_is_said(rushes: Rushes) -> None:
    for argv, said in (
        (["--once", "hiap:tk-1"], "did you mean hiapi?"),
        (["--once", "hiapi"], "expected PROVIDER:ID"),
        (["--once", "hiapi:tk-1", "tk-2"], "names the one task"),
        (["--dir", "x"], "--dir is for --once"),
        (["--once", "hiapi:tk-1", "--dir", "s3://bucket/x"], "--dir takes a folder"),
    ):
        done = rushes("wait", *argv)
        assert done.code == Exit.USAGE
        assert said in done.err


def test_a_provider_of_many_gateways_that_is_not_placed_is_told_of_like_everywhere(
    rushes: Rushes,
) -> None:
    done = rushes("wait", "--once", "newapi:t-1")
    assert done.code == Exit.CONFIGURATION
    assert "[providers.newapi]" in done.err


def test_quiet_is_the_end_of_each_task_alone(staged: Rushes, play: Play) -> None:
    play.offset = 400
    staged.watch(play.ref("opening shot"), play.ref("title card, take 2"))
    done = staged("wait", "-q", "--timeout", "60s")
    assert [line.split("\t")[2] for line in done.out.splitlines()] == ["succeeded", "failed"]


def test_the_parts_of_a_list_are_all_of_it_and_none_twice(staged: Rushes, play: Play) -> None:
    play.offset = 400
    staged.watch(*map(play.ref, ("opening shot", "surf, high speed")))
    staged("wait", "--download", "--timeout", "60s")
    whole = staged("verify").out.splitlines()[1:]
    parts = [staged("verify", "--subset", f"{n}/3").out.splitlines()[1:] for n in (1, 2, 3)]
    assert sorted(line for part in parts for line in part) == sorted(whole)
    for wrong in ("0/3", "4/3", "1/0", "x"):
        assert staged("verify", "--subset", wrong).code == Exit.USAGE
