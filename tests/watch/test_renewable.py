"""A link that dies before its file: what is said of it, and until when it counts (row 119)."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fake_gateway import entry
from signed_links import HEX, MD5

from rushes.providers.as_json import snapshot_json
from rushes.providers.model import Basis, ExpiryClaim, Link, Output, Snapshot, Status
from rushes.tui.command.task_json import task_json
from rushes.tui.lines.counts import Counts
from rushes.tui.lines.download_words import asset_notes
from rushes.tui.lines.glyphs import UNICODE
from rushes.tui.lines.reason_words import reasons_words
from rushes.tui.lines.task_page import page
from rushes.watch.asset import Asset, OutputState
from rushes.watch.config.downloads import Auto
from rushes.watch.downloads.alerts import ExpiryAlerts
from rushes.watch.downloads.auto import AutoDownload
from rushes.watch.event_kinds import EventKind
from rushes.watch.reasons import Cause
from rushes.watch.task import Task
from rushes.watch.transfer.request import Saved
from rushes.watch.transfer.sidecar import write_sidecar

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LINK = f"https://h.example/{MD5}/{HEX}/clip.mp4"


def a_task(
    link: datetime | None = NOW + 20 * MINUTE, file: datetime | None = NOW + 120 * MINUTE
) -> Task:
    ends = ((Basis.SIGNED, link), (Basis.STATED, file))
    claims = tuple(ExpiryClaim(basis, at=at) for basis, at in ends if at is not None)
    output = Output(kind="video", where=Link(LINK), claims=claims)
    said = Snapshot(status=Status.SUCCEEDED, raw_status="success", outputs=(output,))
    return Task(entry=entry("a"), status=Status.SUCCEEDED, snapshot=said)


def asset(task: Task, now: datetime = NOW) -> Asset:
    (found,) = task.assets(now)
    return found


def test_the_earlier_end_counts_with_its_basis_and_the_link_can_be_renewed() -> None:
    found = asset(a_task())
    assert (found.expires_at, found.basis) == (NOW + 20 * MINUTE, Basis.SIGNED)
    assert asset_notes(found) == ("link renewable",)


@pytest.mark.parametrize("link", [None, NOW + 120 * MINUTE, NOW + 130 * MINUTE])
def test_a_link_that_lasts_as_long_as_its_file_needs_no_renewal(link: datetime | None) -> None:
    found = asset(a_task(link))
    assert (found.expires_at, found.basis) == (NOW + 120 * MINUTE, Basis.STATED)
    assert asset_notes(found) == ()


def said_of(task: Task) -> Iterator[str]:
    assert task.snapshot is not None
    for document in (task_json(task, NOW, ""), snapshot_json(task.snapshot)):
        outputs = document["outputs"]
        assert isinstance(outputs, list)
        assert isinstance(outputs[0], dict)
        yield str(outputs[0]["note"])


def test_json_and_details_say_so() -> None:
    assert list(said_of(a_task())) == ["link renewable"] * 2
    assert list(said_of(a_task(file=None))) == [""] * 2
    text = "\n".join("".join(p.text for p in line) for line in page(a_task(), None, NOW, UNICODE))
    assert "link renewable" in text
    assert MD5 not in text


def test_a_file_is_not_lost_before_its_own_end() -> None:
    """Its link is dead, but its task gives fresh ones: nobody may call it lost, or pass over it."""
    task, after = a_task(), NOW + 60 * MINUTE
    found = asset(task, after)
    assert (found.state, found.expires_at) == (OutputState.AVAILABLE, NOW + 20 * MINUTE)
    assert found.deadline == NOW + 120 * MINUTE
    assert asset(task, NOW + 120 * MINUTE).state is OutputState.EXPIRED
    assert asset(a_task(file=None), after).state is OutputState.EXPIRED


def test_it_is_rescued_before_either_end() -> None:
    rescue, task = AutoDownload(Auto.RESCUE, before=1800.0), a_task()
    at = [timedelta(0), 60 * MINUTE, 100 * MINUTE, 120 * MINUTE]
    assert [rescue.wants(task, NOW + then) for then in at] == [True, False, True, False]


def test_the_next_loss_is_the_links_end_and_then_the_files() -> None:
    task, counts = a_task(), Counts()
    counts.take({task.ref: task}, [task.ref], layout=True)
    losses = [counts.next_loss(NOW + n * MINUTE) for n in (0, 20, 120)]
    assert [loss and loss.left for loss in losses] == [20 * MINUTE, 100 * MINUTE, None]


def test_its_loss_is_told_at_its_own_end() -> None:
    deadlines, task = ExpiryAlerts(), a_task()
    told = [deadlines.look([task], NOW + n * MINUTE) for n in (0, 11, 21, 60, 120)]
    kinds = [[kind for kind, _, _ in news] for news in told]
    assert kinds == [[], [EventKind.EXPIRING], [], [], [EventKind.EXPIRED]]


def test_the_sidecar_names_the_link_without_what_signs_it(tmp_path: Path) -> None:
    saved = Saved(tmp_path / "clip.mp4", 3, "ab")
    assert write_sidecar(tmp_path, a_task(), asset(a_task()), saved, NOW, reasons_words) is None
    text = (tmp_path / "clip.mp4.json").read_text()
    assert '"https://h.example/…/…/clip.mp4"' in text


def test_the_sidecar_says_what_the_json_of_the_task_says(tmp_path: Path) -> None:
    task = a_task()
    saved = Saved(tmp_path / "clip.mp4", 3, "ab", (Cause.TYPE_UNKNOWN,))
    write_sidecar(tmp_path, task, asset(task), saved, NOW, reasons_words)
    written = json.loads((tmp_path / "clip.mp4.json").read_text())
    shown = json.loads(json.dumps(task_json(task, NOW, "")))
    assert list(written) == [
        "version",
        "name",
        "bytes",
        "sha256",
        "saved_at",
        "note",
        "ref",
        "provider",
        "id",
        "label",
        "tags",
        "model",
        "prompt",
        "request_id",
        "upstream_id",
        "created_at",
        "started_at",
        "finished_at",
        "usage",
        "n",
        "kind",
        "url",
        "file_id",
        "width",
        "height",
    ]
    of_file = {"version", "name", "bytes", "sha256", "saved_at", "note", "url"}
    both = {**shown, **shown["outputs"][0]}
    assert {name: both[name] for name in written if name not in of_file} == {
        name: value for name, value in written.items() if name not in of_file
    }
    assert (written["bytes"], written["note"]) == (3, "type not known")
