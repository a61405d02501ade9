"""A full disk (reliability.md, row 45): everything waits, nothing is lost, little is tried."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, DownloadRig, saved
from waiting import PATIENCE, until

from rushes.tui.lines.download_words import fetch_note
from rushes.tui.lines.reason_words import reason_words
from rushes.watch.asset import OutputState
from rushes.watch.disk.descriptors import write_all
from rushes.watch.downloads.free_space import FreeSpace
from rushes.watch.transfer import part
from rushes.watch.transfer.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from manual_clock import ManualClock

    from tests.watch.conftest import Heard, Loopback, Scene

ROOT = Path(__file__).parents[2]


class Disk:
    """Takes what is written until it is `full`; says that `free` bytes are left."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.full = False
        self.free = 0
        self.refused = 0
        self.error = errno.ENOSPC
        monkeypatch.setattr(part, "write_all", self.write)

    def write(self, file: int, data: bytes) -> None:
        # A side file still fits: it is the body of the output that does not.
        if self.full and len(data) > 1000:
            self.refused += 1
            raise OSError(self.error, os.strerror(self.error))
        write_all(file, data)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def rig(
    loopback: Loopback,
    build: Callable[..., DownloadRig],
    clock: ManualClock,
    disk: Disk,
    tmp_path: Path,
) -> DownloadRig:
    loopback.play(ranged(loopback))
    room = FreeSpace(tmp_path, Limits(spare=0), clock, lambda _: disk.free)
    return build(loopback.url, clock=clock, space=room)


def ranged(loopback: Loopback) -> Callable[[Heard], Scene]:
    def scene(heard: Heard) -> Scene:
        wanted = heard.headers.get("range")
        if wanted is None:
            return [loopback.answer(200, FILM, ETag='"v1"')]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        rest = f"bytes {start}-{len(FILM) - 1}/{len(FILM)}"
        return [loopback.answer(206, FILM[start:], ETag='"v1"', Content_Range=rest)]

    return scene


async def pass_time(rig: DownloadRig, clock: ManualClock, seconds: int) -> None:
    """Let that many seconds go by, with as long in each as the transfers of it take."""
    for _ in range(seconds):
        await clock.advance(1.0)
        await until(lambda: rig.downloads.active == 0)


async def test_everything_waits_with_one_notice_and_goes_on_when_there_is_room(
    rig: DownloadRig, clock: ManualClock, disk: Disk
) -> None:
    disk.full = True
    names = [f"t{n}" for n in range(6)]
    for name in names:
        rig.downloads.queue(rig.job(name))
    await until(lambda: rig.downloads.active == 0)
    assert len(rig.full) == 1
    assert rig.downloads.shortage is not None
    assert "no space left" in reason_words(rig.downloads.shortage)
    assert rig.downloads.queued == 6
    assert {state for name in names for state in rig.states(name)[-1:]} <= {OutputState.AVAILABLE}
    disk.full, disk.free = False, 10 * len(FILM)
    await pass_time(rig, clock, 32)
    await until(lambda: rig.downloads.queued == 0)
    await rig.settled()
    for name in names:
        assert saved(rig.last(name)).read_bytes() == FILM
    assert rig.downloads.shortage is None
    assert len(rig.full) == 1


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EDQUOT])
async def test_tries_are_two_a_minute_at_most_even_where_room_is_promised_and_there_is_none(
    rig: DownloadRig, clock: ManualClock, disk: Disk, error: int
) -> None:
    disk.full, disk.free, disk.error = True, 10**12, error
    for name in ("a", "b", "c"):
        rig.downloads.queue(rig.job(name))
    await until(lambda: rig.downloads.active == 0)
    first = disk.refused
    for minute in range(1, 4):
        await pass_time(rig, clock, 60)
        assert disk.refused - first <= 2 * minute
    assert disk.refused - first >= 5
    assert len(rig.full) == 1


async def test_nothing_is_tried_while_less_is_free_than_is_missing(
    rig: DownloadRig, clock: ManualClock, disk: Disk, loopback: Loopback
) -> None:
    disk.full, disk.free = True, len(FILM) - 1
    rig.downloads.queue(rig.job())
    await until(lambda: rig.downloads.active == 0)
    await pass_time(rig, clock, 300)
    assert len(loopback.heard) == 1


def beginning(loopback: Loopback, rig: DownloadRig) -> Scene:
    """The first 70,000 bytes of the film, until they are on the disk."""
    yield loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
    yield FILM[:70_000]
    for _ in range(6000):
        if sum(part.stat().st_size for part in rig.folder.rglob("*.part")) >= 70_000:
            return
        yield 0.01


async def test_what_arrived_is_kept_and_continued(
    rig: DownloadRig, clock: ManualClock, disk: Disk, loopback: Loopback
) -> None:
    def scene(_: Heard) -> Scene:
        yield from beginning(loopback, rig)
        disk.full = True
        yield FILM[70_000:]

    loopback.play(scene, ranged(loopback))
    rig.downloads.queue(rig.job())
    await until(lambda: bool(rig.full))
    await until(lambda: rig.downloads.active == 0)
    disk.full, disk.free = False, len(FILM) - 70_000
    await pass_time(rig, clock, 32)
    await rig.settled()
    assert loopback.heard[-1].headers["range"] == "bytes=70000-"
    assert saved(rig.last()).read_bytes() == FILM


async def test_a_folder_that_is_deleted_meanwhile_is_named_and_made_again_for_the_next(
    rig: DownloadRig, loopback: Loopback
) -> None:
    """Row 47: a folder can be lost as room can."""

    def scene(_: Heard) -> Scene:
        yield from beginning(loopback, rig)
        shutil.rmtree(rig.folder)
        yield FILM[70_000:]

    loopback.play(scene, ranged(loopback))
    rig.downloads.queue(rig.job())
    await rig.settled()
    last = rig.last()
    assert last is not None
    assert last.state is OutputState.FAILED
    assert str(rig.folder) in fetch_note(last)
    rig.downloads.queue(rig.job())
    await rig.settled()
    assert saved(rig.last()).read_bytes() == FILM


async def test_a_person_may_give_up_what_waits_for_room(rig: DownloadRig, disk: Disk) -> None:
    disk.full = True
    rig.downloads.queue(rig.job())
    await until(lambda: bool(rig.full))
    rig.downloads.cancel(rig.job())
    await rig.settled()
    assert rig.downloads.queued == 0
    assert [path for path in rig.folder.rglob("*") if path.is_file()] == []


ON_A_SMALL_DISK = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from download_rig import DownloadRig, saved
from noted import noted
from rushes.watch.transfer.limits import Limits
import rushes.watch.downloads.free_space
rushes.watch.downloads.free_space.LOOK_EVERY = 0.2

async def main():
    folder = Path(sys.argv[2])
    rig = DownloadRig(folder, sys.argv[1], limits=Limits(tries=1, window=60.0, spare=0))
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(2_040_000))
    for name in ("a", "b"):
        rig.downloads.queue(rig.job(name))
    while not rig.full:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.5)
    assert not list(folder.rglob("*.mp4")), "a file that did not fit was saved"
    ballast.unlink()
    await rig.settled()
    for name in ("a", "b"):
        print(saved(rig.last(name)).stat().st_size, rig.last(name).sha256)
    noted(folder)
    print(len(rig.full), [p.name for p in folder.rglob("*.part*")])
    await rig.downloads.close()
    await rig.client.aclose()

asyncio.run(main())
"""


def test_a_real_disk_of_two_megabytes_ends_with_whole_files(
    loopback: Loopback, tmp_path: Path
) -> None:
    unshare = shutil.which("unshare")
    inside = [unshare or "", "-rm", "mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(tmp_path)]
    if unshare is None or subprocess.run(inside, capture_output=True).returncode:
        pytest.skip("no mount namespace of our own here")
    # No length is said, so that it is the disk that ends it and not the look at its free space.
    loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM, loopback.CLOSE])
    script = f'mount -t tmpfs -o size=2m tmpfs {tmp_path} && exec "$@"'
    support = [str(ROOT), str(ROOT / "tests" / "support")]
    run = subprocess.run(
        [unshare, "-rm", "sh", "-c", script, "sh", sys.executable, "-c", ON_A_SMALL_DISK,
         loopback.url, str(tmp_path), *support],
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    expected = f"{len(FILM)} {hashlib.sha256(FILM).hexdigest()}"
    assert run.stdout.splitlines() == [expected, expected, "1 []"]
