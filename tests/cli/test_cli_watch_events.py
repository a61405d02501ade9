"""Commands for events, lines of JSON and notices, as `rushes watch` has them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from waiting import PATIENCE

from rushes.tui.command.event_json import LINES, SUMMARY
from rushes.watch.event_kinds import EventKind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Play, Rushes

DONE = "opening shot"
FAILED = "title card, take 2"
OVER = 400
IDLE = ("watch", "--until-idle", "--auto")


def settings(rushes: Rushes, more: str) -> None:
    """What config.toml says from now on beside where the gateway is."""
    path = rushes.home / "config.toml"
    before = rushes.home / "before.toml"
    if not before.exists():
        before.write_text(path.read_text())
    path.write_text(f"{more}\n{before.read_text()}")
    rushes.environ["RUSHES_TRUST_HOME"] = "1"
    rushes.environ["PATH"] = "/usr/bin:/bin"


def noting(name: str, log: Path) -> str:
    """A command that writes down its event, and how many of a service's variables it has."""
    count = 'env | grep -cE "^(NOTIFY|WATCHDOG)_"'
    text = f'echo "{name} $RUSHES_EVENT $RUSHES_REF $({count})" >> "$0"'
    return json.dumps(["sh", "-c", text, str(log)])


def test_the_commands_of_what_happened_are_run_before_it_ends_by_itself(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    play.offset = OVER
    log = tmp_path / "noted"
    command = noting("ran", log)
    settings(staged, f"[on]\nsaved = {command}\nfailed = {command}\ngone = ['no-such-program']\n")
    staged.watch(play.ref(DONE), play.ref(FAILED), play.ref("animatic, first pass"))
    staged.environ["NOTIFY_SOCKET"] = str(tmp_path / "nobody")
    staged.environ["WATCHDOG_USEC"] = "20000000"
    done = staged(*IDLE, "all")
    noted = [line.split() for line in log.read_text().splitlines()]
    events = [(event, ref) for _, event, ref, _ in noted]
    assert events.count(("failed", play.ref(FAILED))) == 1
    assert {event for event, _ in events} == {"failed", "saved"}
    assert {number for *_, number in noted} == {"0"}
    assert done.err.count("on gone: no-such-program was not found") == 1
    staged(*IDLE, "all")
    assert len(log.read_text().splitlines()) == len(noted), "one was run again"


def test_lines_of_json_are_those_of_wait_and_end_in_a_sum(staged: Rushes, play: Play) -> None:
    play.offset = OVER
    staged.watch(play.ref(DONE), play.ref(FAILED))
    told = [json.loads(line) for line in staged(*IDLE, "all", "--ndjson").out.splitlines()]
    assert {line["version"] for line in told} == {1}
    assert told[-1]["event"] == "summary"
    assert list(told[-1]) == [field.name for field in SUMMARY]
    for line in told[:-1]:
        assert list(line) == list(LINES[EventKind(line["event"])])
    names = [line["event"] for line in told]
    assert names.count("transition") == 2
    assert {"succeeded", "failed", "saved", "idle"} <= set(names)
    assert told[-1]["exit"] == 1


def test_a_hang_up_takes_commands_and_notices_over(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    play.offset = OVER
    log, shown = tmp_path / "noted", tmp_path / "shown"
    notify = '[notify]\nmethod = "desktop"\ndigest = "1s"\non = ["failed", "succeeded"]\n'
    settings(staged, f"[on]\nfailed = {noting('first', log)}\n{notify}")
    staged.watch(play.ref(FAILED))
    with subprocess.Popen(
        [sys.executable, "-m", "rushes", "watch", "--ndjson"],
        env=staged.process_environ() | _with_desktop(tmp_path, shown),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            _until(process, '"failed"')
            settings(staged, f"[on]\nsucceeded = {noting('second', log)}\n{notify}")
            process.send_signal(signal.SIGHUP)
            staged.watch(play.ref(DONE))
            _until(process, '"succeeded"')
            last = time.monotonic() + PATIENCE
            while not (shown.exists() and "succeeded: " in shown.read_text()):
                assert time.monotonic() < last
                time.sleep(0.02)
            process.send_signal(signal.SIGTERM)
            _, err = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert (process.returncode, err) == (0, "")
    staged("wait")  # runs what was left to the next one
    told = [line.split()[:3] for line in log.read_text().splitlines()]
    assert told == [["first", "failed", play.ref(FAILED)], ["second", "succeeded", play.ref(DONE)]]
    said = shown.read_text()
    assert (said.count("failed: "), said.count("succeeded: ")) == (1, 1)


def _with_desktop(folder: Path, shown: Path) -> dict[str, str]:
    """The variables of a desktop's session whose tool writes down what it is to show."""
    (folder / "bin").mkdir()
    tool = folder / "bin" / "notify-send"
    tool.write_text(f'#!/bin/sh\nshift 2\necho "$@" >> "{shown}"\n')
    tool.chmod(0o755)
    path = f"{tool.parent}:/usr/bin:/bin"
    return {"PATH": path, "DISPLAY": ":0", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/nowhere"}


def _until(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdout is not None
    while word not in process.stdout.readline():
        assert process.poll() is None
