"""The rest of a file, from servers of every kind: each rung of the ladder, from end to end.

Rows 29 to 35 of reliability.md, and 104 to 107.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from mp4_files import film
from range_server import NOW, RUNGS, Manners, Shelf
from saying import raises_saying

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.network.url import Origin
from rushes.watch.transfer.request import DownloadFailed, TransferRequest
from rushes.watch.transfer.resume import OVERLAP

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback
from ladder_of_ranges import FILM, STRONG, WHOLE, Fetched, asked

KIB = 1024
FILMS = [film(600_000, seed=seed) for seed in range(1, 5)]
UNVERSIONED = "resumed without a version"


def kept(film_order: TransferRequest) -> bytes:
    """What is in the part."""
    (part,) = film_order.directory.glob("*.part")
    return part.read_bytes()


@pytest.mark.parametrize("rung", RUNGS)
class TestOnEveryRung:
    def test_a_file_that_is_cut_again_and_again_is_saved_at_once_and_hardly_read_twice(
        self, loopback: Loopback, film_order: TransferRequest, rung: str
    ) -> None:
        loopback.play(shelf := Shelf(loopback, [FILM], RUNGS[rung], cut=200_000))
        fetched = Fetched(film_order)
        assert fetched.saved.sha256 == WHOLE
        assert fetched.transfer.received <= 1.05 * len(FILM) + shelf.answers * 64 * KIB
        assert sum(fetched.pauses) <= 0.2

    @pytest.mark.sampled(8)
    @pytest.mark.parametrize("cap", [100_000, 64 * KIB, 20_000])
    def test_a_server_that_gives_little_at_a_time_is_not_waited_for(
        self, loopback: Loopback, film_order: TransferRequest, rung: str, cap: int
    ) -> None:
        loopback.play(shelf := Shelf(loopback, [FILM], RUNGS[rung], cut=200_000, cap=cap))
        fetched = Fetched(film_order)
        assert fetched.saved.sha256 == WHOLE
        assert fetched.transfer.received <= 1.05 * len(FILM) + shelf.answers * 64 * KIB
        assert sum(fetched.pauses) <= 0.2

    @pytest.mark.sampled(8)
    @pytest.mark.parametrize("replace_after", [1, 2, 3])
    def test_a_file_that_is_replaced_meanwhile_is_never_mixed(
        self, loopback: Loopback, film_order: TransferRequest, rung: str, replace_after: int
    ) -> None:
        loopback.play(Shelf(loopback, FILMS, RUNGS[rung], cut=250_000, replace_after=replace_after))
        fetched = Fetched(film_order)
        assert fetched.saved.path.read_bytes() in FILMS
        assert sum(fetched.pauses) <= 0.2

    def test_a_part_is_gone_on_with_by_the_next_process(
        self, loopback: Loopback, film_order: TransferRequest, rung: str
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS[rung], cut=200_000)
        loopback.play(server, [loopback.RESET])
        with raises_saying(DownloadFailed, match="gave up after 2 tries"):
            Fetched(film_order, tries=2)
        assert kept(film_order) == FILM[:200_000]
        loopback.play(server)
        fetched = Fetched(film_order)
        assert fetched.saved.sha256 == WHOLE
        assert fetched.transfer.received < len(FILM)

    @pytest.mark.sampled(20)
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
        self, loopback: Loopback, film_order: TransferRequest, rung: str, lie: dict[str, str]
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS[rung], cut=200_000, changes=lie)
        honest = Shelf(loopback, [FILM], RUNGS[rung])
        loopback.play(server, server, server, server, honest)
        assert Fetched(film_order).saved.sha256 == WHOLE


class TestAnETag:
    def test_is_asked_for_with_if_range(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000))
        assert reasons_words(Fetched(film_order).saved.reasons) == ""
        assert asked(loopback) == [(None, None), ("bytes=400000-", '"v0"')]

    def test_whose_if_range_brings_the_same_file_whole_is_asked_for_with_range_alone(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["an ETag, If-Range ignored"], cut=250_000))
        fetched = Fetched(film_order)
        assert reasons_words(fetched.saved.reasons) == ""
        assert fetched.transfer.received == len(FILM)
        assert asked(loopback) == [
            (None, None),
            ("bytes=250000-", '"v0"'),
            ("bytes=250000-", None),
            ("bytes=500000-", None),
        ]

    def test_at_an_origin_that_ignores_if_range_is_asked_for_without_it_from_then_on(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["an ETag, If-Range ignored"], cut=400_000))
        ignored = set[Origin]()
        for n in (1, 2):
            Fetched(replace(film_order, n=n), if_range_ignored=ignored)
        assert [condition for _, condition in asked(loopback)] == [None, '"v0"', None, None, None]

    def test_at_a_server_without_ranges_is_no_reason_to_remember_its_origin(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, FILM, ETag='"v0"')
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000), [whole])
        ignored = set[Origin]()
        assert Fetched(film_order, if_range_ignored=ignored).saved.sha256 == WHOLE
        assert [wanted for wanted, _ in asked(loopback)] == [None, *["bytes=400000-"] * 2]
        assert ignored == set()

    def test_at_a_server_that_says_it_has_no_ranges_is_taken_whole_at_once(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, FILM, ETag='"v0"', Accept_Ranges="none")
        loopback.play([whole[:400_000], loopback.CLOSE], [whole])
        assert Fetched(film_order).saved.sha256 == WHOLE
        assert len(loopback.heard) == 2

    @pytest.mark.parametrize("tag", ["", 'W/"v0"', '"v1"'])
    def test_that_is_not_repeated_joins_nothing(
        self, loopback: Loopback, film_order: TransferRequest, tag: str
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000, changes={"ETag": tag}))
        with raises_saying(DownloadFailed, match="gave up"):
            Fetched(film_order)
        assert not list(film_order.directory.glob("*.mp4"))


class TestADate:
    def test_is_asked_for_with_if_range(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["a date"], cut=400_000))
        assert reasons_words(Fetched(film_order).saved.reasons) == ""
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
        self, loopback: Loopback, film_order: TransferRequest, modified: str, date: str
    ) -> None:
        about = {"Last-Modified": modified, "Date": date}
        whole = loopback.answer(200, b"", content_length=str(len(FILM)), **about)
        loopback.play([whole, FILM[:400_000], loopback.CLOSE], Shelf(loopback, [FILM], Manners()))
        assert reasons_words(Fetched(film_order).saved.reasons) == UNVERSIONED
        assert asked(loopback)[1] == (f"bytes={400_000 - OVERLAP}-", None)


class TestBytesThatAreReadAgain:
    def test_are_64_kib_and_the_file_says_so(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["nothing"], cut=400_000))
        fetched = Fetched(film_order)
        assert reasons_words(fetched.saved.reasons) == UNVERSIONED
        assert asked(loopback)[1] == (f"bytes={400_000 - 64 * KIB}-", None)
        assert fetched.transfer.received == len(FILM) + 64 * KIB

    @pytest.mark.parametrize("where", [400_000 - 64 * KIB, 380_000, 399_999])
    def test_have_to_be_equal_to_the_last_one(
        self, loopback: Loopback, film_order: TransferRequest, where: int
    ) -> None:
        other = bytearray(FILM)
        other[where] ^= 1
        films = [FILM, bytes(other)]
        loopback.play(Shelf(loopback, films, RUNGS["nothing"], cut=400_000, replace_after=1))
        fetched = Fetched(film_order)
        assert fetched.saved.path.read_bytes() == films[1]
        assert asked(loopback)[2] == (None, None)

    def test_that_do_not_all_come_join_nothing(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        at = 400_000 - 64 * KIB
        span = f"bytes {at}-{len(FILM) - 1}/{len(FILM)}"
        short = loopback.answer(206, FILM[at : at + 1000], content_length="", Content_Range=span)
        rest = Shelf(loopback, [FILM], RUNGS["nothing"])
        loopback.play(Shelf(loopback, [FILM], RUNGS["nothing"], cut=400_000), rest)
        loopback.play(
            Shelf(loopback, [FILM], RUNGS["nothing"], cut=400_000), [short, loopback.CLOSE], rest
        )
        assert Fetched(film_order).saved.sha256 == WHOLE

    def test_of_a_part_that_is_short_are_half_of_it(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        loopback.play(Shelf(loopback, [FILM], RUNGS["nothing"], cut=40_000))
        assert Fetched(film_order).saved.sha256 == WHOLE
        assert asked(loopback)[1] == ("bytes=20000-", None)

    def test_of_a_part_that_is_very_short_would_prove_nothing(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        short = Shelf(loopback, [FILM], RUNGS["nothing"], cut=10_000)
        loopback.play(short, Shelf(loopback, [FILM], RUNGS["nothing"]))
        assert reasons_words(Fetched(film_order).saved.reasons) == ""
        assert asked(loopback)[1] == (None, None)

    def test_are_remembered_with_the_part(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS["nothing"], cut=200_000)
        loopback.play(server, server, [loopback.RESET])
        with pytest.raises(DownloadFailed):
            Fetched(film_order, tries=2)
        (side,) = film_order.directory.glob("*.part.json")
        assert json.loads(side.read_text())["unversioned"] is True
        # From now on there is a version, which says nothing of what was joined before.
        loopback.play(server)
        assert reasons_words(Fetched(film_order).saved.reasons) == UNVERSIONED

    def test_of_a_part_that_is_all_there_are_still_asked_for(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        server = Shelf(loopback, [FILM], RUNGS["nothing"], cut=200_000)
        loopback.play(server, [loopback.RESET])
        with pytest.raises(DownloadFailed):
            Fetched(film_order, tries=2)
        (side,), (part,) = (
            film_order.directory.glob("*.part.json"),
            film_order.directory.glob("*.part"),
        )
        part.write_bytes(FILM)
        side.write_text(json.dumps({**json.loads(side.read_text()), "synced": len(FILM)}))
        at = len(FILM) - OVERLAP
        span = f"bytes {at}-{len(FILM) - 1}/{len(FILM)}"
        some = loopback.answer(206, FILM[at : at + 10], content_length="", Content_Range=span)
        loopback.play([some, loopback.CLOSE], Shelf(loopback, [FILM], RUNGS["nothing"]))
        before = len(loopback.heard)
        assert Fetched(film_order).saved.sha256 == WHOLE
        # What did not come again in full proves nothing: it is asked for once more.
        assert len(loopback.heard) == before + 2
        assert asked(loopback)[before] == (f"bytes={at}-", None)


class TestASideFileOfVersion01:
    def test_is_believed(self, loopback: Loopback, film_order: TransferRequest) -> None:
        loopback.play(Shelf(loopback, [FILM], STRONG, cut=400_000), [loopback.RESET])
        with pytest.raises(DownloadFailed):
            Fetched(film_order, tries=2)
        (side,) = film_order.directory.glob("*.part.json")
        said = json.loads(side.read_text())
        del said["modified"], said["unversioned"]
        side.write_text(json.dumps(said))
        loopback.play(Shelf(loopback, [FILM], STRONG))
        assert Fetched(film_order).saved.sha256 == WHOLE
        assert asked(loopback)[-1] == ("bytes=400000-", '"v0"')
