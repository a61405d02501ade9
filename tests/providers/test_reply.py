"""What a reply's headers say of time, and how the cursor reads what is loosely written."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.providers.errors import UnexpectedReply
from rushes.providers.node import Node
from rushes.providers.reply import Reply, read_json

QUICK = settings(derandomize=True, max_examples=rounds(50, 2000), deadline=None, database=None)
NOW = "Mon, 27 Apr 2026 10:00:00 GMT"


def retry_after(text: str, date: str = NOW) -> float | None:
    return Reply(429, {"retry-after": text, "date": date}, b"").retry_after


def node(value: Any) -> Node:
    return read_json(json.dumps({"x": value}).encode())["x"]


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("5000", 5.0), (" 1500 ", 1.5), ("0", 0.0), ("-5", None), ("2.5", None), ("soon", None)],
)
def test_milliseconds_until_the_next_question(text: str, seconds: float | None) -> None:
    assert Reply(200, {"openai-poll-after-ms": text}, b"").poll_after == seconds
    assert Reply(200, {}, b"").poll_after is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        (" 2.5 ", 2.5),
        ("-5", 0.0),
        ("Mon, 27 Apr 2026 10:01:00 GMT", 60.0),
        ("Mon, 27 Apr 2026 09:00:00 GMT", 0.0),
        ("Mon, 27 Apr 2026 12:01:00 +0200", 60.0),
        ("Fri, 31 Dec 9999 23:00:00 -1200", None),
        ("soon", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_by_the_servers_clock(
    text: str, seconds: float | None
) -> None:
    assert retry_after(text) == seconds


@pytest.mark.parametrize(
    "date",
    [
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Mon, 01 Jan 1900 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Fri, 31 Dec 9999 23:00:00 -1200",
    ],
)
def test_a_clock_that_is_centuries_off_is_no_clock(date: str) -> None:
    assert Reply(200, {"date": date}, b"").date is None


def test_a_date_without_the_servers_clock_says_nothing() -> None:
    assert retry_after("Mon, 27 Apr 2026 10:01:00 GMT", date="") is None


dates = st.datetimes().map(lambda at: at.strftime("%a, %d %b %Y %H:%M:%S GMT"))


@QUICK
@given(st.text() | dates, st.text() | dates)
def test_retry_after_is_never_negative_and_never_raises(text: str, date: str) -> None:
    seconds = retry_after(text, date)
    assert seconds is None or seconds >= 0


@QUICK
@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_a_longer_wait_is_read_as_longer(one: int, other: int) -> None:
    first, second = retry_after(str(one)), retry_after(str(other))
    assert first is not None
    assert second is not None
    assert (first <= second) == (one <= other)


@pytest.mark.parametrize(
    ("value", "percent"),
    [(35, 35), (35.9, 35), ("35%", 35), (" 7 % ", 7), ("100", 100), (0, 0)],
)
def test_a_percent_is_taken_as_it_is_written(value: Any, percent: int) -> None:
    assert node(value).percent() == percent


@pytest.mark.parametrize(
    "json_text",
    ["null", '""', '"half"', "-1", "101", '"-5%"', '"135%"', "true", "1e14", "[]", "{}"],
)
def test_what_is_no_percent_is_no_progress(json_text: str) -> None:
    assert node(json.loads(json_text)).percent() is None


@pytest.mark.parametrize(
    ("value", "at"),
    [
        (1777282033, datetime(2026, 4, 27, 9, 27, 13, tzinfo=UTC)),
        ("1777282033", datetime(2026, 4, 27, 9, 27, 13, tzinfo=UTC)),
        (1777282033000, datetime(2026, 4, 27, 9, 27, 13, tzinfo=UTC)),
        ("1777282033500", datetime(2026, 4, 27, 9, 27, 13, 500000, tzinfo=UTC)),
    ],
)
def test_unix_seconds_are_utc_and_milliseconds_are_told_by_their_size(
    value: Any, at: datetime
) -> None:
    assert node(value).epoch() == at


@pytest.mark.parametrize(
    "json_text",
    [
        "0",
        '"0"',
        "null",
        '""',
        "5",
        "100000000000",
        "99999999999999999999",
        "-1",
        '"x"',
        "true",
        "{}",
    ],
)
def test_a_zero_and_what_is_absurd_are_no_time(json_text: str) -> None:
    assert node(json.loads(json_text)).epoch() is None


@pytest.mark.parametrize(
    ("value", "at"),
    [
        ("2026-04-25 15:04:05.882", datetime(2026, 4, 25, 7, 4, 5, 882000, UTC)),
        ("2026-04-25 15:04:05", datetime(2026, 4, 25, 7, 4, 5, tzinfo=UTC)),
        ("2026-04-25T15:04:05Z", datetime(2026, 4, 25, 15, 4, 5, tzinfo=UTC)),
    ],
)
def test_a_time_without_a_zone_is_utc_plus_8(value: str, at: datetime) -> None:
    assert node(value).shanghai_time() == at


@pytest.mark.parametrize(
    "json_text", ["null", '""', '"soon"', '"0001-01-01T00:00"', "1777282033", "[]"]
)
def test_what_is_no_time_is_left_out(json_text: str) -> None:
    assert node(json.loads(json_text)).shanghai_time() is None


def test_an_id_keeps_all_its_digits() -> None:
    assert node(31405287557139600001).ident() == "31405287557139600001"
    assert node("").ident() is None
    assert node(" ").ident() is None
    with pytest.raises(UnexpectedReply, match=r"\$\.x: expected text, got true or false"):
        node(True).ident()


def test_a_whole_number_of_thousands_of_digits_is_not_worked_out() -> None:
    """Row 88: 8 MiB of such numbers hold up every thread for long."""
    assert read_json(b'{"x": %d}' % 10**299)["x"].ident() == str(10**299)
    with pytest.raises(UnexpectedReply, match="a number out of range"):
        read_json(b'{"x": %d}' % 10**300)


@pytest.mark.parametrize("value", ["a\u202eb", "a\u0000", "\ud800", "a\u001b[2J"])
def test_an_address_with_controls_is_none(value: str) -> None:
    with pytest.raises(UnexpectedReply):
        node(value).address()


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("https://h/a.mp4", "https://h/a.mp4"),
        (" \n\thttps://h/a.mp4\r\n", "https://h/a.mp4"),
        ("\ufeffhttps://h/a.mp4\u200b", "https://h/a.mp4"),
        ("https://h/final cut.mp4?a=%2F+b", "https://h/final%20cut.mp4?a=%2F+b"),
        ("https://h/a\u00a0b", "https://h/a%C2%A0b"),
        ("https://h/a\r\n  b\tc", "https://h/abc"),
        ("data:image/png;base64,aGVs\nbG8 =", "data:image/png;base64,aGVsbG8="),
        (" \n", None),
        ("", None),
    ],
)
def test_white_space_in_and_round_an_address_is_read_as_browsers_do(
    value: str, address: str | None
) -> None:
    assert node(value).address() == address


def test_drift_names_what_nobody_read() -> None:
    body = read_json(b'{"a": 1, "b": {"c": [{"d": 2, "e": ""}, {"d": 3}]}, "f": {"g": 4}, "h": 5}')
    body["a"].text()
    assert not body["b"].absent
    [item["e"].text() for item in body["b"]["c"].items()]
    body.skip("f")
    assert body.drift() == ("$.b.c[].d", "$.h")


def test_a_decorating_object_of_another_type_is_noted_and_reads_as_nothing() -> None:
    body = read_json(b'{"a": [1]}')
    assert body["a"].optional()["b"].text() is None
    assert body.drift() == ("$.a: expected object, got list",)


@pytest.mark.parametrize(
    "json_text",
    [
        '{"status": "success", "status": "fail"}',
        '{"data": {"status": "success", "status": "fail"}}',
        '{"data": [{"url": "a"}, {"url": "b", "url": "c"}]}',
        '{"status": "success", "at": 1, "status": "fail", "status": "success"}',
        '{"data": {"status": "success"}, "data": null}',
        r'{"status": "success", "st\u0061tus": "fail"}',
    ],
)
def test_an_object_that_gives_one_name_two_values_says_nothing(json_text: str) -> None:
    with pytest.raises(UnexpectedReply, match="with two values"):
        read_json(json_text.encode())


def test_the_name_with_two_values_is_told_and_told_cleanly() -> None:
    with pytest.raises(UnexpectedReply, match=r"expected JSON, got 'status' with two values$"):
        read_json(b'{"data": {"id": 1, "status": "success", "status": "fail"}}')
    with pytest.raises(UnexpectedReply) as told:
        read_json(rb'{"\u001b[2J": 0, "\u001b[2J": 1}')
    assert str(told.value).isprintable()


@pytest.mark.parametrize(
    "json_text",
    [
        '{"id": "a", "id": "a"}',
        '{"id": "a", "data": {"x": [1], "y": 2}, "data": {"y": 2, "x": [1]}}',
    ],
)
def test_an_object_that_says_one_thing_twice_is_read(json_text: str) -> None:
    assert read_json(json_text.encode())["id"].text() == "a"
