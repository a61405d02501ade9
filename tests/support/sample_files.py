"""Small files of many formats, made by code: true in what says where each ends."""

import io
import struct
import wave
import zipfile
import zlib

from mp4_files import box, movie_header

FTYP = box(b"ftyp", b"isom\0\0\2\0isomiso2avc1mp41")
MDAT = box(b"mdat", b"\1\2\3\4" * 50)


def chunk(kind: bytes, body: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(*more: bytes) -> bytes:
    """A grey picture of 8 by 8; `more` are chunks before its data."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0))
    data = chunk(b"IDAT", zlib.compress(bytes(72)))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(more) + data + chunk(b"IEND", b"")


def segment(marker: int, body: bytes) -> bytes:
    """A segment of a JPEG."""
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def jpeg(*more: bytes) -> bytes:
    """The markers of a progressive picture, restarts and stuffing included."""
    scan = segment(0xDA, b"\1\1\0\0\x3f\0") + b"\x12\xff\x00\x34\xff\xd0\x56" * 9
    head = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")
    return b"\xff\xd8" + head + b"".join(more) + scan + b"\xff" + scan + b"\xff\xd9"


def gif() -> bytes:
    """Two pictures with a table of colours each, and a comment."""
    image = b"\x2c" + bytes(8) + b"\x80" + bytes(6) + b"\2" + b"\x05hello\0"
    note = b"\x21\xfe\x04note\0"
    return b"GIF89a" + struct.pack("<HHBBB", 2, 2, 0x80, 0, 0) + bytes(6) + note + image * 2 + b";"


def riff(form: bytes, body: bytes, size: int | None = None) -> bytes:
    """A RIFF of one form; `size` instead of its own."""
    return b"RIFF" + struct.pack("<I", len(body) + 4 if size is None else size) + form + body


def webp() -> bytes:
    return riff(b"WEBP", b"VP8L" + struct.pack("<I", 60) + b"\x2f" + bytes(59))


def avi(form: bytes = b"AVI ") -> bytes:
    return riff(form, b"LIST" + struct.pack("<I", 40) + bytes(40))


def wav(frames: int = 100, width: int = 2) -> bytes:
    """A sound as Python's own writer makes it: an odd one has no pad byte."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setparams((1, width, 8000, 0, "NONE", ""))
        sound.writeframes(b"\1" * width * frames)
    return file.getvalue()


def aiff() -> bytes:
    body = b"AIFF" + b"SSND" + struct.pack(">I", 80) + bytes(80)
    return b"FORM" + struct.pack(">I", len(body)) + body


def element(kind: bytes, body: bytes, width: int = 8) -> bytes:
    """An element of Matroska whose size takes `width` bytes."""
    return kind + (len(body) | 1 << 7 * width).to_bytes(width, "big") + body


def matroska(doctype: bytes = b"webm", *, seconds: float = 5.0, streamed: bool = False) -> bytes:
    """A head, and a Segment with its length unless it is `streamed`."""
    head = element(b"\x1a\x45\xdf\xa3", element(b"\x42\x82", doctype, 1), 1)
    times = element(b"\x2a\xd7\xb1", b"\x0f\x42\x40", 1)
    times += b"" if streamed else element(b"\x44\x89", struct.pack(">d", seconds * 1000), 1)
    tracks = element(b"\x16\x54\xae\x6b", element(b"\xae", b"\x83\x81\x01", 1), 1)
    body = element(b"\x15\x49\xa9\x66", times, 4) + tracks + element(b"\x1f\x43\xb6\x75", bytes(80))
    if streamed:
        return head + b"\x18\x53\x80\x67\x01" + b"\xff" * 7 + body
    return head + element(b"\x18\x53\x80\x67", body, 6)


def page(flags: int, data: bytes) -> bytes:
    """A page of an Ogg."""
    lacing = b"\xff" * (len(data) // 255) + bytes([len(data) % 255])
    return b"OggS\0" + bytes([flags]) + bytes(20) + bytes([len(lacing)]) + lacing + data


def ogg(first: bytes = b"OpusHead\1\1") -> bytes:
    return page(2, first) + page(0, b"OggS\0 in the data" + bytes(400)) + page(4, bytes(100))


def id3(body: bytes) -> bytes:
    size = len(body)
    return b"ID3\4\0\0" + bytes([0, size >> 14 & 127, size >> 7 & 127, size & 127]) + body


def mp3(*, counted: bool = True) -> bytes:
    """Frames of MPEG audio; the first says how many bytes they are, if `counted`."""
    frame = b"\xff\xfb\x90\x64" + bytes(413)
    head = b"\xff\xfb\x90\x64" + bytes(32) + b"Info" + struct.pack(">III", 3, 3, 4 * 417)
    return (head.ljust(417, b"\0") if counted else frame) + frame * 3


def flac() -> bytes:
    return b"fLaC\x80\0\0\x22" + bytes(34) + b"\xff\xf8" + bytes(60)


def archive(name: str = "a.png") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr(zipfile.ZipInfo(name), b"x" * 100)
        made.comment = b"made by code"
    return file.getvalue()


def glb() -> bytes:
    return b"glTF" + struct.pack("<II", 2, 132) + struct.pack("<I4s", 112, b"JSON") + bytes(112)


def tiff(*, at_the_end: bool = True) -> bytes:
    """Eight rows of eight bytes; the list of them comes last, as most writers have it, or first."""
    where = 8 + 64 if at_the_end else 8
    rows = 8 if at_the_end else 8 + 2 + 24 + 4
    listed = struct.pack("<HHHIIHHIII", 2, 273, 4, 1, rows, 279, 4, 1, 64, 0)
    head = b"II*\0" + struct.pack("<I", where)
    return head + (bytes(64) + listed if at_the_end else listed + bytes(64))


def bmp() -> bytes:
    return b"BM" + struct.pack("<IIII", 26 + 90, 0, 26, 12) + bytes(8 + 90)


def psd() -> bytes:
    head = b"8BPS\0\1" + bytes(6) + struct.pack(">HIIHH", 3, 4, 4, 8, 3)
    return head + struct.pack(">I", 0) * 3 + b"\0\0" + bytes(48)


def ply() -> bytes:
    head = (
        b"ply\nformat binary_little_endian 1.0\nelement vertex 10\nproperty float x\nend_header\n"
    )
    return head + bytes(40)


def stl() -> bytes:
    return bytes(80) + struct.pack("<I", 3) + bytes(150)


def avif() -> bytes:
    return box(b"ftyp", b"avif\0\0\0\0mif1avif") + box(b"meta", bytes(40)) + MDAT


def film(seconds: float = 5.0) -> bytes:
    return FTYP + box(b"moov", movie_header(seconds)) + MDAT


def track(number: int, *, scale: int = 1000, units: int = 0, table: bytes = b"") -> bytes:
    """A `trak` with its id and its own clock; `table` goes into its `stbl`."""
    head = box(b"tkhd", bytes(12) + struct.pack(">I", number) + bytes(68))
    clock = box(b"mdhd", bytes(12) + struct.pack(">II", scale, units) + bytes(4))
    return box(b"trak", head + box(b"mdia", clock + box(b"minf", box(b"stbl", table))))


def fragment(*durations: int, default: int | None = None, begins: int | None = None) -> bytes:
    """A `moof` of track 1, its samples as long as `durations`, with data behind it."""
    flags = 0 if default is None else 8
    head = struct.pack(">II", flags, 1) + (b"" if default is None else struct.pack(">I", default))
    said = b"" if begins is None else box(b"tfdt", bytes(4) + struct.pack(">I", begins))
    each = b"".join(struct.pack(">II", length, 4) for length in durations)
    run = struct.pack(">III", 0x000301, len(durations), 0) + each
    if default is not None:
        run = struct.pack(">II", 0, len(durations))
    return box(b"moof", box(b"traf", box(b"tfhd", head) + said + box(b"trun", run))) + MDAT


def fragmented(*pieces: bytes, said: float = 0, units: int = 0, default: int = 0) -> bytes:
    """A film whose index speaks of `said` seconds, the rest being in `pieces`."""
    extends = box(b"mvex", box(b"trex", bytes(4) + struct.pack(">IIIII", 1, 1, default, 0, 0)))
    index = box(b"moov", movie_header(said) + track(1, units=units) + extends)
    return FTYP + index + b"".join(pieces)


WHOLE = {
    ".png": png(),
    ".jpg": jpeg(),
    ".gif": gif(),
    ".webp": webp(),
    ".avi": avi(),
    ".wav": wav(),
    ".aiff": aiff(),
    ".webm": matroska(),
    ".mkv": matroska(b"matroska"),
    ".opus": ogg(),
    ".ogv": ogg(b"\x80theora"),
    ".ogg": ogg(b"\1vorbis"),
    ".mp3": mp3(),
    ".zip": archive(),
    ".usdz": archive("scene.usdc"),
    ".glb": glb(),
    ".tif": tiff(),
    ".bmp": bmp(),
    ".psd": psd(),
    ".avif": avif(),
    ".mp4": film(),
    ".m4a": box(b"ftyp", b"M4A \0\0\0\0") + film()[len(FTYP) :],
    ".mov": box(b"ftyp", b"qt  \0\0\0\0") + film()[len(FTYP) :],
}
"""A whole file of each format that says where it ends, by the ending it is to get."""
