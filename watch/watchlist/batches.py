"""Cuts a text that arrives in pieces into batches that can be read: whole lines, whole JSON."""

from rushes.providers.frozen import frozen
from rushes.watch.watchlist.paste import TEXT_LIMIT
from rushes.watch.watchlist.replies import unfinished_in
from rushes.watch.watchlist.text_encoding import Decoder

BATCH = 64 * 1024
"""Characters after which a batch ends with the next line, so that it holds few enough tasks."""


@frozen
class Batch:
    """Text to be read at once; `line` is the number of its first line, from 1."""

    line: int
    text: str


class Incoming:
    """The text that has arrived and was not taken yet.

    An unfinished line, and an unfinished JSON object of several lines, are kept until they are
    whole, or longer than a paste may be.
    """

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._line = 1
        self._text = ""
        self._ready = 0

    @property
    def size(self) -> int:
        """Characters that were not taken yet."""
        return len(self._text)

    @property
    def lines(self) -> int:
        """Lines that can be taken now."""
        return self._text.count("\n", 0, self._ready)

    @property
    def cut(self) -> str:
        """The unfinished last line."""
        return self._text[self._text.rfind("\n") + 1 :]

    def came(self, data: bytes) -> None:
        """Add bytes that arrived."""
        self._text += self._decoder.decode(data).replace("\r\n", "\n")
        whole = self._text.rfind("\n") + 1
        begun = unfinished_in(self._text[:whole])
        self._ready = whole if begun is None else self._text.rfind("\n", 0, begun) + 1
        if not self._ready and len(self._text) >= TEXT_LIMIT:
            self._ready = whole or self._last_gap() or TEXT_LIMIT

    def _last_gap(self) -> int:
        """The offset where an overlong line can be cut without cutting an id."""
        return max(self._text.rfind(sign, 0, TEXT_LIMIT) for sign in " \t,;\"'") + 1

    def take(self) -> list[Batch]:
        """Take the next batch that can be read now."""
        return self._cut(self._ready)

    def take_lines(self) -> list[Batch]:
        """Take all whole lines, also those of an unfinished JSON object."""
        return self._cut(self._text.rfind("\n") + 1)

    def take_all(self) -> list[Batch]:
        """Take everything, as nothing more will arrive."""
        self._text += self._decoder.decode(b"", final=True)
        return self._cut(len(self._text))

    def _cut(self, end: int) -> list[Batch]:
        batches: list[Batch] = []
        start = 0
        while start < end:
            cut = self._batch_end(start, end)
            text = self._text[start:cut]
            batches.append(Batch(self._line, text))
            self._line += text.count("\n")
            start = cut
        self._text = self._text[end:]
        self._ready = 0
        return batches

    def _batch_end(self, start: int, end: int) -> int:
        """The end of a line after which no JSON object continues."""
        at = start + BATCH
        while line_end := self._text.find("\n", at, end) + 1:
            begun = unfinished_in(self._text[start:line_end])
            if begun is None or line_end - start > TEXT_LIMIT // 2:
                return line_end
            if before := self._text.rfind("\n", start, start + begun) + 1:
                return before
            at = line_end + BATCH
        return min(end, start + TEXT_LIMIT)
