"""The texts of tasks that a process read or wrote last, so that none comes or goes twice."""

from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

from rushes.watch.task import Ref, Task

REMEMBERED = 50_000
"""Tasks that are remembered; beyond that all are forgotten, and read in full once."""

NONE = b""
"""The mark of no text."""


class Known(NamedTuple):
    """What a text says, without what `task.times` adds to it; `mark` tells it from others.

    Its times are by the store's clock, as in the text.
    """

    mark: bytes
    task: Task


class KnownTexts:
    """The texts of tasks that are not over; it may be used from several threads."""

    def __init__(self) -> None:
        self._known: dict[Ref, Known] = {}

    def of(self, ref: Ref) -> Known | None:
        """The text of that task; None where it is not known."""
        return self._known.get(ref)

    def note(self, known: Mapping[Ref, Known]) -> None:
        """Remember these in the place of what was known before."""
        if len(self._known) > REMEMBERED:
            self._known.clear()
        for ref, it in known.items():
            if it.task.over:
                self._known.pop(ref, None)
            else:
                self._known[ref] = it


def mark_of(text: str) -> bytes:
    """What the server has for that text by `sha256(convert_to(text, 'UTF8'))`."""
    return sha256(text.encode()).digest()
