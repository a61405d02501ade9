"""A text that comes in pieces, cut into what can be read already: whole lines, whole JSON."""

from dataclasses import dataclass

from rushes.watch.watchlist.paste import TEXT_LIMIT
from rushes.watch.watchlist.replies import unfinished_in
from rushes.watch.watchlist.text_encoding import Decoder

BATCH = 64 * 1024
"""Characters from which a batch is cut at the next line: no more tasks than a paste may name."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Text to be read at one go; `line` is the number of its first line, from 1."""

    line: int
    text: str


class Incoming:
    """What came and was not taken yet.

    A line waits for its end, and a JSON object over several lines until it is whole; neither for
    more than a paste may hold.
    """

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._line = 1
        self._text = ""
        self._ready = 0

    @property
    def size(self) -> int:
        """Characters that wait."""
        return len(self._text)

    @property
    def lines(self) -> int:
        """Lines that can be taken now."""
        return self._text.count("\n", 0, self._ready)

    @property
    def cut(self) -> str:
        """The line that has come in part."""
        return self._text[self._text.rfind("\n") + 1 :]

    def came(self, data: bytes) -> None:
        """Take bytes in."""
        self._text += self._decoder.decode(data).replace("\r\n", "\n")
        whole = self._text.rfind("\n") + 1
        begun = unfinished_in(self._text[:whole])
        self._ready = whole if begun is None else self._text.rfind("\n", 0, begun) + 1
        if not self._ready and len(self._text) >= TEXT_LIMIT:
            self._ready = whole or self._last_gap() or TEXT_LIMIT

    def _last_gap(self) -> int:
        """Where a line without end can be cut and no id with it."""
        return max(self._text.rfind(sign, 0, TEXT_LIMIT) for sign in " \t,;\"'") + 1

    def take(self) -> list[Batch]:
        """What can be read now."""
        return self._cut(self._ready)

    def take_lines(self) -> list[Batch]:
        """All lines that have come whole, also of JSON that has not."""
        return self._cut(self._text.rfind("\n") + 1)

    def take_all(self) -> list[Batch]:
        """Everything: nothing more will come."""
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
        """The end of a line behind which no JSON object goes on."""
        at = start + BATCH
        while line_end := self._text.find("\n", at, end) + 1:
            begun = unfinished_in(self._text[start:line_end])
            if begun is None or line_end - start > TEXT_LIMIT // 2:
                return line_end
            if before := self._text.rfind("\n", start, start + begun) + 1:
                return before
            at = line_end + BATCH
        return min(end, start + TEXT_LIMIT)
