"""A watchlist that is written and read."""

from datetime import UTC, datetime

from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.entries import Watchlist

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


def entry(task_id: str, label: str = "", tags: tuple[str, ...] = ()) -> Entry:
    return Entry(ref=Ref("hiapi", task_id), added=NOW, label=label, tags=tags)


def ids(watchlist: Watchlist | None) -> list[str]:
    assert watchlist is not None
    return [found.ref.id for found in watchlist.entries]
