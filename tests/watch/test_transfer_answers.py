"""Answers that are no output, redirects, silence and cancelling."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from saying import raises_saying
from waiting import AT_ONCE, PATIENCE

from rushes.providers.card import Auth
from rushes.providers.secret import Secret
from rushes.watch.network.policy import Credential
from rushes.watch.network.url import Refused, origin_of
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.request import (
    Canceled,
    DownloadFailed,
    LinkAnswer,
    LinkRefused,
    Remote,
    Saved,
    TransferRequest,
)
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from tests.watch.conftest import Loopback
from one_transfer import ETAG, FILM, Pauses, files, get, ranged, transfer


def hasty(order: TransferRequest) -> Saved:
    """Leave a server after a tenth of a second, as often as a slow machine makes it look slow."""
    return get(order, window=0.1, tries=1000)


class TestWhatIsNoOutput:
    @pytest.mark.parametrize(
        ("body", "words"),
        [
            (b"<!doctype html><title>Sign in</title>" + b" " * 5000, "a web page"),
            (b'{"error": "no"}', "a JSON document"),
            (b"<?xml version='1.0'?><Error/>", "an XML document"),
            (b"", "an empty file"),
        ],
    )
    def test_is_not_saved_whatever_it_is_called(
        self, loopback: Loopback, order: TransferRequest, body: bytes, words: str
    ) -> None:
        loopback.play([loopback.answer(200, body, Content_Type="video/mp4", ETag=ETAG)])
        with raises_saying(DownloadFailed, match=words):
            get(order)
        assert files(order) == []
        assert len(loopback.heard) == 1

    def test_is_noticed_at_its_beginning(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(
            [
                loopback.answer(200, b"<html>" + bytes(600), content_length="900000000")[:-1],
                loopback.HOLD,
            ]
        )
        with raises_saying(DownloadFailed, match="a web page"):
            get(order)

    def test_is_more_than_is_allowed(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play(ranged(loopback))
        moved = transfer(order, size=100_000)
        with raises_saying(DownloadFailed, match="allowed"):
            moved.run()
        assert moved.received == 0
        loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM, loopback.CLOSE])
        with raises_saying(DownloadFailed, match="allowed"):
            get(order, size=100_000)
        assert files(order) == []

    @pytest.mark.parametrize("status", [202, 400, 401, 403, 404, 410, 429, 500, 503, 520])
    def test_is_a_link_that_is_refused_once_and_asked_at_no_more_from_here(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play([loopback.answer(status, b"<Error/>")])
        with raises_saying(LinkRefused, match=str(status)):
            get(order)
        assert files(order) == []
        assert len(loopback.heard) == 1

    def test_is_the_pause_that_a_busy_server_asks_for(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(503, Retry_After="77")])
        with pytest.raises(LinkRefused) as caught:
            get(order)
        assert (caught.value.answer, caught.value.after) == (LinkAnswer.BUSY, 77)

    @pytest.mark.parametrize("status", [206, 302, 304])
    def test_is_an_answer_that_asking_again_will_not_better(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play([loopback.answer(status, FILM if status == 206 else b"")])
        with raises_saying(DownloadFailed, match=str(status)):
            get(order)
        assert len(loopback.heard) == 1

    def test_is_not_what_a_length_shorter_than_the_file_makes_of_it(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(
            [loopback.answer(200, FILM, content_length=str(len(FILM) + 7)), loopback.CLOSE]
        )
        with raises_saying(DownloadFailed, match="gave up"):
            get(order)


class TestPatience:
    def test_a_silent_server_is_left_and_asked_again(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(
            [
                loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM))),
                FILM[:5000],
                loopback.HOLD,
            ],
            ranged(loopback),
        )
        assert hasty(order).path.read_bytes() == FILM

    @pytest.mark.parametrize("drip", ["head", "body"])
    def test_so_is_one_that_drips(
        self, loopback: Loopback, order: TransferRequest, drip: str
    ) -> None:
        letters = [b"%c" % letter for letter in FILM[32:1832]]
        slow = [step for letter in letters for step in (letter, 0.02)]
        whole = loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM)))
        dripping = [b"HTTP/1.1 200 OK\r\n", *slow] if drip == "head" else [whole, FILM[:32], *slow]
        loopback.play([*dripping, loopback.CLOSE], ranged(loopback))
        begun = time.monotonic()
        assert hasty(order).path.read_bytes() == FILM
        assert time.monotonic() - begun < AT_ONCE

    def test_pauses_grow_and_tries_are_counted(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        pauses = Pauses()
        loopback.play([loopback.RESET])
        with raises_saying(DownloadFailed, match="connection reset; gave up after 5 tries"):
            Transfer(order, limits=Limits(tries=5), rng=Random(1), pause=pauses).run()
        assert len(pauses) == 4
        assert all(0 <= pause <= 2.0**n for n, pause in enumerate(pauses, start=1))
        assert files(order) == []


class TestRedirects:
    def content(self, order: TransferRequest, gateway: Loopback) -> TransferRequest:
        key = Credential(origin_of(gateway.url), Auth(env="X"), Secret("sk-1"))
        return replace(order, source=Remote(f"{gateway.url}/content", gateway.url, key))

    def test_the_key_is_sent_to_its_own_origin_and_not_beyond(
        self, loopback: Loopback, elsewhere: Loopback, order: TransferRequest
    ) -> None:
        loopback.play(
            [loopback.answer(302, Location="/there", Set_Cookie="a=b")],
            [loopback.answer(307, Location=f"{elsewhere.url}/film?sig=%2B~")],
        )
        elsewhere.play(ranged(elsewhere))
        assert get(self.content(order, loopback)).path.read_bytes() == FILM
        assert [heard.headers["authorization"] for heard in loopback.heard] == ["Bearer sk-1"] * 2
        (there,) = elsewhere.heard
        assert "sk-1" not in there.raw.decode()
        assert there.target == "/film?sig=%2B~"
        assert all("cookie" not in heard.headers for heard in loopback.heard + elsewhere.heard)

    @pytest.mark.parametrize("spelled", ["sk-of%2Fthis%2Bgateway", "%73%6B-of/this+gateway"])
    def test_a_redirect_with_the_key_in_it_is_not_followed(
        self, loopback: Loopback, elsewhere: Loopback, order: TransferRequest, spelled: str
    ) -> None:
        there = f"{elsewhere.url}/film?key={spelled}"
        loopback.play([loopback.answer(302, Location=there)])
        key = Credential(origin_of(loopback.url), Auth(env="X"), Secret("sk-of/this+gateway"))
        source = Remote(f"{loopback.url}/content", loopback.url, key)
        with pytest.raises(Refused, match="the link has the account's key in it") as caught:
            get(replace(order, source=source))
        assert "gateway" not in str(caught.value)
        assert elsewhere.connections == 0

    def test_the_key_is_not_sent_again_once_it_was_left_behind(
        self, loopback: Loopback, elsewhere: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([loopback.answer(302, Location=f"{elsewhere.url}/")], ranged(loopback))
        elsewhere.play([elsewhere.answer(302, Location=f"{loopback.url}/back")])
        get(self.content(order, loopback))
        assert "authorization" in loopback.heard[0].headers
        assert "authorization" not in loopback.heard[1].headers

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_key_that_is_refused_is_said(
        self, loopback: Loopback, order: TransferRequest, status: int
    ) -> None:
        loopback.play([loopback.answer(status)])
        with raises_saying(LinkRefused, match="refused the key") as caught:
            get(self.content(order, loopback))
        assert caught.value.key_refused

    def test_five_hops_and_no_more(self, loopback: Loopback, order: TransferRequest) -> None:
        loopback.play([loopback.answer(302, Location="/round")])
        with pytest.raises(Refused, match="redirected more than 5 times"):
            get(order)
        assert len(loopback.heard) == 6

    @pytest.mark.parametrize(
        "location",
        [
            "file:///etc/passwd",
            "data:video/mp4;base64,AAAA",
            "ftp://127.0.0.1/x",
            "http://user@127.0.0.1/",
            "http://[::1",
            "http://169.254.169.254/latest/meta-data",
            "http://10.0.0.1/",
            "http://2130706433/",
        ],
    )
    def test_none_leads_where_a_link_may_not(
        self, loopback: Loopback, order: TransferRequest, location: str
    ) -> None:
        loopback.play([loopback.answer(302, Location=location)])
        with pytest.raises(Refused):
            get(order)
        assert files(order) == []


class TestCancelling:
    def test_ends_a_blocked_read_at_once_and_keeps_the_part(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        whole = loopback.answer(200, b"", ETag=ETAG, content_length=str(len(FILM)))
        loopback.play([whole, FILM[:5000], loopback.HOLD])
        moved, ended = transfer(order), list[type[BaseException]]()

        def run() -> None:
            try:
                moved.run()
            except Canceled as canceled:
                ended.append(type(canceled))

        thread = threading.Thread(target=run)
        thread.start()
        while moved.done < 5000:
            time.sleep(0.005)
        begun = time.monotonic()
        moved.cancel()
        thread.join(PATIENCE)
        assert time.monotonic() - begun < AT_ONCE
        assert ended == [Canceled]
        loopback.play(ranged(loopback))
        assert get(order).path.read_bytes() == FILM
        assert loopback.heard[-1].headers["range"] == "bytes=5000-"

    def test_never_takes_an_open_ended_body_for_whole(
        self, loopback: Loopback, order: TransferRequest
    ) -> None:
        loopback.play([b"HTTP/1.1 200 OK\r\n\r\n", FILM[:5000], loopback.HOLD])
        moved = transfer(order)
        threading.Timer(0.1, moved.cancel).start()
        with pytest.raises(Canceled):
            moved.run()
        assert not list(order.directory.rglob("*.mp4"))

    def test_before_it_began_asks_nobody(self, loopback: Loopback, order: TransferRequest) -> None:
        moved = transfer(order)
        moved.cancel()
        with pytest.raises(Canceled):
            moved.run()
        assert loopback.connections == 0
        assert files(order) == []
