"""Files without a length, pieces that nobody asked for, and servers that change."""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mp4_files import film
from range_server import DATES, NOW, RUNGS, Shelf
from sampling import rounds
from saying import raises_saying
from waiting import PATIENCE

from rushes.tui.lines.reason_words import reasons_words
from rushes.watch.transfer.limits import Limits, Tries
from rushes.watch.transfer.request import DownloadFailed, TransferRequest
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback, Scene
from ladder_of_ranges import FILM, STRONG, WHOLE, Fetched, asked


@pytest.mark.parametrize("about", [{"ETag": '"v0"'}, {"Last-Modified": DATES[0], "Date": NOW}])
def test_a_file_without_a_length_goes_on_where_a_validator_vouches_for_it(
    loopback: Loopback, film_order: TransferRequest, about: dict[str, str]
) -> None:
    head = loopback.answer(200, b"", Transfer_Encoding="chunked", content_length="", **about)
    chunk = b"%x\r\n%s\r\n" % (200_000, FILM[:200_000])
    manners = STRONG if "ETag" in about else RUNGS["a date"]
    loopback.play([head, chunk, loopback.CLOSE], Shelf(loopback, [FILM], manners, cut=200_000))
    fetched = Fetched(film_order)
    assert fetched.saved.sha256 == WHOLE
    assert reasons_words(fetched.saved.reasons) == ""
    assert [wanted for wanted, _ in asked(loopback)] == [None, "bytes=200000-", "bytes=400000-"]


def test_a_length_that_a_piece_told_is_remembered_with_the_part(
    loopback: Loopback, film_order: TransferRequest
) -> None:
    head = loopback.answer(200, b"", Transfer_Encoding="chunked", content_length="", ETag='"v0"')
    chunk = b"%x\r\n%s\r\n" % (200_000, FILM[:200_000])
    piece = Shelf(loopback, [FILM], STRONG, cut=200_000)
    loopback.play([head, chunk, loopback.CLOSE], piece, [loopback.RESET])
    with pytest.raises(DownloadFailed):
        Fetched(film_order, tries=2)
    (side,) = film_order.directory.glob("*.part.json")
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
        self, loopback: Loopback, film_order: TransferRequest, status: int
    ) -> None:
        loopback.play(self.piece(loopback, status, 0, len(FILM)))
        assert Fetched(film_order).saved.sha256 == WHOLE
        assert len(loopback.heard) == 1

    @pytest.mark.parametrize("status", [200, 206])
    def test_is_a_beginning_that_is_gone_on_with(
        self, loopback: Loopback, film_order: TransferRequest, status: int
    ) -> None:
        loopback.play(self.piece(loopback, status, 0, 300_000), Shelf(loopback, [FILM], STRONG))
        assert Fetched(film_order).saved.sha256 == WHOLE
        assert asked(loopback)[1] == ("bytes=300000-", '"v0"')

    @pytest.mark.parametrize(("start", "total"), [(200_000, len(FILM)), (0, "*"), (0, 1)])
    def test_under_200_is_never_taken_for_the_file(
        self, loopback: Loopback, film_order: TransferRequest, start: int, total: object
    ) -> None:
        loopback.play(self.piece(loopback, 200, start, len(FILM), total))
        with raises_saying(DownloadFailed, match="a part of the file came for the whole"):
            Fetched(film_order)
        loopback.play(
            self.piece(loopback, 200, start, len(FILM), total), Shelf(loopback, [FILM], STRONG)
        )
        assert Fetched(film_order).saved.sha256 == WHOLE

    def test_brings_no_more_than_it_says(
        self, loopback: Loopback, film_order: TransferRequest
    ) -> None:
        span = f"bytes 400000-499999/{len(FILM)}"
        about = {"ETag": '"v0"', "Content_Range": span, "content_length": ""}
        longer = loopback.answer(206, bytes(150_000), **about)
        first = Shelf(loopback, [FILM], STRONG, cut=400_000)
        loopback.play(first, [longer, loopback.CLOSE], Shelf(loopback, [FILM], STRONG))
        assert Fetched(film_order).saved.sha256 == WHOLE
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
    max_examples=rounds(20, 600),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(SERVED, max_size=6), st.integers(0, 10**6))
def test_a_file_is_of_one_version_whatever_servers_it_comes_from(
    loopback: Loopback,
    film_order: TransferRequest,
    served: list[tuple[int, str, int | None, int | None]],
    seed: int,
) -> None:
    """P10 from end to end: another kind of server, and another version, at each answer."""

    def shelf(version: int, rung: str, cut: int | None, cap: int | None) -> Shelf:
        return Shelf(
            loopback, SMALL, RUNGS[rung], cut=cut, cap=cap, replace_after=1, answers=version
        )

    loopback.play(*(shelf(*each) for each in served), shelf(2, "an ETag", None, None))
    fetched = Fetched(replace(film_order, directory=film_order.directory / str(seed)), tries=20)
    assert fetched.saved.path.read_bytes() in SMALL


def test_a_file_that_never_stays_the_same_is_given_up(
    loopback: Loopback, film_order: TransferRequest
) -> None:
    films = [film(600_000, seed=seed) for seed in range(9)]
    loopback.play(Shelf(loopback, films, STRONG, cut=400_000, replace_after=1))
    with raises_saying(DownloadFailed, match="gave up after 6 tries"):
        Fetched(film_order)
    assert len(loopback.heard) == 7


def test_a_server_that_drops_a_few_bytes_at_a_time_is_not_asked_for_ever(
    loopback: Loopback, film_order: TransferRequest
) -> None:
    loopback.play(Shelf(loopback, [FILM], STRONG, cut=100))
    with raises_saying(DownloadFailed, match="gave up after 6 tries"):
        Fetched(film_order)
    assert len(loopback.heard) == 6


def test_a_server_without_ranges_that_cuts_is_paused_for(
    loopback: Loopback, film_order: TransferRequest
) -> None:
    whole = loopback.answer(200, FILM)
    loopback.play([whole[:400_000], loopback.CLOSE])
    fetched = Transfer(
        film_order,
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
