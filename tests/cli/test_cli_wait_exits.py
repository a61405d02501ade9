"""The exit code of `wait` wherever several could be given, over HTTP against the demo's gateway."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

from rushes.demo.faults import Fault
from rushes.providers.exits import Exit
from rushes.tui.shell.arguments import WAIT_EXITS, tree
from rushes.watch.downloads.runner import Downloads
from rushes.watch.transfer.part import Part

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rushes.watch.task import Ref
    from tests.cli.conftest import Play, Rushes

DONE = "opening shot"
ONE_FILM = "surf, high speed"
FAILED = "title card, take 2"
CANCELED = "alley cat"
GONE = "animatic, first pass"
EXPIRED = "last light, old cut"
RUNNING = "neon alley"
LOCKED_OUT = "fan reveal"

OVER, UNDER_WAY = 400, 60
"""Seconds after the opening: everything has played; one still runs, and one has failed."""

WITHOUT_TIME: list[tuple[list[str], list[str], Exit]] = [
    ([DONE], [], Exit.FINE),
    ([EXPIRED], [], Exit.FINE),
    ([FAILED], [], Exit.TASK_FAILED),
    ([DONE, CANCELED], [], Exit.TASK_FAILED),
    ([DONE, GONE], [], Exit.GONE),
    ([FAILED, GONE], [], Exit.GONE),
    ([DONE], ["--download"], Exit.FINE),
    ([DONE, FAILED], ["--download"], Exit.TASK_FAILED),
    ([EXPIRED], ["--download"], Exit.DOWNLOAD),
    ([EXPIRED, FAILED], ["--download"], Exit.DOWNLOAD),
    ([EXPIRED, GONE, FAILED], ["--download"], Exit.GONE),
    ([FAILED, DONE], ["--any"], Exit.TASK_FAILED),
    ([FAILED, DONE], ["--fail-fast"], Exit.TASK_FAILED),
]


@pytest.mark.parametrize(("labels", "options", "code"), WITHOUT_TIME)
def test_the_gravest_of_what_happened_is_the_exit_code(
    staged: Rushes, play: Play, labels: list[str], options: list[str], code: Exit
) -> None:
    play.offset = OVER
    staged.watch(*map(play.ref, labels))
    assert staged("wait", "--timeout", "60s", *options).code == code


@pytest.mark.parametrize(
    "others", [[], [CANCELED], [EXPIRED], [CANCELED, EXPIRED, GONE]], ids=" ".join
)
def test_a_missing_key_is_graver_than_all_of_that(
    staged: Rushes, play: Play, others: list[str]
) -> None:
    play.offset = OVER
    staged.watch(*map(play.ref, [LOCKED_OUT, *others]))
    del staged.environ["ANYFAST_API_KEY"]
    assert staged("wait", "--download", "--timeout", "60s").code == Exit.KEY


@pytest.mark.parametrize("other", [DONE, FAILED, GONE, EXPIRED])
def test_no_time_left_is_said_whatever_else_happened(
    staged: Rushes, play: Play, other: str
) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(RUNNING), play.ref(other))
    assert staged("wait", "--download", "--timeout", "0.6s").code == Exit.TIMED_OUT


def test_one_that_is_over_is_enough_for_any_and_one_that_failed_to_fail_fast(
    staged: Rushes, play: Play
) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(RUNNING), play.ref(DONE))
    assert staged("wait", "--any", "--timeout", "60s").code == Exit.FINE
    assert staged("wait", "--fail-fast", "--timeout", "0.5s").code == Exit.TIMED_OUT
    staged.watch(play.ref(FAILED))
    assert staged("wait", "--fail-fast", "--timeout", "60s").code == Exit.TASK_FAILED


def test_a_provider_that_cannot_be_reached_is_tried_again_until_the_time_is_up(
    staged: Rushes, play: Play
) -> None:
    play.gateway.fault("hiapi", None, Fault(drop=True, times=None))
    staged.watch(play.ref(DONE))
    assert staged("wait", "--timeout", "0.6s").code == Exit.TIMED_OUT


def test_a_removed_task_outweighs_a_failed_one(staged: Rushes, play: Play) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(RUNNING), play.ref(FAILED))
    with play.meanwhile((3, lambda: staged("rm", play.ref(RUNNING)))):
        done = staged("wait", "--timeout", "60s")
    assert done.code == Exit.GONE
    assert f"{play.ref(RUNNING)} is not watched any more" in done.err


def test_a_task_that_is_removed_while_its_file_is_fetched_is_said_to_be(
    staged: Rushes, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed, drop, publish = threading.Event(), Downloads.drop, Part.publish

    def noticing(downloads: Downloads, ref: Ref) -> None:
        drop(downloads, ref)
        noticed.set()

    def removed_before_its_end(
        part: Part, names: Iterable[str], media_type: str, *, measured: bool
    ) -> str:
        staged("rm", play.ref(ONE_FILM))
        assert noticed.wait(PATIENCE)
        return publish(part, names, media_type, measured=measured)

    monkeypatch.setattr("rushes.watch.desk.RELOAD_EVERY", 0.05)
    monkeypatch.setattr(Downloads, "drop", noticing)
    monkeypatch.setattr(Part, "publish", removed_before_its_end)
    play.offset = OVER
    staged.watch(play.ref(ONE_FILM))
    done = staged("wait", "--download", "--timeout", "60s")
    assert done.code == Exit.GONE
    assert f"{play.ref(ONE_FILM)} is not watched any more" in done.err


def test_an_interrupted_wait_says_130_though_a_task_has_failed(staged: Rushes, play: Play) -> None:
    play.offset = UNDER_WAY
    staged.watch(play.ref(FAILED), play.ref(RUNNING))
    process = staged.start("wait")
    assert process.stdout is not None
    lines = {process.stdout.readline().split(b"\t")[2] for _ in range(2)}
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert lines == {b"failed", b"running"}
    assert process.returncode == 130


def test_the_help_promises_these_codes_and_no_other() -> None:
    text = tree().commands["wait"].format_help()
    listed = text.partition("exit codes:\n")[2].split("\n")
    codes = [line.split()[0] for line in listed if line.strip()]
    assert codes == [*(str(int(code)) for code in WAIT_EXITS), "128+n"]
    never = set(Exit) - set(WAIT_EXITS) - {Exit.USAGE, Exit.CONFIGURATION, Exit.INTERNAL}
    assert never == {Exit.UNREACHABLE}
