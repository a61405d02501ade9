"""The rest of a file, from servers of every kind: each rung of the ladder, from end to end.

Rows 29 to 35 of reliability.md, and 104 to 107.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mp4_files import film
from range_server import DATES, NOW, RUNGS, Manners, Shelf
from saying import raises_saying
from waiting import PATIENCE

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.network.url import Origin
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits, Tries
from rushes.watch.transfer.request import DownloadFailed, Remote, TransferRequest
from rushes.watch.transfer.resume import OVERLAP
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback, Scene

KIB = 1024
FILM = film(600_000)
FILMS = [film(600_000, seed=seed) for seed in range(1, 5)]
WHOLE = hashlib.sha256(FILM).hexdigest()
UNVERSIONED = "resumed without a version"
STRONG = RUNGS["an ETag"]


@pytest.fixture
def order(loopback: Loopback, tmp_path: Path) -> TransferRequest:
    return TransferRequest(
        source=Remote(f"{loopback.url}/film.mp4", loopback.url),
        directory=tmp_path / "downloads",
        stem=PurePosixPath("video-1"),
        ref=Ref("hiapi", "tk-1"),
        n=1,
    )


class Fetched:
    """A transfer that was run, with the pauses it would have made."""

    def __init__(
        self, order: TransferRequest, tries: int = 6, if_range_ignored: set[Origin] | None = None
    ) -> None:
        self.pauses: list[float] = []
        self.transfer = Transfer(
            order,
            limits=Limits(window=PATIENCE, tries=tries, spare=0),
            rng=Random(1),
            pause=self.pauses.append,
            if_range_ignored=if_range_ignored,
        )
        self.saved = self.transfer.run()


def asked(loopback: Loopback) -> list[tuple[str | None, str | None]]:
    """Range and If-Range of each request."""
    return [(heard.headers.get("range"), heard.headers.get("if-range")) for heard in loopback.heard]


def kept(order: TransferRequest) -> bytes:
    """What is in the part."""
    (part,) = order.directory.glob("*.part")
    return part.read_bytes()


@pytest.mark.parametrize("rung", RUNGS)
class TestOnEveryRung:
    def test_a_file_that_is_cut_again_and_again_is_saved_at_once_and_hardly_read_twice(
        self, loopback: Loopback, order: TransferRequest, rung: str
    ) -> None:
        loopback.play(shelf := Shelf(loopback, [FILM], RUNGS[rung], cut=200_000))
        fetched = Fetched(order)
        assert fetched.saved.sha256 == WHOLE
        assert fetched.transfer.received <= 1.05 * len(FILM) + shelf.answers * 64 * KIB
        assert sum(fetched.pauses) <= 0.2

    @pytest.mark.parametrize("cap", [100_000, 64 * KIB, 20_000])
    def test_a_server_that_gives_little_at_a_time_is_not_waited_for(
        self, loopback: Loopback, order: TransferRequest, rung: str, cap: int
    ) -> None:
        loopback.play(shelf := Shelf(loopback, [FILM], RUNGS[rung], cut=200_000, cap=cap))
        fetched = Fetched(order)
        assert fetched.saved.sha256 == WHOLE
        assert fetched.transfer.received <= 1.05 * len(FILM) + shelf.answers * 64 * KIB
        assert sum(fetched.pauses) <= 0.2

    @pytest.mark.parametrize("replace_after", [1, 2, 3])
    def test_a_file_that_is_replaced_meanwhile_is_never_mixed(
        self, loopback: Loopback, order: TransferRequest, rung: str, replace_after: int
    ) -> None:
        loopback.play(Shelf(loopback, FILMS, RUNGS[rung], cut=250_000, replace_after=replace_after))
        fetched = Fetched(order)
        assert fetched.saved.path.read_bytes() in FILMS
        assert sum(fetched.pauses) <= 0.2

    def test_a_part_is_gone_on_with_by_the_next_process(
        self, loopback: Loopback, order: TransferRequest, rung: str
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS[rung], cut=200_000)
        loopback.play(server, [loopback.RESET])
        with raises_saying(DownloadFailed, match="gave up after 2 tries"):
            Fetched(order, tries=2)
        assert kept(order) == FILM[:200_000]
        loopback.play(server)
        fetched = Fetched(order)
        assert fetched.saved.sha256 == WHOLE
        assert fetched.transfer.received < len(FILM)

    @pytest.mark.parametrize(
        "lie",
        [
            {"ETag": '"v9"'},
            {"Last-Modified": "Sat, 28 Nov 2026 09:59:00 GMT"},
            {"Content-Range": f"bytes 0-{len(FILM) - 1}/{len(FILM)}"},
            {"Content-Range": f"bytes 200001-{len(FILM) - 1}/{len(FILM)}"},
            {"Content-Range": f"bytes 200000-{len(FILM)}/{len(FILM) + 1}"},
            {"Content-Range": f"bytes 200000-{len(FILM) - 1}/*"},
            {"Content-Range": "garbage"},
            {"Content-Length": "17"},
            {"Content-Encoding": "gzip"},
            {"Content-Type": "multipart/byteranges; boundary=x"},
        ],
        ids=str,
    )
    def test_a_piece_that_says_something_else_is_not_joined(
        self, loopback: Loopback, order: TransferRequest, rung: str, lie: dict[str, str]
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS[rung], cut=200_000, changes=lie)
        honest = Shelf(loopback, [FILM], RUNGS[rung])
        loopback.play(server, server, server, server, honest)
        assert Fetched(order).saved.sha256 == WHOLE


class TestAnETag:
    def test_is_asked_for_with_if_range(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000))
        assert reasons_words(Fetched(order).saved.reasons) == ""
        assert asked(loopback) == [(None, None), ("bytes=400000-", '"v0"')]

    def test_whose_if_range_brings_the_same_file_whole_is_asked_for_with_range_alone(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["an ETag, If-Range ignored"], cut=250_000))
        fetched = Fetched(order)
        assert reasons_words(fetched.saved.reasons) == ""
        assert fetched.transfer.received == len(FILM)
        assert asked(loopback) == [
            (None, None),
            ("bytes=250000-", '"v0"'),
            ("bytes=250000-", None),
            ("bytes=500000-", None),
        ]

    def test_at_an_origin_that_ignores_if_range_is_asked_for_without_it_from_then_on(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["an ETag, If-Range ignored"], cut=400_000))
        ignored = set[Origin]()
        for n in (1, 2):
            Fetched(replace(order, n=n), if_range_ignored=ignored)
        assert [condition for _, condition in asked(loopback)] == [None, '"v0"', None, None, None]

    def test_at_a_server_without_ranges_is_no_reason_to_remember_its_origin(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, FILM, ETag='"v0"')
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000), [whole])
        ignored = set[Origin]()
        assert Fetched(order, if_range_ignored=ignored).saved.sha256 == WHOLE
        assert [wanted for wanted, _ in asked(loopback)] == [None, *["bytes=400000-"] * 2]
        assert ignored == set()

    def test_at_a_server_that_says_it_has_no_ranges_is_taken_whole_at_once(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, FILM, ETag='"v0"', Accept_Ranges="none")
        loopback.play([whole[:400_000], loopback.CLOSE], [whole])
        assert Fetched(order).saved.sha256 == WHOLE
        assert len(loopback.heard) == 2

    @pytest.mark.parametrize("tag", ["", 'W/"v0"', '"v1"'])
    def test_that_is_not_repeated_joins_nothing(
        self, loopback: Loopback, order: TransferRequest, tag: str
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000, changes={"ETag": tag}))
        with raises_saying(DownloadFailed, match="gave up"):
            Fetched(order)
        assert not list(order.directory.glob("*.mp4"))


class TestADate:
    def test_is_asked_for_with_if_range(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["a date"], cut=400_000))
        assert reasons_words(Fetched(order).saved.reasons) == ""
        assert asked(loopback)[1] == ("bytes=400000-", "Sat, 28 Nov 2026 10:00:00 GMT")

    @pytest.mark.parametrize(
        ("modified", "date"),
        [
            (NOW, NOW),
            ("Sat, 28 Nov 2026 11:00:01 GMT", NOW),
            ("Sat, 28 Nov 2026 10:00:00 GMT", ""),
            ("Saturday, 28-Nov-26 10:00:00 GMT", NOW),
            ("Thu, 01 Jan 1970 00:00:00 GMT", NOW),
            ("Sat, 31 Feb 2026 10:00:00 GMT", NOW),
        ],
    )
    def test_that_something_newer_could_have_as_well_is_no_version(
        self, loopback: Loopback, order: TransferRequest, modified: str, date: str
    ) -> None:
        about = {"Last-Modified": modified, "Date": date}
        whole = loopback.answer(200, b"", content_length=str(len(FILM)), **about)
        loopback.play([whole, FILM[:400_000], loopback.CLOSE], Shelf(loopback, [FILM], Manners()))
        assert reasons_words(Fetched(order).saved.reasons) == UNVERSIONED
        assert asked(loopback)[1] == (f"bytes={400_000 - OVERLAP}-", None)


class TestBytesThatAreReadAgain:
    def test_are_64_kib_and_the_file_says_so(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["nothing"], cut=400_000))
        fetched = Fetched(order)
        assert reasons_words(fetched.saved.reasons) == UNVERSIONED
        assert asked(loopback)[1] == (f"bytes={400_000 - 64 * KIB}-", None)
        assert fetched.transfer.received == len(FILM) + 64 * KIB

    @pytest.mark.parametrize("where", [400_000 - 64 * KIB, 380_000, 399_999])
    def test_have_to_be_equal_to_the_last_one(
        self, loopback: Loopback, order: TransferRequest, where: int
    ) -> None:
        other = bytearray(FILM)
        other[where] ^= 1
        films = [FILM, bytes(other)]
        loopback.play(Shelf(loopback, films, RUNGS["nothing"], cut=400_000, replace_after=1))
        fetched = Fetched(order)
        assert fetched.saved.path.read_bytes() == films[1]
        assert asked(loopback)[2] == (None, None)

    def test_that_do_not_all_come_join_nothing(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        at = 400_000 - 64 * KIB
        span = f"bytes {at}-{len(FILM) - 1}/{len(FILM)}"
        short = loopback.answer(206, FILM[at : at + 1000], content_length="", Content_Range=span)
        rest = Shelf(loopback, [FILM], RUNGS["nothing"])
        loopback.play(Shelf(loopback, [FILM], RUNGS["nothing"], cut=400_000), rest)
        loopback.play(
            Shelf(loopback, [FILM], RUNGS["nothing"], cut=400_000), [short, loopback.CLOSE], rest
        )
        assert Fetched(order).saved.sha256 == WHOLE

    def test_of_a_part_that_is_short_are_half_of_it(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["nothing"], cut=40_000))
        assert Fetched(order).saved.sha256 == WHOLE
        assert asked(loopback)[1] == ("bytes=20000-", None)

    def test_of_a_part_that_is_very_short_would_prove_nothing(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        short = Shelf(loopback, [FILM], RUNGS["nothing"], cut=10_000)
        loopback.play(short, Shelf(loopback, [FILM], RUNGS["nothing"]))
        assert reasons_words(Fetched(order).saved.reasons) == ""
        assert asked(loopback)[1] == (None, None)

    def test_are_remembered_with_the_part(self, loopback: Loopback, order: TransferRequest) -> None:
        server = Shelf(loopback, [FILM], RUNGS["nothing"], cut=200_000)
        loopback.play(server, server, [loopback.RESET])
        with pytest.raises(DownloadFailed):
            Fetched(order, tries=2)
        (side,) = order.directory.glob("*.part.json")
        assert json.loads(side.read_text())["unversioned"] is True
        # From now on there is a version, which says nothing of what was joined before.
        loopback.play(server)
        assert reasons_words(Fetched(order).saved.reasons) == UNVERSIONED

    def test_of_a_part_that_is_all_there_are_still_asked_for(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS["nothing"], cut=200_000)
        loopback.play(server, [loopback.RESET])
        with pytest.raises(DownloadFailed):
            Fetched(order, tries=2)
        (side,), (part,) = order.directory.glob("*.part.json"), order.directory.glob("*.part")
        part.write_bytes(FILM)
        side.write_text(json.dumps({**json.loads(side.read_text()), "synced": len(FILM)}))
        at = len(FILM) - OVERLAP
        span = f"bytes {at}-{len(FILM) - 1}/{len(FILM)}"
        some = loopback.answer(206, FILM[at : at + 10], content_length="", Content_Range=span)
        loopback.play([some, loopback.CLOSE], Shelf(loopback, [FILM], RUNGS["nothing"]))
        before = len(loopback.heard)
        assert Fetched(order).saved.sha256 == WHOLE
        # What did not come again in full proves nothing: it is asked for once more.
        assert len(loopback.heard) == before + 2
        assert asked(loopback)[before] == (f"bytes={at}-", None)


class TestASideFileOfVersion01:
    def test_is_believed(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000), [loopback.RESET])
        with pytest.raises(DownloadFailed):
            Fetched(order, tries=2)
        (side,) = order.directory.glob("*.part.json")
        said = json.loads(side.read_text())
        del said["modified"], said["unversioned"]
        side.write_text(json.dumps(said))
        loopback.play(Shelf(loopback, [FILM], STRONG))
        assert Fetched(order).saved.sha256 == WHOLE
        assert asked(loopback)[-1] == ("bytes=400000-", '"v0"')


@pytest.mark.parametrize("about", [{"ETag": '"v0"'}, {"Last-Modified": DATES[0], "Date": NOW}])
def test_a_file_without_a_length_goes_on_where_a_validator_vouches_for_it(
    loopback: Loopback, order: TransferRequest, about: dict[str, str]
) -> None:
    head = loopback.answer(200, b"", Transfer_Encoding="chunked", content_length="", **about)
    chunk = b"%x\r\n%s\r\n" % (200_000, FILM[:200_000])
    manners = STRONG if "ETag" in about else RUNGS["a date"]
    loopback.play([head, chunk, loopback.CLOSE], Shelf(loopback, [FILM], manners, cut=200_000))
    fetched = Fetched(order)
    assert fetched.saved.sha256 == WHOLE
    assert reasons_words(fetched.saved.reasons) == ""
    assert [wanted for wanted, _ in asked(loopback)] == [None, "bytes=200000-", "bytes=400000-"]


def test_a_length_that_a_piece_told_is_remembered_with_the_part(
    loopback: Loopback, order: TransferRequest
) -> None:
    head = loopback.answer(200, b"", Transfer_Encoding="chunked", content_length="", ETag='"v0"')
    chunk = b"%x\r\n%s\r\n" % (200_000, FILM[:200_000])
    piece = Shelf(loopback, [FILM], STRONG, cut=200_000)
    loopback.play([head, chunk, loopback.CLOSE], piece, [loopback.RESET])
    with pytest.raises(DownloadFailed):
        Fetched(order, tries=2)
    (side,) = order.directory.glob("*.part.json")
    assert json.loads(side.read_text())["total"] == len(FILM)


class TestAPieceThatNobodyAskedFor:
    """RFC 9110 knows no 206 without a Range, and no Content-Range beside 200."""

    def piece(
        self, loopback: Loopback, status: int, start: int, end: int, total: object = len(FILM)
    ) -> Scene:
        span = f"bytes {start}-{end - 1}/{total}"
        return [
            loopback.answer(status, FILM[start:end], ETag='"v0"', Content_Range=span),
            loopback.CLOSE,
        ]

    @pytest.mark.parametrize("status", [200, 206])
    def test_is_the_file_where_it_is_all_of_it(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play(self.piece(loopback, status, 0, len(FILM)))
        assert Fetched(order).saved.sha256 == WHOLE
        assert len(loopback.heard) == 1

    @pytest.mark.parametrize("status", [200, 206])
    def test_is_a_beginning_that_is_gone_on_with(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play(self.piece(loopback, status, 0, 300_000), Shelf(loopback, [FILM], STRONG))
        assert Fetched(order).saved.sha256 == WHOLE
        assert asked(loopback)[1] == ("bytes=300000-", '"v0"')

    @pytest.mark.parametrize(("start", "total"), [(200_000, len(FILM)), (0, "*"), (0, 1)])
    def test_under_200_is_never_taken_for_the_file(
        self, loopback: Loopback, order: TransferRequest, start: int, total: object
    ) -> None:
        loopback.play(self.piece(loopback, 200, start, len(FILM), total))
        with raises_saying(DownloadFailed, match="a part of the file came for the whole"):
            Fetched(order)
        loopback.play(
            self.piece(loopback, 200, start, len(FILM), total), Shelf(loopback, [FILM], STRONG)
        )
        assert Fetched(order).saved.sha256 == WHOLE

    def test_brings_no_more_than_it_says(self, loopback: Loopback, order: TransferRequest) -> None:
        span = f"bytes 400000-499999/{len(FILM)}"
        about = {"ETag": '"v0"', "Content_Range": span, "content_length": ""}
        longer = loopback.answer(206, bytes(150_000), **about)
        first = Shelf(loopback, [FILM], STRONG, cut=400_000)
        loopback.play(first, [longer, loopback.CLOSE], Shelf(loopback, [FILM], STRONG))
        assert Fetched(order).saved.sha256 == WHOLE
        assert asked(loopback)[2] == (None, None)


SMALL = [film(120_000, seed=seed) for seed in (1, 2, 3)]
SERVED = st.tuples(
    st.sampled_from(range(3)),  # the version that is served
    st.sampled_from(sorted(RUNGS)),
    st.none() | st.integers(1, 119_999),  # where it is cut
    st.none() | st.integers(1_000, 119_999),  # how long a piece may be
)


@settings(
    derandomize=True,
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(SERVED, max_size=6), st.integers(0, 10**6))
def test_a_file_is_of_one_version_whatever_servers_it_comes_from(
    loopback: Loopback,
    order: TransferRequest,
    served: list[tuple[int, str, int | None, int | None]],
    seed: int,
) -> None:
    """P10 from end to end: another kind of server, and another version, at each answer."""

    def shelf(version: int, rung: str, cut: int | None, cap: int | None) -> Shelf:
        return Shelf(
            loopback, SMALL, RUNGS[rung], cut=cut, cap=cap, replace_after=1, answers=version
        )

    loopback.play(*(shelf(*each) for each in served), shelf(2, "an ETag", None, None))
    fetched = Fetched(replace(order, directory=order.directory / str(seed)), tries=20)
    assert fetched.saved.path.read_bytes() in SMALL


def test_a_file_that_never_stays_the_same_is_given_up(
    loopback: Loopback, order: TransferRequest
) -> None:
    films = [film(600_000, seed=seed) for seed in range(9)]
    loopback.play(Shelf(loopback, films, STRONG, cut=400_000, replace_after=1))
    with raises_saying(DownloadFailed, match="gave up after 6 tries"):
        Fetched(order)
    assert len(loopback.heard) == 7


def test_a_server_that_drops_a_few_bytes_at_a_time_is_not_asked_for_ever(
    loopback: Loopback, order: TransferRequest
) -> None:
    loopback.play(Shelf(loopback, [FILM], STRONG, cut=100))
    with raises_saying(DownloadFailed, match="gave up after 6 tries"):
        Fetched(order)
    assert len(loopback.heard) == 6


def test_a_server_without_ranges_that_cuts_is_paused_for(
    loopback: Loopback, order: TransferRequest
) -> None:
    whole = loopback.answer(200, FILM)
    loopback.play([whole[:400_000], loopback.CLOSE])
    fetched = Transfer(
        order,
        limits=Limits(window=PATIENCE, spare=0),
        rng=Random(1),
        pause=(pauses := list[float]()).append,
    )
    with raises_saying(DownloadFailed, match="gave up after 6 tries"):
        fetched.run()
    assert len(loopback.heard) <= 7
    assert len(pauses) == 5


def test_a_try_is_worth_it_where_its_bytes_came_no_slower_than_is_put_up_with() -> None:
    now = 0.0
    tries = Tries(Limits(tries=2, slowest=1000), lambda: now)
    size, worth = 0, list[bool]()
    for seconds, gained in ((0.1, 1000), (5.0, 5000), (5.0, 4999), (0.1, 999)):
        tries.begin(size)
        now += seconds
        size += gained
        worth.append(tries.brought(size))
    assert worth == [True, True, False, False]
    assert tries.over
