"""Commands for events and lines of JSON, as `wait`, `get` and the next process have them."""

from __future__ import annotations

import json
import signal
import sqlite3
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from waiting import PATIENCE

from rushes.tui.command.event_json import LINES, SUMMARY
from rushes.watch.event_kinds import EventKind

if TYPE_CHECKING:
    from pathlib import Path
    from subprocess import Popen

    from tests.cli.conftest import Play, Result, Rushes

DONE = "opening shot"
FAILED = "title card, take 2"


@pytest.fixture(autouse=True)
def _over(play: Play) -> None:
    play.offset = 400


def on(rushes: Rushes, **commands: list[str]) -> None:
    """Add commands to config.toml."""
    lines = [f"{name} = {json.dumps(argv)}" for name, argv in commands.items()]
    path = rushes.home / "config.toml"
    path.write_text("\n".join(["[on]", *lines, path.read_text()]))
    rushes.environ["RUSHES_TRUST_HOME"] = "1"
    rushes.environ["PATH"] = "/usr/bin:/bin"


def noting(folder: Path, more: str = "") -> tuple[list[str], Path]:
    """A command that writes down its variables, and where."""
    log = folder / "noted"
    text = f'env | grep ^RUSHES_EVENT= >> "$0"; env | grep -c API_KEY >> "$0"; {more}'
    return ["sh", "-c", text, str(log)], log


def lines(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def by_name(done: Result) -> dict[str, dict[str, Any]]:
    return {line["event"]: line for line in lines(done)}


def test_wait_runs_the_commands_of_what_happened_before_it_ends(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    command, log = noting(tmp_path)
    on(staged, succeeded=command, saved=command, idle=command, failed=["no-such-program"])
    staged.watch(play.ref(DONE), play.ref(FAILED))
    done = staged("wait", "--download", "--timeout", "60s")
    assert done.code == 1
    assert "on failed: no-such-program was not found" in done.err
    noted = log.read_text().split()
    assert sorted(noted[::2])[:2] == ["RUSHES_EVENT=idle", "RUSHES_EVENT=saved"]
    assert "RUSHES_EVENT=succeeded" in noted
    assert set(noted[1::2]) == {"0"}, "a key reached it"
    assert staged("wait", "--download", "--timeout", "60s").err.count("no-such-program") == 0
    assert log.read_text().split() == noted, "it was run again"


def test_a_file_is_handed_over_by_its_path(staged: Rushes, play: Play, tmp_path: Path) -> None:
    target = tmp_path / "copy"
    on(staged, saved=["cp", "{path}", str(target)])
    staged.watch(play.ref(DONE))
    done = staged("get", play.ref(DONE))
    assert done.code == 0
    assert target.read_bytes() in [
        path.read_bytes() for path in (staged.home / "downloads").rglob("*") if path.is_file()
    ]


def test_get_prints_lines_of_json_and_last_what_they_add_up_to(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE))
    done = staged("get", "--ndjson", play.ref(DONE))
    told = lines(done)
    assert {line["version"] for line in told} == {1}
    saved = [line for line in told if line["event"] == "saved"]
    assert saved
    assert list(saved[0]) == list(LINES[EventKind.SAVED])
    assert saved[0]["ref"] == play.ref(DONE)
    assert told[-1]["event"] == "summary"
    assert list(told[-1]) == [field.name for field in SUMMARY]
    assert (told[-1]["saved"], told[-1]["exit"], told[-1]["succeeded"]) == (len(saved), 0, 1)
    assert told[-1]["bytes"] == sum(line["bytes"] for line in saved)


@pytest.mark.parametrize("other", ["--json", "--dry-run"])
def test_get_prints_lines_or_something_else(staged: Rushes, other: str) -> None:
    done = staged("get", "--all", "--ndjson", other)
    assert done.code == 2
    assert [line["error"]["code"] for line in lines(done)] == ["usage"]


def test_what_is_linked_is_a_line_too_and_quiet_is_for_stderr(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    staged.watch(play.ref(DONE))
    staged("get", play.ref(DONE))
    done = staged("get", "--ndjson", "-q", "--dir", str(tmp_path / "there"), play.ref(DONE))
    told = by_name(done)
    assert list(told) == ["saved", "summary"]
    assert told["saved"]["path"].startswith(str(tmp_path / "there"))
    assert (told["summary"]["saved"], done.err) == (len(lines(done)) - 1, "")


def test_a_failure_that_is_passed_over_is_no_line_but_the_sum_is(
    staged: Rushes, play: Play
) -> None:
    staged.watch(play.ref(FAILED))
    staged("get", "--all")
    told = by_name(staged("get", "--all", "--ndjson"))
    assert list(told) == ["summary"]
    assert (told["summary"]["failed"], told["summary"]["exit"]) == (1, 0)


def test_wait_says_why_a_task_failed_and_that_it_was_the_last(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(FAILED))
    told = by_name(staged("wait", "--ndjson"))
    assert list(told) == ["transition", "failed", "idle", "summary"]
    assert told["transition"]["error"] == told["failed"]["error"]
    assert told["failed"]["error"]["message"]
    assert (told["summary"]["failed"], told["summary"]["exit"]) == (1, 1)


def test_a_problem_is_a_line_too(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE))
    done = staged("wait", "--ndjson", HIAPI_API_KEY="wrong-key-31337")
    told = by_name(done)
    assert done.code == 4
    assert told["problem"]["problem"]["kind"] == "auth"
    assert (told["summary"]["open"], told["summary"]["exit"]) == (1, 4)


def test_what_another_command_heard_is_left_to_the_next_process(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    command, log = noting(tmp_path)
    on(staged, succeeded=command)
    staged.watch(play.ref(DONE))
    assert staged.run("ls", "--poll").returncode == 0
    assert not log.exists()
    assert "1 queued for their commands" in staged("info").out
    assert staged.run("get", play.ref(DONE)).returncode == 0
    assert "RUSHES_EVENT=succeeded" in log.read_text()


def until(log: Path, word: str) -> None:
    last = time.monotonic() + PATIENCE
    while not log.exists() or word not in log.read_text():
        assert time.monotonic() < last
        time.sleep(0.01)


def waiting_amid_a_command(staged: Rushes, play: Play, log: Path, more: str) -> Popen[bytes]:
    command, _ = noting(log.parent, f'echo begun >> "$0"; {more}; echo ended >> "$0"')
    on(staged, succeeded=command, failed=command)
    staged.watch(play.ref(DONE), play.ref(FAILED))
    process = staged.start("wait")
    until(log, "begun")
    until_queued(staged.home / "history.db", 2)
    process.send_signal(signal.SIGINT)
    return process


def until_queued(history: Path, events: int) -> None:
    """Wait until so many events were saved, whatever became of them."""
    last = time.monotonic() + PATIENCE
    with closing(sqlite3.connect(f"file:{history}?mode=ro", uri=True)) as db:
        while db.execute("SELECT count(*) FROM event").fetchone()[0] < events:
            assert time.monotonic() < last
            time.sleep(0.02)


def test_after_an_interrupt_wait_still_runs_what_it_caused(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    log = tmp_path / "noted"
    process = waiting_amid_a_command(staged, play, log, "sleep 0.2")
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert log.read_text().split().count("ended") == 2


@pytest.mark.skipif(sys.platform != "linux", reason="tells a dead process by /proc")
def test_a_second_interrupt_cuts_the_command_off_and_leaves_the_others_queued(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    log = tmp_path / "noted"
    process = waiting_amid_a_command(staged, play, log, "sleep 30")
    time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    told = staged("info").out
    assert "1 queued for their commands" in told
    assert told.count("cut off\t") == 1
    assert "ended" not in log.read_text()


def test_config_check_names_a_program_that_is_not_there(staged: Rushes) -> None:
    on(staged, saved=["no-such-program", "{path}"])
    config = staged.home / "config.toml"
    config.write_text(config.read_text() + '\n[commands.mine]\nkey = "z"\nrun = ["nor-this"]\n')
    done = staged("config", "check")
    assert done.code == 0
    assert "[on] saved: no-such-program was not found" in done.err
    assert "[commands.mine] run: nor-this was not found" in done.err
    assert 'commands.mine.key\t["z"]' in staged("config", "show").out
    config.write_text(config.read_text().replace('"z"', '"x"'))
    done = staged("config", "check")
    assert done.code == 0
    assert "warning: commands.mine: x was the key of remove, which has none now" in done.err


def test_config_check_says_what_is_wrong_with_a_command(staged: Rushes) -> None:
    on(staged, savd=["x"], failed=["x", "{lable}"])
    done = staged("config", "check")
    assert done.code == 3
    assert "[on] savd: unknown key; did you mean saved?" in done.err
    assert "[on] failed: unknown field lable; did you mean label?" in done.err


def test_the_programs_of_events_are_among_what_a_reviewer_looks_at(
    staged: Rushes, tmp_path: Path
) -> None:
    program = tmp_path / "ingest"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    on(staged, saved=[str(program)])
    assert str(program) in staged("info", "--security").out
