"""Decodes a reply's body as it arrives, up to a bounded size (reliability.md M2)."""

import zlib

from rushes.providers.reply import BODY_LIMIT

THREADED_FROM = 32 * 1024
"""Bytes of a body from which it is searched and parsed in a thread, off the event loop."""


class Body:
    """The decoded bytes so far, in `data`: at most one more than BODY_LIMIT.

    Only gzip is decoded, as some gateways send it unasked. Any other coding is left as it is, and
    the parser refuses it as no JSON.
    """

    def __init__(self, encoding: str) -> None:
        zipped = encoding.strip().lower() in ("gzip", "x-gzip")
        self._inflate = zlib.decompressobj(zlib.MAX_WBITS | 16) if zipped else None
        self.data = bytearray()

    def take(self, chunk: bytes) -> bool:
        """Add bytes that arrived; returns whether more are wanted. Raises zlib.error."""
        wanted = BODY_LIMIT + 1 - len(self.data)
        self.data += self._inflate.decompress(chunk, wanted) if self._inflate else chunk[:wanted]
        return len(self.data) <= BODY_LIMIT
