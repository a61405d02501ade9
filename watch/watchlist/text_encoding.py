"""Decodes text that a shell's `>` or an editor wrote: UTF-8, UTF-16, UTF-32."""

import codecs

_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
"""Byte order marks, the longer ones first, as one is the beginning of another."""

_ENOUGH = 4
"""Bytes that are enough to tell the encoding."""


def encoding_of(head: bytes) -> str:
    """The encoding by a text's first bytes; without a mark, NULs beside ASCII mean UTF-16."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if len(head) > 1 and head[0] and not head[1]:
        return "utf-16-le"
    if len(head) > 1 and not head[0] and head[1]:
        return "utf-16-be"
    return "utf-8"


def decoded(data: bytes) -> str:
    """The whole text; undecodable bytes become U+FFFD."""
    return data.decode(encoding_of(data[:_ENOUGH]), "replace")


class Decoder:
    """Decodes bytes that arrive in pieces."""

    def __init__(self) -> None:
        self._head = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def decode(self, data: bytes, *, final: bool = False) -> str:
        """The text of all whole characters so far; with `final`, of all bytes."""
        if self._decoder is None:
            self._head += data
            if len(self._head) < _ENOUGH and not final:
                return ""
            encoding = encoding_of(self._head[:_ENOUGH])
            self._decoder = codecs.getincrementaldecoder(encoding)("replace")
            data, self._head = self._head, b""
        return self._decoder.decode(data, final)
