"""What a desk and the process that decodes for it say to each other: heads of a fixed length.

A request is a head with the descriptor of the file beside it; an answer is a head and, where there
is a poster, its JPEG behind it. Who reads an answer believes nothing of it: the process has decoded
files of others.
"""

from math import nan
from struct import Struct

from rushes.providers.frozen import frozen
from rushes.watch.posters.formats import Decoder, Format
from rushes.watch.posters.poster import EDGE, Media, PosterReason

REQUEST = Struct("!16s16s")
ANSWER = Struct("!16sHHIIddI")

LARGEST = 128 << 10
"""Bytes of a JPEG at most; of noise one of EDGE by EDGE has half of that."""

_RATES = 1000.0
_SECONDS = 86_400.0 * 30
_PIXELS = 1 << 20


class BadAnswer(Exception):
    """An answer is none that our own process gives."""


@frozen
class Made:
    """A poster as it was made: a JPEG of `width` by `height` pixels, and what it was made of."""

    jpeg: bytes
    width: int
    height: int
    media: Media


def write_request(wanted: Format) -> bytes:
    """The head of a request."""
    return REQUEST.pack(wanted.decoder.value.encode(), wanted.name.encode())


def read_request(head: bytes) -> Format:
    """What a head asks for; raises ValueError."""
    decoder, name = (field.rstrip(b"\0").decode() for field in REQUEST.unpack(head))
    return Format(Decoder(decoder), name)


def write_answer(answer: Made | PosterReason) -> bytes:
    """An answer, its JPEG included."""
    if isinstance(answer, PosterReason):
        return ANSWER.pack(answer.value.encode(), 0, 0, 0, 0, nan, nan, 0)
    media = answer.media
    rate = nan if media.frame_rate is None else media.frame_rate
    seconds = nan if media.seconds is None else media.seconds
    sizes = answer.width, answer.height, media.width, media.height
    return ANSWER.pack(b"", *sizes, rate, seconds, len(answer.jpeg)) + answer.jpeg


def length_behind(head: bytes) -> int:
    """Bytes of JPEG behind the head of an answer; raises BadAnswer for more than there can be."""
    length: int = ANSWER.unpack(head)[-1]
    if length > LARGEST:
        raise BadAnswer(f"{length} bytes")
    return length


def read_answer(head: bytes, jpeg: bytes) -> Made | PosterReason:
    """An answer, of which everything holds; raises BadAnswer."""
    why, width, height, of_width, of_height, rate, seconds, _ = ANSWER.unpack(head)
    if why := why.rstrip(b"\0"):
        try:
            return PosterReason(why.decode())
        except ValueError:
            raise BadAnswer("an unknown reason") from None
    sizes = (0 < width <= EDGE, 0 < height <= EDGE, 0 < of_width < _PIXELS, 0 < of_height < _PIXELS)
    if not all(sizes) or size_of_jpeg(jpeg) != (width, height):
        raise BadAnswer("a poster of another size")
    media = Media(of_width, of_height, _within(rate, _RATES), _within(seconds, _SECONDS))
    return Made(jpeg, width, height, media)


def _within(number: float, most: float) -> float | None:
    """A number that makes sense, to three places; None for one that does not, such as a NaN."""
    return round(number, 3) if 0 < number < most else None


def size_of_jpeg(jpeg: bytes) -> tuple[int, int] | None:
    """Width and height by a JPEG's own frame header; None where it is no whole JPEG.

    ITU T.81, B.1: segments follow each other, each with its length, up to the first scan.
    """
    if not (jpeg.startswith(b"\xff\xd8") and jpeg.endswith(b"\xff\xd9")):
        return None
    at = 2
    while at + 9 <= len(jpeg) and jpeg[at] == 0xFF:
        if jpeg[at + 1] in (0xC0, 0xC1, 0xC2):
            height, width = (int.from_bytes(jpeg[at + n : at + n + 2]) for n in (5, 7))
            return width, height
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4])
    return None
