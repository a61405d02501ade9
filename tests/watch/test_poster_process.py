"""The process that decodes: what breaks it costs one poster (docs/reliability.md)."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from saved_pictures import MADE

from rushes.watch.posters.formats import Decoder, Format
from rushes.watch.posters.messages import (
    ANSWER,
    REQUEST,
    BadAnswer,
    Made,
    length_behind,
    read_answer,
    read_request,
    write_answer,
    write_request,
)
from rushes.watch.posters.poster import EDGE, Media, PosterReason
from rushes.watch.posters.process import DecoderProcess, decoder_command

# What stands for a decoder does what a file of that format says.
_CHILD = """
import os, socket, sys, time
sys.path += sys.argv[2:]
from saved_pictures import MADE
from rushes.watch.posters import child
from rushes.watch.posters.poster import PosterReason

def hang():
    time.sleep(600)

def memory():
    try:
        return bytearray(child.MEMORY + 1) and None
    except MemoryError:
        return PosterReason.TOO_LARGE

def write():
    try:
        with open(sys.argv[1], "wb", buffering=0) as file:
            file.write(b"x")
    except OSError:
        return PosterReason.UNREADABLE

def decode(file, wanted):
    acts = {"hang": hang, "die": lambda: os._exit(1), "memory": memory, "write": write}
    if wanted.name in acts:
        return acts[wanted.name]()
    if wanted.name == "chat":
        desk.sendall(b"x" * 4096)
    return MADE

child.limit()
desk = socket.socket(fileno=0)
child.serve(desk, decode)
"""
GOOD = Format(Decoder.PILLOW, "good")


@pytest.fixture
def process(tmp_path: Path) -> Iterator[DecoderProcess]:
    process = stubbed(tmp_path, 30.0)
    yield process
    process.close()


def stubbed(folder: Path, seconds: float) -> DecoderProcess:
    """One that has so many seconds for each file but the first."""
    program = folder / "child.py"
    program.write_text(dedent(_CHILD))
    places = (folder / "written", Path(__file__).parents[1] / "support", Path(__file__).parents[2])
    command = (sys.executable, str(program), *map(str, places))
    return DecoderProcess(lambda: command, seconds, start=30.0)


@pytest.fixture
def file(tmp_path: Path) -> Iterator[int]:
    (tmp_path / "shot.png").write_bytes(b"a picture")
    descriptor = os.open(tmp_path / "shot.png", os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def asked(process: DecoderProcess, file: int, name: str) -> Made | PosterReason:
    return process.decode(file, Format(Decoder.PILLOW, name))


def test_a_decoder_that_hangs_is_ended_and_costs_that_poster_only(
    tmp_path: Path, file: int
) -> None:
    process = stubbed(tmp_path, 0.05)
    assert asked(process, file, "good") == MADE
    assert asked(process, file, "hang") is PosterReason.TIMED_OUT
    assert asked(process, file, "good") == MADE
    process.close()


@pytest.mark.parametrize("name", ["die", "chat"])
def test_a_decoder_that_dies_or_talks_nonsense_costs_that_poster_only(
    process: DecoderProcess, file: int, name: str
) -> None:
    assert asked(process, file, name) is PosterReason.DIED
    assert asked(process, file, "good") == MADE


def test_it_has_no_more_memory_than_it_may_and_writes_no_file(
    process: DecoderProcess, file: int, tmp_path: Path
) -> None:
    assert asked(process, file, "memory") is PosterReason.TOO_LARGE
    assert asked(process, file, "write") is PosterReason.UNREADABLE
    assert asked(process, file, "good") == MADE


def test_one_that_cannot_be_started_costs_a_poster(file: int, tmp_path: Path) -> None:
    process = DecoderProcess(lambda: (str(tmp_path / "nothing"),))
    assert process.decode(file, GOOD) is PosterReason.DIED


def test_none_is_started_any_more_once_it_is_closed(process: DecoderProcess, file: int) -> None:
    process.close()
    assert process.decode(file, GOOD) is PosterReason.DIED


def test_it_knows_no_folder_but_those_of_its_own_code() -> None:
    command = decoder_command()
    assert command[:4] == (sys.executable, "-I", "-S", "-B")
    assert all(Path(folder).is_absolute() for folder in command[6:])


# -- what is said to it, and by it ----------------------------------------------------------------


def test_a_request_is_read_as_it_was_written() -> None:
    head = write_request(Format(Decoder.LIBAV, "matroska"))
    assert len(head) == REQUEST.size
    assert read_request(head) == Format(Decoder.LIBAV, "matroska")


@pytest.mark.parametrize(
    "answer", [MADE, Made(MADE.jpeg, 3, 2, Media(9, 8)), *PosterReason], ids=str
)
def test_an_answer_is_read_as_it_was_written(answer: Made | PosterReason) -> None:
    written = write_answer(answer)
    head, jpeg = written[: ANSWER.size], written[ANSWER.size :]
    assert length_behind(head) == len(jpeg)
    assert read_answer(head, jpeg) == answer


@pytest.mark.parametrize(
    "odd",
    [
        Made(MADE.jpeg, 2, 3, MADE.media),
        Made(MADE.jpeg, EDGE + 1, 2, MADE.media),
        Made(MADE.jpeg[:-1], 3, 2, MADE.media),
        Made(b"\x89PNG", 3, 2, MADE.media),
        Made(MADE.jpeg, 3, 2, Media(0, 5)),
    ],
)
def test_an_answer_that_does_not_hold_is_refused(odd: Made) -> None:
    written = write_answer(odd)
    with pytest.raises(BadAnswer):
        read_answer(written[: ANSWER.size], written[ANSWER.size :])


@given(st.binary(min_size=ANSWER.size, max_size=ANSWER.size), st.binary(max_size=64))
def test_whatever_it_says_is_an_answer_or_none(head: bytes, jpeg: bytes) -> None:
    try:
        length_behind(head)
        found = read_answer(head, jpeg)
    except BadAnswer:
        return
    assert isinstance(found, PosterReason) or max(found.width, found.height) <= EDGE
