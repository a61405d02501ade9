"""A watchlist and its cache in a cached_home of the test."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st

from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist import document, entries_cache
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.entries import BadEntry, Watchlist, checked
from rushes.watch.watchlist.file import WatchlistFile

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)


def entry(task_id: str, label: str = "", tags: tuple[str, ...] = ()) -> Entry:
    return Entry(ref=Ref("hiapi", task_id), added=NOW, label=label, tags=tags)


class Home:
    """A list with its cache, and how often the TOML was parsed."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = root / "watchlists" / "default.toml"
        self.cache = root / "cache"
        self.parsed = 0
        self.path.parent.mkdir()
        parse = document.parse_toml

        def counted(path: Path, text: str) -> object:
            self.parsed += 1
            return parse(path, text)

        monkeypatch.setattr(document, "parse_toml", counted)
        monkeypatch.setattr(entries_cache, "LEAST", 0)

    def file(self) -> WatchlistFile:
        return WatchlistFile(self.path, cache=self.cache)

    def look(self) -> Contents:
        return self.file().look()

    def labels(self) -> list[str]:
        return [found.label for found in self.file().read().entries]

    @property
    def kept(self) -> Path:
        (found,) = self.cache.iterdir()
        return found


@pytest.fixture
def cached_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


# -- the same for every list ----------------------------------------------------------------------

WORDS = st.text(max_size=12)


@st.composite
def watchlists(draw: st.DrawFn) -> Watchlist:
    found: dict[Ref, Entry] = {}
    for n, task_id in enumerate(draw(st.lists(st.text(min_size=1, max_size=9), max_size=6))):
        raw = Entry(
            ref=Ref(draw(st.sampled_from(["hiapi", "studio-b"])), task_id),
            added=NOW + timedelta(seconds=n, microseconds=draw(st.integers(0, 999_999))),
            label=draw(WORDS),
            tags=tuple(draw(st.lists(WORDS, max_size=2))),
        )
        try:
            found.setdefault(raw.ref, checked(raw))
        except BadEntry:
            continue
    keys = st.dictionaries(st.sampled_from(["x", "é.\n"]), st.integers() | WORDS, max_size=2)
    extras = {ref: extra for ref in found if (extra := draw(keys))}
    return Watchlist(entries=tuple(found.values()), extra=draw(keys), task_extras=extras)
