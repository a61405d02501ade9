"""The command that prints a key: bounded, alone, and with nothing left of it (row 87)."""

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from resource_growth import peak_growth
from waiting import PATIENCE

from rushes.watch.keys import command
from rushes.watch.keys.command import OUTPUT_LIMIT, key_printed_by
from rushes.watch.keys.known_keys import learn
from rushes.watch.keys.program import NoKey, program_of

ENVIRON = {"PATH": os.environ["PATH"]}


def shell(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script)


def why_not(*argv: str, seconds: float = PATIENCE) -> str:
    with pytest.raises(NoKey) as none:
        key_printed_by(argv, ENVIRON, seconds)
    return str(none.value)


def ends(pid: int) -> bool:
    """Whether a process is gone, or waits only for its parent to notice, within the patience."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True)
        if shown.stdout.strip()[:1] in (b"", b"Z"):
            return True
        time.sleep(0.01)
    return False


def pid_in(path: Path) -> int:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if path.exists() and (text := path.read_text()).endswith("\n"):
            return int(text)
        time.sleep(0.005)
    raise AssertionError("it was not started")


@pytest.fixture
def parent_of_two(tmp_path: Path) -> Callable[[str], tuple[str, ...]]:
    """A command that starts another program, which notes its number, and then does what is said."""
    started = shlex.quote(str(tmp_path / "started"))

    return lambda then: shell(f"sleep 7777 & echo $! >{started}; {then}")


def test_the_first_line_is_the_key() -> None:
    assert key_printed_by(shell("printf ' key-1 \\nmore\\n'; echo x >&2"), ENVIRON) == "key-1"


@pytest.mark.parametrize(
    ("argv", "why"),
    [
        (shell("echo secret-output; exit 3"), "command sh failed with exit code 3"),
        (shell("echo; echo secret-output"), "command sh printed nothing"),
        (shell("echo secret-output; kill -9 $$"), "command sh failed with exit code -9"),
        (("no-such-program", "x"), "command no-such-program was not found"),
        (("/", "x"), "command  was not found"),
        (("sh", "a\0b"), "command sh could not be started"),
    ],
)
def test_a_command_that_fails_is_named_without_its_output(argv: tuple[str, ...], why: str) -> None:
    assert why_not(*argv) == why


def test_a_file_that_is_no_program_could_not_be_started(tmp_path: Path) -> None:
    (tmp_path / "tool").write_text("#!/bin/sh\necho k\n")
    assert why_not(str(tmp_path / "tool")) == "command tool could not be started"


def test_of_several_programs_of_a_name_the_one_that_would_run_is_judged(tmp_path: Path) -> None:
    for folder, mode in (("first", 0o644), ("second", 0o755)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "tool").touch(mode)
    path = f"{tmp_path}/none:{tmp_path}/first:{tmp_path}/second"
    assert program_of(("tool",), {"PATH": path}) == tmp_path / "second" / "tool"


def test_a_flood_is_not_kept_and_ends_the_program() -> None:
    grown: list[float] = []
    with peak_growth(grown):
        why = why_not("head", "-c", "3000000000", "/dev/zero")
    assert why == "command head printed more than 64 KiB"
    assert grown[0] < 20


def test_as_much_as_the_limit_is_read() -> None:
    spaces = f"head -c {OUTPUT_LIMIT - 6} /dev/zero"
    assert key_printed_by(shell(f"echo key-1; {spaces}"), ENVIRON) == "key-1"


def test_what_takes_too_long_is_ended_with_all_that_it_started(
    tmp_path: Path, parent_of_two: Callable[[str], tuple[str, ...]]
) -> None:
    assert why_not(*parent_of_two("wait"), seconds=0.2) == "command sh took longer than 0.2 s"
    assert ends(pid_in(tmp_path / "started"))


def test_a_flood_ends_what_the_program_started_too(
    tmp_path: Path, parent_of_two: Callable[[str], tuple[str, ...]]
) -> None:
    assert why_not(*parent_of_two("cat /dev/zero")) == "command sh printed more than 64 KiB"
    assert ends(pid_in(tmp_path / "started"))


def test_who_holds_the_output_open_is_not_waited_for_and_ends(
    tmp_path: Path, parent_of_two: Callable[[str], tuple[str, ...]]
) -> None:
    assert key_printed_by(parent_of_two("echo key-1"), ENVIRON, PATIENCE) == "key-1"
    assert ends(pid_in(tmp_path / "started"))


def test_a_program_that_only_closes_its_output_has_not_ended() -> None:
    why = why_not(*shell("echo key-1; exec >&-; sleep 7777"), seconds=0.2)
    assert why == "command sh took longer than 0.2 s"


def test_our_end_is_its_end(
    tmp_path: Path,
    parent_of_two: Callable[[str], tuple[str, ...]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(command, "programs", command.Programs())
    said: list[str] = []
    asking = threading.Thread(target=lambda: said.append(why_not(*parent_of_two("wait"))))
    asking.start()
    child = pid_in(tmp_path / "started")
    command.end_commands()
    asking.join(PATIENCE)
    assert said == ["command sh failed with exit code -9"]
    assert ends(child)
    assert why_not("sh") == "command sh is not run any more"


def test_it_is_in_a_session_of_its_own_without_terminal_and_input() -> None:
    script = "import os, sys; print(os.getsid(0) == os.getpid(), sys.stdin.read() == '')"
    assert key_printed_by((sys.executable, "-c", script), ENVIRON) == "True True"


def test_it_gets_no_key_but_what_else_is_in_the_environment() -> None:
    learn("sk-of-another-account")
    environ = ENVIRON | {
        "OP_SESSION": "needed",
        "STUDIO_KEY": "sk-of-another-account",
        "STUDIO_HEADER": "Bearer sk-of-another-account",
        "TTAPI_API_KEY": "off",  # of an account that is off, so that nobody learnt it
    }
    names = key_printed_by(shell("env | cut -d= -f1 | sort | tr '\\n' ' '"), environ).split()
    assert "OP_SESSION" in names
    assert not {"STUDIO_KEY", "STUDIO_HEADER", "TTAPI_API_KEY"} & set(names)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_to_us_leaves_nothing_of_it(tmp_path: Path, number: signal.Signals) -> None:
    home, started = tmp_path / "home", tmp_path / "started"
    home.mkdir()
    script = f"sleep 7777 & echo $! >{shlex.quote(str(started))}; wait"
    (home / "config.toml").write_text(
        f"[providers.hiapi]\napi_key_command = ['sh', '-c', {script!r}]\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "rushes", "providers"],
        env=ENVIRON | {"RUSHES_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    child = pid_in(started)
    process.send_signal(number)
    assert process.wait(PATIENCE) == 128 + number
    assert ends(child)
