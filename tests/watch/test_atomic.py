import errno
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rushes.watch.disk.atomic import SaveFailed, atomic_write, sweep


def others(path: Path) -> list[str]:
    return sorted(found.name for found in path.parent.iterdir() if found != path)


def test_a_new_file_is_whole_private_and_alone(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    before = os.umask(0)
    try:
        atomic_write(path, b"one")
    finally:
        os.umask(before)
    assert path.read_bytes() == b"one"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert others(path) == []


def test_the_file_before_last_stays_as_the_one_backup(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    for content in (b"one", b"two", b"three"):
        atomic_write(path, content)
    assert path.read_bytes() == b"three"
    assert others(path) == ["list.toml.bak"]
    assert (tmp_path / "list.toml.bak").read_bytes() == b"two"


def test_a_backup_that_is_the_file_itself_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    path.write_bytes(b"one")
    (tmp_path / "list.toml.bak").hardlink_to(path)
    atomic_write(path, b"two")
    assert others(path) == ["list.toml.bak"]
    assert (tmp_path / "list.toml.bak").read_bytes() == b"one"


def test_a_link_stays_a_link_and_its_target_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "synced" / "list.toml"
    target.parent.mkdir()
    target.write_bytes(b"one")
    link = tmp_path / "list.toml"
    link.symlink_to(target)
    atomic_write(link, b"two")
    assert link.is_symlink()
    assert target.read_bytes() == b"two"


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
def test_an_error_at_any_step_leaves_the_old_file_whole_and_no_litter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "list.toml"
    path.write_bytes(b"old")

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, call, fail)
        with pytest.raises(SaveFailed) as failure:
            atomic_write(path, b"new")
    assert path.read_bytes() == b"old"
    assert others(path) == []
    assert failure.value.path == path
    assert str(path) in str(failure.value)


def test_a_folder_that_cannot_be_synced_is_not_reported_as_saved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.toml"
    path.write_bytes(b"old")
    sync = os.fsync

    def fail_for_folders(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EIO, "input/output error")
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", fail_for_folders)
    with pytest.raises(SaveFailed, match="the disk reports an error"):
        atomic_write(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_sync_that_failed_is_not_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the pages of a file hold that could not be synced is not certain any more (row 48)."""
    tried: list[int] = []

    def fail(descriptor: int) -> None:
        tried.append(os.fstat(descriptor).st_ino)
        raise OSError(errno.EIO, "input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SaveFailed):
        atomic_write(tmp_path / "list.toml", b"new")
    assert len(tried) == 1
    assert others(tmp_path / "list.toml") == []


def test_data_is_synced_before_it_gets_the_name_and_the_folder_after(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.toml"
    steps: list[str] = []
    sync, rename = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        steps.append("sync folder" if folder else "sync file")
        sync(descriptor)

    def replace(source: str, target: str) -> None:
        steps.append("rename")
        rename(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    atomic_write(path, b"new")
    assert steps == ["sync file", "rename", "sync folder"]


def test_short_writes_are_continued(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "list.toml"
    write = os.write

    def write_little(descriptor: int, data: memoryview) -> int:
        return write(descriptor, data[:3])

    monkeypatch.setattr(os, "write", write_little)
    atomic_write(path, b"0123456789")
    assert path.read_bytes() == b"0123456789"


def test_no_space_is_said_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(SaveFailed, match=r"cannot save .*list\.toml: no space left$"):
        atomic_write(tmp_path / "list.toml", b"new")


def test_a_file_system_without_hard_links_saves_without_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "list.toml"
    path.write_bytes(b"old")

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    atomic_write(path, b"new")
    assert path.read_bytes() == b"new"
    assert others(path) == []


def test_sweeping_removes_what_killed_saves_left_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    kept = ["list.toml", "list.toml.bak", ".list.lock", ".other.toml.abc.tmp"]
    for name in [*kept, ".list.toml.abc123.tmp", ".list.toml.abc123.tmp.bak"]:
        (tmp_path / name).write_text("")
    sweep(path)
    assert sorted(found.name for found in tmp_path.iterdir()) == sorted(kept)


KILLED = """
import sys
from pathlib import Path
from rushes.watch.disk.atomic import atomic_write
path = Path(sys.argv[1])
print("ready", flush=True)
n = 0
while True:
    n += 1
    atomic_write(path, b"%d" % n * 50_000)
"""


def test_a_killed_save_leaves_the_old_or_the_new_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.toml"
    atomic_write(path, b"0" * 50_000)
    for round_number in range(6):
        command = [sys.executable, "-c", KILLED, str(path)]
        root = Path(__file__).parents[2]
        with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=root) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            time.sleep(0.003 * round_number)
            writer.send_signal(signal.SIGKILL)
        content = path.read_bytes()
        first = content[: len(content) // 50_000]
        assert content == first * 50_000
