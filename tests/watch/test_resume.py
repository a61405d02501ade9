"""The table that decides whether bytes may be joined."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.watch.reasons import Encoded
from rushes.watch.transfer.resume import (
    OVERLAP,
    SHORTEST_OVERLAP,
    Append,
    AskAlone,
    Complete,
    Decision,
    Discard,
    PartState,
    Refuse,
    Restart,
    asking,
    decide,
    part_state,
)
from rushes.watch.transfer.validators import Version, version_of

ETAG = '"v1"'
WEAK = f"W/{ETAG}"
DATE = "Sat, 28 Nov 2026 10:00:00 GMT"
LATER = "Sat, 28 Nov 2026 10:00:01 GMT"
SIZE = 400_000
TOTAL = 1_000_000

TAGGED = Version(ETAG, TOTAL)
DATED = Version(None, TOTAL, DATE)
BARE = Version(None, TOTAL)

PART = PartState(SIZE, TAGGED)
ALONE = PartState(SIZE, TAGGED, conditional=False)
BY_DATE = PartState(SIZE, DATED)
BY_DATE_ALONE = PartState(SIZE, DATED, False, OVERLAP)
BY_BYTES = PartState(SIZE, BARE, False, OVERLAP)
BY_WEAK = PartState(SIZE, Version(WEAK, TOTAL), False, OVERLAP)
RUNGS = [PART, ALONE, BY_DATE, BY_DATE_ALONE, BY_BYTES, BY_WEAK]


def good(part: PartState) -> dict[str, str]:
    """The headers of an answer that continues `part`."""
    headers = {"content-range": f"bytes {part.start}-{TOTAL - 1}/{TOTAL}"}
    headers["content-length"] = str(TOTAL - part.start)
    if part.version.etag:
        headers["etag"] = part.version.etag
    if part.version.modified:
        headers["last-modified"] = part.version.modified
    return headers


@pytest.mark.parametrize(
    ("size", "version", "expected"),
    [
        (SIZE, TAGGED, PART),
        (SIZE, Version(ETAG, TOTAL, DATE), PartState(SIZE, Version(ETAG, TOTAL, DATE))),
        (SIZE, DATED, BY_DATE),
        (SIZE, BARE, BY_BYTES),
        (SIZE, Version(WEAK, TOTAL), BY_WEAK),
        (TOTAL, TAGGED, Complete()),
        (TOTAL, DATED, Complete()),
        (TOTAL, BARE, PartState(TOTAL, BARE, False, OVERLAP)),
        (OVERLAP, BARE, PartState(OVERLAP, BARE, False, OVERLAP // 2)),
        (2 * SHORTEST_OVERLAP - 1, BARE, None),
        (0, TAGGED, None),
        (TOTAL + 1, TAGGED, None),
        (SIZE, Version(ETAG), PartState(SIZE, Version(ETAG))),
        (SIZE, Version(None, None, DATE), PartState(SIZE, Version(None, None, DATE))),
        (SIZE, Version(WEAK), None),
        (SIZE, Version(), None),
    ],
)
def test_what_can_be_continued(
    size: int, version: Version, expected: PartState | Complete | None
) -> None:
    assert part_state(size, version) == expected


def test_what_can_be_continued_where_if_range_is_ignored() -> None:
    assert part_state(SIZE, TAGGED, conditional=False) == ALONE
    assert part_state(SIZE, DATED, conditional=False) == BY_DATE_ALONE


@pytest.mark.parametrize(
    ("part", "headers"),
    [
        (None, {}),
        (PART, {"Range": "bytes=400000-", "If-Range": ETAG}),
        (ALONE, {"Range": "bytes=400000-"}),
        (BY_DATE, {"Range": "bytes=400000-", "If-Range": DATE}),
        (BY_DATE_ALONE, {"Range": "bytes=334464-"}),
        (BY_BYTES, {"Range": "bytes=334464-"}),
        (BY_WEAK, {"Range": "bytes=334464-"}),
    ],
)
def test_the_rest_is_asked_for(part: PartState | None, headers: dict[str, str]) -> None:
    assert asking(part) == headers


@pytest.mark.parametrize(
    ("headers", "version"),
    [
        ({"etag": ETAG, "content-length": "1000"}, Version(ETAG, 1000)),
        ({"etag": WEAK, "content-length": "1000"}, Version(WEAK, 1000)),
        ({"etag": "v1"}, Version()),
        ({"etag": '""'}, Version()),
        ({"etag": '"a"b"'}, Version()),
        ({"last-modified": DATE, "date": LATER}, Version(modified=DATE)),
        ({"last-modified": DATE, "date": DATE}, Version()),
        ({"last-modified": LATER, "date": DATE}, Version()),
        ({"last-modified": DATE}, Version()),
        ({"last-modified": "yesterday", "date": LATER}, Version()),
        ({"content-length": "10", "transfer-encoding": "chunked"}, Version()),
        ({"content-length": "-1"}, Version()),
        ({"content-length": "1, 2"}, Version()),
        ({"content-encoding": "identity"}, Version()),
    ],
)
def test_what_an_answer_says_of_the_version(headers: dict[str, str], version: Version) -> None:
    assert version_of(headers) == version
    assert decide(None, 200, headers) == Restart(version, version.total)


@pytest.mark.parametrize("part", RUNGS)
class TestAnAnswerToARange:
    def test_that_agrees_in_everything_is_joined(self, part: PartState) -> None:
        assert decide(part, 206, good(part)) == Append(TOTAL, TOTAL)

    def test_that_agrees_in_everything_is_joined_under_200_too(self, part: PartState) -> None:
        assert decide(part, 200, good(part)) == Append(TOTAL, TOTAL)

    def test_that_is_shorter_than_asked_is_joined_too(self, part: PartState) -> None:
        span = {"content-range": f"bytes {part.start}-499999/{TOTAL}", "content-length": ""}
        assert decide(part, 206, good(part) | span) == Append(500_000, TOTAL)

    def test_that_is_all_of_another_version_starts_over(self, part: PartState) -> None:
        headers = {"etag": '"v2"', "content-length": "7"}
        assert decide(part, 200, headers) == Restart(Version('"v2"', 7), 7)

    def test_that_is_all_of_the_file_as_its_range_says_starts_over(self, part: PartState) -> None:
        headers = {"content-range": f"bytes 0-{TOTAL - 1}/{TOTAL}"}
        assert decide(part, 200, headers) == Restart(BARE, TOTAL)

    def test_that_says_the_file_is_shorter_starts_over(self, part: PartState) -> None:
        assert isinstance(decide(part, 416, {"content-range": "bytes */400"}), Discard)

    @pytest.mark.parametrize("status", [200, 206])
    @pytest.mark.parametrize(
        "lie",
        [
            {"content-range": "bytes 399999-999999/1000000"},
            {"content-range": "bytes 1-999999/1000000"},
            {"content-range": "bytes {}-999999/1000001"},
            {"content-range": "bytes {}-999999/*"},
            {"content-range": "bytes */1000000"},
            {"content-range": "bytes {}-1000000/1000000"},
            {"content-range": "bytes {}-7/1000000"},
            {"content-range": "bytes={}-999999/1000000"},
            {"content-range": "items {}-999999/1000000"},
            {"content-range": "bytes {}-999999/1000000, bytes 0-1/1000000"},
            {"content-length": "7"},
            {"etag": '"v2"', "last-modified": LATER},
            {"content-encoding": "gzip"},
            {"content-encoding": "br"},
            {"content-type": "multipart/byteranges; boundary=x"},
            {"content-type": " Multipart/ByteRanges"},
        ],
        ids=str,
    )
    def test_that_disagrees_in_anything_is_not(
        self, part: PartState, status: int, lie: dict[str, str]
    ) -> None:
        if "etag" in lie and part is BY_BYTES:
            return  # there is nothing that it could disagree with
        said = {name: value.format(part.start) for name, value in lie.items()}
        assert isinstance(decide(part, status, good(part) | said), Discard)


@pytest.mark.parametrize("lost", [{"etag": ""}, {"etag": WEAK}])
@pytest.mark.parametrize("part", [PART, ALONE])
def test_a_strong_etag_has_to_be_repeated(part: PartState, lost: dict[str, str]) -> None:
    assert isinstance(decide(part, 206, good(part) | lost), Discard)


def test_a_length_that_nobody_told_is_that_of_the_first_piece() -> None:
    part = PartState(SIZE, Version(ETAG))
    assert decide(part, 206, good(PART)) == Append(TOTAL, TOTAL)
    assert isinstance(
        decide(part, 206, {"etag": ETAG, "content-range": "bytes 400000-400000/400001"}), Append
    )
    assert decide(part, 200, {"etag": ETAG, "content-length": f"{TOTAL}"}) == AskAlone()


def test_a_date_that_vouches_has_to_be_repeated() -> None:
    assert isinstance(decide(BY_DATE, 206, good(BY_DATE) | {"last-modified": ""}), Discard)
    bytes_vouch = good(BY_DATE_ALONE) | {"last-modified": ""}
    assert decide(BY_DATE_ALONE, 206, bytes_vouch) == Append(TOTAL, TOTAL)


@pytest.mark.parametrize(
    ("part", "headers", "expected"),
    [
        (PART, {"etag": ETAG, "content-length": f"{TOTAL}"}, AskAlone()),
        (PART, {"etag": ETAG}, AskAlone()),
        (BY_DATE, {"last-modified": DATE, "date": LATER}, AskAlone()),
        (PART, {"etag": ETAG, "content-length": "7"}, Restart(Version(ETAG, 7), 7)),
        (PART, {"etag": ETAG, "accept-ranges": "none"}, Restart(Version(ETAG))),
        (PART, {"etag": WEAK}, Restart(Version(WEAK))),
        (ALONE, {"etag": ETAG}, Restart(Version(ETAG))),
        (BY_DATE, {"last-modified": DATE}, Restart(Version())),
        (BY_BYTES, {"content-length": f"{TOTAL}"}, Restart(BARE, TOTAL)),
        (
            PartState(SIZE, Version(modified=DATE)),
            {"last-modified": DATE, "date": LATER},
            Restart(Version(modified=DATE)),
        ),
    ],
)
def test_the_same_file_that_came_whole_is_asked_for_once_without_if_range(
    part: PartState, headers: dict[str, str], expected: Decision
) -> None:
    assert decide(part, 200, headers) == expected


@pytest.mark.parametrize("part", [None, PART])
@pytest.mark.parametrize("status", [201, 300, 302, 304])
def test_other_statuses_bring_no_file(part: PartState | None, status: int) -> None:
    assert isinstance(decide(part, status, good(part or PART)), Refuse)


@pytest.mark.parametrize("status", [200, 206])
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("bytes 0-999/1000", Restart(Version(ETAG, 1000), 1000)),
        ("BYTES 0-499/1000", Restart(Version(ETAG, 1000), 500)),
        ("bytes 400-999/1000", None),
        ("bytes 0-999/*", None),
        ("bytes */1000", None),
        ("garbage", None),
    ],
)
def test_a_part_that_nobody_asked_for_is_taken_from_its_first_byte_only(
    status: int, said: str, expected: Decision | None
) -> None:
    decision = decide(None, status, {"etag": ETAG, "content-range": said})
    if expected is not None:
        assert decision == expected
    else:
        assert isinstance(decision, Discard if status == 200 else Refuse)


def test_a_206_without_a_range_is_refused() -> None:
    assert isinstance(decide(None, 206, {"etag": ETAG}), Refuse)
    assert isinstance(decide(None, 416, {}), Refuse)


@pytest.mark.parametrize("part", [None, *RUNGS])
def test_a_gzip_is_taken_from_its_first_byte_and_never_continued(part: PartState | None) -> None:
    said = {"content-encoding": "gzip", "etag": ETAG, "content-length": "1000"}
    assert decide(part, 200, said) == Restart(Version(), zipped=True)


@pytest.mark.parametrize("coding", ["br", "gzip, gzip", "deflate", "zstd", "aws-chunked, BR"])
def test_what_is_not_decoded_is_refused_before_its_body(coding: str) -> None:
    assert isinstance(decide(None, 200, {"content-encoding": coding}), Refuse)


def test_a_word_that_is_no_coding_changes_nothing_and_is_not_shown() -> None:
    hostile = {"content-encoding": "\x1b]0;owned\x07\x9b2J\u202e"}
    assert decide(None, 200, hostile) == Restart(Version())
    refused = decide(None, 200, {"content-encoding": "\x1b]0;owned\x07, br"})
    assert refused == Refuse(Encoded(("br",)))


parts = st.builds(
    part_state,
    st.integers(1, 200_000),
    st.builds(
        Version,
        st.sampled_from([ETAG, WEAK, None]),
        st.integers(100_000, 300_000) | st.none(),
        st.sampled_from([DATE, None]),
    ),
    conditional=st.booleans(),
    overlap=st.sampled_from([OVERLAP, SHORTEST_OVERLAP]),
).filter(lambda held: isinstance(held, PartState))
near = st.sampled_from([-1, 0, 0, 0, 1])


@given(
    parts,
    st.sampled_from([200, 206, 416]),
    st.tuples(near, near, near),
    st.fixed_dictionaries(
        {},
        optional={
            "etag": st.sampled_from([ETAG, '"v2"', WEAK, 'W/"v2"', "", "v1"]),
            "last-modified": st.sampled_from([DATE, LATER, ""]),
            "date": st.sampled_from([DATE, LATER]),
            "content-length": st.sampled_from(["1", "100000"]),
            "content-encoding": st.sampled_from(["identity", "utf-8", "gzip"]),
            "content-type": st.sampled_from(["video/mp4", "multipart/byteranges"]),
        },
    ),
)
@settings(derandomize=True, max_examples=rounds(150, 5000))
def test_joining_means_the_same_start_the_same_length_and_one_proof_of_the_version(
    part: PartState, status: int, off: tuple[int, int, int], headers: dict[str, str]
) -> None:
    """P10: whatever the rung, only what proves to continue the part is appended to it."""
    total = part.version.total or 250_000
    start, end, said = part.start + off[0], total + off[1], total + off[2]
    answer = headers | {"content-range": f"bytes {start}-{end - 1}/{said}"}
    decision = decide(part, status, answer)
    if not isinstance(decision, Append):
        return
    assert status in (200, 206)
    assert start == part.start
    assert decision.total == said >= part.size
    assert part.version.total in (None, said)
    assert start < decision.end <= said
    assert headers.get("content-encoding", "") != "gzip"
    assert headers.get("content-type", "").startswith("multipart") is False
    assert headers.get("content-length", str(end - start)) == str(end - start)
    vouched = (
        part.version.strong_etag is not None and headers.get("etag") == part.version.etag,
        part.conditional
        and part.version.modified is not None
        and headers.get("last-modified") == part.version.modified,
        part.overlap >= SHORTEST_OVERLAP and part.version.total == said,
    )
    assert any(vouched)


@given(parts, st.fixed_dictionaries({}, optional={"etag": st.sampled_from([ETAG, WEAK, '"v2"'])}))
@settings(derandomize=True, max_examples=rounds(80, 3000))
def test_what_is_the_whole_file_is_never_appended(part: PartState, headers: dict[str, str]) -> None:
    assert not isinstance(decide(part, 200, headers), Append)
