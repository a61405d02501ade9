"""The engine's reasons, refusals and events in a person's words."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sample_tasks import START, output, task

from rushes.providers.model import Status
from rushes.tui.lines.download_words import event_words, fetch_note, refusal_words
from rushes.tui.lines.reason_words import reason_words, reasons_words
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.changes import DownloadNews, Event, Expiring, Fetched, Shortage
from rushes.watch.event_kinds import EventKind
from rushes.watch.reasons import (
    CannotSave,
    Cause,
    DiskFault,
    HttpStatus,
    NoRoom,
    NotThereYet,
    OtherDuration,
    Reason,
    Told,
    TooLarge,
)
from rushes.watch.refusals import (
    DownloadRefusal,
    DownloadsUnderWay,
    PollRefusal,
    Refusal,
    Throttled,
)
from rushes.watch.transfer.request import Saved
from rushes.watch.transfer.sidecar import write_sidecar

SAVED = Fetch(
    state=OutputState.DOWNLOADED, path=Path("/d/v.mp4"), reasons=(Cause.LENGTH_UNVERIFIED,)
)
FAILED = Fetch(state=OutputState.FAILED, reasons=(HttpStatus(410),))


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (DownloadRefusal.ALL_SAVED, "all saved"),
        (DownloadRefusal.NO_OUTPUT, "no output"),
        (PollRefusal.OVER, "the task is over: nothing to poll"),
        (Throttled(38.6), "throttled: the gateway asked to wait 39s"),
        (DownloadsUnderWay(1), "a download is under way: pause, or wait"),
        (DownloadsUnderWay(3), "3 downloads are under way: pause, or wait"),
    ],
)
def test_a_refusal_says_why(refusal: Refusal, words: str) -> None:
    assert refusal_words(refusal) == words


@pytest.mark.parametrize("refusal", [*DownloadRefusal, *PollRefusal])
def test_every_refusal_has_words(refusal: Refusal) -> None:
    assert refusal_words(refusal)


@pytest.mark.parametrize(
    ("halt", "reasons", "words"),
    [
        (None, (), ""),
        (
            None,
            (Cause.UNVERSIONED, Cause.TYPE_UNKNOWN),
            "resumed without a version; type not known",
        ),
        (Halt.PAUSED, (), "paused"),
        (Halt.NO_ROOM, (Cause.WAITS_FOR_ROOM,), "waits for room on the disk"),
        (Halt.NOT_THERE_YET, (), "not there yet"),
        (Halt.NOT_THERE_YET, (NotThereYet(HttpStatus(404)),), "not there yet (HTTP 404)"),
        (Halt.NOT_ANEW, (HttpStatus(410),), "not fetched anew: HTTP 410"),
        (Halt.NOT_ANEW, (), "not fetched anew"),
    ],
)
def test_a_download_says_how_it_was_set_aside_and_why(
    halt: Halt | None, reasons: tuple[Reason, ...], words: str
) -> None:
    fetch = Fetch(state=OutputState.AVAILABLE, halt=halt, reasons=reasons)
    assert fetch_note(fetch) == words


@pytest.mark.parametrize("halt", Halt)
def test_every_halt_has_words(halt: Halt) -> None:
    assert fetch_note(Fetch(state=OutputState.AVAILABLE, halt=halt))


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (NoRoom(1_200_000, 214_000), "no room on the disk: 1.2 MB to come, 214 KB free"),
        (TooLarge(4_000_000_000), "the file is longer than the 4.0 GB allowed"),
        (TooLarge(9, 12), "12 B is more than the 9 B that are allowed"),
        (CannotSave("/d", DiskFault(28, "No space")), "cannot save in /d: no space left"),
        (DiskFault(9999, "Odd Fault"), "odd fault"),
        (OtherDuration(2.04, 5.0), "lasts 2.0 s, 5 s were promised"),
        (Told("as they said it"), "as they said it"),
    ],
)
def test_numbers_are_written_as_everywhere_else(reason: Reason, words: str) -> None:
    assert reason_words(reason) == words


@pytest.mark.parametrize(
    ("kind", "news", "words"),
    [
        (EventKind.SAVED, Fetched("shot", 1, SAVED), "shot: v.mp4 (length unverified)"),
        (EventKind.DOWNLOAD_FAILED, Fetched("shot", 2, FAILED), "shot: output 2 (HTTP 410)"),
        (EventKind.EXPIRED, Fetched("shot", 2, FAILED), "shot: output 2 expired (HTTP 410)"),
        (
            EventKind.EXPIRING,
            Expiring("shot", 1, "video", timedelta(seconds=599), START),
            "shot: video expires in 9:59",
        ),
        (
            EventKind.EXPIRED,
            Expiring("shot", 1, "video", None, START),
            "shot: video expired unsaved",
        ),
        (
            EventKind.DISK_FULL,
            Shortage(NoRoom(2_000, 0)),
            "downloads wait: no room on the disk: 2 KB to come, 0 B free",
        ),
    ],
)
def test_an_event_says_what_happened(kind: EventKind, news: DownloadNews, words: str) -> None:
    assert event_words(Event(kind=kind, at=START, account="hiapi", news=news)) == words


def test_a_sidecar_says_what_is_odd_about_its_file_in_words(tmp_path: Path) -> None:
    over = task("shot", Status.SUCCEEDED, outputs=(output(),))
    (asset,) = over.assets(START)
    saved = Saved(tmp_path / "v.mp4", 3, "ab", (Cause.UNVERSIONED, Cause.LENGTH_UNVERIFIED))
    assert write_sidecar(tmp_path, over, asset, saved, START, reasons_words) is None
    said = json.loads((tmp_path / "v.mp4.json").read_text())
    assert said["note"] == "resumed without a version; length unverified"
