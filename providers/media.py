"""Tells the type of a file by its first bytes, from one table that all of Rushes uses.

It gives inline files their kind and saved files their extension; `open` and `verify` use it again.
A file's name, a header or a provider's word never decides. The signatures are those of the formats'
own specifications. A file of any other type is saved as `.bin` (reliability.md S3).
"""

import re
from collections.abc import Callable
from enum import Enum

from rushes.providers.frozen import frozen

HEAD = 512
"""Bytes of a file's beginning that tell most types; containers are followed further."""

ReadAt = Callable[[int, int], bytes]
"""Reads a file: takes an offset and a number of bytes, returns fewer or none at its end."""

_BOXES = 64
_TAGS = 4
_TRACKS = 4096


class Family(Enum):
    """The four families of types; also the kind of an output whose reply names no kind."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    FILE = "file"


@frozen
class Media:
    """A type of file; `extension` begins with a dot."""

    media_type: str
    extension: str
    family: Family
    is_text: bool = False

    @property
    def playable(self) -> bool:
        """Whether a program for pictures, films or sound may open it; text can hold scripts."""
        return self.family is not Family.FILE and not self.is_text


def _image(name: str, extension: str) -> Media:
    return Media(f"image/{name}", extension, Family.IMAGE)


def _video(name: str, extension: str) -> Media:
    return Media(f"video/{name}", extension, Family.VIDEO)


def _audio(name: str, extension: str) -> Media:
    return Media(f"audio/{name}", extension, Family.AUDIO)


def _file(media_type: str, extension: str) -> Media:
    return Media(media_type, extension, Family.FILE)


UNKNOWN = _file("application/octet-stream", ".bin")
"""The type of every file that is not in the table, among them all that a system could run."""

MP4 = _video("mp4", ".mp4")
MOV = _video("quicktime", ".mov")
SEGMENT = _video("iso.segment", ".m4s")
M4A = _audio("mp4", ".m4a")
AVIF = _image("avif", ".avif")
HEIC = _image("heic", ".heic")
JXL = _image("jxl", ".jxl")
JP2 = _image("jp2", ".jp2")
MP3 = _audio("mpeg", ".mp3")
AAC = _audio("aac", ".aac")
FLAC = _audio("flac", ".flac")
OGG = _audio("ogg", ".ogg")
OPUS = _audio("opus", ".opus")
OGV = _video("ogg", ".ogv")
WEBM = _video("webm", ".webm")
MKV = _video("x-matroska", ".mkv")
MKA = _audio("x-matroska", ".mka")
ZIP = _file("application/zip", ".zip")
USDZ = _file("model/vnd.usdz+zip", ".usdz")
STL = _file("model/stl", ".stl")

_SIGNATURES = tuple(
    (re.compile(pattern, re.DOTALL), media)
    for pattern, media in (
        (rb"\x89PNG\r\n\x1a\n", _image("png", ".png")),
        (rb"\xff\xd8\xff", _image("jpeg", ".jpg")),
        (rb"RIFF....WEBP", _image("webp", ".webp")),
        (rb"GIF8[79]a", _image("gif", ".gif")),
        (rb"\xff\x0a", JXL),
        (rb"\xff\x4f\xff\x51", _image("j2c", ".j2c")),
        (rb"II[\x2a\x2b]\x00|MM\x00[\x2a\x2b]", _image("tiff", ".tif")),
        # Two letters prove little: reserved bytes and the length of the second head have to fit.
        (rb"BM.{4}\x00{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\x00\x00\x00", _image("bmp", ".bmp")),
        (rb"8BPS\x00\x01", _image("vnd.adobe.photoshop", ".psd")),
        (rb"8BPS\x00\x02", _image("vnd.adobe.photoshop", ".psb")),
        (rb"\x76\x2f\x31\x01", _image("x-exr", ".exr")),
        (rb"#\?RADIANCE\n|#\?RGBE\n", _image("vnd.radiance", ".hdr")),
        (rb"qoif", _image("qoi", ".qoi")),
        (rb"DDS \x7c\x00\x00\x00", _image("vnd-ms.dds", ".dds")),
        (rb"\xabKTX [12][01]\xbb\r\n\x1a\n", _image("ktx2", ".ktx2")),
        (rb"(RIFF|RF64|BW64)....WAVE", _audio("wav", ".wav")),
        (rb"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb", _audio("x-w64", ".w64")),
        (rb"FORM....AIF[FC]", _audio("aiff", ".aiff")),
        (rb"caff\x00\x01", _audio("x-caf", ".caf")),
        (rb"\.snd.{4}", _audio("basic", ".au")),
        (rb"fLaC", FLAC),
        (rb"\x0b\x77..[\x00-\xbf]", _audio("ac3", ".ac3")),
        (rb"#!AMR(-WB)?\n", _audio("amr", ".amr")),
        (rb"MThd\x00\x00\x00\x06", _audio("midi", ".mid")),
        # A frame of MPEG audio: sync, layer III, a bit rate and a sample rate that exist.
        (rb"\xff[\xe2\xe3\xf2\xf3\xfa\xfb][\x10-\xeb]", MP3),
        # ADTS has the same sync; its layer bits are 00.
        (rb"\xff[\xf0\xf1\xf8\xf9][\x00-\x33\x40-\x73\x80-\xb3\xc0-\xf3]", AAC),
        (rb"RIFF....AVI ", _video("x-msvideo", ".avi")),
        (rb"FLV\x01", _video("x-flv", ".flv")),
        (rb"\x00\x00\x01[\xba\xb3]", _video("mpeg", ".mpg")),
        (rb"\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9", _video("x-ms-wmv", ".wmv")),
        (rb"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02", _video("mxf", ".mxf")),
        (rb"YUV4MPEG2 ", _video("x-yuv4mpeg", ".y4m")),
        (rb"DKIF\x00\x00", _video("x-ivf", ".ivf")),
        (rb"glTF[\x01\x02]\x00\x00\x00", _file("model/gltf-binary", ".glb")),
        (rb"ply\r?\nformat (ascii|binary_(little|big)_endian) ", _file("model/ply", ".ply")),
        (rb"PXR-USDC", _file("model/vnd.usdc", ".usdc")),
        (rb"#usda ", _file("model/vnd.usda", ".usda")),
        (rb"Kaydara FBX Binary  \x00", _file("model/vnd.fbx", ".fbx")),
        (rb"%PDF-", _file("application/pdf", ".pdf")),
        (rb"\x1f\x8b\x08", _file("application/gzip", ".gz")),
        (rb"7z\xbc\xaf\x27\x1c", _file("application/x-7z-compressed", ".7z")),
        (rb"\x93NUMPY", _file("application/x-npy", ".npy")),
        (rb".{5}\x00\x00\x00\{\"", _file("application/x-safetensors", ".safetensors")),
        (rb".{257}ustar", _file("application/x-tar", ".tar")),
    )
)

# ISO/IEC 14496-12: the brand that counts is the one of `ftyp`, wherever that box stands.
_BRANDS = {
    b"qt  ": MOV,
    b"M4A ": M4A,
    b"M4B ": M4A,
    b"F4A ": M4A,
    b"avif": AVIF,
    b"avis": AVIF,
    b"jxl ": JXL,
    b"jp2 ": JP2,
    b"jpx ": _image("jpx", ".jpx"),
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"hevx", b"hevm"), HEIC),
    **dict.fromkeys((b"3gp4", b"3gp5", b"3gp6", b"3gp7", b"3gs7"), _video("3gpp", ".3gp")),
    **dict.fromkeys((b"3g2a", b"3g2b", b"3g2c"), _video("3gpp2", ".3g2")),
}
_STILL_BRANDS = (b"mif1", b"msf1", b"mif2", b"miaf")
_FIRST_BOXES = frozenset(
    b"ftyp free skip wide uuid styp sidx pnot moov mdat moof emsg prft".split()
) | {b"JXL ", b"jP  "}
_SEGMENT_BOXES = frozenset((b"styp", b"sidx", b"moof", b"emsg", b"prft"))
# The DocType (4282) is at no fixed place, and its size may take one to eight bytes.
_EBML = re.compile(rb"\x1a\x45\xdf\xa3.{0,80}?\x42\x82.{1,8}?(webm|matroska)", re.DOTALL)
_OGG = re.compile(rb"OggS\x00")
_PACKETS = ((b"OpusHead", OPUS), (b"\x80theora", OGV), (b"\x01vorbis", OGG), (b"\x7fFLAC", OGG))


def of_bytes(data: bytes) -> ReadAt:
    """A function that reads a file in memory."""
    return lambda at, count: data[at : at + count]


def recognised(read: ReadAt) -> Media | None:
    """The type of a file by its bytes; None for text and for types that are not in the table."""
    head = read(0, HEAD)
    if head[4:8] in _FIRST_BOXES:
        return _boxed(read)
    if head.startswith(b"ID3") and (behind := _behind_tags(read, head)):
        return behind
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return USDZ if _first_entry(head).endswith((b".usdc", b".usda", b".usd")) else ZIP
    if _OGG.match(head):
        return next((media for start, media in _PACKETS if start in head[27:]), OGG)
    if found := _EBML.match(head):
        return WEBM if found.group(1) == b"webm" else _matroska(read)
    for signature, media in _SIGNATURES:
        if signature.match(head):
            return media
    return _transport_stream(read) or (STL if _binary_stl(read, head) else None)


def _boxed(read: ReadAt) -> Media:
    """The type of a file of ISO media boxes: by its `ftyp` box, else by its other boxes."""
    kinds: list[bytes] = []
    at = 0
    for _ in range(_BOXES):
        head = read(at, 16)
        if len(head) < 8:
            break
        length, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        kinds.append(kind)
        if kind == b"ftyp":
            return _branded(read(at + 8, min(max(length - 8, 4), HEAD)))
        if length < 8 or kind == b"moov":
            break
        at += length
    if kinds[0] == b"JXL ":
        return JXL
    if kinds[0] == b"jP  ":
        return JP2
    if b"moov" in kinds:
        return MP4 if kinds[0] in _SEGMENT_BOXES | {b"free", b"skip", b"uuid"} else MOV
    return SEGMENT if _SEGMENT_BOXES & {*kinds} else MOV


def _branded(brands: bytes) -> Media:
    major = brands[:4]
    if major in _STILL_BRANDS:
        compatible = {brands[at : at + 4] for at in range(8, len(brands) - 3, 4)}
        return AVIF if {b"avif", b"avis"} & compatible else HEIC
    return _BRANDS.get(major, MP4)


def _behind_tags(read: ReadAt, head: bytes) -> Media | None:
    """What stands behind ID3v2 tags, which may come before MP3, AAC and FLAC alike."""
    at = 0
    for _ in range(_TAGS):
        if len(head) < 10 or not head.startswith(b"ID3"):
            break
        at += _tag_length(head)
        head = read(at, HEAD)
    behind = next((media for signature, media in _SIGNATURES if signature.match(head)), MP3)
    return behind if behind in (AAC, FLAC) else MP3


def _tag_length(head: bytes) -> int:
    """Bytes of an ID3v2 tag: four times seven bits, its own head and, if so marked, its foot."""
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    return size + (20 if head[5] & 0x10 else 10)


def behind_tags(read: ReadAt) -> int:
    """The offset of the first byte behind the ID3v2 tags of a file."""
    at = 0
    for _ in range(_TAGS):
        head = read(at, 10)
        if len(head) < 10 or not head.startswith(b"ID3"):
            break
        at += _tag_length(head)
    return at


def _first_entry(head: bytes) -> bytes:
    """The name of the first file in a ZIP."""
    return head[30 : 30 + int.from_bytes(head[26:28], "little")]


def _matroska(read: ReadAt) -> Media:
    """Sound where the list of tracks (1654ae6b) comes early and has no film in it (type 1)."""
    tracks = read(0, _TRACKS).partition(b"\x16\x54\xae\x6b")[2]
    return MKA if b"\x83\x81\x02" in tracks and b"\x83\x81\x01" not in tracks else MKV


def _transport_stream(read: ReadAt) -> Media | None:
    """MPEG-TS has its sync byte every 188 bytes, M2TS behind four bytes more."""
    for first, step, media in ((0, 188, ".ts"), (4, 192, ".m2ts")):
        if all(read(first + n * step, 1) == b"\x47" for n in range(3)):
            return _video("mp2t", media)
    return None


def _binary_stl(read: ReadAt, head: bytes) -> bool:
    """Binary STL has no signature: 80 free bytes, a count, and 50 bytes a triangle to the end."""
    count = int.from_bytes(head[80:84], "little")
    end = 84 + 50 * count
    return len(head) >= 84 and count > 0 and len(read(end - 1, 2)) == 1
