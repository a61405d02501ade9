"""Waiting, getting and showing, over real HTTP against the demo's gateway."""

from __future__ import annotations

import hashlib
import json
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from rushes.demo.faults import Fault
from rushes.providers.exits import Exit
from rushes.tui.command.event_json import LINES
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref
from rushes.watch.transfer.part import open_part, part_of

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Result, Rushes

OVER = 400
"""Seconds after the opening at which every scene has played."""

DONE = "opening shot"
FAILED = "title card, take 2"
CANCELED = "alley cat"
GONE = "animatic, first pass"
RUNNING = "neon alley"


@pytest.fixture(autouse=True)
def _over(play: Play) -> None:
    play.offset = OVER


def events(done: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.out.splitlines()]


def steps(done: Result) -> list[dict[str, Any]]:
    return [event for event in events(done) if event["event"] == "transition"]


@pytest.mark.parametrize(
    ("labels", "code"),
    [
        ([DONE], 0),
        ([DONE, FAILED], 1),
        ([CANCELED], 1),
        ([FAILED, GONE], 7),
    ],
)
def test_wait_ends_with_how_the_tasks_went(
    staged: Rushes, play: Play, labels: list[str], code: int
) -> None:
    staged.watch(*(play.ref(label) for label in labels))
    done = staged("wait", "--timeout", "60s", "--ndjson")
    assert done.code == code
    told = steps(done)
    assert {event["ref"] for event in told} == {play.ref(label) for label in labels}
    assert list(told[0]) == list(LINES[EventKind.TRANSITION])
    assert [event["exit"] for event in events(done)[-1:]] == [code]


def test_wait_tells_of_what_was_over_before(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE))
    first = staged("wait").out
    asked = len(play.asked)
    assert staged("wait").out == first
    assert len(play.asked) == asked
    at, ref, status, raw, label = first.rstrip("\n").split("\t")
    assert at.endswith("Z")
    assert (ref, status, raw, label) == (play.ref(DONE), "succeeded", "success", "")


def test_wait_times_out_with_124_whatever_else_happened(staged: Rushes, play: Play) -> None:
    play.offset = 50
    staged.watch(play.ref(RUNNING), play.ref(FAILED))
    staged("ls", "--poll")
    done = staged("wait", "--timeout", "0.5s")
    assert done.code == 124
    assert "failed" in done.out
    assert "not over yet" in done.err


def test_wait_asks_only_about_what_it_waits_for(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE), play.ref(RUNNING))
    assert staged("wait", play.ref(DONE)).code == 0
    assert not any(play.ref(RUNNING).partition(":")[2] in path for path in play.asked)


def test_wait_reads_refs_from_a_pipe(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(RUNNING))
    added = staged("add", play.ref(DONE)).out
    done = staged("wait", "-", stdin=added.encode())
    assert (done.code, len(done.out.splitlines())) == (0, 1)


def test_wait_sees_a_task_through_its_transitions(staged: Rushes, play: Play) -> None:
    play.offset = 3
    staged.watch(play.ref(DONE))
    with play.meanwhile(*((2, partial(setattr, play, "offset", at)) for at in (8, 20))):
        done = staged("wait", "--ndjson", "--timeout", "60s")
    assert [event["status"] for event in steps(done)] == ["running", "finalizing", "succeeded"]
    assert done.code == 0


def test_without_a_key_wait_ends_at_once_with_4(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE), play.ref(FAILED))
    del staged.environ["HIAPI_API_KEY"]
    done = staged("wait")
    assert done.code == 4
    assert "set HIAPI_API_KEY" in done.err
    assert play.asked == []


def test_a_refused_key_ends_wait_only_once_nobody_else_is_waited_for(
    staged: Rushes, play: Play
) -> None:
    staged.watch(play.ref(DONE), play.ref(CANCELED))
    done = staged("wait", HIAPI_API_KEY="wrong-key-31337")
    assert done.code == 4
    assert "canceled" in done.out
    assert "wrong-key-31337" not in done.out + done.err


def test_a_task_removed_meanwhile_is_said_to_be(staged: Rushes, play: Play) -> None:
    play.offset = 50
    staged.watch(play.ref(RUNNING))
    with play.meanwhile((2, lambda: staged("rm", play.ref(RUNNING)))):
        done = staged("wait", "--timeout", "60s")
    assert done.code == 7
    assert "not watched any more" in done.err


def test_a_provider_that_nobody_configured_is_not_waited_for(staged: Rushes) -> None:
    path = staged.home / "watchlists" / "default.toml"
    path.parent.mkdir(parents=True)
    path.write_text('version = 1\n[[task]]\nprovider = "elsewhere"\nid = "t1"\n')
    for argv in (["wait"], ["get", "--all"]):
        done = staged(*argv)
        assert done.code == 3
        assert "elsewhere" in done.err


def test_get_saves_what_the_gateway_has_and_prints_where(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE))
    done = staged("get", play.ref(DONE))
    assert done.code == 0
    paths = [Path(line) for line in done.out.splitlines()]
    sums = {hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}
    provider, _, task_id = play.ref(DONE).partition(":")
    assert sums == {play.gateway.file_sha256[provider, task_id, n] for n in (1, 2, 3, 4)}
    assert {path.stat().st_mode & 0o777 for path in paths} == {0o600}
    outputs = staged("show", play.ref(DONE), "--json").json()["outputs"]
    assert {output["state"] for output in outputs} == {"downloaded"}
    assert {output["sha256"] for output in outputs} == sums


def test_get_fetches_once_unless_forced_and_then_overwrites_nothing(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    ref = play.ref("surf, high speed")
    staged.watch(ref)
    (path,) = staged("get", "--all").out.splitlines()
    again = staged("get", "--all")
    assert (again.code, again.out) == (0, "")
    assert again.err == "1 there already\n"
    forced = staged("get", ref, "--force", "--dir", str(tmp_path / "elsewhere"))
    assert forced.out.startswith(str(tmp_path / "elsewhere"))
    assert Path(path).exists()


def test_a_forced_get_that_brings_no_file_says_so_and_the_old_one_stays_known(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    ref = play.ref("surf, high speed")
    staged.watch(ref)
    (path,) = staged("get", "--all").out.splitlines()
    (tmp_path / "a file").touch()
    for _ in range(2):
        done = staged("get", ref, "--force", "--dir", str(tmp_path / "a file"))
        assert (done.code, done.out) == (Exit.DOWNLOAD, "")
        assert ": video 1 (not fetched anew: cannot save" in done.err
    (output,) = staged("ls", "--json").json()["tasks"][0]["outputs"]
    assert (output["state"], output["path"]) == ("downloaded", path)


def test_get_names_and_skips_what_has_nothing_to_get(staged: Rushes, play: Play) -> None:
    play.offset = 50
    staged.watch(play.ref(RUNNING), play.ref(FAILED))
    done = staged("get", "--all")
    assert (done.code, done.out) == (0, "")
    assert f"skipped {play.ref(RUNNING).partition(':')[2]}: not finished yet (running)" in done.err
    assert f"skipped {play.ref(FAILED).partition(':')[2]}: no output (failed)" in done.err


def test_an_output_that_expired_is_5(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref("last light, old cut"))
    done = staged("get", "--all")
    assert done.code == 5
    assert "expired" in done.err


def test_a_gateway_that_is_not_there_is_6(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE))
    play.gateway.fault("hiapi", None, Fault(drop=True, times=None))
    done = staged("get", play.ref(DONE))
    assert done.code == 6
    assert "connection" in done.err


def test_get_says_which_file_another_process_is_fetching(
    staged: Rushes, play: Play, tmp_path: Path
) -> None:
    ref = play.ref("surf, high speed")
    staged.watch(ref)
    with open_part(tmp_path, (), part_of(Ref(*ref.split(":", 1)), 1)):
        done = staged("get", ref, "--dir", str(tmp_path))
    assert (done.code, done.out) == (Exit.DOWNLOAD, "")
    line, summed = done.err.splitlines()
    assert summed == "1 not saved yet"
    assert line.startswith("not saved ")
    assert line.endswith("(another rushes is downloading this file)")


def test_get_wants_to_know_which(staged: Rushes) -> None:
    assert staged("get").code == 2
    assert staged("get", "x", "--all").code == 2


def test_wait_downloads_what_succeeded_before_it_ends(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE), play.ref(FAILED))
    done = staged("wait", "--download")
    assert done.code == 1
    assert done.err.count("saved ") == 4
    assert len(list((staged.home / "downloads").rglob("*.*"))) == 4


def test_ls_polls_once_when_told_to_and_exits_0_whatever_came(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE), play.ref(FAILED))
    assert "\t\t" in staged("ls").out.splitlines()[1]
    assert play.asked == []
    done = staged("ls", "--poll", "--json")
    assert done.code == 0
    statuses = [task["status"] for task in done.json()["tasks"]]
    assert statuses == ["succeeded", "failed"]
    assert len(play.asked) == 2
    assert staged("ls", "--json").json() == done.json()


def test_show_tells_everything_and_hides_the_querys_of_links(staged: Rushes, play: Play) -> None:
    ref = play.ref("chase, wide"), play.ref("storyboard, 3 panels")
    staged.watch(*ref)
    staged("ls", "--poll")
    said = staged("show", ref[1])
    assert "succeeded" in said.out
    assert "signed into the link" in said.out
    assert "left" in said.out
    assert "X-Tos-Signature" not in said.out
    assert "X-Tos-Signature" in staged("show", ref[1], "--json").out
    assert "unresolved" in staged("show", ref[0]).out


def test_raw_is_the_answer_byte_for_byte(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref("fan reveal"))
    staged("ls", "--poll")
    raw = staged("show", play.ref("fan reveal"), "--raw").out
    assert json.loads(raw)["data"]["status"] == "FAILURE"
    assert "任务未计费" in raw


def test_a_redacted_answer_keeps_its_form_and_none_of_its_owner_s_words(
    staged: Rushes, play: Play
) -> None:
    ref = play.ref("fan reveal")
    staged.watch(ref)
    staged("ls", "--poll")
    done = staged("show", ref, "--redacted")
    assert json.loads(done.out)["data"]["status"] == "FAILURE"
    assert "任务未计费" not in done.out
    assert ref.partition(":")[2] not in done.out
    assert "read it before you send it" in done.err
    assert staged("show", ref, "--redacted", "--raw").code == 2


def test_what_was_not_understood_is_counted_for_each_provider(staged: Rushes, play: Play) -> None:
    answer = b'{"code": 200, "data": {"status": "warming", "eta": 4}}'
    play.gateway.fault("hiapi", None, Fault(status=200, body=answer, times=None))
    staged.watch(play.ref(DONE), play.ref("market 3"))
    staged("ls", "--poll")
    done = staged("providers", "--json")
    found = {each["name"]: each["drift"] for each in done.json()["providers"]}
    assert found["hiapi"] == {"unmapped status warming": 2, "$.data.eta": 2}
    assert found["ttapi"] == {}
    assert "hiapi: unmapped status warming ×2" in staged("providers").err


def test_the_key_is_written_nowhere(staged: Rushes, play: Play) -> None:
    staged.watch(play.ref(DONE))
    written = staged("wait", "--download"), staged("providers", "--json"), staged("info")
    key = play.gateway.api_key
    assert not any(key in done.out + done.err for done in written)
    files = [path for path in staged.home.rglob("*") if path.is_file()]
    assert not any(key.encode() in path.read_bytes() for path in files)


def test_wait_for_any_ends_with_the_first_that_is_over(staged: Rushes, play: Play) -> None:
    play.offset = 20  # one is over, the other runs for another while
    staged.watch(play.ref(DONE), play.ref(RUNNING))
    done = staged("wait", "--any", "--timeout", "60s")
    assert done.code == 0
    assert play.ref(DONE) in done.out
    assert "no use" not in done.err


def test_wait_fails_fast_where_it_is_asked_to(staged: Rushes, play: Play) -> None:
    play.offset = 60  # one has failed, the other runs for another while
    staged.watch(play.ref(FAILED), play.ref(RUNNING))
    assert staged("wait", "--fail-fast", "--timeout", "60s").code == 1
    assert staged("wait", "--all", "--timeout", "0.5s").code == 124


def test_wait_for_any_and_for_all_is_no_wish(staged: Rushes) -> None:
    assert staged("wait", "--any", "--all").code == 2


def test_a_watchlist_from_somebody_else_sends_no_key_anywhere(staged: Rushes, play: Play) -> None:
    """Row 79: where a gateway is stands in config.toml alone."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        stranger.setblocking(False)
        theirs = f"http://127.0.0.1:{stranger.getsockname()[1]}"
        provider, _, task_id = play.ref(DONE).partition(":")
        given = staged.home / "friend.toml"
        given.write_text(
            f'version = 1\nbase_url = "{theirs}"\n[providers.{provider}]\nbase_url = "{theirs}"\n'
            f'[[task]]\nprovider = "{provider}"\nid = "{task_id}"\nbase_url = "{theirs}"\n'
            f"added = 2026-11-22T07:00:00Z\n"
        )
        done = staged("-w", str(given), "ls", "--poll", "--json")
        assert [task["status"] for task in done.json()["tasks"]] == ["succeeded"]
        with pytest.raises(BlockingIOError):
            stranger.accept()
