"""A kept frame is painted where it fits and can be believed, and is kept for no longer than due."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rushes.tui.lines.words import rough
from rushes.tui.shell import frame_file
from rushes.tui.shell.frame_file import (
    LARGEST,
    NO_AGE,
    OLDEST,
    face_of,
    folder_of,
    name_of,
    read,
    rough_age,
    unpacked,
)
from rushes.tui.shell.kept_frames import MOST, KeptFrames
from rushes.watch.disk.paths import Paths

TAKEN = 1_800_000_000.0
TERM = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
ROWS = (f"\x1b[1;38;2;1;2;3m rushes\x1b[0m  12 {NO_AGE} ", "opening shot  ✓", "港の夕暮れ")
COLUMNS = 40


class Home:
    """A home with a watchlist, and a clock."""

    def __init__(self, folder: Path) -> None:
        self.paths = Paths.under(folder)
        self.paths.watchlists.mkdir(parents=True)
        self.paths.config.write_text("")
        self.list = self.add("default")
        self.now = TAKEN
        self.kept = KeptFrames(self.paths, TERM, lambda: self.now)

    def add(self, name: str) -> Path:
        file = self.paths.watchlists / f"{name}.toml"
        file.write_text("version = 1\n")
        return file

    def keep(self, *rows: str, watchlist: Path | None = None, columns: int = COLUMNS) -> None:
        self.kept.keep(watchlist or self.list, columns, rows or ROWS)

    @property
    def folder(self) -> Path:
        return self.paths.history.parent / "frames"

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir()) if self.folder.exists() else []

    def painted(
        self,
        watchlist: str = "default",
        columns: int = COLUMNS,
        rows: int = len(ROWS),
        **environ: str,
    ) -> Sequence[str]:
        face = face_of(watchlist, columns, rows, TERM | environ)
        try:
            return unpacked(read(str(self.folder), name_of(face)), face, self.now)
        except (OSError, ValueError):
            return ()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


def test_a_frame_comes_back_with_its_age_in_the_place_for_it(home: Home) -> None:
    home.keep()
    home.now += 185
    assert home.painted() == (ROWS[0].replace(NO_AGE, " as of 3m ago"), *ROWS[1:])


@pytest.mark.parametrize("seconds", [0, 0.4, 59, 60, 3599, 3600, 86399, 86400, OLDEST])
def test_ages_are_said_as_everywhere(seconds: float) -> None:
    assert rough_age(seconds) == rough(timedelta(seconds=seconds))


@pytest.mark.parametrize(
    "other",
    [
        {"watchlist": "trailer"},
        {"columns": COLUMNS + 1},
        {"rows": len(ROWS) - 1},
        {"TERM": "xterm"},
        {"COLORTERM": ""},
        {"NO_COLOR": "1"},
        {"TZ": "Asia/Tokyo"},
    ],
    ids=str,
)
def test_it_fits_one_list_one_size_and_one_look(home: Home, other: dict[str, Any]) -> None:
    home.keep()
    assert home.painted()
    assert not home.painted(**other)


def test_another_version_paints_no_frame_of_this_one(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.keep()
    monkeypatch.setattr(frame_file, "VERSION", "99.0")
    assert not home.painted()


def test_settings_that_changed_make_it_unfit(home: Home) -> None:
    home.keep()
    home.paths.config.write_text('glyphs = "ascii"\n')
    assert not home.painted()


def test_a_list_that_is_gone_is_not_painted(home: Home) -> None:
    home.keep()
    home.list.unlink()
    assert not home.painted()


@pytest.mark.parametrize(("passed", "is_painted"), [(-60, False), (-1, True), (OLDEST + 1, False)])
def test_neither_the_future_nor_what_is_long_over_is_painted(
    home: Home, passed: float, is_painted: bool
) -> None:
    home.keep()
    home.now += passed
    assert bool(home.painted()) is is_painted


def test_a_list_by_its_path_is_one_of_its_own(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "default.toml"
    elsewhere.write_text("version = 1\n")
    home.keep(watchlist=elsewhere)
    assert home.painted(str(elsewhere))
    assert not home.painted()


def linked(file: Path) -> None:
    file.rename(file.with_suffix(".x"))
    file.symlink_to(f"{file.name}.x")


def piped(file: Path) -> None:
    file.unlink()
    os.mkfifo(file, 0o600)


def foldered(file: Path) -> None:
    file.unlink()
    file.mkdir()


def opened(mode: int, *, above: bool = False) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        (file.parent if above else file).chmod(mode)

    return spoil


def written(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    def spoil(file: Path) -> None:
        file.write_bytes(change(file.read_bytes()))

    return spoil


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(written(lambda data: data[:-1]), id="cut"),
        pytest.param(written(lambda data: data[: len(data) // 2]), id="half"),
        pytest.param(written(lambda data: data[:0]), id="empty"),
        pytest.param(written(lambda data: data.replace(b"opening", b"0pening")), id="a letter"),
        pytest.param(written(lambda data: b"SQLite format 3\0" + data), id="foreign"),
        pytest.param(written(lambda data: data + bytes(LARGEST)), id="huge"),
        pytest.param(opened(0o620), id="a group's"),
        pytest.param(opened(0o602), id="everybody's"),
        pytest.param(opened(0o777, above=True), id="everybody's folder"),
        linked,
        piped,
        foldered,
    ],
)
def test_what_is_torn_or_others_could_have_written_is_not_painted(
    home: Home, spoil: Callable[[Path], None]
) -> None:
    home.keep()
    (file,) = home.files()
    spoil(file)
    assert not home.painted()


def test_another_users_file_is_not_painted(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    home.keep()
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    assert not home.painted()


@pytest.mark.parametrize(
    "row",
    [
        "\x1b]0;title\x07",
        "\x1b]52;c;aGk=\x1b\\",
        "\x1b[2J",
        "\x1b[?1049l",
        "\x1b[31",
        "\x1b[3 1m",
        "\x1bc",
        "\x9b31m",
        "a\rb",
        "a\x08b",
        "\x00",
        "tab\there",
        "\u202ereversed",
        "two\nlines",
    ],
    ids=repr,
)
def test_only_text_and_colours_are_kept_and_only_they_are_painted(
    home: Home, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.keep(ROWS[0], row, ROWS[2])
    assert home.files() == []
    if "\n" not in row:
        monkeypatch.setattr(frame_file, "_harmless", bool)
        home.keep(ROWS[0], row, ROWS[2])
        monkeypatch.undo()
        assert not home.painted()


def test_a_frame_without_a_place_for_its_age_takes_the_last_one_away(home: Home) -> None:
    home.keep()
    home.keep("no age", *ROWS[1:])
    assert home.files() == []


def test_frames_are_private_whatever_the_umask(home: Home) -> None:
    before = os.umask(0)
    try:
        home.keep()
    finally:
        os.umask(before)
    assert home.folder.stat().st_mode & 0o777 == 0o700
    assert [file.stat().st_mode & 0o777 for file in home.files()] == [0o600]


def test_a_few_are_kept_the_newest(home: Home) -> None:
    for columns in range(MOST + 3):
        home.now += 1
        home.keep(columns=columns)
    kept = [columns for columns in range(MOST + 3) if home.painted(columns=columns)]
    assert kept == [*range(3, MOST + 3)]
    assert len(home.files()) == MOST


def test_what_is_too_much_for_a_frame_is_not_kept(home: Home) -> None:
    home.keep(ROWS[0], "x" * LARGEST)
    assert home.files() == []


def test_old_frames_those_of_lists_that_are_gone_and_unfinished_ones_go(home: Home) -> None:
    gone = home.add("gone")
    home.keep(watchlist=gone)
    gone.unlink()
    left = home.folder / ".unfinished"
    left.touch()
    os.utime(left, (home.now, home.now))
    home.keep(columns=10)
    assert len(home.files()) == 2
    home.now += 120
    home.keep(columns=20)
    assert [file.name[-4:] for file in home.files()] == ["10x3", "20x3"]
    home.now += OLDEST + 1
    home.keep(columns=30)
    assert [file.name[-4:] for file in home.files()] == ["30x3"]


def test_frames_of_a_list_are_forgotten_in_every_size_and_no_other(home: Home) -> None:
    trailer = home.add("trailer")
    home.keep()
    home.keep(columns=80)
    home.keep(watchlist=trailer)
    home.kept.forget(home.list)
    assert not home.painted()
    assert not home.painted(columns=80)
    assert home.painted("trailer")


def test_where_nothing_can_be_saved_nothing_is_said(home: Home) -> None:
    home.folder.write_text("a file in its place")
    home.keep()
    home.kept.forget(home.list)


@pytest.mark.parametrize(
    "environ",
    [{"RUSHES_HOME": "/r"}, {"RUSHES_HOME": "~/r"}, {"XDG_STATE_HOME": "/x"}, {}],
    ids=str,
)
def test_it_is_read_where_it_is_written(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert folder_of(environ) == str(Paths.find(environ).history.parent / "frames")
