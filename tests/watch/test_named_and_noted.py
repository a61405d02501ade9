"""A kill between a file's name and its row in history makes no second copy (row 84).

What a kill leaves is made by stopping at the call that it would have come after.
"""

from __future__ import annotations

import errno
import json
import os
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from noted import noted

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.disk import folders, rename
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.part_files import clear, is_begun, settle
from rushes.watch.transfer.request import DownloadFailed, Remote, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.watch.conftest import Loopback

FILM = film(60_000)
REF = Ref("hiapi", "tk-1")
PART = part_of(REF, 1)


class KilledError(BaseException):
    """Stands for a kill: nothing that a process does about its own errors is done."""


@pytest.fixture
def order(loopback: Loopback, tmp_path: Path) -> TransferRequest:
    loopback.play([loopback.answer(200, FILM)])
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("shot/video-1"),
        ref=REF,
        n=1,
    )


def get(order: TransferRequest) -> Saved:
    return Transfer(order, limits=Limits(tries=1, spare=0), rng=Random(1)).run()


def cut_short(loopback: Loopback, order: TransferRequest, at: int) -> None:
    """Have so many bytes of it on disk."""
    whole = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
    loopback.play([whole, FILM[:at], loopback.CLOSE])
    with pytest.raises(DownloadFailed):
        get(order)


def files(order: TransferRequest) -> list[str]:
    root = order.directory
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def no_links(*_: object, **__: object) -> None:
    raise OSError(errno.EPERM, "no links here")


def no_rename(*_: object) -> None:
    raise OSError(errno.EINVAL, "no such rename here")


@dataclass
class System:
    """A file system with or without hard links and renames that replace nothing."""

    patch: pytest.MonkeyPatch

    def lacks(self, what: str) -> None:
        if what != "nothing":
            self.patch.setattr(os, "link", no_links)
        if what == "links and renames":
            self.patch.setattr(folders, "rename_exclusively", no_rename)


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch) -> System:
    return System(monkeypatch)


def killed(order: TransferRequest, monkeypatch: pytest.MonkeyPatch, number: int) -> bool:
    """Whether a transfer was killed after its `number`-th change of a folder since it was whole."""
    count = 0
    with monkeypatch.context() as patch:

        def dying(call: Callable[..., object]) -> Callable[..., object]:
            def change(*args: object, **more: object) -> object:
                nonlocal count
                if count >= number:
                    raise KilledError
                done = call(*args, **more)
                count += (
                    any(order.directory.glob("*.part.json"))
                    and "named" in next(order.directory.glob("*.part.json")).read_text()
                )
                return done

            return change

        for module, name in ((os, "link"), (os, "rename"), (os, "unlink"), (os, "open")):
            patch.setattr(module, name, dying(getattr(module, name)))
        patch.setattr(folders, "rename_exclusively", dying(folders.rename_exclusively))
        try:
            get(order)
        except KilledError:
            return True
        return False


@pytest.mark.parametrize("lacking", ["nothing", "links", "links and renames"])
def test_after_a_kill_at_any_moment_there_is_one_whole_file_and_no_other(
    loopback: Loopback,
    order: TransferRequest,
    system: System,
    monkeypatch: pytest.MonkeyPatch,
    lacking: str,
) -> None:
    system.lacks(lacking)
    for number in range(40):
        here = replace(order, directory=order.directory / str(number))
        was_killed = killed(here, monkeypatch, number)
        asked = len(loopback.heard)
        saved = get(here)
        assert saved.path.read_bytes() == FILM
        assert saved.path == here.directory / "shot" / "video-1.mp4"
        if number:
            # All of it was there: the server is not asked again.
            assert len(loopback.heard) == asked
        settle(here.directory, PART, saved.path)
        assert files(here) == ["shot/video-1.mp4"]
        if not was_killed:
            break
    else:
        pytest.fail("there is no end of moments")
    assert number >= 2


def test_what_was_odd_about_the_file_is_known_again(
    loopback: Loopback, order: TransferRequest
) -> None:
    loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM, loopback.CLOSE])
    first, again = get(order), get(order)
    assert again == first
    assert reasons_words(again.reasons) == "length unverified"
    assert len(loopback.heard) == 1


def test_a_label_that_changed_since_does_not_strand_the_file(order: TransferRequest) -> None:
    first = get(order)
    assert get(replace(order, stem=PurePosixPath("closing shot/video-1"))) == first


def test_an_empty_file_under_a_label_of_before_is_filled(
    order: TransferRequest, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.lacks("links and renames")
    here = order
    for number in range(20):
        here = replace(order, directory=order.directory / str(number))
        assert killed(here, monkeypatch, number)
        if (here.directory / "shot" / "video-1.mp4").exists():
            break
    assert not (here.directory / "shot" / "video-1.mp4").stat().st_size
    saved = get(replace(here, stem=PurePosixPath("closing shot/video-1")))
    assert saved.path == here.directory / "shot" / "video-1.mp4"
    assert saved.path.read_bytes() == FILM


@pytest.mark.parametrize("what", ["deleted", "other bytes", "another length", "a link"])
def test_a_file_that_is_not_there_any_more_as_it_was_is_fetched_again(
    loopback: Loopback, order: TransferRequest, what: str, tmp_path: Path
) -> None:
    path = get(order).path
    match what:
        case "other bytes":
            path.write_bytes(film(len(FILM), seed=2))
        case "another length":
            path.write_bytes(FILM[:-1])
        case "a link":
            path.rename(tmp_path / "film.mp4")
            path.symlink_to(tmp_path / "film.mp4")
        case _:
            path.unlink()
    again = get(order)
    assert again.path.read_bytes() == FILM
    assert again.path.name == ("video-1.mp4" if what == "deleted" else "video-1-2.mp4")
    assert len(loopback.heard) == 2


def test_an_empty_file_of_somebody_elses_name_is_left_alone(order: TransferRequest) -> None:
    final = order.directory / "shot" / "video-1.mp4"
    final.parent.mkdir(parents=True)
    final.touch()
    assert get(order).path.name == "video-1-2.mp4"
    assert final.stat().st_size == 0


def test_of_another_output_the_side_file_says_nothing(order: TransferRequest) -> None:
    get(order)
    (side,) = order.directory.glob("*.part.json")
    side.write_text(json.dumps({**json.loads(side.read_text()), "n": 2}))
    assert get(order).path.name == "video-1-2.mp4"


@pytest.mark.parametrize("path", ["../film.mp4", "/film.mp4", "shot/../../film.mp4", "", "shot/"])
def test_a_path_that_leads_out_of_the_folder_is_not_followed(
    order: TransferRequest, tmp_path: Path, path: str
) -> None:
    get(order).path.rename(tmp_path / "film.mp4")
    (side,) = order.directory.glob("*.part.json")
    said = json.loads(side.read_text())
    side.write_text(json.dumps({**said, "named": {**said["named"], "path": path}}))
    assert get(order).path == order.directory / "shot" / "video-1.mp4"


class TestOnceItIsNoted:
    def test_the_side_file_goes(self, order: TransferRequest) -> None:
        path = get(order).path
        assert is_begun(order.directory, PART)
        settle(order.directory, PART, path)
        assert files(order) == ["shot/video-1.mp4"]
        assert not is_begun(order.directory, PART)
        settle(order.directory, PART, path)
        assert files(order) == ["shot/video-1.mp4"]

    def test_that_of_another_file_of_the_same_output_stays(self, order: TransferRequest) -> None:
        path = get(order).path
        before = files(order)
        settle(order.directory, PART, path.with_name("video-1-2.mp4"))
        assert files(order) == before

    def test_a_part_that_was_begun_since_stays(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        path = get(order).path
        noted(order.directory)
        cut_short(loopback, order, 30_000)
        settle(order.directory, PART, path)
        assert len(list(order.directory.glob("*.part*"))) == 2
        clear(order.directory, PART)
        assert files(order) == ["shot/video-1.mp4"]


class TestAFileSystem:
    @pytest.mark.parametrize("lacking", ["links", "links and renames"])
    def test_without_links_overwrites_nothing(
        self, order: TransferRequest, system: System, lacking: str
    ) -> None:
        system.lacks(lacking)
        for _ in range(2):
            get(order)
            noted(order.directory)
        assert files(order) == ["shot/video-1-2.mp4", "shot/video-1.mp4"]

    def test_whose_modes_cannot_be_changed_is_saved_to(
        self, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(*_: object) -> None:
            raise OSError(errno.EPERM, "no modes here")

        before, chmod = os.open, os.fchmod
        monkeypatch.setattr(os, "fchmod", refused)

        def everybodys(*args: object, **more: object) -> int:
            file = before(*args, **more)  # type: ignore[arg-type]
            if args[1] & os.O_CREAT:  # type: ignore[operator]
                chmod(file, 0o777)
            return file

        monkeypatch.setattr(os, "open", everybodys)
        assert get(order).path.read_bytes() == FILM

    def test_that_fails_otherwise_is_said_so(
        self, order: TransferRequest, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def failing(*_: object) -> None:
            raise OSError(errno.EIO, "bad disk")

        monkeypatch.setattr(os, "link", no_links)
        monkeypatch.setattr(folders, "rename_exclusively", failing)
        with pytest.raises(DownloadFailed):
            get(order)

    def test_that_has_the_call_renames_without_replacing(self, tmp_path: Path) -> None:
        (tmp_path / "a").write_text("a")
        (tmp_path / "b").write_text("b")
        folder = os.open(tmp_path, os.O_RDONLY)
        try:
            with pytest.raises(FileExistsError):
                rename.rename_exclusively(folder, "a", folder, "b")
            rename.rename_exclusively(folder, "a", folder, "c")
        except OSError as error:
            if error.errno not in (errno.ENOSYS, errno.EINVAL):
                raise
            pytest.skip("there is no such call here")
        finally:
            os.close(folder)
        assert [(path.name, path.read_text()) for path in sorted(tmp_path.iterdir())] == [
            ("b", "b"),
            ("c", "a"),
        ]
