"""The pictures of `rushes report`: posters, or small files as they are."""

from base64 import b64encode
from pathlib import Path

from saved_pictures import JPEG, PNG, StubDecoding, saved_task

from rushes.tui.command.posters import PagePictures
from rushes.watch.disk.ownership import OURS
from rushes.watch.posters.cache import PosterCache
from rushes.watch.posters.poster import PosterReason
from rushes.watch.posters.workshop import Workshop


def test_a_film_is_shown_by_its_poster_and_a_picture_too_where_they_can_be_made(
    tmp_path: Path,
) -> None:
    (tmp_path / "film.png").write_bytes(PNG)
    shot = saved_task("shot", tmp_path / "film.png", kinds=("video",))
    decoding = StubDecoding()
    workshop = Workshop(PosterCache(tmp_path / "posters", OURS), decoding)
    link = PagePictures(workshop).of(shot)
    assert link is not None
    assert link.startswith("data:image/jpeg;base64,")
    assert PagePictures(None).of(shot) is None
    assert PagePictures(workshop, most=len(JPEG)).of(shot) is None
    assert len(decoding.asked) == 1


def test_where_no_poster_can_be_made_a_small_picture_is_shown_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "shot.png").write_bytes(PNG)
    shot = saved_task("shot", tmp_path / "shot.png")
    decoding = StubDecoding({PNG: PosterReason.UNREADABLE})
    workshop = Workshop(PosterCache(tmp_path / "posters", OURS), decoding)
    as_it_is = f"data:image/png;base64,{b64encode(PNG).decode()}"
    assert [PagePictures(each).of(shot) for each in (workshop, None)] == [as_it_is] * 2
    assert PagePictures(None, most=len(PNG) - 1).of(shot) is None
