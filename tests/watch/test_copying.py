"""A saved file in another folder too."""

import errno
import hashlib
import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from download_rig import FILM, NOON
from saying import raises_saying

from rushes.providers.errors import RushesError
from rushes.providers.model import Link, Output
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.downloads import copying
from rushes.watch.downloads.copying import place
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import Job
from rushes.watch.task import Ref
from rushes.watch.transfer.request import DownloadFailed


@pytest.fixture
def fetch(tmp_path: Path) -> Fetch:
    path = tmp_path / "first" / "video-1.mp4"
    path.parent.mkdir()
    path.write_bytes(FILM)
    path.chmod(0o600)
    digest = hashlib.sha256(FILM).hexdigest()
    return Fetch(state=OutputState.DOWNLOADED, path=path, done=len(FILM), sha256=digest)


@pytest.fixture
def placing(tmp_path: Path) -> Destinations:
    return Destinations(tmp_path / "there", "{provider}/{name}/{kind}-{n}{ext}")


@pytest.fixture(params=["link", "copy"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Links are made, or the folder is on another file system."""
    if request.param == "copy":
        link = os.link

        def across(src: object, dst: object, **more: object) -> None:
            if "src_dir_fd" not in more:
                raise OSError(errno.EXDEV, "Invalid cross-device link")
            link(src, dst, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(copying.os, "link", across)
    return request.param


JOB = Job(
    ref=Ref("hiapi", "a"),
    n=1,
    output=Output(kind="video", where=Link("https://cdn.example/a")),
    name="shot",
    expires_at=NOON,
)


def files(placing: Destinations) -> list[str]:
    found = (path for path in placing.directory.rglob("*") if path.is_file())
    return sorted(str(path.relative_to(placing.directory)) for path in found)


def test_is_there_whole_under_the_templates_name(
    fetch: Fetch, placing: Destinations, way: str
) -> None:
    path = place(fetch, JOB, placing)
    assert path == placing.directory / "hiapi" / "shot" / "video-1.mp4"
    assert path.read_bytes() == FILM
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert fetch.path is not None
    assert path.samefile(fetch.path) == (way == "link")
    assert files(placing) == ["hiapi/shot/video-1.mp4"]


@pytest.mark.usefixtures("way")
def test_is_put_there_once_however_often_it_is_asked_for(
    fetch: Fetch, placing: Destinations
) -> None:
    assert place(fetch, JOB, placing) == place(fetch, JOB, placing)
    assert files(placing) == ["hiapi/shot/video-1.mp4"]


@pytest.mark.usefixtures("way")
def test_takes_no_other_files_place(fetch: Fetch, placing: Destinations, tmp_path: Path) -> None:
    home = placing.directory / "hiapi" / "shot"
    home.mkdir(parents=True)
    (home / "video-1.mp4").write_bytes(bytes(len(FILM)))
    (home / "video-1-2.mp4").symlink_to(tmp_path / "nowhere")
    for _ in range(2):
        assert place(fetch, JOB, placing).name == "video-1-3.mp4"
    assert (home / "video-1.mp4").read_bytes() == bytes(len(FILM))
    assert not (tmp_path / "nowhere").exists()


def test_stays_where_it_is_inside_that_folder(fetch: Fetch, tmp_path: Path) -> None:
    assert place(fetch, JOB, Destinations(tmp_path, "{name}{ext}")) == fetch.path
    assert not (tmp_path / "shot.mp4").exists()


@pytest.mark.usefixtures("way")
def test_that_is_not_what_was_saved_is_put_nowhere(fetch: Fetch, placing: Destinations) -> None:
    assert fetch.path is not None
    fetch.path.write_bytes(FILM[:-1])
    with raises_saying(DownloadFailed, match="changed"):
        place(fetch, JOB, placing)
    assert files(placing) == []


def test_whose_copy_is_of_other_bytes_gets_no_name(
    fetch: Fetch, placing: Destinations, monkeypatch: pytest.MonkeyPatch
) -> None:
    def across(*_: object, **__: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(copying.os, "link", across)
    with raises_saying(DownloadFailed, match="changed"):
        place(replace(fetch, sha256="0" * 64), JOB, placing)
    assert files(placing) == []


def test_that_cannot_be_put_there_says_why(fetch: Fetch, placing: Destinations) -> None:
    placing.directory.parent.mkdir(exist_ok=True)
    placing.directory.write_text("a file")
    with pytest.raises(RushesError, match="cannot"):
        place(fetch, JOB, placing)
