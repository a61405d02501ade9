"""`o` on what is in a bucket: a signed link, else a copy."""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from dailies_rig import take
from sample_tasks import START
from shown_dailies import Start as StartDailies
from shown_dashboard import DONE, Start
from waiting import until

from rushes.tui.lines.reason_words import error_words
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.bucket.faults import BucketFault
from rushes.watch.reasons import Cause
from rushes.watch.task import Ref

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)
URL = "s3://films/rushes/shot.png"
OBJECT = Fetch(
    state=OutputState.DOWNLOADED,
    url=URL,
    done=len(PNG),
    total=len(PNG),
    sha256=hashlib.sha256(PNG).hexdigest(),
)
LINK = "https://films.example/shot.png?signature=s3cret"
IN_BUCKET = replace(DONE, fetches={1: OBJECT})


@pytest.fixture
def links(monkeypatch: pytest.MonkeyPatch) -> None:
    def signed(_: str) -> str:
        return LINK

    monkeypatch.setattr("rushes.watch.bucket.store.link_of", signed)


@pytest.fixture
def no_links(monkeypatch: pytest.MonkeyPatch) -> None:
    """A store whose credentials sign nothing."""

    def refused(_: str) -> str:
        raise BucketFault(Cause.BUCKET_UNREACHABLE)

    def blocks(_: str) -> Iterator[bytes]:
        yield PNG

    monkeypatch.setattr("rushes.watch.bucket.store.link_of", refused)
    monkeypatch.setattr("rushes.watch.bucket.store.blocks_of", blocks)


@pytest.mark.usefixtures("links")
async def test_a_signed_link_is_opened_and_the_object_is_named(start: Start) -> None:
    async with start(IN_BUCKET) as screen:
        await screen.press("o", "O")
        await until(lambda: len(screen.told) == 2)
        assert screen.started == [["/bin/xdg-open", LINK]]
        assert sorted(screen.told) == [f"it is in a bucket: {URL}", f"opening {URL}"]


@pytest.mark.usefixtures("links")
async def test_the_objects_of_a_batch_are_opened_together(start: Start) -> None:
    act = [
        replace(
            IN_BUCKET, entry=replace(DONE.entry, ref=Ref("hiapi", name), label=name, tags=("act",))
        )
        for name in ("one", "two")
    ]
    async with start(*act, size=(120, 30)) as screen:
        await screen.press("f", "g", "o")
        await until(lambda: len(screen.started) == 2)
        assert screen.told[-1] == "opening 2 files"


@pytest.mark.usefixtures("no_links")
async def test_a_copy_is_opened_where_no_link_can_be_signed(start: Start) -> None:
    async with start(IN_BUCKET) as screen:
        copies = screen.desk.settings.download.staging / ".opened"
        old = _file(copies / "of-the-day-before.png", age=timedelta(days=1, seconds=1))
        young = _file(copies / "of-today.png", age=timedelta(hours=23))
        await screen.press("o")
        await until(lambda: screen.started)
        [[_, path]] = screen.started
        assert Path(path).is_relative_to(copies)
        assert _bytes(path) == PNG
        assert (old.exists(), young.exists()) == (False, True)
        await until(lambda: screen.told == [f"opening {URL}"])


@pytest.mark.usefixtures("no_links")
async def test_what_cannot_be_opened_either_way_is_told_of(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = BucketFault(Cause.BUCKET_DENIED)

    def refused(_: str) -> Iterator[bytes]:
        raise denied

    monkeypatch.setattr("rushes.watch.bucket.store.blocks_of", refused)
    async with start(IN_BUCKET) as screen:
        await screen.press("o")
        await until(lambda: screen.told == [f"{error_words(denied)}: {URL}"])
        assert screen.started == []


@pytest.mark.usefixtures("links")
async def test_it_is_opened_from_the_dailies_too(open_dailies: StartDailies) -> None:
    async with open_dailies(take("there", fetches={1: OBJECT})) as dailies:
        await dailies.press("o")
        await until(lambda: dailies.started == [str(["/bin/xdg-open", LINK])])
        await until(lambda: f"opening {URL}" in dailies.line("notice"))


def _bytes(path: str) -> bytes:
    return Path(path).read_bytes()


def _file(path: Path, *, age: timedelta) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(PNG)
    then = (START - age).timestamp()
    os.utime(path, (then, then))
    return path
