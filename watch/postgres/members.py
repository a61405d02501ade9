"""Who uses the store: the processes that were heard of lately."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from rushes.watch.postgres.connection import Connection

SEEN_WITHIN = 120.0
"""Seconds for which a process counts that was not heard of again."""

KEPT_FOR = 86_400.0
"""Seconds after which a process is forgotten."""

_NOTE = """
INSERT INTO member (id, name, version, since, seen) VALUES (%s, %s, %s, now(), now())
ON CONFLICT (id) DO UPDATE SET seen = now()
"""
_FORGET = "DELETE FROM member WHERE seen < now() - %s * interval '1 second'"
_COUNT = "SELECT count(*) FROM member WHERE seen > now() - %s * interval '1 second'"
_LIST = """
SELECT name, version, since, seen FROM member WHERE seen > now() - %s * interval '1 second'
ORDER BY name, since
"""


class Member(NamedTuple):
    """A process: its machine, its version, since when it is there and when it was heard of."""

    name: str
    version: str
    since: datetime
    seen: datetime


def note(db: Connection, number: UUID, name: str, version: str) -> int:
    """Note that a process is there; how many there are."""
    db.execute(_FORGET, (KEPT_FOR,))
    db.execute(_NOTE, (number, name, version))
    (found,) = db.execute(_COUNT, (SEEN_WITHIN,)).fetchone() or (1,)
    return int(found)


def leave(db: Connection, number: UUID) -> None:
    """Note that a process is there no more."""
    db.execute("DELETE FROM member WHERE id = %s", (number,))


def listed(db: Connection) -> list[Member]:
    """The processes that are there, by name."""
    return [Member(*row) for row in db.execute(_LIST, (SEEN_WITHIN,)).fetchall()]
