"""A reply's body as it arrives: decoded, and bounded whatever it grows to (reliability.md M2)."""

import zlib

from rushes.providers.reply import BODY_LIMIT

THREADED_FROM = 256 * 1024
"""Bytes from which a body is gone through off the event loop."""


class Body:
    """The bytes so far in `data`, never more than one over BODY_LIMIT.

    Only gzip is decoded, as some gateways send it unasked; anything else stays what it is, and the
    reader of the document refuses it.
    """

    def __init__(self, encoding: str) -> None:
        zipped = encoding.strip().lower() in ("gzip", "x-gzip")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if zipped else None
        self.data = bytearray()

    def take(self, chunk: bytes) -> bool:
        """Add what arrived; whether there is room for more. Raises zlib.error."""
        room = BODY_LIMIT + 1 - len(self.data)
        self.data += self._inflate.decompress(chunk, room) if self._inflate else chunk[:room]
        return len(self.data) <= BODY_LIMIT
