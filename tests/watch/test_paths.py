import os
import stat
from pathlib import Path

import pytest

from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.paths import Paths, private_dir


def test_rushes_home_holds_everything(tmp_path: Path) -> None:
    paths = Paths.find({"RUSHES_HOME": str(tmp_path)})
    assert paths == Paths(
        config=tmp_path / "config.toml",
        watchlists=tmp_path / "watchlists",
        history=tmp_path / "history.db",
        log=tmp_path / "rushes.log",
        state=tmp_path / "state.toml",
        downloads=tmp_path / "downloads",
    )


def test_a_relative_home_does_not_follow_later_changes_of_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Paths.find({"RUSHES_HOME": "home"}).config == tmp_path / "home" / "config.toml"


@pytest.mark.parametrize("environ", [{}, {"RUSHES_HOME": ""}])
def test_without_a_home_the_platform_decides(environ: dict[str, str]) -> None:
    paths = Paths.find(environ)
    assert paths.config.name == "config.toml"
    assert paths.downloads.name == "rushes"
    assert paths.history.parent == paths.log.parent
    assert all(path.is_absolute() for path in (paths.config, paths.watchlists, paths.history))


def test_new_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        made = private_dir(tmp_path / "a" / "b")
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (made.parent, made)] == [0o700, 0o700]


def test_a_new_folder_is_on_disk_before_anything_in_it_is_promised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def sync(folder: int) -> None:
        synced.append(os.fstat(folder).st_ino)

    monkeypatch.setattr(os, "fsync", sync)
    private_dir(tmp_path / "a" / "b")
    assert synced == [tmp_path.stat().st_ino, (tmp_path / "a").stat().st_ino]
    private_dir(tmp_path / "a" / "b")
    assert len(synced) == 2


def test_a_folder_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    private_dir(tmp_path)
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_a_file_in_the_way_of_a_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(SaveFailed, match="taken"):
        private_dir(tmp_path / "taken")
    with pytest.raises(SaveFailed, match="taken"):
        private_dir(tmp_path / "taken" / "below")
