"""Posters: made of what is saved and of nothing else, kept, and never waited for."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from manual_clock import ManualClock
from saved_pictures import JPEG, MADE, PNG, StubDecoding, saved_task

from rushes.watch.asset import OutputState
from rushes.watch.disk.ownership import OURS
from rushes.watch.posters import cache
from rushes.watch.posters.cache import PosterCache
from rushes.watch.posters.formats import Decoder, Format
from rushes.watch.posters.poster import MAKING, NOT_INSTALLED, Poster, PosterReason, PosterState
from rushes.watch.posters.posters import REST_AFTER, Posters
from rushes.watch.posters.source import Source
from rushes.watch.posters.wishes import Wishes
from rushes.watch.posters.workshop import Workshop, workshop_in
from rushes.watch.task import Task


@pytest.fixture
def decoding() -> StubDecoding:
    return StubDecoding()


@pytest.fixture
def posters(tmp_path: Path, clock: ManualClock, decoding: StubDecoding) -> Posters:
    return opened(tmp_path, clock, decoding)


def opened(folder: Path, clock: ManualClock, decoding: StubDecoding) -> Posters:
    workshop = Workshop(PosterCache(folder / "posters", OURS), decoding)
    return Posters(workshop, clock, installed=lambda: True)


def a_file(folder: Path, name: str = "shot.png", data: bytes = PNG) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


async def finished(posters: Posters, task: Task) -> Poster:
    """The poster of a task once it was made, or could not be."""
    pile = posters.changed.new()
    assert posters.of(task) == MAKING
    assert await asyncio.wait_for(pile.next(), 30) == {task.ref}
    return posters.of(task)


# -- what they are made of ------------------------------------------------------------------------


async def test_a_poster_is_made_of_a_saved_picture_and_kept(
    posters: Posters, decoding: StubDecoding, tmp_path: Path, clock: ManualClock
) -> None:
    shot = saved_task("shot", a_file(tmp_path))
    poster = await finished(posters, shot)
    assert (poster.state, poster.width, poster.height) == (PosterState.READY, 3, 2)
    assert poster.media == MADE.media
    assert poster.path is not None
    assert poster.path.parent == tmp_path / "posters"
    assert poster.path.stat().st_mode & 0o777 == 0o600
    assert poster.path.parent.stat().st_mode & 0o777 == 0o700
    assert poster.path.read_bytes().endswith(JPEG[2:])
    assert decoding.asked == [(PNG, Format(Decoder.PILLOW, "PNG"))]
    await posters.close()
    assert decoding.closed

    unasked = StubDecoding()
    again = opened(tmp_path, clock, unasked)
    assert await finished(again, shot) == poster
    assert unasked.asked == []
    await again.close()


async def test_the_first_frame_counts_before_a_picture_and_that_before_a_film(
    posters: Posters, decoding: StubDecoding, tmp_path: Path
) -> None:
    files = [a_file(tmp_path, f"{n}.png", PNG + bytes([n])) for n in range(3)]
    shot = saved_task("shot", *files, kinds=("video", "image", "first_frame"))
    for data in (PNG + b"\2", PNG + b"\1", PNG + b"\0"):
        decoding.answers[data] = PosterReason.UNREADABLE
        assert (await finished(posters, shot)).state is not PosterState.READY
        assert decoding.asked[-1][0] == data
    assert posters.of(shot).why is PosterReason.UNREADABLE
    await posters.close()


@pytest.mark.parametrize("state", [OutputState.FAILED, OutputState.EXPIRED, OutputState.AVAILABLE])
async def test_what_is_not_saved_or_failed_its_checks_is_never_decoded(
    posters: Posters, tmp_path: Path, state: OutputState
) -> None:
    shot = saved_task("shot", a_file(tmp_path))
    shot = shot.with_fetch(1, replace(shot.fetches[1], state=state))
    assert (posters.of(shot).state, posters.of(shot).why) == (
        PosterState.NONE,
        PosterReason.NOTHING_SAVED,
    )
    assert posters.of_output(shot, 7).why is PosterReason.NOTHING_SAVED


async def test_what_is_no_picture_is_not_looked_at(posters: Posters, tmp_path: Path) -> None:
    shot = saved_task("shot", tmp_path / "song.mp3", kinds=("audio",))
    assert posters.of(shot).why is PosterReason.NO_PICTURE


def _link(path: Path) -> None:
    other = a_file(path.parent, "other.png")
    path.unlink()
    path.symlink_to(other)


def _longer(path: Path) -> None:
    path.write_bytes(PNG + b"more")


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _text(path: Path) -> None:
    path.write_bytes(b"x" * len(PNG))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (_link, PosterReason.NOT_OURS),
        (_longer, PosterReason.NOT_OURS),
        (_pipe, PosterReason.NOT_OURS),
        (Path.unlink, PosterReason.FILE_GONE),
        (_text, PosterReason.NO_PICTURE),
    ],
)
async def test_only_the_file_that_was_saved_is_decoded(
    posters: Posters,
    decoding: StubDecoding,
    tmp_path: Path,
    change: Callable[[Path], object],
    why: PosterReason,
) -> None:
    path = a_file(tmp_path)
    shot = saved_task("shot", path)
    change(path)
    assert (await finished(posters, shot)).why is why
    assert decoding.asked == []
    await posters.close()


# -- where they are kept --------------------------------------------------------------------------


async def test_the_poster_of_a_known_digest_outlives_its_file(
    posters: Posters, decoding: StubDecoding, tmp_path: Path, clock: ManualClock
) -> None:
    shot = saved_task("shot", a_file(tmp_path))
    shot = shot.with_fetch(1, replace(shot.fetches[1], sha256="ab" * 32))
    poster = await finished(posters, shot)
    assert poster.path == tmp_path / "posters" / f"{'ab' * 32}.jpg"
    (tmp_path / "shot.png").unlink()
    again = opened(tmp_path, clock, StubDecoding())
    assert await finished(again, shot) == poster
    await posters.close()
    await again.close()


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _flipped(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"so on", b"so no"))


def _foreign(path: Path) -> None:
    path.write_bytes(JPEG)


def _emptied(path: Path) -> None:
    path.write_bytes(b"")


def _readable(path: Path) -> None:
    path.chmod(0o644)


@pytest.mark.parametrize(
    "damage",
    [_torn, _flipped, _foreign, _emptied, _readable],
)
async def test_a_kept_poster_that_is_damaged_or_not_ours_alone_is_made_anew(
    decoding: StubDecoding, tmp_path: Path, clock: ManualClock, damage: Callable[[Path], object]
) -> None:
    shot = saved_task("shot", a_file(tmp_path))
    for _ in range(2):
        posters = opened(tmp_path, clock, decoding)
        poster = await finished(posters, shot)
        assert poster.path is not None
        damage(poster.path)
        await posters.close()
    assert len(decoding.asked) == 2


async def test_a_poster_whose_file_is_gone_is_made_anew_once_it_is_discarded(
    posters: Posters, decoding: StubDecoding, tmp_path: Path
) -> None:
    shot = saved_task("shot", a_file(tmp_path))
    poster = await finished(posters, shot)
    assert poster.path is not None
    poster.path.unlink()
    assert posters.of(shot) == poster
    posters.discard(poster)
    assert await finished(posters, shot) == poster
    assert len(decoding.asked) == 2
    await posters.close()


async def test_a_folder_that_others_may_write_to_is_not_used(
    posters: Posters, decoding: StubDecoding, tmp_path: Path
) -> None:
    folder = tmp_path / "posters"
    folder.mkdir()
    folder.chmod(0o777)
    poster = await finished(posters, saved_task("shot", a_file(tmp_path)))
    assert (poster.state, poster.why) == (PosterState.FAILED, PosterReason.UNTRUSTED)
    assert decoding.asked == []
    await posters.close()


async def test_where_the_disk_is_full_none_is_kept(
    posters: Posters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: object) -> int:
        return cache.SPARE - 1

    monkeypatch.setattr(cache, "free_bytes", full)
    poster = await finished(posters, saved_task("shot", a_file(tmp_path)))
    assert poster.why is PosterReason.NO_ROOM
    assert list((tmp_path / "posters").iterdir()) == []
    await posters.close()


def test_those_that_were_used_longest_ago_go_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "LOOK_EVERY", 1)
    monkeypatch.setattr(cache, "MOST", 3)
    kept = PosterCache(tmp_path / "posters", OURS)
    assert kept.refusal() is None
    keys = [character * 64 for character in "abcd"]
    for age, key in enumerate(keys):
        path = kept.keep(key, MADE).path
        assert path is not None
        os.utime(path, (1_000_000 + age, 1_000_000 + age))
        assert kept.find(keys[0]) is not None  # used now
    assert [kept.find(key) is not None for key in keys] == [True, False, True, True]
    monkeypatch.setattr(cache, "BYTES", 1)
    kept.keep(keys[0], MADE)
    assert list((tmp_path / "posters").iterdir()) == []


# -- what is wished for ---------------------------------------------------------------------------


def source(name: str) -> Source:
    return Source(Path(name), 1, None)


async def test_what_is_asked_for_last_comes_first_and_one_screen_in_its_order() -> None:
    wishes, a, b, c, d = Wishes(), *map(source, "abcd")
    for one in (a, b):
        wishes.add(one)
    await asyncio.sleep(0)
    for one in (c, d):
        wishes.add(one)
    assert wishes.first((a, b, c, d), 9) == [c, d, a, b]
    await asyncio.sleep(0)
    wishes.add(b)
    assert wishes.first((a, b, c, d), 2) == [b, c]


async def test_of_too_many_wishes_the_oldest_is_forgotten() -> None:
    wishes, a, b, c = Wishes(most=2), *map(source, "abc")
    assert [wishes.add(one) for one in (a, b)] == [[], []]
    await asyncio.sleep(0)
    assert wishes.add(c) == [b]
    assert b not in wishes


async def test_nothing_is_made_that_nobody_shows_any_more(
    posters: Posters, decoding: StubDecoding, tmp_path: Path
) -> None:
    shots = [saved_task(f"{n}", a_file(tmp_path, f"{n}.png")) for n in range(3)]
    for shot in shots:
        assert posters.of(shot) == MAKING
    posters.cancel()
    assert (await finished(posters, shots[1])).state is PosterState.READY
    assert len(decoding.asked) == 1
    await posters.close()


async def test_no_process_is_kept_while_nothing_is_wished_for(
    posters: Posters, decoding: StubDecoding, tmp_path: Path, clock: ManualClock
) -> None:
    for n in (1, 2):
        await finished(posters, saved_task(f"{n}", a_file(tmp_path, f"{n}.png")))
        await clock.advance(REST_AFTER)
        for _ in range(500):
            if decoding.ended == n:
                break
            await asyncio.sleep(0.01)
        assert decoding.ended == n
    await posters.close()


def test_without_the_libraries_it_says_so_where_there_would_be_one(
    tmp_path: Path, clock: ManualClock
) -> None:
    posters = Posters(workshop_in(tmp_path / "posters", OURS), clock, installed=lambda: False)
    assert posters.of(saved_task("shot", a_file(tmp_path))) == NOT_INSTALLED
    assert posters.of(saved_task("none")).state is PosterState.NONE
    assert not (tmp_path / "posters").exists()
