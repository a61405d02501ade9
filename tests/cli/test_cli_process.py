"""`rushes` as a process: what it loads, how it ends, and what it does to its streams."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from watch.version import VERSION

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

HEAVY = ("textual", "httpx", "rich.console", "tomli_w", "asyncio", "argparse", "sqlite3")


def ran(rushes: Rushes, *argv: str) -> subprocess.CompletedProcess[bytes]:
    process = rushes.start(*argv)
    out, err = process.communicate(timeout=20)
    return subprocess.CompletedProcess(argv, process.returncode, out, err)


@pytest.mark.parametrize(
    ("argv", "absent"),
    [
        (["--version"], HEAVY),
        (["--help"], ("textual", "httpx", "rich", "tomli_w", "asyncio", "sqlite3", "watch.desk")),
        (["ls"], ("textual", "httpx", "watch.desk", "demo")),
        (["show", "aa-1"], ("textual", "httpx", "watch.desk", "demo")),
        (["add", "ttapi", "aa-2"], ("textual", "httpx", "sqlite3", "watch.desk", "demo")),
        (["ls", "--poll"], ("textual", "demo")),
    ],
)
def test_a_command_loads_no_more_than_it_needs(
    rushes: Rushes, argv: list[str], absent: tuple[str, ...]
) -> None:
    rushes.watch("ttapi", "aa-1")
    code = (
        "import sys, atexit\n"
        f"sys.argv[1:] = {argv!r}\n"
        "atexit.register(lambda: print('LOADED', *sys.modules, file=sys.stderr))\n"
        "from tui.entry import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=rushes.process_environ(), capture_output=True, text=True,
        check=True, stdin=subprocess.DEVNULL, timeout=20,
    )  # fmt: skip
    loaded = done.stderr.partition("LOADED ")[2].split()
    assert "tui.entry" in loaded
    assert [name for name in absent if name in loaded] == []


def test_the_version_is_one_line(rushes: Rushes) -> None:
    done = ran(rushes, "--version")
    assert (done.returncode, done.stdout) == (0, f"rushes {VERSION}\n".encode())


def test_whoever_reads_the_beginning_only_hears_no_complaint(rushes: Rushes) -> None:
    rushes.watch("ttapi", *(f"task-{n:05}-{'x' * 60}" for n in range(2000)))
    with rushes.start("ls") as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline().startswith(b"REF\t")
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 128 + signal.SIGPIPE


@pytest.mark.parametrize("closing", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_trouble_and_no_file_takes_their_place(
    rushes: Rushes, closing: str
) -> None:
    rushes.watch("ttapi", "aa-1")
    command = f'"{sys.executable}" -m tui.entry ls {closing}'
    done = subprocess.run(
        ["sh", "-c", command], env=rushes.process_environ(), capture_output=True, check=False
    )
    assert done.returncode == 0
    assert done.stderr == b""
    assert (b"aa-1" in done.stdout) is (">&- 2" not in closing and closing != ">&-")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_plain_sentence(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1")
    with Path("/dev/full").open("wb") as full:
        process = rushes.start("ls", stdout=full)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 70
    assert err.splitlines() == [b"rushes: cannot write the output: No space left on device"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_poor_locale_gets_escapes_instead_of_a_crash(rushes: Rushes, encoding: str) -> None:
    rushes("add", "ttapi", "aa-1", "--label", "雨")
    rushes.environ["PYTHONIOENCODING"] = encoding
    done = ran(rushes, "ls")
    assert done.returncode == 0
    assert b"\\u96e8" in done.stdout


def test_nothing_but_text_goes_into_a_pipe(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1")
    rushes.environ |= {"TERM": "xterm-256color", "FORCE_COLOR": "1"}
    done = ran(rushes)
    assert b"\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
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
    _, err = process.communicate(timeout=20)
    assert process.returncode == 128 + number
    assert time.monotonic() - began < 2
    assert err == b""
    # What it had heard until then is remembered.
    assert staged("ls", "--json").json()["tasks"][0]["status"] == "running"


def test_a_name_server_that_hangs_cannot_keep_the_process(rushes: Rushes) -> None:
    rushes.configure('[providers.hiapi]\nbase_url = "https://gateway.invalid"\n')
    rushes.environ["HIAPI_API_KEY"] = "k"
    rushes.watch("hiapi", "aa-1")
    code = (
        "import socket, sys, time\n"
        "socket.getaddrinfo = lambda *a, **k: time.sleep(30)\n"
        "from tui.process import run\n"
        "run(['wait', '--timeout', '0.5s'])\n"
    )
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code], env=rushes.process_environ(), check=False, timeout=20,
        capture_output=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == 124
    assert time.monotonic() - began < 6


def test_a_fault_of_ours_is_told_without_what_the_variables_held(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "sk-do-not-show-me"

    def broken(*_: object) -> None:
        key = secret
        raise ZeroDivisionError(f"at https://cdn.example/v.mp4?sig=s and {len(key)}")

    monkeypatch.setattr("tui.plain.info.run", broken)
    done = rushes("info")
    assert done.code == 70
    assert "ZeroDivisionError" in done.err
    assert "test_cli_process.py" in done.err
    assert secret not in done.err
    assert "sig=s" not in done.err


def test_the_demo_without_a_terminal_plays_prints_and_leaves_nothing(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tui.plain.demo.PLAYED_FOR", 1.5)
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
    process.communicate(timeout=20)
    assert process.returncode == 128 + signal.SIGTERM
    assert b'"base_urls"' in line
    assert b"hiapi:tk-hiapi-" in line


def test_the_demo_on_a_terminal_ends_on_a_signal_and_leaves_neither_screen_nor_home(
    rushes: Rushes, tmp_path: Path
) -> None:
    (tmp_path / "temp").mkdir()
    rushes.environ |= {"TERM": "xterm-256color", "TMPDIR": str(tmp_path / "temp")}
    pid, terminal = pty.fork()
    if pid == 0:
        argv = [sys.executable, "-m", "tui.entry", "demo"]
        os.execvpe(sys.executable, argv, rushes.process_environ())  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 32, 120, 0, 0))
    written = _read_until(terminal, b"harbour, dusk")
    assert len(list((tmp_path / "temp").iterdir())) == 1
    os.kill(pid, signal.SIGTERM)
    written += _read_until(terminal, None)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 128 + signal.SIGTERM
    os.close(terminal)
    assert written.rfind(b"\x1b[?1049l") > written.rfind(b"\x1b[?1049h")
    assert list((tmp_path / "temp").iterdir()) == []


def test_a_closed_terminal_ends_even_a_process_that_hangs_on_it(rushes: Rushes) -> None:
    code = (
        "import signal, time\n"
        "from tui.plain.hangup import leave_with\n"
        "signal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "leave_with(0)\n"
        "print('ready', flush=True)\n"
        "time.sleep(60)\n"
    )
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(sys.executable, [sys.executable, "-c", code], rushes.process_environ())  # noqa: S606
    assert b"ready" in _read_until(terminal, b"ready")
    assert os.waitpid(pid, os.WNOHANG) == (0, 0)
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 128 + signal.SIGHUP


def _read_until(terminal: int, mark: bytes | None) -> bytes:
    """What is written there until `mark` comes, or for None until it is closed."""
    written = b""
    until = time.monotonic() + 20
    while time.monotonic() < until and (mark is None or mark not in written):
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            written += os.read(terminal, 65536)
        except OSError:
            return written
    return written


def test_files_are_nobody_elses_business_whatever_the_umask(staged: Rushes, play: Play) -> None:
    play.offset = 400
    staged.watch(play.ref("opening shot"))
    before = os.umask(0)
    try:
        process = staged.start("get", "--all")
        process.communicate(timeout=20)
    finally:
        os.umask(before)
    made = [path for path in staged.home.rglob("*") if path.name != "config.toml"]
    assert len(made) > 5
    loose = [path for path in made if path.stat().st_mode & 0o077]
    assert loose == []
