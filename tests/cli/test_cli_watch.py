"""`rushes watch` over HTTP against the demo's gateway: what it prints, does, and ends with."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

from rushes.demo.faults import Fault
from rushes.providers.exits import Exit

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

DONE = "opening shot"
ONE_FILM = "surf, high speed"
RAIN = "rain on glass"
FAILED = "title card, take 2"
CANCELED = "alley cat"
GONE = "animatic, first pass"
EXPIRED = "last light, old cut"
RUNNING = "neon alley"
LOCKED_OUT = "fan reveal"

OVER, UNDER_WAY = 400, 60
"""Seconds after the opening: everything has played; one still runs, and one has failed."""

IDLE = ("watch", "--until-idle", "--auto")


def saved(rushes: Rushes) -> list[Path]:
    found = (rushes.home / "downloads").rglob("*")
    return [path for path in found if path.is_file() and ".part" not in path.name]


@pytest.mark.parametrize(
    ("labels", "auto", "code"),
    [
        ([DONE], "off", Exit.FINE),
        ([FAILED], "off", Exit.TASK_FAILED),
        ([DONE, CANCELED], "off", Exit.TASK_FAILED),
        ([FAILED, GONE], "off", Exit.GONE),
        ([DONE], "all", Exit.FINE),
        ([EXPIRED, FAILED], "off", Exit.TASK_FAILED),
    ],
)
def test_until_idle_ends_with_the_exit_code_of_wait(
    staged: Rushes, play: Play, labels: list[str], auto: str, code: Exit
) -> None:
    play.offset = OVER
    staged.watch(*map(play.ref, labels))
    assert staged(*IDLE, auto).code == code


def test_a_line_is_the_line_of_wait_and_a_saved_file_is_told_of(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    play.offset = OVER
    staged.watch(play.ref(ONE_FILM))
    done = staged(*IDLE, "all")
    (film,) = saved(staged)
    assert str(film) in done.err
    (line,) = done.out.splitlines()
    again = staged("wait").out.splitlines()
    assert [line.split("\t")] == [words.split("\t") for words in again]
    assert staged(*IDLE, "all").out == ""  # what was over before is no transition of now


def test_quiet_says_only_what_went_wrong(staged: Rushes, play: Play) -> None:
    play.offset = OVER
    staged.watch(play.ref(ONE_FILM), play.ref(FAILED))
    done = staged(*IDLE, "all", "-q")
    (line,) = done.out.splitlines()
    assert line.split("\t")[2] == "failed"
    assert done.err == ""
    assert len(saved(staged)) == 1


def test_ndjson_is_an_event_a_line(staged: Rushes, play: Play) -> None:
    play.offset = OVER
    staged.watch(play.ref(DONE), play.ref(FAILED))
    events = [json.loads(line) for line in staged(*IDLE, "off", "--ndjson").out.splitlines()]
    steps = {event["ref"]: event["status"] for event in events if event["event"] == "transition"}
    assert steps == {play.ref(DONE): "succeeded", play.ref(FAILED): "failed"}


def test_lists_are_watched_together_and_a_mistyped_one_is_refused(
    staged: Rushes, play: Play
) -> None:
    play.offset = OVER
    assert staged("-w", "trailer", "add", play.ref(DONE)).code == 0
    assert staged("-w", "teaser", "add", play.ref(FAILED), play.ref(DONE)).code == 0
    refs = {play.ref(DONE), play.ref(FAILED)}
    for words in (["-w", "trailer", "-w", "teaser"], ["--all-lists"]):
        (staged.home / "history.db").unlink(missing_ok=True)
        done = staged(*IDLE, "off", *words)
        assert {line.split("\t")[1] for line in done.out.splitlines()} == refs
    lost = staged("watch", "-w", "trailer", "-w", "tesaer")
    assert (lost.code, "did you mean teaser?" in lost.err) == (Exit.GONE, True)


def test_a_locked_account_is_told_of_once_and_is_no_reason_to_wait(
    staged: Rushes, play: Play
) -> None:
    play.offset = OVER
    staged.watch(play.ref(LOCKED_OUT), play.ref(DONE))
    del staged.environ["ANYFAST_API_KEY"]
    done = staged(*IDLE, "off")
    assert done.code == Exit.KEY
    assert done.err.count("ANYFAST_API_KEY") == 1


def test_an_account_that_is_not_configured_is_refused_or_told_of(
    staged: Rushes, play: Play
) -> None:
    staged.watch("hiapi:x")
    lists = staged.home / "watchlists" / "default.toml"
    lists.write_text(lists.read_text().replace('"hiapi"', '"studio"'))
    assert staged(*IDLE, "off").code == Exit.CONFIGURATION


def test_the_engine_is_at_work_without_the_screen(staged: Rushes, play: Play) -> None:
    play.offset = OVER
    staged.watch(play.ref(DONE))
    code = (
        "import sys; from rushes.tui.shell import process\n"
        "try: process.run(['watch', '--until-idle', '--auto', 'all'])\n"
        "except SystemExit as end: print(end.code, 'textual' in sys.modules)"
    )
    out, _ = staged.start_code(code).communicate(timeout=PATIENCE)
    assert out.decode().splitlines()[-1] == "0 False"


# -- as a service: a process without a terminal, and somebody who listens -------------------------


class Service:
    """A `watch` that runs, and what it told the service manager."""

    def __init__(self, process: subprocess.Popen[str], inbox: socket.socket) -> None:
        self.process = process
        self._inbox = inbox
        self.heard: list[str] = []

    def hears(self, word: str) -> str:
        """The next datagram that begins so."""
        while True:
            said = self._inbox.recv(4096).decode()
            self.heard.append(said)
            if said.startswith(word):
                return said

    def line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def end(self, number: signal.Signals) -> tuple[int, str]:
        """Its exit code after a signal, and what it wrote on stderr."""
        self.process.send_signal(number)
        _, err = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, err


@contextmanager
def serving(rushes: Rushes, *words: str, **environ: str) -> Generator[Service]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.bind(str(rushes.home / "notify"))
        inbox.settimeout(PATIENCE)
        environ["NOTIFY_SOCKET"] = str(rushes.home / "notify")
        process = subprocess.Popen(
            [sys.executable, "-m", "rushes", "watch", *words],
            env=rushes.process_environ() | environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            yield Service(process, inbox)
        finally:
            process.kill()
            process.communicate()
            (rushes.home / "notify").unlink()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_that_it_is_ready_how_it_goes_and_that_it_ends(
    staged: Rushes, play: Play, number: signal.Signals
) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(RUNNING))
    with serving(staged, "--ndjson", WATCHDOG_USEC="400000") as service:
        service.hears("READY=1")
        assert json.loads(service.line())["status"] == "running"
        service.hears("STATUS=1 running")
        service.hears("WATCHDOG=1")
        assert service.end(number) == (0, "")
        service.hears("STOPPING=1")


def test_what_is_to_end_by_itself_was_interrupted_by_a_signal(staged: Rushes, play: Play) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(RUNNING))
    with serving(staged, "--until-idle") as service:
        service.hears("READY=1")
        assert service.end(signal.SIGINT)[0] == 130


def test_a_hang_up_takes_new_settings_over_and_loses_no_transfer(
    staged: Rushes, play: Play
) -> None:
    play.offset = OVER
    ref, other = play.ref(RAIN), play.ref(ONE_FILM)
    staged.watch(ref)
    began, go_on = threading.Event(), 2.0
    play.gateway.fault("cdn", None, Fault(cut=1000, stall=go_on))
    with serving(staged, "--auto", "all") as service:
        service.hears("READY=1")
        assert ref in service.line()
        while not any(path.endswith(".mp4") for path in play.asked):
            assert service.process.poll() is None
            began.wait(0.01)
        config = (staged.home / "config.toml").read_text()
        (staged.home / "config.toml").write_text(
            f'{config}\n[download]\ntemplate = "new/{{name}}-{{n}}{{ext}}"\n'
        )
        service.process.send_signal(signal.SIGHUP)
        service.hears("RELOADING=1")
        service.hears("READY=1")
        staged.watch(other)
        assert other in service.line()
        (staged.home / "config.toml").write_text("glyphs = 1")
        service.process.send_signal(signal.SIGHUP)
        service.hears("READY=1")
        while len(saved(staged)) < 2:
            assert service.process.poll() is None
            began.wait(0.01)
        code, err = service.end(signal.SIGTERM)
    assert code == 0
    assert "glyphs: expected" in err
    assert {path.parent.name for path in saved(staged)} == {ref.partition(":")[2], "new"}
    assert sum(path.endswith(".mp4") for path in play.asked) == 2  # cut, gone on with, not anew


def test_a_terminal_that_is_closed_ends_it(staged: Rushes, play: Play) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(RUNNING))
    controller, terminal = os.openpty()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", "rushes", "watch"],
            env=staged.process_environ(),
            stdin=subprocess.DEVNULL,
            stdout=terminal,
            stderr=terminal,
            start_new_session=True,
        )
        os.close(terminal)
        while b"running" not in os.read(controller, 4096):
            pass
        process.send_signal(signal.SIGHUP)
        assert process.wait(PATIENCE) == 128 + signal.SIGHUP
    finally:
        os.close(controller)


def test_plain_says_what_there_is_and_then_a_line_for_each_change(
    staged: Rushes, play: Play
) -> None:
    play.offset = OVER
    for label in (DONE, FAILED):
        staged("add", play.ref(label), "--label", label)
    process = subprocess.Popen(
        [sys.executable, "-m", "rushes", "--plain"],
        env=staged.process_environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    assert (process.returncode, errors) == (128 + signal.SIGINT, "")
    lines = [line.strip().partition(" ")[2] for line in (*said, *rest.splitlines())]
    assert lines[0] == "default: 2 tasks, 2 waiting"
    assert f"{DONE}: succeeded, 4 files" in lines[1:]
    assert any(line.startswith(f"{FAILED}: failed, text rendering") for line in lines[1:])


def test_plain_is_the_dashboard_in_lines_and_goes_with_no_command(staged: Rushes) -> None:
    done = staged("--plain", "ls")
    assert done.code == Exit.USAGE
    assert "leave it or ls out" in done.err
