"""The table that decides whether bytes may be joined."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from watch.resume import (
    Append,
    Complete,
    Discard,
    Held,
    Refuse,
    Restart,
    Version,
    asking,
    decide,
    standing,
)

ETAG = '"v1"'
PART = Held(size=400, etag=ETAG, total=1000)
GOOD = {"etag": ETAG, "content-range": "bytes 400-999/1000", "content-length": "600"}


@pytest.mark.parametrize(
    ("size", "version", "expected"),
    [
        (400, Version(ETAG, 1000), PART),
        (1000, Version(ETAG, 1000), Complete()),
        (0, Version(ETAG, 1000), None),
        (1001, Version(ETAG, 1000), None),
        (400, Version(None, 1000), None),
        (400, Version(ETAG, None), None),
        (400, Version(), None),
    ],
)
def test_what_can_be_continued(
    size: int, version: Version, expected: Held | Complete | None
) -> None:
    assert standing(size, version) == expected


def test_the_rest_is_asked_for_only_of_the_same_version() -> None:
    assert asking(PART) == {"Range": "bytes=400-", "If-Range": ETAG}
    assert asking(None) == {}


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"etag": ETAG, "content-length": "1000"}, Version(ETAG, 1000)),
        ({"etag": f"W/{ETAG}", "content-length": "1000"}, Version(None, 1000)),
        ({"etag": "v1"}, Version()),
        ({"etag": '""'}, Version()),
        ({"etag": '"a"b"'}, Version()),
        ({"content-length": "10", "transfer-encoding": "chunked"}, Version()),
        ({"content-length": "-1"}, Version()),
        ({"content-length": "1, 2"}, Version()),
        ({"content-encoding": "identity"}, Version()),
    ],
)
@pytest.mark.parametrize("part", [None, PART])
def test_a_200_is_the_whole_file(
    part: Held | None, headers: dict[str, str], version: Version
) -> None:
    assert decide(part, 200, headers) == Restart(version)


def test_a_206_that_agrees_in_everything_is_joined() -> None:
    assert decide(PART, 206, GOOD) == Append(400)


def test_a_206_shorter_than_asked_is_joined_too() -> None:
    assert decide(PART, 206, GOOD | {"content-range": "bytes 400-500/1000"}) == Append(400)


@pytest.mark.parametrize(
    "lie",
    [
        {"content-range": "bytes 399-999/1000"},
        {"content-range": "bytes 0-999/1000"},
        {"content-range": "bytes 400-999/1001"},
        {"content-range": "bytes 400-999/*"},
        {"content-range": "bytes 400-1000/1000"},
        {"content-range": "bytes 400-399/1000"},
        {"content-range": "bytes=400-999/1000"},
        {"content-range": "items 400-999/1000"},
        {"content-range": ""},
        {"content-range": "bytes 400-999/1000, bytes 0-1/1000"},
        {"etag": '"v2"'},
        {"etag": f"W/{ETAG}"},
        {"etag": ""},
        {"content-encoding": "gzip"},
        {"content-type": "multipart/byteranges; boundary=x"},
        {"content-type": " Multipart/ByteRanges"},
    ],
)
def test_a_206_that_disagrees_in_anything_is_not(lie: dict[str, str]) -> None:
    assert isinstance(decide(PART, 206, GOOD | lie), Discard)


def test_a_416_to_a_part_that_is_not_whole_means_another_file() -> None:
    assert isinstance(decide(PART, 416, {"content-range": "bytes */400"}), Discard)
    assert isinstance(decide(None, 416, {}), Refuse)


@pytest.mark.parametrize("part", [None, PART])
@pytest.mark.parametrize("status", [201, 300, 302, 304])
def test_other_statuses_bring_no_file(part: Held | None, status: int) -> None:
    assert isinstance(decide(part, status, GOOD), Refuse)


def test_a_206_that_nobody_asked_for_is_refused() -> None:
    assert isinstance(decide(None, 206, GOOD), Refuse)


@pytest.mark.parametrize("coding", ["gzip", "br", "gzip, gzip", "x-whatever"])
def test_an_encoded_file_is_refused_before_its_body(coding: str) -> None:
    assert isinstance(decide(None, 200, {"content-encoding": coding}), Refuse)


def test_the_coding_of_a_file_is_named_by_words_that_no_terminal_obeys() -> None:
    refused = decide(None, 200, {"content-encoding": "\x1b]0;owned\x07\x9b2J\u202e"})
    assert isinstance(refused, Refuse)
    assert "␛]0;owned␇" in refused.reason
    assert refused.reason.isprintable()


etags = st.sampled_from([ETAG, '"v2"', f"W/{ETAG}", "", "v1"])
ranges = st.builds(
    "bytes {}-{}/{}".format,
    st.integers(398, 402),
    st.integers(398, 1001),
    st.sampled_from([999, 1000, 1001, "*"]),
)


@given(
    st.sampled_from([200, 206, 416]),
    st.fixed_dictionaries(
        {"etag": etags, "content-range": ranges},
        optional={
            "content-encoding": st.sampled_from(["identity", "gzip"]),
            "content-type": st.sampled_from(["video/mp4", "multipart/byteranges"]),
        },
    ),
)
@settings(derandomize=True, max_examples=300)
def test_joining_means_same_start_same_version_same_length_and_no_encoding(
    status: int, headers: dict[str, str]
) -> None:
    if isinstance(decide(PART, status, headers), Append):
        assert status == 206
        assert headers["etag"] == ETAG
        assert headers["content-range"].startswith("bytes 400-")
        assert headers["content-range"].endswith("/1000")
        assert headers.get("content-encoding", "identity") == "identity"
        assert not headers.get("content-type", "").startswith("multipart")
