"""A home that cannot be written to, or goes away (row 47): the path is named, nothing crashes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

TASK = "hiapi:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR"
DONE = "opening shot"
UNWRITTEN = "history.db cannot be written: what it says is shown, but nothing is saved"
Run = Callable[..., subprocess.CompletedProcess[str]]


def _ordinary() -> list[str]:
    """What makes a command's process heed permissions; root's otherwise does not."""
    if os.geteuid() != 0:
        return []
    setpriv = shutil.which("setpriv")
    command = [setpriv or "", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-all"]
    if setpriv is None or subprocess.run([*command, "true"], capture_output=True).returncode:
        pytest.skip("this is root, and cannot be made less")
    return command


@pytest.fixture
def run(rushes: Rushes) -> Run:
    """Run a command in a process to which permissions apply."""
    ordinary = _ordinary()

    def run(*argv: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*ordinary, sys.executable, "-m", "rushes", *argv],
            env=rushes.process_environ(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )

    return run


@pytest.fixture
def closed() -> Iterator[Callable[[Path], None]]:
    """Take the right to write from a folder and all in it, until the test is over."""
    shut: list[Path] = []

    def close(folder: Path) -> None:
        for path in [folder, *folder.rglob("*")]:
            path.chmod(0o500 if path.is_dir() else 0o400)
            shut.append(path)

    yield close
    for path in filter(Path.exists, shut):
        path.chmod(0o700)


def test_an_id_that_cannot_be_kept_is_refused_with_the_path(
    rushes: Rushes, run: Run, closed: Callable[[Path], None]
) -> None:
    rushes.home.mkdir()
    closed(rushes.home)
    done = run("add", TASK)
    assert done.returncode not in (0, 70)
    assert f"cannot save {rushes.home / 'watchlists'}: permission denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_was_kept_is_still_shown_where_nothing_can_be_written(
    rushes: Rushes, run: Run, closed: Callable[[Path], None]
) -> None:
    rushes.watch(TASK)
    assert run("ls").returncode == 0
    closed(rushes.home)
    shown = run("ls")
    assert "tk-hiapi-01HZ" in shown.stdout
    assert "Traceback" not in shown.stderr
    assert run("rm", TASK).returncode != 0
    assert TASK.partition(":")[2] in (rushes.home / "watchlists" / "default.toml").read_text()


def test_a_history_that_cannot_be_written_is_read_and_named(
    staged: Rushes, play: Play, run: Run, closed: Callable[[Path], None]
) -> None:
    """Nor does the log, which cannot be written either, make a noise of its own."""
    play.offset = 400
    ref = play.ref(DONE)
    staged.watch(ref)
    assert staged("wait", ref).code == 0
    closed(staged.home)
    for command in (["wait", ref], ["ls"]):
        done = run(*command)
        assert (done.returncode, "succeeded" in done.stdout) == (0, True)
        assert done.stderr == f"warning: {UNWRITTEN}\n"


def test_a_history_that_cannot_even_be_read_is_named_and_no_task_is_shown_as_new(
    staged: Rushes, run: Run, play: Play
) -> None:
    staged.watch(play.ref(DONE))
    assert "running" in staged("ls", "--poll").out
    (staged.home / "history.db").chmod(0)
    done = run("ls")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == f"rushes: {staged.home / 'history.db'}: unable to open database file\n"


def test_tasks_are_polled_and_waited_for_where_nothing_can_be_written(
    staged: Rushes, play: Play, run: Run, closed: Callable[[Path], None]
) -> None:
    ref = play.ref(DONE)
    staged.watch(ref)
    assert "running" in staged("ls", "--poll").out
    closed(staged.home)
    play.offset = 400
    done = run("wait", ref, "--timeout", "60s")
    assert (done.returncode, "succeeded" in done.stdout) == (0, True)
    assert done.stderr == f"warning: {UNWRITTEN}\n"
    assert "running" in run("ls").stdout


def test_what_another_program_left_in_its_log_is_read_too(
    staged: Rushes, play: Play, run: Run, closed: Callable[[Path], None]
) -> None:
    ref = play.ref(DONE)
    staged.watch(ref)
    assert "running" in staged("ls", "--poll").out
    play.offset = 400
    with closing(sqlite3.connect(staged.home / "history.db")) as other:
        other.execute("SELECT count(*) FROM task").fetchone()
        assert staged("wait", ref).code == 0
        assert (staged.home / "history.db-wal").stat().st_size
        closed(staged.home)
        done = run("ls")
    assert (done.returncode, "succeeded" in done.stdout) == (0, True)


def test_a_download_folder_that_is_closed_is_named_and_the_rest_goes_on(
    staged: Rushes, play: Play, run: Run, closed: Callable[[Path], None], tmp_path: Path
) -> None:
    ref, folder = play.ref(DONE), tmp_path / "films"
    folder.mkdir()
    closed(folder)
    play.offset = 400
    staged.watch(ref)
    done = run("get", ref, "--dir", str(folder))
    assert done.returncode != 0
    assert f"cannot save in {folder}: permission denied" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_home_that_was_deleted_is_made_again(rushes: Rushes, run: Run) -> None:
    rushes.watch(TASK)
    shutil.rmtree(rushes.home)
    assert run("ls").returncode == 0
    assert run("add", TASK).returncode == 0
    assert "tk-hiapi-01HZ" in run("ls").stdout
