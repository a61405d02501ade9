"""The entries cache: whatever lies in it, and whenever the TOML changes, only the TOML counts."""

import json
import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rushes.watch.disk import cache_file
from rushes.watch.disk.tomlfile import Stamp
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist import document, entries_cache, saved
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.document import dumps
from rushes.watch.watchlist.entries import BadEntry, BadWatchlist, Watchlist, checked
from rushes.watch.watchlist.entries_cache import EntriesCache, KeptEntries
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.refs import AmbiguousRef, NoSuchTask, find, find_entry
from rushes.watch.watchlist.saved import load

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
FEW = settings(
    derandomize=True,
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


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
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


def test_toml_that_has_not_changed_is_parsed_once(home: Home) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"), entry("b", "two")))))
    assert home.labels() == ["one", "two"]
    assert home.labels() == ["one", "two"]
    assert home.parsed == 1
    assert stat.S_IMODE(home.kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.cache.stat().st_mode) == 0o700


def test_an_edit_keeps_what_it_wrote_so_that_the_next_program_parses_nothing(home: Home) -> None:
    home.file().add([entry("a", "one")])
    home.file().put(entry("a", "two"))
    home.file().add([entry("b")])
    assert home.labels() == ["two", ""]
    assert home.parsed == 0
    assert load(home.path) == home.file().read()


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def replaced(path: Path, text: str) -> None:
    other = path.with_name("other")
    other.write_text(text)
    other.replace(path)


@pytest.mark.parametrize("change", [in_place, replaced])
def test_a_change_that_leaves_size_and_times_as_they_were_is_seen(
    home: Home, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path, str], None]
) -> None:
    in_place(home.path, dumps(Watchlist(entries=(entry("a", "one"),))))
    before = home.path.stat()
    assert home.labels() == ["one"]
    change(home.path, home.path.read_text().replace("one", "two"))
    os.utime(home.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    # As where the clock of the file system does not tick in between: even the time of the change.
    frozen = Stamp.of(before)
    monkeypatch.setattr(Stamp, "of", lambda _seen: frozen)  # pyright: ignore
    assert home.path.stat().st_size == before.st_size
    assert home.labels() == ["two"]


def test_a_time_that_entries_take_from_the_file_is_that_of_now(home: Home) -> None:
    home.path.write_text('[[task]]\nprovider = "hiapi"\nid = "a"\n')
    for moment in (NOW, NOW + timedelta(days=1)):
        os.utime(home.path, (moment.timestamp(), moment.timestamp()))
        assert home.file().read().entries[0].added == moment


def torn(data: bytes) -> bytes:
    return data[: len(data) // 2]


def emptied(data: bytes) -> bytes:
    return data[:0]


def zeroed(data: bytes) -> bytes:
    return bytes(len(data))


def lengthened(data: bytes) -> bytes:
    return data + b"[]"


def relabelled(data: bytes) -> bytes:
    return data.replace(b"one", b"two")


def with_a_warning(data: bytes) -> bytes:
    return data.replace(b'"notes": []', b'"notes": ["x"]')


@pytest.mark.parametrize("spoil", [torn, emptied, zeroed, lengthened, relabelled, with_a_warning])
def test_a_torn_or_changed_cache_is_not_believed(
    home: Home, spoil: Callable[[bytes], bytes]
) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    assert home.labels() == ["one"]
    home.kept.write_bytes(spoil(home.kept.read_bytes()))
    assert home.labels() == ["one"]
    assert home.parsed == 2


def test_the_cache_of_another_list_or_another_rushes_is_not_believed(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    home.labels()
    kept = home.kept
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "two"),))))
    old = kept.read_bytes()
    assert home.labels() == ["two"]
    kept.write_bytes(old)
    assert home.labels() == ["two"]
    assert home.parsed == 3
    monkeypatch.setattr(entries_cache, "_MADE_BY", b"rushes entries 1 9.9 0")
    assert home.labels() == ["two"]
    assert home.parsed == 4


def test_what_others_could_have_written_is_not_read_as_cache(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    home.labels()
    home.kept.chmod(0o620)
    assert home.labels() == ["one"]
    assert home.parsed == 2
    assert stat.S_IMODE(home.kept.stat().st_mode) == 0o600
    monkeypatch.setattr(cache_file.os, "geteuid", lambda: 4711)
    assert home.labels() == ["one"]
    assert home.parsed == 3


@pytest.mark.parametrize("there", ["a folder", "a pipe", "a file for a folder"])
def test_where_nothing_can_be_kept_everything_works(home: Home, there: str) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    home.labels()
    kept = home.kept
    kept.unlink()
    match there:
        case "a folder":
            kept.mkdir()
        case "a pipe":
            os.mkfifo(kept)
        case _:
            home.cache.rmdir()
            home.cache.write_text("")
    assert home.labels() == ["one"]
    home.file().put(entry("a", "two"))
    assert home.labels() == ["two"]
    assert not [found for found in home.path.parent.iterdir() if found.suffix == ".tmp"]


def test_a_list_that_is_gone_leaves_nothing_behind(home: Home) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    home.labels()
    home.path.unlink()
    assert home.labels() == []
    assert list(home.cache.iterdir()) == []


def test_the_folder_keeps_the_newest_lists_only(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_file, "MOST", 2)
    paths = [home.path.with_name(f"{n}.toml") for n in range(4)]
    for path in paths:
        path.write_text(dumps(Watchlist(entries=(entry(path.stem),))))
        WatchlistFile(path, cache=home.cache).read()
    assert len(list(home.cache.iterdir())) == 2
    WatchlistFile(paths[-1], cache=home.cache).read()
    assert home.parsed == 4


def test_a_short_list_is_not_worth_a_file(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml", cache=tmp_path / "cache")
    file.add([entry("a")])
    file.read()
    assert not (tmp_path / "cache").exists()


def test_warnings_and_faults_are_the_same_with_the_cache(home: Home) -> None:
    twice = dumps(Watchlist(entries=(entry("a", "one"), entry("b"))))
    home.path.write_text(twice + twice.partition("\n\n")[2])
    first = home.file().read()
    assert first.notes == (
        "line 15: hiapi:a is there twice; the first one counts",
        "line 21: hiapi:b is there twice; the first one counts",
    )
    assert (home.file().read(), home.file().read().notes) == (first, first.notes)
    assert home.parsed == 1
    home.path.write_text("[[task]\n")
    for _ in range(2):
        with pytest.raises(BadWatchlist, match="line 1"):
            home.file().read()
    home.path.chmod(0o602)
    with pytest.raises(BadWatchlist, match="any user could have written it"):
        home.file().read()


def test_a_list_that_others_can_write_is_refused_though_its_entries_are_kept(home: Home) -> None:
    home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    home.labels()
    home.path.chmod(0o602)
    with pytest.raises(BadWatchlist, match="any user could have written it"):
        home.look()


def test_keys_that_rushes_does_not_know_survive_edits_made_from_the_cache(home: Home) -> None:
    home.path.write_text(
        'mine = 1979-05-27\n[[task]]\nprovider = "hiapi"\nid = "a"\nshot = { takes = [1, 2.5] }\n'
    )
    first = home.file().read()
    assert first.extra
    assert first.task_extras
    home.file().put(entry("a", "new"))
    assert home.parsed == 1
    now = load(home.path)
    assert (now.extra, now.task_extras) == (first.extra, first.task_extras)


def test_a_foreign_key_too_deep_to_be_written_again_is_no_fault(home: Home) -> None:
    deep = "[" * 170 + "]" * 170
    home.path.write_text(f'[[task]]\nprovider = "hiapi"\nid = "a"\nx = {deep}\n')
    assert home.file().read() == home.file().read() == load(home.path)


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


def test_finding_one_makes_that_one_only(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.file().add(entry(f"task-{n:03}", f"label {n}") for n in range(300))
    contents = home.look()
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
