"""What `Content-Encoding` says of a file, and what it only seems to say (row 38)."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mp4_files import box, film
from sampling import rounds
from saying import raises_saying
from waiting import PATIENCE

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.task import Ref
from rushes.watch.transfer.content_coding import RATIO, STEP, Gunzip, Undecodable, codings, unframed
from rushes.watch.transfer.limits import Interrupted, Limits
from rushes.watch.transfer.request import DownloadFailed, Remote, Saved, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback

FILM = film(300_000)
ZIPPED = gzip.compress(FILM)
NO_CODINGS = [
    "utf-8",
    "UTF8",
    "binary",
    "base64",
    "none",
    "null",
    "identity",
    "aws-chunked",
    "aws-chunked,identity",
    " , AWS-Chunked , ",
    "video/mp4",
    "8bit",
    "x-whatever",
    "",
]
GZIPS = ["gzip", "x-gzip", " GZip ", "aws-chunked,gzip", "gzip, identity", ",gzip,", "utf-8, gzip"]
UNDECODED = ["br", "zstd", "deflate", "compress", "x-compress", "BR", "gzip, gzip", "gzip, br"]


@pytest.fixture
def order(loopback: Loopback, tmp_path: Path) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("video-1"),
        ref=Ref("hiapi", "tk-1"),
        n=1,
    )


def get(order: TransferRequest, **limits: int) -> Saved:
    return Transfer(
        order,
        limits=Limits(window=PATIENCE, tries=3, spare=0, **limits),
        rng=Random(1),
        pause=lambda _: None,
    ).run()


def left(order: TransferRequest) -> list[str]:
    return sorted(path.name for path in order.directory.rglob("*") if path.is_file())


class TestAWordThatIsNoCoding:
    @pytest.mark.parametrize("word", NO_CODINGS)
    def test_changes_no_byte(self, loopback: Loopback, order: TransferRequest, word: str) -> None:
        loopback.play([loopback.answer(200, FILM, Content_Encoding=word, ETag='"v1"')])
        saved = get(order)
        assert saved.path.read_bytes() == FILM
        assert reasons_words(saved.reasons) == ""

    def test_is_no_reason_not_to_resume(self, loopback: Loopback, order: TransferRequest) -> None:
        about = {"Content_Encoding": "utf-8", "ETag": '"v1"'}
        whole = loopback.answer(200, b"", content_length=str(len(FILM)), **about)
        span = f"bytes 100000-{len(FILM) - 1}/{len(FILM)}"
        rest = loopback.answer(206, FILM[100_000:], Content_Range=span, **about)
        loopback.play([whole, FILM[:100_000], loopback.CLOSE], [rest])
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[1].headers["range"] == "bytes=100000-"


class TestGzip:
    @pytest.mark.parametrize("word", GZIPS)
    def test_is_inflated_and_known_to_be_whole(
        self, loopback: Loopback, order: TransferRequest, word: str
    ) -> None:
        loopback.play([loopback.answer(200, ZIPPED, Content_Encoding=word, ETag='W/"v1"')])
        saved = get(order)
        assert saved.path.read_bytes() == FILM
        assert reasons_words(saved.reasons) == ""

    def test_without_a_length_is_whole_by_its_own_checksum(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
        loopback.play([head, ZIPPED, loopback.CLOSE])
        assert reasons_words(get(order).reasons) == ""

    @pytest.mark.parametrize("length", [True, False], ids=["with a length", "without one"])
    def test_that_is_cut_starts_from_zero(
        self, loopback: Loopback, order: TransferRequest, length: bool
    ) -> None:
        about = {"content_length": str(len(ZIPPED)) if length else ""}
        head = loopback.answer(200, b"", ETag='"v1"', Content_Encoding="gzip", **about)
        loopback.play([head, ZIPPED[:-9], loopback.CLOSE], [head, ZIPPED, loopback.CLOSE])
        assert get(order).path.read_bytes() == FILM
        assert all("range" not in heard.headers for heard in loopback.heard)

    def test_that_is_always_cut_gets_no_name(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(200, ZIPPED[:-1], Content_Encoding="gzip")])
        with raises_saying(DownloadFailed, match=r"the gzip that came is cut off; gave up after 3"):
            get(order)
        assert not list(order.directory.glob("*.mp4"))

    def test_that_is_damaged_gets_no_name(self, loopback: Loopback, order: TransferRequest) -> None:
        damaged = ZIPPED[:-8] + bytes(4) + ZIPPED[-4:]
        loopback.play([loopback.answer(200, damaged, Content_Encoding="gzip")])
        with raises_saying(DownloadFailed, match="the gzip that came is damaged"):
            get(order)
        assert not list(order.directory.glob("*.mp4"))

    def test_is_not_more_than_is_allowed(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play([loopback.answer(200, ZIPPED, Content_Encoding="gzip")])
        with raises_saying(DownloadFailed, match="allowed"):
            get(order, size=200_000)
        assert left(order) == []

    def test_of_a_web_page_is_a_web_page(self, loopback: Loopback, order: TransferRequest) -> None:
        page = gzip.compress(b"<!doctype html><title>Sign in</title>")
        loopback.play([loopback.answer(200, page, Content_Encoding="gzip")])
        with raises_saying(DownloadFailed, match="a web page"):
            get(order)

    def test_that_is_none_is_taken_as_it_is(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(200, FILM, Content_Encoding="gzip")])
        saved = get(order)
        assert saved.path.read_bytes() == FILM
        assert reasons_words(saved.reasons) == ""

    def test_that_is_none_and_has_no_length_says_so(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n"
        loopback.play([head, FILM, loopback.CLOSE])
        assert reasons_words(get(order).reasons) == "length unverified"

    def test_takes_the_place_of_a_part_that_was_plain(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        plain = loopback.answer(200, b"", ETag='"v1"', content_length=str(len(FILM)))
        zipped = loopback.answer(200, ZIPPED, ETag='"v1"', Content_Encoding="gzip")
        loopback.play([plain, FILM[:100_000], loopback.CLOSE], [zipped])
        assert get(order).path.read_bytes() == FILM


@pytest.mark.parametrize("word", UNDECODED)
def test_a_coding_that_is_not_decoded_is_named_and_not_asked_for_again(
    loopback: Loopback, order: TransferRequest, word: str
) -> None:
    loopback.play([loopback.answer(200, ZIPPED, Content_Encoding=word)])
    told = f"the file came encoded as {word.lower()}, which was not asked for"
    with raises_saying(DownloadFailed, match=told):
        get(order)
    assert len(loopback.heard) == 1
    assert left(order) == []


class TestAnUpload:
    """The frames of a signed upload to S3, which some stores keep as if they were the file."""

    def signed(self, data: bytes, size: int = 64 * 1024) -> bytes:
        pieces = [data[at : at + size] for at in range(0, len(data), size)] + [b""]
        return b"".join(
            b"%x;chunk-signature=%s\r\n%s\r\n" % (len(piece), b"0a" * 32, piece) for piece in pieces
        )

    def unsigned(self, data: bytes) -> bytes:
        return b"%x\r\n%s\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n" % (len(data), data)

    @pytest.mark.parametrize("word", ["aws-chunked", "aws-chunked,utf-8", ""])
    def test_is_not_saved_as_a_file(
        self, loopback: Loopback, order: TransferRequest, word: str
    ) -> None:
        loopback.play([loopback.answer(200, self.signed(FILM), Content_Encoding=word)])
        with raises_saying(DownloadFailed, match="frames of the upload"):
            get(order)
        assert (len(loopback.heard), left(order)) == (1, [])

    @pytest.mark.parametrize("data", [FILM, box(b"ftyp", b"isom\0\0\2\0")])
    def test_without_signatures_is_not_saved_as_a_file(
        self, loopback: Loopback, order: TransferRequest, data: bytes
    ) -> None:
        framed = self.unsigned(data)
        loopback.play([loopback.answer(200, framed, Content_Encoding="aws-chunked")])
        with raises_saying(DownloadFailed, match="frames of the upload"):
            get(order)

    @pytest.mark.parametrize("text", [b"1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n", b"1\n"])
    def test_is_not_seen_in_what_only_begins_with_a_number(self, text: bytes) -> None:
        assert b"".join(unframed([text], "aws-chunked")) == text


@pytest.mark.parametrize(
    ("field", "expected"),
    [(word, ()) for word in NO_CODINGS]
    + [("gzip", ("gzip",)), ("X-GZIP", ("x-gzip",)), ("gzip;q=1", ("gzip",))]
    + [("br, aws-chunked, gzip", ("br", "gzip")), ("pack200-gzip", ("pack200-gzip",))],
)
def test_what_a_field_names(field: str, expected: tuple[str, ...]) -> None:
    assert codings(field) == expected


def split(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


def gunzip(data: bytes, size: int = 64 * 1024) -> bytes:
    unzipped = Gunzip(split(data, size))
    decoded = b"".join(unzipped)
    assert unzipped.proven
    return decoded


class TestGunzip:
    @pytest.mark.parametrize("size", [1, 2, 7, 1000, 10**6])
    def test_reads_members_padding_and_what_is_behind(self, size: int) -> None:
        one, two = gzip.compress(b"one" * 100), gzip.compress(b"two")
        assert gunzip(one + two, size) == b"one" * 100 + b"two"
        assert gunzip(one + bytes(700) + two + bytes(50), size) == b"one" * 100 + b"two"
        assert gunzip(one + b"garbage", size) == b"one" * 100
        assert gunzip(one + b"\x1f", size) == b"one" * 100

    @pytest.mark.parametrize("cut", [3, 11, -9, -1])
    def test_tells_that_a_member_is_cut_off(self, cut: int) -> None:
        one, two = gzip.compress(b"one"), gzip.compress(b"two" * 100)
        with raises_saying(Interrupted, match="cut off"):
            list(Gunzip([two[:cut]]))
        with raises_saying(Interrupted, match="cut off"):
            list(Gunzip([one + two[:cut]]))

    @pytest.mark.parametrize("data", [b"", b"\x1f", b"plain"])
    def test_hands_on_what_is_no_gzip(self, data: bytes) -> None:
        unzipped = Gunzip(split(data, 1))
        assert b"".join(unzipped) == data
        assert not unzipped.proven

    def test_gives_no_more_than_a_step_at_a_time(self) -> None:
        pieces = list(Gunzip([gzip.compress(bytes(900_000))]))
        assert max(map(len, pieces)) <= STEP

    def test_ends_where_the_ratio_is_passed(self) -> None:
        zipped, coming = gzip.compress(bytes(50_000_000)), list[int]()

        def count() -> None:
            coming.extend(map(len, Gunzip(split(zipped, 1000))))

        with raises_saying(Undecodable, match=f"over {RATIO} times"):
            count()
        assert sum(coming) <= 1024 * 1024 + STEP

    def test_does_not_pad_for_ever(self) -> None:
        def endless() -> Iterator[bytes]:
            yield gzip.compress(b"one")
            while True:
                yield bytes(STEP)

        assert b"".join(Gunzip(endless())) == b"one"

    @given(st.lists(st.binary(max_size=300), min_size=1, max_size=4), st.integers(1, 400))
    @settings(derandomize=True, max_examples=rounds(50, 2000))
    def test_agrees_with_the_standard_library(self, members: list[bytes], size: int) -> None:
        data = b"".join(gzip.compress(member) for member in members)
        assert gunzip(data, size) == gzip.decompress(data)

    @given(st.binary(max_size=200), st.integers(0, 40), st.integers(1, 255))
    @settings(derandomize=True, max_examples=rounds(50, 2000))
    def test_never_proves_what_was_changed(self, data: bytes, at: int, flip: int) -> None:
        zipped = bytearray(zlib.compress(data, wbits=31))
        zipped[at % len(zipped)] ^= flip
        unzipped = Gunzip([bytes(zipped)])
        try:
            decoded = b"".join(unzipped)
        except Interrupted:
            return
        assert decoded == data or not unzipped.proven
