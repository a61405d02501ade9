"""The entries cache: whatever lies in it, and whenever the TOML changes, only the TOML counts."""

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from entries_home import NOW, Home, entry

from rushes.watch.disk import cache_file
from rushes.watch.disk.tomlfile import Stamp
from rushes.watch.watchlist import entries_cache
from rushes.watch.watchlist.document import dumps
from rushes.watch.watchlist.entries import BadWatchlist, Watchlist
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import load


def test_toml_that_has_not_changed_is_parsed_once(cached_home: Home) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"), entry("b", "two")))))
    assert cached_home.labels() == ["one", "two"]
    assert cached_home.labels() == ["one", "two"]
    assert cached_home.parsed == 1
    assert stat.S_IMODE(cached_home.kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(cached_home.cache.stat().st_mode) == 0o700


def test_an_edit_keeps_what_it_wrote_so_that_the_next_program_parses_nothing(
    cached_home: Home,
) -> None:
    cached_home.file().add([entry("a", "one")])
    cached_home.file().put(entry("a", "two"))
    cached_home.file().add([entry("b")])
    assert cached_home.labels() == ["two", ""]
    assert cached_home.parsed == 0
    assert load(cached_home.path) == cached_home.file().read()


def in_place(path: Path, text: str) -> None:
    path.write_text(text)


def replaced(path: Path, text: str) -> None:
    other = path.with_name("other")
    other.write_text(text)
    other.replace(path)


@pytest.mark.parametrize("change", [in_place, replaced])
def test_a_change_that_leaves_size_and_times_as_they_were_is_seen(
    cached_home: Home, monkeypatch: pytest.MonkeyPatch, change: Callable[[Path, str], None]
) -> None:
    in_place(cached_home.path, dumps(Watchlist(entries=(entry("a", "one"),))))
    before = cached_home.path.stat()
    assert cached_home.labels() == ["one"]
    change(cached_home.path, cached_home.path.read_text().replace("one", "two"))
    os.utime(cached_home.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    # As where the clock of the file system does not tick in between: even the time of the change.
    frozen = Stamp.of(before)
    monkeypatch.setattr(Stamp, "of", lambda _seen: frozen)  # pyright: ignore
    assert cached_home.path.stat().st_size == before.st_size
    assert cached_home.labels() == ["two"]


def test_a_time_that_entries_take_from_the_file_is_that_of_now(cached_home: Home) -> None:
    cached_home.path.write_text('[[task]]\nprovider = "hiapi"\nid = "a"\n')
    for moment in (NOW, NOW + timedelta(days=1)):
        os.utime(cached_home.path, (moment.timestamp(), moment.timestamp()))
        assert cached_home.file().read().entries[0].added == moment


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
    cached_home: Home, spoil: Callable[[bytes], bytes]
) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    assert cached_home.labels() == ["one"]
    cached_home.kept.write_bytes(spoil(cached_home.kept.read_bytes()))
    assert cached_home.labels() == ["one"]
    assert cached_home.parsed == 2


def test_the_cache_of_another_list_or_another_rushes_is_not_believed(
    cached_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    cached_home.labels()
    kept = cached_home.kept
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "two"),))))
    old = kept.read_bytes()
    assert cached_home.labels() == ["two"]
    kept.write_bytes(old)
    assert cached_home.labels() == ["two"]
    assert cached_home.parsed == 3
    monkeypatch.setattr(entries_cache, "_MADE_BY", b"rushes entries 1 9.9 0")
    assert cached_home.labels() == ["two"]
    assert cached_home.parsed == 4


def test_what_others_could_have_written_is_not_read_as_cache(
    cached_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    cached_home.labels()
    cached_home.kept.chmod(0o620)
    assert cached_home.labels() == ["one"]
    assert cached_home.parsed == 2
    assert stat.S_IMODE(cached_home.kept.stat().st_mode) == 0o600
    monkeypatch.setattr(cache_file.os, "geteuid", lambda: 4711)
    assert cached_home.labels() == ["one"]
    assert cached_home.parsed == 3


@pytest.mark.parametrize("there", ["a folder", "a pipe", "a file for a folder"])
def test_where_nothing_can_be_kept_everything_works(cached_home: Home, there: str) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    cached_home.labels()
    kept = cached_home.kept
    kept.unlink()
    match there:
        case "a folder":
            kept.mkdir()
        case "a pipe":
            os.mkfifo(kept)
        case _:
            cached_home.cache.rmdir()
            cached_home.cache.write_text("")
    assert cached_home.labels() == ["one"]
    cached_home.file().put(entry("a", "two"))
    assert cached_home.labels() == ["two"]
    assert not [found for found in cached_home.path.parent.iterdir() if found.suffix == ".tmp"]


def test_a_list_that_is_gone_leaves_nothing_behind(cached_home: Home) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    cached_home.labels()
    cached_home.path.unlink()
    assert cached_home.labels() == []
    assert list(cached_home.cache.iterdir()) == []


def test_the_folder_keeps_the_newest_lists_only(
    cached_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache_file, "MOST", 2)
    paths = [cached_home.path.with_name(f"{n}.toml") for n in range(4)]
    for path in paths:
        path.write_text(dumps(Watchlist(entries=(entry(path.stem),))))
        WatchlistFile(path, cache=cached_home.cache).read()
    assert len(list(cached_home.cache.iterdir())) == 2
    WatchlistFile(paths[-1], cache=cached_home.cache).read()
    assert cached_home.parsed == 4


def test_a_short_list_is_not_worth_a_file(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml", cache=tmp_path / "cache")
    file.add([entry("a")])
    file.read()
    assert not (tmp_path / "cache").exists()


def test_warnings_and_faults_are_the_same_with_the_cache(cached_home: Home) -> None:
    twice = dumps(Watchlist(entries=(entry("a", "one"), entry("b"))))
    cached_home.path.write_text(twice + twice.partition("\n\n")[2])
    first = cached_home.file().read()
    assert first.notes == (
        "line 15: hiapi:a is there twice; the first one counts",
        "line 21: hiapi:b is there twice; the first one counts",
    )
    assert (cached_home.file().read(), cached_home.file().read().notes) == (first, first.notes)
    assert cached_home.parsed == 1
    cached_home.path.write_text("[[task]\n")
    for _ in range(2):
        with pytest.raises(BadWatchlist, match="line 1"):
            cached_home.file().read()
    cached_home.path.chmod(0o602)
    with pytest.raises(BadWatchlist, match="any user could have written it"):
        cached_home.file().read()


def test_a_list_that_others_can_write_is_refused_though_its_entries_are_kept(
    cached_home: Home,
) -> None:
    cached_home.path.write_text(dumps(Watchlist(entries=(entry("a", "one"),))))
    cached_home.labels()
    cached_home.path.chmod(0o602)
    with pytest.raises(BadWatchlist, match="any user could have written it"):
        cached_home.look()


def test_keys_that_rushes_does_not_know_survive_edits_made_from_the_cache(
    cached_home: Home,
) -> None:
    cached_home.path.write_text(
        'mine = 1979-05-27\n[[task]]\nprovider = "hiapi"\nid = "a"\nshot = { takes = [1, 2.5] }\n'
    )
    first = cached_home.file().read()
    assert first.extra
    assert first.task_extras
    cached_home.file().put(entry("a", "new"))
    assert cached_home.parsed == 1
    now = load(cached_home.path)
    assert (now.extra, now.task_extras) == (first.extra, first.task_extras)


def test_a_foreign_key_too_deep_to_be_written_again_is_no_fault(cached_home: Home) -> None:
    deep = "[" * 170 + "]" * 170
    cached_home.path.write_text(f'[[task]]\nprovider = "hiapi"\nid = "a"\nx = {deep}\n')
    assert cached_home.file().read() == cached_home.file().read() == load(cached_home.path)
