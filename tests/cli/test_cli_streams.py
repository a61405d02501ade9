"""Every command, whatever its streams and its locale are (reliability.md rows 65 and 67).

A sample of them as processes of their own; all of them with `RUSHES_WHOLE=1`.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sampling import sample
from waiting import PATIENCE

from rushes.tui.shell.arguments import tree

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

LINES = {
    "add": "add ttapi aa-2",
    "rm": "rm aa-1",
    "label": "label aa-1 雨",
    "tag": "tag aa-1 +雨",
    "undo": "undo",
    "store": "store check",
    "adopt": "adopt fal",
    "export": "export",
    "import": "import {exported}",
    "ls": "ls",
    "ls as JSON": "ls --json",
    "show": "show aa-1",
    "show as JSON": "show aa-1 --json",
    "stats": "stats",
    "report": "report -o -",
    "support": "support aa-1",
    "wait": "wait --timeout 0.1s",
    "get": "get --all",
    "verify": "verify",
    "doctor": "doctor",
    "parse": "parse anyfast {exported}",
    "providers": "providers",
    "provider": "provider new 雨 --from-reply {exported}",
    "watchlists": "watchlists",
    "config": "config",
    "notify": "notify --test",
    "help": "help",
    "info": "info",
    "completion": "completion bash",
    "without a name": "",
    "nonsense": "nonsense",
}
PROCESSES = sample(LINES, len(LINES) // 4)
PLAYS_FOR_SECONDS = {"demo", "watch"}
"""Commands that take longer than this is worth; both have tests of their own."""

FINE = (0, 1, 2, 3, 4, 6, 7, 124)


@pytest.fixture
def home(rushes: Rushes) -> Rushes:
    """A home with a task whose name no poor locale can write."""
    assert rushes("add", "ttapi", "aa-1", "--label", "雨 é").code == 0
    (rushes.home / "exported").write_text(rushes("export").out, encoding="utf-8")
    return rushes


def argv_of(line: str, home: Rushes) -> list[str]:
    return line.format(exported=home.home / "exported").split()


def test_no_command_is_left_out() -> None:
    named = {name.partition(" ")[0] for name in LINES} | PLAYS_FOR_SECONDS
    assert set(tree().commands) <= named


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_what_a_locale_cannot_write_is_escaped_and_pipes_get_plain_text(
    home: Rushes, line: str, encoding: str
) -> None:
    done = home(*argv_of(line, home), encoding=encoding, NO_COLOR="1", TERM="xterm-256color")
    assert done.code in FINE
    assert "internal error" not in done.err
    assert not {"\x1b", "\x9b"} & set(done.out + done.err)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", PROCESSES)
def test_without_stdin_and_terminal_and_with_nobody_reading_nothing_is_said_of_it(
    home: Rushes, name: str
) -> None:
    environ = {k: v for k, v in home.process_environ().items() if k != "TERM"}
    environ |= {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    there, here = os.pipe()
    os.close(there)
    process = subprocess.Popen(
        [sys.executable, "-m", "rushes", *argv_of(LINES[name], home)],
        env=environ, stdin=subprocess.DEVNULL, stdout=here, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(here)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode in (*FINE, 128 + signal.SIGPIPE)
    for word in (b"Traceback", b"internal error", b"Broken pipe", b"BrokenPipe", b"\x1b"):
        assert word not in err


@pytest.mark.parametrize("term", ["dumb", None, "xterm-256color"])
def test_without_a_terminal_that_can_draw_the_tasks_are_listed_once(
    home: Rushes, term: str | None, tmp_path: Path
) -> None:
    environ = {k: v for k, v in home.process_environ().items() if k != "TERM"}
    if term is not None:
        environ["TERM"] = term
    done = subprocess.run(
        [sys.executable, "-m", "rushes"], env=environ, capture_output=True, check=False,
        stdin=subprocess.DEVNULL, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0
    assert b"aa-1" in done.stdout
    assert b"\x1b" not in done.stdout + done.stderr


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
def test_only_a_closed_stdout_is_trouble_and_no_file_takes_the_place_of_any(
    rushes: Rushes, closing: str
) -> None:
    rushes.watch("ttapi", "aa-1")
    command = f'"{sys.executable}" -m rushes ls {closing}'
    done = subprocess.run(
        ["sh", "-c", command], env=rushes.process_environ(), capture_output=True, check=False
    )
    unsaid = ">&-" in closing.split()
    assert done.returncode == (70 if unsaid else 0)
    assert bool(done.stderr) is (closing == ">&-")
    assert (b"aa-1" in done.stdout) is not unsaid


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_full_disk_is_one_plain_sentence(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1")
    with Path("/dev/full").open("wb") as full:
        process = rushes.start("ls", stdout=full)
        _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 70
    assert err.splitlines() == [b"rushes: cannot write the output: No space left on device"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_poor_locale_gets_escapes_instead_of_a_crash(rushes: Rushes, encoding: str) -> None:
    rushes("add", "ttapi", "aa-1", "--label", "雨")
    rushes.environ["PYTHONIOENCODING"] = encoding
    done = rushes.run("ls")
    assert done.returncode == 0
    assert b"\\u96e8" in done.stdout


def test_nothing_but_text_goes_into_a_pipe(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1")
    rushes.environ |= {"TERM": "xterm-256color", "FORCE_COLOR": "1"}
    done = rushes.run()
    assert b"\x1b" not in done.stdout + done.stderr
