"""Refs that come in through a pipe: `rushes add … | rushes wait`, and all that stdin can be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

DONE = "opening shot"
FAILED = "title card, take 2"


@pytest.fixture(autouse=True)
def _over(play: Play) -> None:
    play.offset = 400


@pytest.fixture
def both(staged: Rushes, play: Play) -> Rushes:
    """A home that watches a task that succeeds and one that fails."""
    staged.watch(play.ref(DONE), play.ref(FAILED))
    return staged


def piped(rushes: Rushes, line: str) -> subprocess.CompletedProcess[str]:
    """A line of shell in which `rushes` is ours."""
    script = f'rushes() {{ "{sys.executable}" -m rushes "$@"; }}\n{line}'
    return subprocess.run(
        ["sh", "-c", script], env=rushes.process_environ(), capture_output=True, text=True,
        check=False, timeout=2 * PATIENCE,
    )  # fmt: skip


def test_what_add_prints_is_what_wait_waits_for_and_nothing_else(both: Rushes, play: Play) -> None:
    fresh = play.ref("surf, high speed")
    done = piped(both, f"rushes add {fresh} | rushes wait --download --timeout 60s")
    assert done.returncode == 0
    assert done.stdout.split("\t")[1:3] == [fresh, "succeeded"]
    assert len(done.stdout.splitlines()) == 1
    assert "saved " in done.stderr


@pytest.mark.parametrize("command", ["wait --download --timeout 60s", "get"])
def test_a_task_that_is_added_after_the_reader_began_is_known_to_it(
    staged: Rushes, play: Play, command: str
) -> None:
    done = piped(staged, f"(sleep 1; rushes add {play.ref(DONE)}) | rushes {command}")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("saved tk-") == 4


def test_where_add_fails_nothing_is_waited_for(both: Rushes, play: Play) -> None:
    done = piped(both, "rushes add nonsense | rushes wait --timeout 60s")
    assert (done.returncode, done.stdout) == (2, "")
    assert "stdin names no task; for every task: rushes wait </dev/null" in done.stderr
    assert play.asked == []


@pytest.mark.parametrize("stdin", ["</dev/null", "<&-"])
def test_without_a_pipe_every_task_is_waited_for(both: Rushes, stdin: str) -> None:
    done = piped(both, f"rushes wait --timeout 60s {stdin}")
    assert (done.returncode, len(done.stdout.splitlines())) == (1, 2)


def test_refs_that_are_named_leave_stdin_to_the_loop_around_them(both: Rushes) -> None:
    line = "rushes ls | tail -n +2 | cut -f1 | while read ref; "
    done = piped(both, line + 'do rushes wait "$ref" --timeout 60s; done')
    assert len(done.stdout.splitlines()) == 2


def test_a_file_on_stdin_is_as_good_as_a_pipe(both: Rushes, play: Play, tmp_path: Path) -> None:
    (tmp_path / "refs").write_text(f"{play.ref(DONE)}\n")
    for command in ("wait --timeout 60s", "get"):
        done = piped(both, f"rushes {command} <{tmp_path / 'refs'}")
        assert done.returncode == 0
        assert play.ref(FAILED) not in done.stdout


@pytest.mark.parametrize(
    ("argv", "otherwise"),
    [(["wait"], "rushes wait </dev/null"), (["get"], "rushes get --all"), (["rm"], "no task")],
)
def test_an_empty_pipe_is_never_every_task(
    both: Rushes, tmp_path: Path, argv: list[str], otherwise: str
) -> None:
    (tmp_path / "nothing").touch()
    done = piped(both, f"rushes {' '.join(argv)} <{tmp_path / 'nothing'}")
    assert (done.returncode, done.stdout) == (2, "")
    assert otherwise in done.stderr
    assert len(both("ls").out.splitlines()) == 3


@pytest.mark.parametrize("argv", [["rm"], ["get"], ["add"]])
def test_the_null_device_names_nothing(both: Rushes, argv: list[str]) -> None:
    done = piped(both, f"rushes {' '.join(argv)} </dev/null")
    assert done.returncode == 2
    assert "or - to read" in done.stderr


def test_an_idle_pipe_is_spoken_of_and_counts_against_the_time(both: Rushes, play: Play) -> None:
    reading, writing = os.pipe()
    try:
        process = subprocess.run(
            [sys.executable, "-c", "from rushes.tui.shell import files; files.PATIENCE = 0.1\n"
             "from rushes.tui.shell.process import run; run(['wait', '--timeout', '0.5s'])"],
            env=both.process_environ(), stdin=reading, capture_output=True, text=True,
            check=False, timeout=PATIENCE,
        )  # fmt: skip
    finally:
        os.close(reading)
        os.close(writing)
    assert process.returncode == 124
    assert process.stderr.splitlines() == [
        "reading refs from stdin; for every task: rushes wait </dev/null",
        "rushes: timed out after 0.5s: still no end of stdin",
    ]
    assert play.asked == []


def test_an_interrupt_ends_the_reading_of_an_idle_pipe(both: Rushes) -> None:
    reading, writing = os.pipe()
    code = (
        "from rushes.tui.shell import files\n"
        "files.PATIENCE = 0.1\n"
        "from rushes.tui.shell.process import run\n"
        "run(['wait'])\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], env=both.process_environ(), stdin=reading,
        stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(reading)
    assert process.stderr is not None
    assert b"reading refs from stdin" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=PATIENCE)[1] == b""
    os.close(writing)
    assert process.returncode == 130
