"""A disk that does not answer (row 81): every command ends soon, and says what is not saved."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from waiting import AT_ONCE, PATIENCE

from rushes.watch.history import lease_rows, opening, task_rows, thread

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

OVER, RUNNING = "opening shot", "neon alley"
UNSAVED = "warning: history not saved: the disk does not answer"
SHIM = Path(__file__).parents[1] / "support" / "slow_disk.c"
LONG = str(round(10 * PATIENCE))


@pytest.fixture
def hang(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[object, str], None]]:
    """Let a function of ours hang as its disk does, until the test is over: nobody waits for it."""
    answers = Event()
    waited_out: list[str] = []

    def hang(module: object, name: str) -> None:
        real = getattr(module, name)

        def hanging(*args: object, **kwargs: object) -> object:
            if not answers.wait(AT_ONCE):
                waited_out.append(name)
            return real(*args, **kwargs)

        monkeypatch.setattr(module, name, hanging)

    yield hang
    answers.set()
    assert waited_out == []


@pytest.fixture
def watched(staged: Rushes, play: Play) -> Rushes:
    """A home with a task that is over, and one that runs."""
    play.offset = 60
    staged.watch(play.ref(OVER), play.ref(RUNNING))
    assert staged("ls", "--poll").code == 0
    return staged


def warned(err: str) -> list[str]:
    return [line for line in err.splitlines() if "not saved" in line]


@pytest.mark.parametrize("command", ["wait", "get"])
def test_a_commit_that_hangs_keeps_no_command_from_its_end(
    watched: Rushes,
    play: Play,
    hang: Callable[[object, str], None],
    command: str,
) -> None:
    play.offset = 400
    hang(task_rows, "save")
    before = time.monotonic()
    done = watched(command, play.ref(OVER))
    assert time.monotonic() - before < AT_ONCE
    assert done.code == 0
    assert done.out
    assert warned(done.err) == ([] if command == "wait" else [UNSAVED])


def test_a_statement_that_never_ends_holds_up_no_time_out(
    watched: Rushes, play: Play, hang: Callable[[object, str], None]
) -> None:
    hang(task_rows, "save")
    before = time.monotonic()
    done = watched("wait", play.ref(RUNNING), "--timeout", "3s")
    assert time.monotonic() - before < AT_ONCE
    assert done.code == 124
    assert warned(done.err) == [UNSAVED]


def test_turns_are_not_waited_for_on_a_disk_that_does_not_answer(
    watched: Rushes,
    play: Play,
    hang: Callable[[object, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thread, "SILENT_AFTER", 0.1)
    play.offset = 400
    hang(lease_rows.AccountLeases, "_take")
    done = watched("wait", play.ref(RUNNING))
    assert (done.code, "succeeded" in done.out) == (0, True)
    assert warned(done.err) == [UNSAVED]


def test_a_history_that_cannot_be_made_in_time_is_done_without(
    staged: Rushes,
    play: Play,
    hang: Callable[[object, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(thread, "MADE_WITHIN", 0.1)
    play.offset = 400
    staged.watch(play.ref(OVER))
    hang(opening, "migrate")
    done = staged("wait", play.ref(OVER))
    assert (done.code, "succeeded" in done.out) == (0, True)
    assert warned(done.err) == [UNSAVED]


def test_one_that_does_not_open_ends_with_the_time_out(
    watched: Rushes,
    play: Play,
    hang: Callable[[object, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("rushes.tui.command.wait.OPEN_WITHIN", 0.1)
    hang(opening, "check")
    done = watched("wait", play.ref(RUNNING), "--timeout", "0.1s")
    assert done.code == 124
    assert done.err == "rushes: timed out after 0.1s: history.db does not open\n"


@pytest.fixture(scope="session")
def shim(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that makes syncs slow in the process that it is loaded into."""
    compiler = shutil.which("cc")
    library = tmp_path_factory.mktemp("shim") / "slow_disk.so"
    command = [compiler or "", "-shared", "-fPIC", "-o", str(library), str(SHIM), "-ldl"]
    if compiler is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("no C compiler here")
    return str(library)


def test_syncs_that_never_return_keep_no_process(watched: Rushes, play: Play, shim: str) -> None:
    watched.environ |= {"LD_PRELOAD": shim, "SLOW_FILES": "history.db-wal", "SLOW_SECONDS": LONG}
    before = time.monotonic()
    done = watched.run("wait", play.ref(RUNNING), "--timeout", "1s")
    assert time.monotonic() - before < AT_ONCE
    assert done.returncode == 124
    assert warned(done.stderr.decode()) == [UNSAVED]


def test_nor_in_a_home_where_nothing_was_polled_yet(staged: Rushes, play: Play, shim: str) -> None:
    """The history, the folder of the slots and whatever else is new are made on that disk."""
    play.offset = 60
    staged.watch(play.ref(RUNNING))
    staged.environ |= {"LD_PRELOAD": shim, "SLOW_FILES": "", "SLOW_SECONDS": LONG}
    before = time.monotonic()
    done = staged.run("wait", play.ref(RUNNING), "--timeout", "3s")
    assert time.monotonic() - before < AT_ONCE
    assert done.returncode == 124
    assert warned(done.stderr.decode()) == [UNSAVED]


def test_a_file_whose_last_sync_hangs_is_not_told_as_saved(
    watched: Rushes, play: Play, shim: str, tmp_path: Path
) -> None:
    watched.environ |= {"LD_PRELOAD": shim, "SLOW_FILES": ".part", "SLOW_SECONDS": LONG}
    films = tmp_path / "films"
    process = watched.start("get", play.ref(OVER), "--dir", str(films))
    while not any(found.suffix == ".part" and found.stat().st_size for found in films.rglob("*")):
        time.sleep(0.02)
    before = time.monotonic()
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=PATIENCE)
    assert time.monotonic() - before < AT_ONCE
    assert (process.returncode, out) == (128 + signal.SIGTERM, b"")
    assert not list(films.rglob("*.mp4"))
