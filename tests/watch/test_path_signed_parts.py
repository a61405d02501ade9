"""A part goes on after a renewal where the signature stands in the path (row 117)."""

import json
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from signed_links import HEX, MD5, UNIX

from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import DownloadFailed, Remote, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Heard, Loopback, Scene

FILM = film(300_032)
OTHER = MD5[::-1]

WAYS: dict[str, Callable[[str, int], str]] = {
    "ByteDance": lambda digest, end: f"/{digest}/{end:x}/video/tos/cn/clip/?a=1",
    "B": lambda digest, _: f"/202703012000/{digest}/clip.mp4",
    "C": lambda digest, end: f"/{digest}/{end:x}/clip.mp4",
    "Bunny": lambda digest, end: f"/bcdn_token={digest}&expires={end}&token_path=%2F/clip.mp4",
    "Cloudinary": lambda digest, _: f"/video/upload/s--{digest[:8]}--/clip.mp4",
    "Akamai": lambda digest, end: f"/hdntl=exp={end}~acl=%2f*~hmac={digest}/clip.mp4",
}


def ranged(loopback: "Loopback", etag: str, whole: bytes = FILM) -> "Callable[[Heard], Scene]":
    def scene(heard: "Heard") -> "Scene":
        wanted = heard.headers.get("range")
        if wanted is None or heard.headers.get("if-range") != etag:
            return [loopback.answer(200, whole, ETag=etag)]
        start = int(wanted.removeprefix("bytes=").removesuffix("-"))
        span = f"bytes {start}-{len(whole) - 1}/{len(whole)}"
        return [loopback.answer(206, whole[start:], ETag=etag, Content_Range=span)]

    return scene


def fetch(loopback: "Loopback", folder: Path, path: str) -> bytes:
    order = TransferRequest(
        source=Remote(loopback.url + path, loopback.url),
        directory=folder,
        stem=PurePosixPath("clip"),
        ref=Ref("hiapi", "a"),
        n=1,
    )
    limits = Limits(tries=1, spare=0)
    transfer = Transfer(order, limits=limits, rng=Random(1), pause=lambda _: None)
    return transfer.run().path.read_bytes()


def begun(loopback: "Loopback", folder: Path, path: str, etag: str = '"v1"') -> None:
    """Have the first bytes of the film on disk, under a link that broke off."""
    head = loopback.answer(200, b"", ETag=etag, content_length=str(len(FILM)))
    loopback.play([head, FILM[:70_000], loopback.CLOSE])
    with pytest.raises(DownloadFailed):
        fetch(loopback, folder, path)


@pytest.mark.parametrize("way", WAYS)
def test_a_part_goes_on_under_another_signature(
    loopback: "Loopback", tmp_path: Path, way: str
) -> None:
    begun(loopback, tmp_path, WAYS[way](MD5, UNIX))
    loopback.play(ranged(loopback, '"v1"'))
    assert fetch(loopback, tmp_path, WAYS[way](OTHER, UNIX + 60)) == FILM
    assert loopback.heard[-1].headers["range"] == "bytes=70000-"


@pytest.mark.parametrize("way", WAYS)
def test_the_side_file_does_not_say_the_signature(
    loopback: "Loopback", tmp_path: Path, way: str
) -> None:
    begun(loopback, tmp_path, WAYS[way](MD5, UNIX))
    (side,) = tmp_path.glob("*.part.json")
    assert not any(secret in side.read_text() for secret in (MD5, MD5[:8], HEX, str(UNIX)))
    assert "clip" in json.loads(side.read_text())["url"]


def test_another_version_of_the_file_is_fetched_from_its_beginning(
    loopback: "Loopback", tmp_path: Path
) -> None:
    begun(loopback, tmp_path, WAYS["C"](MD5, UNIX))
    loopback.play(ranged(loopback, '"v2"'))
    assert fetch(loopback, tmp_path, WAYS["C"](OTHER, UNIX)) == FILM
    assert loopback.heard[-1].headers["if-range"] == '"v1"'


MOVED = f"/{MD5}/{HEX}/other.mp4"


def test_under_a_new_path_a_part_goes_on_where_etag_and_total_and_the_last_bytes_agree(
    loopback: "Loopback", tmp_path: Path
) -> None:
    begun(loopback, tmp_path, WAYS["C"](MD5, UNIX))
    loopback.play(ranged(loopback, '"v1"'))
    assert fetch(loopback, tmp_path, MOVED) == FILM
    asked = loopback.heard[-1].headers
    assert (asked["range"], asked["if-range"]) == ("bytes=35000-", '"v1"')


def test_of_another_file_no_byte_is_joined_to_it_whatever_its_etag(
    loopback: "Loopback", tmp_path: Path
) -> None:
    """Some servers make ETags of a file's time and length: two files of a task share them."""
    other = film(len(FILM), seed=9)
    for etag, whole in (('"v2"', other), ('"v1"', other), ('"v1"', film(len(FILM) + 8, seed=9))):
        folder = tmp_path / f"{etag} of {len(whole)} bytes"
        begun(loopback, folder, WAYS["C"](MD5, UNIX))
        loopback.play(ranged(loopback, etag, whole))
        assert fetch(loopback, folder, MOVED) == whole


def test_what_no_strong_etag_vouches_for_is_begun_anew_under_a_new_path(
    loopback: "Loopback", tmp_path: Path
) -> None:
    for etag in ('W/"v1"', ""):
        folder = tmp_path / (etag.strip('W/"') or "none")
        begun(loopback, folder, WAYS["C"](MD5, UNIX), etag)
        loopback.play(ranged(loopback, etag))
        assert fetch(loopback, folder, MOVED) == FILM
        assert "range" not in loopback.heard[-1].headers
