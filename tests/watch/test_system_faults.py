"""What the machine lacks or reports is said as that (P11)."""

from __future__ import annotations

import errno
import io
import os
import ssl
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from download_rig import DownloadRig, saved
from waiting import PATIENCE, until

from rushes.providers.model import ProblemKind
from rushes.tui.screen.internal_errors import internal
from rushes.tui.shell.cli import main
from rushes.tui.shell.internal_error_text import told
from rushes.watch.asset import Halt, OutputState
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.folders import name_free, open_folder
from rushes.watch.disk.locks import held
from rushes.watch.disk.paths import Paths, private_dir
from rushes.watch.disk.system_fault import system_fault
from rushes.watch.disk.tomlfile import read_text
from rushes.watch.downloads.active import ActiveTransfer
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.retrieval import Retrieval
from rushes.watch.history.plain_words import plain_words
from rushes.watch.network.unreachable import in_words
from rushes.watch.polling.session import fault_of_ours
from rushes.watch.reasons import Cause
from rushes.watch.transfer.transfer import Transfer

NO_THREAD = "can't start new thread"


def failing(error: BaseException) -> Callable[..., Any]:
    def fail(*_: object, **__: object) -> Any:
        raise error

    return fail


def disk_error() -> OSError:
    return OSError(errno.EIO, "Input/output error")


class Unclosable:
    """`os.close` that closes, and reports an error of the disk as file servers do."""

    def __init__(self) -> None:
        self._close = os.close

    def __call__(self, descriptor: int) -> None:
        self._close(descriptor)
        raise disk_error()


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "no memory is left"),
        (RuntimeError(NO_THREAD), "the system starts no more threads"),
        (OSError(errno.EMFILE, "x"), "too many open files: raise ulimit -n"),
        (disk_error(), "the disk reports an error"),
        (RuntimeError("dictionary changed size during iteration"), None),
        (KeyError("a"), None),
    ],
)
def test_an_error_of_the_machine_is_told_from_one_of_ours(
    error: Exception, words: str | None
) -> None:
    assert system_fault(error) == words


def test_a_history_that_memory_lacks_for_is_not_left_without_words() -> None:
    assert plain_words(MemoryError()) == "no memory is left"


def test_an_error_of_tls_that_python_raises_itself_has_no_reason_and_is_told_all_the_same() -> None:
    assert in_words(ssl.SSLZeroReturnError(6, "closed"), "a.example") == (
        "TLS failed: no reason given"
    )


def test_the_dashboard_says_so_in_the_same_words() -> None:
    assert internal(MemoryError()) == "no memory is left"
    assert told(RuntimeError(NO_THREAD)) == ["rushes: the system starts no more threads"]
    assert internal(KeyError("a")) == "internal error (KeyError)"


def test_a_folder_that_cannot_even_be_looked_for_is_one_that_cannot_be_saved_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "stat", failing(disk_error()))
    with pytest.raises(SaveFailed, match="the disk reports an error"):
        private_dir(tmp_path / "home")


def test_what_was_read_or_locked_is_not_undone_by_an_error_of_closing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.toml"
    path.write_text("a = 1\n")
    monkeypatch.setattr(os, "close", Unclosable())
    read = read_text(path, 100)
    assert read is not None
    assert read.text == "a = 1\n"
    with held(tmp_path / "lock", 1.0):
        pass


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (OSError(errno.EIO, "x", "/home/a/history.db"), 3, "history.db: the disk reports an error"),
        (MemoryError(), 70, "no memory is left"),
        (RuntimeError(NO_THREAD), 70, "the system starts no more threads"),
        (KeyError("a"), 70, "internal error, KeyError"),
    ],
)
def test_a_command_that_the_machine_stops_says_so_in_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    code: int,
    words: str,
) -> None:
    monkeypatch.setattr(Paths, "find", failing(error))
    out, err = io.TextIOWrapper(io.BytesIO()), io.TextIOWrapper(io.BytesIO())
    assert main(["ls"], {"RUSHES_HOME": str(tmp_path)}, None, out, err) == code
    err.flush()
    assert isinstance(err.buffer, io.BytesIO)
    first, *others = err.buffer.getvalue().decode().splitlines()
    assert words in first
    assert bool(others) == ("internal" in words)


def test_a_poll_for_which_there_is_no_memory_is_asked_again_like_any_outage() -> None:
    assert fault_of_ours(MemoryError()).kind is ProblemKind.UNAVAILABLE
    assert fault_of_ours(MemoryError()).message == "no memory is left"
    assert fault_of_ours(KeyError()).kind is ProblemKind.MALFORMED


@pytest.mark.parametrize(
    ("error", "cause"),
    [(MemoryError(), Cause.NO_MEMORY), (RuntimeError(NO_THREAD), Cause.NO_THREAD)],
)
async def test_a_download_waits_for_memory_and_threads(
    rig: DownloadRig, monkeypatch: pytest.MonkeyPatch, error: Exception, cause: Cause
) -> None:
    monkeypatch.setattr(Transfer, "run", failing(error))
    rig.downloads.queue(rig.job())
    await until(lambda: rig.full and rig.states()[-1] is OutputState.AVAILABLE)
    fetch = rig.last()
    assert fetch is not None
    assert (fetch.halt, fetch.reasons) == (Halt.NO_ROOM, (cause,))
    assert rig.downloads.queued == 1


def test_a_link_whose_reply_was_lost_is_not_made_a_second_time_under_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def lost(*args: Any, **more: Any) -> None:
        link(*args, **more)
        raise FileExistsError(errno.EEXIST, "File exists")

    (tmp_path / "a.part").write_bytes(b"film")
    (tmp_path / "taken").write_bytes(b"another")
    with open_folder(tmp_path, ()) as folder:
        assert name_free(folder, "a.part", folder, ["taken", "free"]) == "free"
        monkeypatch.setattr(os, "link", lost)
        assert name_free(folder, "a.part", folder, ["taken", "new", "newer"]) == "new"
    assert not (tmp_path / "newer").exists()
    assert (tmp_path / "taken").read_bytes() == b"another"


class Refusing(ThreadPoolExecutor):
    """Starts no thread after the first piece of work."""

    begun = False

    def submit(self, *args: Any, **more: Any) -> Any:
        if self.begun:
            raise RuntimeError(NO_THREAD)
        self.begun = True
        return super().submit(*args, **more)


async def test_a_saved_file_is_saved_where_no_thread_can_be_had_for_its_sidecar(
    rig: DownloadRig,
) -> None:
    noted: list[Path] = []
    retrieval = Retrieval(
        destinations=Destinations(rig.folder, "{name}{ext}"),
        limits=rig.limits,
        sources=rig.source,
        elsewhere=rig.elsewhere,
        after=lambda _, done: noted.append(done.path),
        threads=Refusing(1),
    )
    fetch = await retrieval.fetch(ActiveTransfer(rig.job()), lambda _: None)
    assert noted == [saved(fetch)]


LOUD = """
import asyncio
from rushes.tui.shell.running import run

async def work():
    asyncio.get_running_loop().call_soon(lambda: 1 / 0)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return 5

raise SystemExit(run(work()))
"""


def test_what_the_event_loop_complains_of_is_not_written_on_the_screen() -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", LOUD],
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        timeout=PATIENCE,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (5, b"", b"")
