"""One entry found by the cache, and the same for every list."""

import json
from collections.abc import Callable
from datetime import UTC
from pathlib import Path

import pytest
from entries_home import NOW, Home, entry, watchlists
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sampling import rounds

from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist import entries_cache, saved
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.document import dumps
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.entries_cache import EntriesCache, KeptEntries
from rushes.watch.watchlist.refs import AmbiguousRef, NoSuchTask, find, find_entry
from rushes.watch.watchlist.saved import load

FEW = settings(
    derandomize=True,
    max_examples=rounds(8, 250),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


# -- finding one --------------------------------------------------------------------------------

TRICKY = ("a", "ab", "abc", "b:a", 'q"uote', "back\\slash", "back\\", "é", "hiapi", "tk-1", "tk-10")
NAMES = st.sampled_from(
    [*TRICKY, "", ":", '"', "\\", "hiapi:", "hiapi:a", "x", "\n", ",", "\udcff"]
)


def held(entries: tuple[Entry, ...], tmp_path: Path) -> KeptEntries:
    cache = EntriesCache(tmp_path / "cache")
    path = tmp_path / "list.toml"
    cache.keep(path, b"mark", Watchlist(entries=entries))
    kept = cache.find(path, b"mark")
    assert kept is not None
    return kept


@FEW
@given(
    st.lists(st.tuples(st.sampled_from(["hiapi", "hi"]), st.sampled_from(TRICKY)), max_size=8),
    st.lists(NAMES, min_size=1, max_size=3).map("".join),
)
def test_one_found_in_the_cache_is_the_one_found_among_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, names: list[tuple[str, str]], text: str
) -> None:
    monkeypatch.setattr(entries_cache, "LEAST", 0)
    entries = tuple(
        Entry(ref=Ref(*name), added=NOW, label=f':{name[1]} \n["hi', tags=("b:a",))
        for name in dict.fromkeys(names)
    )
    kept = held(entries, tmp_path)
    assert kept.beginning_with(text) == Watchlist(entries=entries).beginning_with(text)
    refs = [each.ref for each in entries]
    found = outcome_of(lambda: find_entry(text, Contents(kept)).ref)
    assert found == outcome_of(lambda: find(text, refs))


def outcome_of(search: Callable[[], Ref]) -> Ref | str:
    try:
        return search()
    except (NoSuchTask, AmbiguousRef) as error:
        return str(error)


def test_finding_one_makes_that_one_only(
    cached_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_home.file().add(entry(f"task-{n:03}", f"label {n}") for n in range(300))
    contents = cached_home.look()
    made: list[str] = []
    loads = json.loads

    def noted(text: str) -> object:
        made.append(text)
        return loads(text)

    monkeypatch.setattr(entries_cache.json, "loads", noted)
    assert find_entry("task-123", contents).label == "label 123"
    assert find_entry("hiapi:task-299", contents).label == "label 299"
    assert len(made) == 2
    with pytest.raises(AmbiguousRef, match="could be any of 100 tasks"):
        find_entry("task-1", contents)


@FEW
@given(watchlists())
def test_what_the_cache_says_is_what_the_toml_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, watchlist: Watchlist
) -> None:
    monkeypatch.setattr(entries_cache, "LEAST", 0)
    path = tmp_path / "default.toml"
    path.write_bytes(dumps(watchlist).encode())
    parsed = load(path)
    cache = EntriesCache(tmp_path / "cache")
    saved.read(path, cache=cache)
    kept = saved.read(path, cache=cache)[0]
    assert isinstance(kept.watchlist, Watchlist)
    assert kept.watchlist == parsed == watchlist
    for found in kept.watchlist.entries:
        assert found.added.tzinfo is UTC
        assert kept.find(found.ref) == found
