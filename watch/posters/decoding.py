"""Decodes one picture of a file and makes a poster of it. Only the child process imports this."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Never, cast

from rushes.watch.posters.formats import Decoder, Format
from rushes.watch.posters.messages import Made
from rushes.watch.posters.poster import EDGE, Media, PosterReason

if TYPE_CHECKING:
    from av.container.input import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from PIL import Image

PLACE = 1 / 3
"""Where in a film its poster is looked for: many begin, and end, with black."""

_QUALITY = 85
_BEHIND = (64, 64, 64)
"""What shows through a picture that is not opaque: dark and light drawings stand out from it."""


def decoded(file: BinaryIO, wanted: Format) -> Made | PosterReason:
    """A poster of the file, which is of that format; or why there is none."""
    try:
        if wanted.decoder is Decoder.PILLOW:
            return _of_still(file, wanted.name)
        return _of_film(file, wanted.name)
    except ImportError:
        return PosterReason.NOT_LOADED
    except MemoryError:
        return PosterReason.TOO_LARGE
    except Exception as error:  # noqa: BLE001 - decoders raise dozens of types for broken files
        is_bomb = type(error).__name__ == "DecompressionBombError"
        return PosterReason.TOO_LARGE if is_bomb else PosterReason.UNREADABLE


# -- stills ---------------------------------------------------------------------------------------


def _of_still(file: BinaryIO, name: str) -> Made:
    from PIL import Image, ImageOps

    with Image.open(file, formats=[name]) as image:
        width, height = image.size
        image.draft("RGB", (EDGE, EDGE))  # a JPEG is decoded at an eighth of its size
        image.thumbnail((EDGE, EDGE))
        upright = ImageOps.exif_transpose(image)
        if (upright.width > upright.height) is not (image.width > image.height):
            width, height = height, width
        return _made(upright, Media(width, height))


def _made(image: "Image.Image", media: Media) -> Made:
    opaque = _opaque(image)
    written = BytesIO()
    opaque.save(written, "JPEG", quality=_QUALITY)
    return Made(written.getvalue(), opaque.width, opaque.height, media)


def _opaque(image: "Image.Image") -> "Image.Image":
    """The picture in three colours of eight bits, on grey where it is not opaque."""
    from PIL import Image

    if image.mode == "I;16":  # such as a depth map: the upper eight bits, which come second
        return Image.frombytes("L", image.size, image.tobytes()[1::2]).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    above = image.convert("RGBA")
    behind = Image.new("RGBA", above.size, (*_BEHIND, 255))
    return Image.alpha_composite(behind, above).convert("RGB")


# -- films ----------------------------------------------------------------------------------------


def _of_film(file: BinaryIO, name: str) -> Made | PosterReason:
    import av

    with av.open(_Opened(file), "r", name, io_open=_no_other, **_any_title()) as film:
        stream = film.streams.video[0]
        if stream.width * stream.height > _most_pixels():
            return PosterReason.TOO_LARGE
        stream.codec_context.thread_count = 1  # less memory, and no slower for one frame
        seconds = film.duration / av.time_base if film.duration else None
        frame = _nearest_key_frame(film, stream)
        rate = float(stream.average_rate) if stream.average_rate else None
        return _of_frame(frame, float(stream.sample_aspect_ratio or 1), rate, seconds)


def _nearest_key_frame(film: "InputContainer", stream: "VideoStream") -> "VideoFrame":
    """The key frame nearest to PLACE: the one before it or the one after it.

    Where there is none, or nobody knows where that is, it is the first one.
    """
    import av
    from av.error import FFmpegError

    if not film.duration:
        return _key_frame(film, stream)[1]
    near = (film.start_time or 0) + int(film.duration * PLACE)
    found: list[tuple[float, VideoFrame]] = []
    for backward in (True, False):
        with suppress(FFmpegError, StopIteration):
            film.seek(near, backward=backward)
            found.append(_key_frame(film, stream))
    if not found:
        film.seek(0)
        found.append(_key_frame(film, stream))
    return min(found, key=lambda it: abs(it[0] - near / av.time_base))[1]


def _key_frame(film: "InputContainer", stream: "VideoStream") -> tuple[float, "VideoFrame"]:
    """The second of the next key frame, and the frame.

    It is asked for at once: to wait for its turn among other frames could take the whole film.
    Raises StopIteration where there is none, FFmpegError for a broken one.
    """
    decode: Callable[[object], Sequence[VideoFrame]] = cast("Any", stream).decode
    packet = next(packet for packet in film.demux(stream) if packet.is_keyframe)
    frame = next(iter(decode(packet) or decode(None)))
    return float((packet.pts or 0) * (stream.time_base or 0)), frame


def _of_frame(
    frame: "VideoFrame", aspect: float, rate: float | None, seconds: float | None
) -> Made:
    """The poster of a frame whose pixels are `aspect` times as wide as they are high."""
    from PIL import Image

    width, height = max(1, round(frame.width * aspect)), frame.height
    scale = min(1.0, EDGE / max(width, height))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    plane = frame.reformat(*size, format="rgb24").planes[0]
    image = Image.frombuffer("RGB", size, bytes(plane), "raw", "RGB", plane.line_size, 1)
    turns = round(frame.rotation / 90) % 4
    if turns % 2:
        width, height = height, width
    if turns:
        image = image.rotate(90 * turns, expand=True)
    return _made(image, Media(width, height, rate, seconds))


def _most_pixels() -> int:
    from PIL import Image

    return Image.MAX_IMAGE_PIXELS or 0


def _any_title() -> dict[str, Any]:
    """What lets a film have a title that is no UTF-8; PyAV 19 lets it without being told."""
    import av

    return {} if int(av.__version__.partition(".")[0]) >= 19 else {"metadata_errors": "replace"}


class _Opened:
    """The file as libav reads it, without a name."""

    name = ""

    def __init__(self, file: BinaryIO) -> None:
        self.read, self.seek, self.tell = file.read, file.seek, file.tell


def _no_other(_url: str, _flags: int, _options: dict[str, str]) -> Never:
    """Open no other file, whatever this one names."""
    raise PermissionError(1, "no other file is opened")
