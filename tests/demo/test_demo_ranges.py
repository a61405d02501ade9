"""One file over HTTP: whole, in part, and the part that is not there."""

import hashlib
from email.utils import parsedate_to_datetime

import pytest

from rushes.demo.http import Request, Response, Slice
from rushes.demo.media import File
from rushes.demo.ranges import serve

FILE = File(b"0123456789", 100, "seed")
MODIFIED = 1_795_341_000.0
WHOLE = FILE.read(0, 100)


def get(**headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return serve(FILE, "video/mp4", MODIFIED, Request("GET", "/f", headers=named))


def body_of(response: Response) -> bytes:
    assert isinstance(response.body, Slice)
    return response.body.source.read(response.body.start, response.body.stop)


def test_without_a_range_the_file_is_whole_and_says_what_it_is() -> None:
    response = get()
    assert (response.status, body_of(response)) == (200, WHOLE)
    assert response.headers["Content-Type"] == "video/mp4"
    assert response.headers["Accept-Ranges"] == "bytes"
    assert not response.headers["ETag"].startswith("W/")
    modified = parsedate_to_datetime(response.headers["Last-Modified"])
    assert modified.timestamp() == MODIFIED


@pytest.mark.parametrize(
    ("wanted", "part", "content_range"),
    [
        ("bytes=0-0", WHOLE[:1], "bytes 0-0/100"),
        ("bytes=5-19", WHOLE[5:20], "bytes 5-19/100"),
        ("bytes=90-", WHOLE[90:], "bytes 90-99/100"),
        ("bytes=90-500", WHOLE[90:], "bytes 90-99/100"),
        ("bytes=-3", WHOLE[97:], "bytes 97-99/100"),
        ("bytes=-500", WHOLE, "bytes 0-99/100"),
    ],
)
def test_a_range_is_206_with_the_bytes_it_names(
    wanted: str, part: bytes, content_range: str
) -> None:
    response = get(range=wanted)
    assert (response.status, body_of(response)) == (206, part)
    assert response.headers["Content-Range"] == content_range


@pytest.mark.parametrize("wanted", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_past_the_end_is_416_with_the_length(wanted: str) -> None:
    response = get(range=wanted)
    assert (response.status, response.headers["Content-Range"]) == (416, "bytes */100")


@pytest.mark.parametrize(
    "wanted", ["bytes=0-1,5-6", "items=0-1", "bytes=a-b", "bytes=-", "bytes=9-5", "bytes=900-5"]
)
def test_a_range_that_cannot_be_read_is_ignored(wanted: str) -> None:
    assert get(range=wanted).status == 200


def test_if_range_holds_for_the_same_etag_or_date_only() -> None:
    etag, date = FILE.etag, get().headers["Last-Modified"]
    assert get(range="bytes=5-", if_range=etag).status == 206
    assert get(range="bytes=5-", if_range=date).status == 206
    assert get(range="bytes=5-", if_range='"another"').status == 200
    assert get(range="bytes=5-", if_range=f"W/{etag}").status == 200


def test_pieces_read_apart_are_the_file() -> None:
    file = File(b"head" * 1000, 300_000, "seed")
    whole = file.read(0, file.size)
    pieces = [file.read(at, at + 7919) for at in range(0, file.size, 7919)]
    assert b"".join(pieces) == whole
    assert len(whole) == file.size
    assert hashlib.sha256(whole).hexdigest() == file.sha256
