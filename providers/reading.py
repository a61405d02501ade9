"""What one parse of a JSON document has read of it; the rest can be reported as drift."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import TypeAlias, Union

from rushes.providers.text import clean

Json: TypeAlias = Union[bool, int, float, str, list["Json"], dict[str, "Json"], None]  # noqa: UP007
"""What a JSON document can hold."""

_LIMIT = 50
_DEPTH = 12


class Reading:
    """The paths that one parse has read, and the oddities that it noted."""

    __slots__ = ("noted", "seen")

    def __init__(self) -> None:
        self.seen: set[str] = set()
        self.noted: list[str] = []

    def note(self, path: str, text: str) -> None:
        """Note an oddity at a path, unless it is noted already."""
        said = f"{_general(path)}: {clean(text, 120)}"
        if said not in self.noted and len(self.noted) < _LIMIT:
            self.noted.append(said)

    def drift(self, path: str, value: Json) -> tuple[str, ...]:
        """The notes, then the paths of all values below that were not read (indices as `[]`)."""
        leaves = islice(_unread(path, value, self.seen), _LIMIT * 4)
        return (*self.noted, *list(dict.fromkeys(leaves))[:_LIMIT])


def _general(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _unread(path: str, value: Json, seen: set[str], depth: int = 0) -> Iterator[str]:
    if path in seen or value is None or value == "" or value == [] or value == {}:
        return
    if isinstance(value, dict) and depth < _DEPTH:
        for key, member in value.items():
            if (below := f"{path}.{key}") not in seen:  # most are: no generator for them
                yield from _unread(below, member, seen, depth + 1)
    elif isinstance(value, list) and depth < _DEPTH:
        for index, element in enumerate(value[:20]):
            yield from _unread(f"{path}[{index}]", element, seen, depth + 1)
    else:
        yield clean(_general(path), 120)
