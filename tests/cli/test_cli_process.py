"""`rushes` as a process: what it loads, how it ends, and what it does to its streams."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from terminal import Terminal
from waiting import AT_ONCE, PATIENCE

from rushes.demo.faults import Fault
from rushes.watch.version import VERSION

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes


def test_the_version_is_one_line(rushes: Rushes) -> None:
    done = rushes.run("--version")
    assert (done.returncode, done.stdout) == (0, f"rushes {VERSION}\n".encode())


def test_httpx_does_not_bring_a_command_line_of_its_own(rushes: Rushes) -> None:
    done = rushes.start_code(
        "import sys; from rushes.tui.shell import process\n"
        "try: process.run(['--version'])\n"
        "finally:\n"
        "    import httpx\n"
        "    print(*(name for name, it in sys.modules.items() if it), file=sys.stderr)"
    )
    _, err = done.communicate()
    loaded = set(err.decode().split())
    assert "httpx" in loaded
    assert not {"httpx._main", "click", "rich", "pygments"} & loaded


UNSAID = "rushes: cannot write the output: "


def _ends(rushes: Rushes, line: str) -> tuple[int, str, str]:
    """How a shell's command line ends, in which `rushes` is this one: code, stdout, stderr."""
    script = f'rushes() {{ "{sys.executable}" -m rushes "$@"; }}\n{line}'
    done = subprocess.run(
        ["sh", "-c", script], env=rushes.process_environ(), capture_output=True, text=True,
        check=False, stdin=subprocess.DEVNULL, timeout=PATIENCE,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    "argv",
    [
        *("ls", "ls --json", "show aa-1", "show aa-1 --json", "watchlists", "info", ""),
        *("help exit-codes", "--help", "--version", "completion bash"),
    ],
)
def test_what_cannot_be_said_on_a_closed_stdout_is_no_success(rushes: Rushes, argv: str) -> None:
    rushes.watch("ttapi", "aa-1")
    code, _, err = _ends(rushes, f"rushes {argv} >&-")
    assert (code, err) == (70, f"{UNSAID}Bad file descriptor\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("argv", ["--help", "--version", "ls --help", "ls"])
def test_what_a_full_disk_does_not_take_is_no_success(rushes: Rushes, argv: str) -> None:
    rushes.watch("ttapi", "aa-1")
    code, _, err = _ends(rushes, f"rushes {argv} >/dev/full")
    assert (code, err) == (70, f"{UNSAID}No space left on device\n")


def test_with_a_closed_stdout_all_is_well_where_there_was_nothing_to_say(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1")
    assert _ends(rushes, "rushes label aa-1 x >&-") == (0, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    ("argv", "code", "out"),
    [
        ("add ttapi aa-2", 0, "ttapi:aa-2\n"),
        ("rm aa-1", 0, "ttapi:aa-1\n"),
        ("ls nope:", 2, ""),
        ("bogus", 2, ""),
        ("show nope", 7, ""),
        ("info >/dev/full", 70, ""),
    ],
)
def test_what_a_full_disk_does_not_take_of_stderr_changes_no_exit_code(
    rushes: Rushes, argv: str, code: int, out: str
) -> None:
    """Row 342."""
    rushes.watch("ttapi", "aa-1")
    assert _ends(rushes, f"rushes {argv} 2>/dev/full") == (code, out, "")


def test_wait_with_a_closed_stdout_ends_at_the_first_thing_it_has_to_say(
    staged: Rushes, play: Play
) -> None:
    play.offset = 50
    staged.watch(play.ref("neon alley"))
    code, _, err = _ends(staged, "rushes wait --timeout 10s >&-")
    assert code == 70
    assert err.splitlines()[-1] == f"{UNSAID}Bad file descriptor"


@pytest.mark.sampled(2)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_wait_quickly_and_by_the_book(
    staged: Rushes, play: Play, number: signal.Signals
) -> None:
    play.offset = 50
    staged.watch(play.ref("neon alley"))
    process = staged.start("wait")
    assert process.stdout is not None
    assert b"running" in process.stdout.readline()
    process.send_signal(number)
    began = time.monotonic()
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + number
    assert time.monotonic() - began < AT_ONCE
    assert err == b""
    # What it had heard until then is remembered.
    assert staged("ls", "--json").json()["tasks"][0]["status"] == "running"


def test_stopped_for_a_while_it_does_not_catch_up_on_what_it_missed(
    staged: Rushes, play: Play
) -> None:
    play.offset = 50
    staged.watch(play.ref("neon alley"))
    process = staged.start("wait")
    assert process.stdout is not None
    assert b"running" in process.stdout.readline()
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    before = len(play.asked)
    began = time.monotonic()
    process.send_signal(signal.SIGCONT)
    while len(play.asked) < before + 3:
        time.sleep(0.05)
    time.sleep(0.3)
    asked, took = len(play.asked) - before, time.monotonic() - began
    process.terminate()
    process.communicate(timeout=PATIENCE)
    # One each tenth of a second, as before; there would be fifteen more to catch up on.
    assert asked <= took / 0.1 + 2


def test_a_name_server_that_hangs_cannot_keep_the_process(rushes: Rushes) -> None:
    # Every lane of each account hangs in a thread: together more than asyncio's own pool has.
    names = ("hiapi", "ttapi", "anyfast", "gptge")
    gateway = 'base_url = "https://gateway.invalid"\n'
    rushes.configure("".join(f"[providers.{name}]\n{gateway}" for name in names))
    for name in names:
        rushes.environ[f"{name.upper()}_API_KEY"] = "a-test-key"
        rushes.watch(name, *(f"aa-{n}" for n in range(10)))
    code = (
        "import socket, sys, time\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(300)\n"
        "from rushes.tui.shell.process import run\n"
        "run(['wait', '--timeout', '0.5s'])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=rushes.process_environ(), check=False, timeout=PATIENCE,
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 124


def test_the_interpreter_does_not_end_among_the_threads_of_the_buckets_library(
    rushes: Rushes,
) -> None:
    process = rushes.start_code(
        "import atexit, obstore, sys\n"
        "atexit.register(print, 'ended at length', file=sys.stderr)\n"
        "from rushes.tui.shell.process import run\n"
        "run(['help', 'bucket'])\n"
    )
    _, err = process.communicate(timeout=PATIENCE)
    assert (process.returncode, err) == (0, b"")


def test_a_fault_of_ours_is_told_without_what_the_variables_held(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-do-not-show-me"

    def broken(*_: object) -> None:
        key = secret
        raise ZeroDivisionError(f"at https://cdn.example/v.mp4?sig=s and {len(key)}")

    monkeypatch.setattr("rushes.tui.command.info.run", broken)
    done = rushes("info")
    assert done.code == 70
    assert "ZeroDivisionError" in done.err
    assert "test_cli_process.py" in done.err
    assert secret not in done.err
    assert "sig=s" not in done.err


def test_the_demo_without_a_terminal_plays_prints_and_leaves_nothing(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("rushes.tui.command.demo.PLAYED_FOR", 4.0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "temp"))
    (tmp_path / "temp").mkdir()
    done = rushes("demo")
    assert done.code == 0
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert rows[0][0] == "REF"
    assert len(rows) > 20
    assert {"succeeded", "running"} <= {row[1] for row in rows}
    assert list((tmp_path / "temp").iterdir()) == []
    assert not rushes.home.exists()


def test_the_served_demo_says_where_it_is_in_one_line_and_ends_on_a_signal(rushes: Rushes) -> None:
    process = rushes.start("demo", "--serve")
    assert process.stdout is not None
    line = process.stdout.readline()
    process.terminate()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 128 + signal.SIGTERM
    assert b'"base_urls"' in line
    assert b"hiapi:tk-hiapi-" in line


def test_the_demo_on_a_terminal_ends_on_a_signal_and_leaves_neither_screen_nor_home(
    rushes: Rushes, tmp_path: Path
) -> None:
    (tmp_path / "temp").mkdir()
    rushes.environ |= {"TERM": "xterm-256color", "TMPDIR": str(tmp_path / "temp")}
    argv = [sys.executable, "-m", "rushes", "demo"]
    terminal = Terminal(argv, rushes.process_environ())
    terminal.until("harbour, dusk")
    assert len(list((tmp_path / "temp").iterdir())) == 1
    terminal.signal(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM
    assert terminal.left_on == []
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_closed_terminal_ends_even_a_process_that_hangs_on_it(rushes: Rushes) -> None:
    code = (
        "import signal, time\n"
        "from rushes.tui.shell.hangup import leave_with\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "leave_with(0)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    terminal = Terminal([sys.executable, "-c", code], rushes.process_environ())
    terminal.until("ready")
    assert os.waitpid(terminal.pid, os.WNOHANG) == (0, 0)
    terminal.close()
    assert terminal.exit_code() == 128 + signal.SIGHUP


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has it")
def test_neither_a_core_file_nor_another_program_gets_to_see_the_memory(
    rushes: Rushes, tmp_path: Path
) -> None:
    code = (
        "import ctypes, resource\n"
        "from rushes.tui.shell import process\n"
        "def main(*_):\n"
        "    limit, _ = resource.getrlimit(resource.RLIMIT_CORE)\n"
        "    print(limit, ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))\n"
        "    return 0\n"
        "process.main = main\n"
        "process.run([])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=rushes.process_environ(), cwd=tmp_path,
        capture_output=True, check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.stdout.split() == [b"0", b"0"]


def test_what_a_thread_dies_of_is_logged_without_a_key_and_not_shown(staged: Rushes) -> None:
    code = (
        "import os, threading\n"
        "from rushes.tui.shell import process\n"
        "from rushes.tui.shell.logfile import keep_log\n"
        "from rushes.watch.keys.find import KeySource, find_key\n"
        "from rushes.watch.disk.paths import Paths\n"
        "def die(key):\n"
        "    raise ValueError('\\x1b[2J a library says ' + repr({'TT-API-KEY': key}))\n"
        "def main(*_):\n"
        "    keep_log(Paths.find(os.environ).log)\n"
        "    find_key('ttapi', KeySource(env='TTAPI_API_KEY'), os.environ)\n"
        "    threading.Thread(target=die, args=(os.environ['TTAPI_API_KEY'],)).start()\n"
        "    return 0\n"
        "process.main = main\n"
        "process.run([])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=staged.process_environ(), capture_output=True,
        check=True, timeout=PATIENCE,
    )  # fmt: skip
    assert done.stdout + done.stderr == b""
    log = (staged.home / "rushes.log").read_text()
    assert "ValueError: ␛[2J a library says {'TT-API-KEY': '***'}" in log
    assert "in die" in log
    assert staged.environ["TTAPI_API_KEY"] not in log


def test_files_are_nobody_elses_business_whatever_the_umask(staged: Rushes, play: Play) -> None:
    play.offset = 400
    done, stuck = play.ref("opening shot"), play.ref("neon alley")
    play.gateway.fault("cdn", stuck.split(":")[1], Fault(cut=100_000, stall=600, times=None))
    before = os.umask(0)
    try:
        for line in (["add", done, stuck], ["label", done, "x"], ["add", done, "-w", "other"]):
            assert staged.run(*line).returncode == 0
        process = staged.start_code(MUCH_TO_LOG + "run(['get', '--all'])\n")
    finally:
        os.umask(before)
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and not _halfway(staged.home):
            time.sleep(0.05)
        made = {path for path in staged.home.rglob("*") if path.name != "config.toml"}
        loose = {path.name: oct(path.stat().st_mode) for path in made if path.stat().st_mode & 0o77}
    finally:
        process.kill()
        process.communicate()
    names = {path.name for path in made}
    assert {"rushes.log", "rushes.log.1", "history.db", "history.db-wal", "other.toml"} <= names
    assert {".part", ".json", ".lock", ".bak", ".mp4"} <= {path.suffix for path in made}
    assert loose == {}


MUCH_TO_LOG = """
import logging
from rushes.tui.command import desks
from rushes.tui.shell import logfile
from rushes.tui.shell.process import run

keep_log = desks.keep_log

def keep_much(path):
    keep_log(path)
    for n in range(9):
        logging.warning("a line to fill the log with, number %s", n)

logfile.LOG_LIMIT = 200
desks.keep_log = keep_much
"""


def _halfway(home: Path) -> bool:
    """Whether one file is whole, and another one stuck."""
    files = list((home / "downloads").rglob("*"))
    try:
        sizes = [path.stat().st_size for path in files if path.suffix == ".part"]
    except FileNotFoundError:  # it got its name in between
        return False
    return 100_000 in sizes and ".mp4" in {path.suffix for path in files}
