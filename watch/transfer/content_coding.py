"""Content codings of a file's body (RFC 9110, 8.4), and what is sent as one though it is none.

Stores keep what the upload's `Content-Encoding` said, `utf-8` or `aws-chunked` among it, and send
it with the plain bytes: a word that no registry knows changes no byte.
"""

import re
import zlib
from collections.abc import Generator, Iterable, Iterator

from rushes.watch.network.direct import Chunk
from rushes.watch.reasons import Cause, Inflated
from rushes.watch.transfer.limits import Interrupted
from rushes.watch.transfer.request import DownloadFailed

STEP = 64 * 1024
"""Bytes that are inflated at a time."""

RATIO = 200
"""How many times as long as its gzip a file may be."""

_ANY_RATIO = 1024 * 1024
"""Decoded bytes that are never too many: a short file may well be zeros for the most part."""

# IANA, HTTP Content Coding Registry; `identity` is no coding.
_CODING = re.compile(
    r"aes128gcm|br|compress|dcb|dcz|deflate|exi|gzip|pack200-gzip|x-compress|x-gzip|zstd"
)
_MAGIC = b"\x1f\x8b"

_SIGNED_FRAME = re.compile(rb"[0-9a-f]{1,8};chunk-signature=[0-9a-f]{64}\r\n", re.IGNORECASE)
_FRAME = re.compile(rb"([0-9a-f]{1,8})\r\n", re.IGNORECASE)
_FRAME_HEAD = 512


class Undecodable(DownloadFailed):
    """What came cannot be made the file that it is said to be, however often it is asked for."""


def codings(field: str) -> tuple[str, ...]:
    """The codings that a `Content-Encoding` names, in lower case, in the order of their use."""
    words = (word.partition(";")[0].strip().lower() for word in field.split(","))
    return tuple(word for word in words if _CODING.fullmatch(word))


class Gunzip:
    """A body that is said to be gzip, decoded as it comes.

    `proven`: it was, and its own checksums hold to its end. Where it is no gzip at all, its bytes
    are handed on as they are, and nothing is proven.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self.proven = False
        self._chunks = iter(chunks)
        self._coded = self._decoded = 0

    def __iter__(self) -> Iterator[bytes]:
        """The decoded bytes. Raises Interrupted where they are cut off or damaged, Undecodable."""
        data = self._pull()
        if len(data) == 1:
            data += self._pull()
        if not data.startswith(_MAGIC):
            yield data
            yield from self._chunks
            return
        while data.startswith(_MAGIC):
            data = self._behind((yield from self._member(data)))
        self.proven = True

    def _member(self, data: bytes) -> Generator[bytes, None, bytes]:
        """One gzip member's bytes; returns what of `data` is behind it."""
        inflate = zlib.decompressobj(zlib.MAX_WBITS | 16)
        while not inflate.eof:
            try:
                piece = inflate.decompress(data, STEP)
            except zlib.error:
                raise Interrupted(Cause.GZIP_DAMAGED) from None
            self._decoded += len(piece)
            read = self._coded - len(inflate.unconsumed_tail)
            if self._decoded > max(_ANY_RATIO, RATIO * read):
                raise Undecodable(Inflated(RATIO))
            if piece:
                yield piece
            data = inflate.unconsumed_tail
            if not data and len(piece) < STEP and not inflate.eof and not (data := self._pull()):
                raise Interrupted(Cause.GZIP_CUT)
        return inflate.unused_data

    def _behind(self, data: bytes) -> bytes:
        """The beginning of another member, if one comes: zeros may fill up a block before it.

        Whatever else stands there is no part of the file.
        """
        passed = 0
        while len(rest := data.lstrip(b"\0")) < len(_MAGIC) and passed < _ANY_RATIO:
            passed += len(data) - len(rest)
            if not (more := self._pull()):
                return b""
            data = rest + more
        return rest

    def _pull(self) -> bytes:
        chunk = next(self._chunks, b"")
        self._coded += len(chunk)
        return chunk


def unframed(chunks: Iterable[Chunk], field: str) -> Iterator[Chunk]:
    """The bytes of a file from its first one on; raises Undecodable where they are of an upload.

    Some stores keep the frames that a signed upload comes in (S3, aws-chunked) as if they were the
    file. A frame without a signature is one only where `field`, the `Content-Encoding`, says so.
    """
    coming = iter(chunks)
    head = b""
    for chunk in coming:
        head += chunk
        if len(head) >= _FRAME_HEAD:
            break
    if _SIGNED_FRAME.match(head) or ("aws-chunked" in field.lower() and _is_frame(head)):
        raise Undecodable(Cause.UPLOAD_FRAMES)
    if head:
        yield head
    yield from coming


def _is_frame(head: bytes) -> bool:
    """Whether a line with a length in hexadecimal is followed by as many bytes and a line's end."""
    match = _FRAME.match(head)
    if match is None:
        return False
    end = match.end() + int(match[1], 16)
    return head[end : end + 2] in (b"\r\n", b"\r", b"")
