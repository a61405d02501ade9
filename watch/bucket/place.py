"""Places in object stores, written as `s3://bucket/key`, `gs://bucket/key` or `az://container/key`.

The key is as the store has it: nothing in it is escaped.
"""

import re

from rushes.providers.frozen import frozen

_URL = re.compile(r"(s3|gs|az)://([A-Za-z0-9][A-Za-z0-9._-]{1,62})(?:/+(.*))?", re.DOTALL)


class NoPlace(ValueError):
    """A text is no place in an object store."""


@frozen
class Place:
    """An object, or the beginning of the names of several."""

    scheme: str
    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.bucket}/{self.key}"

    def below(self, name: str) -> "Place":
        """The place `name` after this one and a slash."""
        return Place(self.scheme, self.bucket, f"{self.key}/{name}" if self.key else name)


def read_place(text: str) -> Place:
    """The place that a text names. Raises NoPlace."""
    found = _URL.fullmatch(text)
    if found is None:
        raise NoPlace(text)
    key = (found[3] or "").strip("/")
    steps = key.split("/") if key else ()
    if not key.isprintable() or any(step in ("", ".", "..") for step in steps):
        raise NoPlace(text)
    return Place(found[1], found[2], key)
