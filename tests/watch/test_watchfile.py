"""A watchlist file: saved, edited by two, reloaded."""

import os
import stat
from pathlib import Path

import pytest
from written_watchlist import entry, ids

from rushes.watch.disk.ownership import TrustedOwners
from rushes.watch.disk.tomlfile import Stamp
from rushes.watch.task import Ref
from rushes.watch.watchlist import file as watchfile
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.entries import EntryAt
from rushes.watch.watchlist.entries_cache import EntriesCache
from rushes.watch.watchlist.file import (
    WatchlistFile,
)
from rushes.watch.watchlist.saved import load, read


def test_the_first_save_makes_folder_and_files_private(tmp_path: Path) -> None:
    path = tmp_path / "watchlists" / "default.toml"
    before = os.umask(0)
    try:
        WatchlistFile(path).add([entry("a")])
        WatchlistFile(path).add([entry("b")])
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    modes = {found.name: stat.S_IMODE(found.stat().st_mode) for found in path.parent.iterdir()}
    assert modes == dict.fromkeys(("default.toml", "default.toml.bak", ".default.lock"), 0o600)


def test_edits_give_back_the_list_as_it_is_then(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    assert ids(file.add([entry("a"), entry("b")])) == ["a", "b"]
    assert file.put(entry("b", "label", ("tag",))).entries[1].label == "label"
    left, taken = file.remove([Ref("hiapi", "a"), Ref("hiapi", "never")])
    assert (ids(left), taken) == (["b"], (EntryAt(0, entry("a")),))
    assert ids(file.restore(taken)) == ["a", "b"]
    file.remove([Ref("hiapi", "a")])
    assert load(file.path).entries == (entry("b", "label", ("tag",)),)


def test_an_edit_that_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    before = file.path.stat()
    file.add([entry("a", "other")])
    file.remove([Ref("hiapi", "never")])
    assert Stamp.of(file.path.stat()) == Stamp.of(before)


def test_only_a_change_by_others_is_reloaded(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    assert file.reload_if_changed() is None
    file.add([entry("a")])
    assert file.reload_if_changed() is None
    WatchlistFile(file.path).add([entry("b")])
    assert ids(file.reload_if_changed()) == ["a", "b"]
    assert file.reload_if_changed() is None


def test_a_hand_edit_is_merged_into_our_next_edit_and_still_told(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    file.path.write_text(
        'mine = true\n[[task]]\nprovider = "hiapi"\nid = "hand"\n' + file.path.read_text()[12:]
    )
    assert ids(file.add([entry("b")])) == ["hand", "a", "b"]
    assert load(file.path).extra == {"mine": True}
    assert ids(file.reload_if_changed()) == ["hand", "a", "b"]


def test_an_editor_that_saves_while_we_read_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    unread = ['[[task]]\nprovider = "hiapi"\nid = "by-the-editor"\n']

    def read_slowly(
        path: Path, trusted: TrustedOwners, cache: EntriesCache | None, known: Contents | None
    ) -> tuple[Contents, Stamp | None]:
        found = read(path, trusted, cache, known)
        if unread:
            path.write_text(unread.pop())
        return found

    monkeypatch.setattr(watchfile, "read", read_slowly)
    assert ids(file.add([entry("b")])) == ["by-the-editor", "b"]


def test_a_new_label_of_ours_and_a_new_tag_of_theirs_both_stay(tmp_path: Path) -> None:
    ours = WatchlistFile(tmp_path / "default.toml")
    ours.add([entry("a", "old", ("old",))])
    theirs = WatchlistFile(ours.path)
    theirs.read()
    theirs.put(entry("a", "old", ("new",)))
    ours.put(entry("a", "new", ("old",)))
    assert load(ours.path).entries == (entry("a", "new", ("new",)),)


def test_what_another_removed_is_not_brought_back_by_a_label(tmp_path: Path) -> None:
    ours = WatchlistFile(tmp_path / "default.toml")
    ours.add([entry("a")])
    WatchlistFile(ours.path).remove([Ref("hiapi", "a")])
    assert ids(ours.put(entry("a", "new"))) == []
