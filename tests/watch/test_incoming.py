"""Text that comes in pieces: what can be read of it already, in whichever encoding."""

import codecs

import pytest

from rushes.watch.watchlist.batches import BATCH, Batch, Incoming
from rushes.watch.watchlist.paste import TEXT_LIMIT
from rushes.watch.watchlist.text_encoding import Decoder, decoded

TEXT = "tk-hiapi-0001\n文\n"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        TEXT.encode("utf-16"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.encode("utf-32"),
    ],
)
def test_the_encodings_that_shells_write_are_read_whole_or_a_byte_at_a_time(data: bytes) -> None:
    assert decoded(data) == TEXT
    decoder = Decoder()
    pieces = [decoder.decode(bytes([byte])) for byte in data]
    assert "".join([*pieces, decoder.decode(b"", final=True)]) == TEXT


def texts(batches: list[Batch]) -> list[tuple[int, str]]:
    return [(batch.line, batch.text) for batch in batches]


def test_a_line_waits_for_its_end_and_lines_are_numbered_on() -> None:
    text = Incoming()
    text.came(b"one\r\ntwo\nthr")
    assert (text.lines, texts(text.take())) == (2, [(1, "one\ntwo\n")])
    assert text.cut == "thr"
    text.came(b"ee\n")
    assert texts(text.take()) == [(3, "three\n")]
    text.came(b"four")
    assert texts(text.take()) == []
    assert texts(text.take_all()) == [(4, "four")]


@pytest.mark.parametrize(
    "pieces", [(b"a\n{\n", b' "x": 1\n', b"}\n"), (b'a\n{"x": [{\n', b"}]\n", b"\n}\n")]
)
def test_json_over_several_lines_waits_until_it_is_whole(pieces: tuple[bytes, ...]) -> None:
    text = Incoming()
    first, *rest = pieces
    text.came(first)
    assert texts(text.take()) == [(1, "a\n")]
    for piece in rest[:-1]:
        text.came(piece)
        assert text.lines == 0
    text.came(rest[-1])
    assert texts(text.take()) == [(2, b"".join(pieces).decode().removeprefix("a\n"))]


def test_a_brace_that_begins_no_json_holds_nothing_up() -> None:
    text = Incoming()
    text.came(b"{foo\n{'a': 1,\n{\"a\": 1, // so\n")
    assert text.lines == 3


def test_what_never_ends_is_read_in_bounded_pieces_cut_between_words() -> None:
    text = Incoming()
    taken: list[Batch] = []
    for _ in range(80):
        text.came(b"word " * 8192)
        taken += text.take()
        assert text.size < 2 * TEXT_LIMIT
    assert len(taken) > 1
    assert all(batch.text.endswith(" ") and len(batch.text) <= TEXT_LIMIT + 1 for batch in taken)


def test_much_at_once_is_cut_into_batches_at_line_ends_and_round_json() -> None:
    text = Incoming()
    lines = "tk-hiapi-0001\n" * 9000
    whole = '{"a":\n' + " \n" * BATCH + "1}\n"
    text.came((lines + whole + lines).encode())
    batches = text.take()
    assert "".join(batch.text for batch in batches) == lines + whole + lines
    assert any(whole in batch.text for batch in batches)
    assert all(batch.text.endswith("\n") for batch in batches)
    numbers = [1 + "".join(b.text for b in batches[:n]).count("\n") for n in range(len(batches))]
    assert [batch.line for batch in batches] == numbers
