"""What an answer in the place of a file says of the link that was asked at."""

from collections.abc import Iterator, Mapping

import pytest

from rushes.watch.network.assets import Arriving
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.reasons import HttpStatus, KeyRefused
from rushes.watch.transfer.link_answers import refusal
from rushes.watch.transfer.request import LinkAnswer, LinkRefused

XML = "<?xml version='1.0'?><Error><Code>{}</Code><Message>{}</Message></Error>"


def answered(
    status: int, body: str = "", headers: Mapping[str, str] | None = None, *, keyed: bool = False
) -> LinkRefused | None:
    arriving = Arriving(status, headers or {}, iter([body.encode()]))
    return refusal(arriving, keyed=keyed, now=lambda: 0.0)


@pytest.mark.parametrize("status", [200, 206, 304, 416])
def test_a_body_that_may_be_the_file_or_its_rest_is_no_refusal(status: int) -> None:
    assert answered(status) is None


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (status, LinkAnswer.BUSY)
        for status in (202, 408, 409, 423, 425, 429, 499, 500, 502, 503, 504)
    ]
    + [(status, LinkAnswer.BUSY) for status in range(520, 527)]
    + [(status, LinkAnswer.ABSENT) for status in (204, 401, 402, 403, 404)]
    + [(status, LinkAnswer.FINAL) for status in (400, 405, 410, 418, 451)],
)
def test_a_status_says_whether_another_try_may_help(status: int, answer: LinkAnswer) -> None:
    refused = answered(status)
    assert refused is not None
    assert refused.answer is answer
    assert refused.reason == HttpStatus(status)


@pytest.mark.parametrize(
    "body",
    [
        XML.format("ExpiredToken", "The provided token has expired."),
        XML.format("AccessDenied", "Request has expired"),
        XML.format("AccessDenied", "no"),
        XML.format("TokenRefreshRequired", ""),
        XML.format("InvalidToken", "The provided token is malformed or otherwise not valid."),
        XML.format("InvalidSecurityToken", ""),
        XML.format("AuthenticationFailed", "Signature not valid in the specified time frame"),
        XML.format("RequestExpired", "Request has expired."),
        '{"code": "RequestExpired", "message": "Request has expired.", "requestId": "r"}',
        '{"__type": "ExpiredTokenException", "message": "no"}',
        '{"error": "token out of date"}',
        "URL signature expired",
    ],
)
def test_a_400_that_names_an_ended_token_or_request_is_as_a_403(body: str) -> None:
    refused = answered(400, body)
    assert refused is not None
    assert refused.answer is LinkAnswer.ABSENT


@pytest.mark.parametrize(
    "body",
    [
        "",
        XML.format("InvalidArgument", "X-Amz-Expires must be less than a week (in seconds)"),
        XML.format("AuthorizationQueryParametersError", "X-Amz-Expires should be a number"),
        '{"error": "bad request"}',
        "<html>400 The plain HTTP request was sent to HTTPS port</html>",
    ],
)
def test_any_other_400_is_final(body: str) -> None:
    refused = answered(400, body)
    assert refused is not None
    assert refused.answer is LinkAnswer.FINAL


def test_only_the_beginning_of_a_refusal_is_read_and_not_for_long() -> None:
    read: list[int] = []

    def endless() -> Iterator[bytes]:
        for n in range(10_000):
            read.append(n)
            yield bytes(1000)

    refusal(Arriving(400, {}, endless()), keyed=False, now=lambda: 0.0)
    assert len(read) == 5
    seconds = iter(range(0, 1000, 2))
    read.clear()
    refusal(Arriving(400, {}, endless()), keyed=False, now=lambda: float(next(seconds)))
    assert len(read) == 3


def test_a_body_that_breaks_off_may_have_said_enough() -> None:
    def cut() -> Iterator[bytes]:
        yield b"<Error><Code>ExpiredToken"
        raise Unreachable("connection reset")

    refused = refusal(Arriving(400, {}, cut()), keyed=False, now=lambda: 0.0)
    assert refused is not None
    assert refused.answer is LinkAnswer.ABSENT


def test_a_refusal_knows_how_long_it_was_asked_to_wait_and_whose_key_it_was() -> None:
    busy = answered(503, headers={"retry-after": "7"})
    key = answered(403, keyed=True)
    assert busy is not None
    assert key is not None
    assert (busy.after, busy.key_refused) == (7.0, False)
    assert key.key_refused
    assert key.reason == KeyRefused(403)
