"""Watchlists that are broken, deleted, locked, or edited by two."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest
from waiting import PATIENCE
from written_watchlist import entry, ids

from rushes.providers.text import clean
from rushes.watch.disk import locks
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.paths import Paths
from rushes.watch.disk.tomlfile import Stamp
from rushes.watch.task import Ref
from rushes.watch.watchlist.entries import BadWatchlist, Watchlist
from rushes.watch.watchlist.file import (
    BadName,
    WatchlistFile,
    list_files,
    list_names,
    name_of,
    path_for,
)
from rushes.watch.watchlist.saved import load, save

EDITS: list[Callable[[WatchlistFile], object]] = [
    lambda file: file.add([entry("b")]),
    lambda file: file.remove([Ref("hiapi", "a")]),
    lambda file: file.put(entry("a", "x")),
]


@pytest.mark.parametrize("edit", EDITS)
def test_a_broken_file_is_never_overwritten(
    tmp_path: Path, edit: Callable[[WatchlistFile], object]
) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    file.path.write_text("[[task]\n")
    with pytest.raises(BadWatchlist, match=r"line 1, column \d"):
        edit(file)
    assert file.path.read_text() == "[[task]\n"


NOT_TEXT: dict[str, Callable[[Path], None]] = {
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a gigabyte of nothing": lambda path: _sparse(path, 1 << 30),
}


def _sparse(path: Path, size: int) -> None:
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("kind", NOT_TEXT)
def test_what_is_no_file_of_a_sensible_size_is_refused_and_left_as_it_is(
    tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "default.toml"
    NOT_TEXT[kind](path)
    before = path.lstat()
    file = WatchlistFile(path)
    acts = [WatchlistFile.read, WatchlistFile.reload_if_changed, *EDITS]
    for act in acts:
        with pytest.raises(BadWatchlist, match=r"not a regular file|larger than 67108864 bytes"):
            act(file)
    assert Stamp.of(path.lstat()) == Stamp.of(before)


def test_what_an_editor_has_half_written_is_refused_or_is_whole_as_far_as_it_goes(
    tmp_path: Path,
) -> None:
    """Where it ends between two entries nobody can tell: the rest comes with the next reading."""
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a", "one"), entry("b", "two")])
    whole = file.path.read_bytes()
    refused = 0
    for end in range(1, len(whole)):
        file.path.write_bytes(whole[:end])
        try:
            there = ids(load(file.path))
        except BadWatchlist:
            refused += 1
            with pytest.raises(BadWatchlist, match=r"line \d"):
                file.add([entry("c")])
            assert file.path.read_bytes() == whole[:end]
        else:
            assert there in ([], ["a"], ["a", "b"])
    assert refused > len(whole) / 3


def test_what_an_editor_is_still_writing_while_we_save_is_in_the_backup(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a"), entry("b")])
    lines = file.path.read_text().split("[[task]]")
    with file.path.open("w") as editor:
        editor.write("[[task]]".join(lines[:2]))
        editor.flush()
        assert ids(file.add([entry("c")])) == ["a", "c"]
        editor.write("[[task]]" + lines[2])
    assert ids(load(tmp_path / "default.toml.bak")) == ["a", "b"]


def test_a_folder_that_was_deleted_is_made_again_with_all_that_was_seen(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "lists" / "default.toml")
    file.add([entry("a")])
    shutil.rmtree(file.path.parent)
    assert ids(file.add([entry("b")])) == ["a", "b"]
    assert ids(load(file.path)) == ["a", "b"]


def test_a_broken_file_is_told_once_and_forgiven_when_it_is_mended(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    mended = file.path.read_text()
    file.path.write_text("[[task]\n")
    with pytest.raises(BadWatchlist):
        file.reload_if_changed()
    assert file.reload_if_changed() is None
    file.path.write_text(mended)
    assert ids(file.reload_if_changed()) == ["a"]


def test_a_deleted_file_is_told_of_once_and_restored_by_the_next_edit(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    file.path.unlink()
    with pytest.raises(BadWatchlist, match="the file is gone"):
        file.reload_if_changed()
    assert file.reload_if_changed() is None
    assert ids(file.add([entry("b")])) == ["a", "b"]
    assert ids(load(file.path)) == ["a", "b"]


def test_a_failed_save_leaves_the_list_and_can_be_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(SaveFailed, match="no space left"):
            file.add([entry("b")])
    assert ids(load(file.path)) == ["a"]
    assert ids(file.add([entry("b")])) == ["a", "b"]


def test_what_a_killed_save_left_is_gone_after_the_next(tmp_path: Path) -> None:
    (tmp_path / ".default.toml.k1ll3d.tmp").write_text("half")
    WatchlistFile(tmp_path / "default.toml").add([entry("a")])
    assert {found.name for found in tmp_path.iterdir()} == {"default.toml", ".default.lock"}


def test_a_lock_that_is_not_released_is_given_up_on(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml", lock_seconds=0.02)
    file.add([entry("a")])
    with (tmp_path / ".default.lock").open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(SaveFailed, match="another program has it locked"):
            file.add([entry("b")])
    assert ids(file.add([entry("b")])) == ["a", "b"]


def test_who_waited_for_a_lock_in_vain_tries_without_waiting_until_it_was_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = WatchlistFile(tmp_path / "default.toml", lock_seconds=1.0)
    waits: list[float] = []
    time = SimpleNamespace(monotonic=lambda: sum(waits), sleep=waits.append)
    monkeypatch.setattr(locks, "time", time)

    def waited_in_vain() -> float:
        before = sum(waits)
        with pytest.raises(SaveFailed, match="another program has it locked"):
            file.add([entry("a")])
        return sum(waits) - before

    for _ in range(2):
        with (tmp_path / ".default.lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            assert waited_in_vain() > 0.9
            assert waited_in_vain() < 0.1
        file.add([entry("b")])


def test_a_list_that_is_forgotten_is_reloaded_as_if_it_had_changed(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml")
    file.add([entry("a")])
    file.forget()
    assert ids(file.reload_if_changed()) == ["a"]
    assert file.reload_if_changed() is None


def test_links_to_one_file_share_one_lock_and_stay_links(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "default.toml"
    save(target, Watchlist())
    link = tmp_path / "default.toml"
    link.symlink_to(target)
    WatchlistFile(link).add([entry("a")])
    assert link.is_symlink()
    assert ids(load(target)) == ["a"]
    assert (target.parent / ".default.lock").exists()
    assert not (tmp_path / ".default.lock").exists()


EDITOR = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.file import WatchlistFile
file = WatchlistFile(Path(sys.argv[1]), lock_seconds=60.0)
for n in range(50):
    ref = Ref("hiapi", f"{sys.argv[2]}-{n}")
    file.add([Entry(ref=ref, added=datetime(2026, 1, 1, tzinfo=UTC))])
"""


def test_two_programs_with_fifty_edits_each_lose_none(tmp_path: Path) -> None:
    path = tmp_path / "default.toml"
    root = Path(__file__).parents[2]
    editors = [
        subprocess.Popen([sys.executable, "-c", EDITOR, str(path), name], cwd=root)
        for name in ("one", "two")
    ]
    assert [editor.wait(timeout=2 * PATIENCE) for editor in editors] == [0, 0]
    expected = {f"{name}-{n}" for name in ("one", "two") for n in range(50)}
    assert set(ids(load(path))) == expected
    assert len(load(path).entries) == 100


def test_threads_on_one_file_object_lose_no_edit(tmp_path: Path) -> None:
    file = WatchlistFile(tmp_path / "default.toml", lock_seconds=PATIENCE)

    def edit(name: str) -> None:
        for n in range(25):
            file.add([entry(f"{name}-{n}")])
            file.reload_if_changed()

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(edit, ["one", "two"]))
    assert len(load(file.path).entries) == 50


def test_a_name_is_a_file_of_the_home_and_a_path_is_itself(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    assert path_for("trailer", paths) == tmp_path / "watchlists" / "trailer.toml"
    assert path_for("./lists/trailer", paths) == Path("lists/trailer")
    assert path_for("trailer.toml", paths) == Path("trailer.toml")
    assert name_of(path_for("trailer", paths), paths) == "trailer"
    assert name_of(Path("/elsewhere/trailer.toml"), paths) == "/elsewhere/trailer.toml"


@pytest.mark.parametrize("name", ["", ".", "..", ".hidden", "-x", "a\x00b", "a\nb", "x" * 101])
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadName, match="no name for a watchlist"):
        path_for(name, Paths.under(tmp_path))


@pytest.mark.parametrize("stem", ["evil\x1b]0;owned\x07", "two\nlines", "\u202egnp", "my (copy)"])
def test_a_file_whose_name_is_no_lists_name_is_read_by_its_path_only(
    tmp_path: Path, stem: str
) -> None:
    paths = Paths.under(tmp_path)
    file = WatchlistFile(paths.watchlists / f"{stem}.toml")
    file.add([entry("x")])
    assert list_names(paths) == []
    assert list_files(paths) == [file.path]
    assert name_of(file.path, paths) == clean(str(file.path))


def test_the_lists_of_the_home_are_named_in_order_without_backups_and_locks(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    assert list_names(paths) == []
    for name in ("b", "a"):
        file = WatchlistFile(path_for(name, paths))
        file.add([entry("x")])
        file.add([entry("y")])
    assert list_names(paths) == ["a", "b"]
