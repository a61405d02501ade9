"""`rushes verify` over files that `rushes get` saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes


@pytest.fixture
def ref(staged: Rushes, play: Play) -> str:
    play.offset = 400
    ref = play.ref("opening shot")
    staged.watch(ref)
    assert staged("get", ref).code == 0
    return ref


def test_what_was_saved_is_said_to_be_so(staged: Rushes, ref: str) -> None:
    done = staged("verify")
    assert done.code == 0
    head, *rows = [line.split("\t") for line in done.out.splitlines()]
    assert head == ["REF", "N", "VERDICT", "PATH"]
    assert {(row[0], row[2]) for row in rows} == {(ref, "ok")}
    assert done.err == f"{len(rows)} of {len(rows)} files are as they were saved\n"


def test_what_is_not_as_it_was_ends_with_5_and_says_why(staged: Rushes, ref: str) -> None:
    first, *others = staged("verify", ref, "--json").json()["outputs"]
    assert first["ok"]
    Path(first["path"]).write_bytes(b"x" * first["bytes"])
    done = staged("verify", ref, "--json")
    assert done.code == 5
    bad, *rest = done.json()["outputs"]
    assert (bad["ok"], bad["fault"]) == (False, "it is plain text now")
    assert rest == others
    Path(first["path"]).unlink()
    assert "the file is gone" in staged("verify", terminal=True).out


def test_nothing_saved_is_nothing_wrong(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref("opening shot"))
    done = staged("verify")
    assert (done.code, done.err) == (0, "0 of 0 files are as they were saved\n")
    assert staged("verify", "nobody").code == 7
    assert staged("verify", stdin=b"\n").code == 0
