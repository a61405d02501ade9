"""Files that only make something faster: each may be missing, torn or foreign, and is then no more.

They are ours alone (0600), are not synced, and of each folder only the newest few are kept.
"""

import contextlib
import os
import stat
from pathlib import Path

from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import write_all
from rushes.watch.disk.paths import private_dir
from rushes.watch.disk.tomlfile import BadFile, read_bytes

MOST = 32
"""Files that are kept in one folder."""

_FOR_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_cache(path: Path, limit: int) -> bytes | None:
    """What is in the file at `path`; None where it is missing, too long or not ours alone."""
    try:
        file = read_bytes(path, limit)
    except BadFile:
        return None
    is_ours = file is not None and file.owner == os.geteuid() and not file.mode & _FOR_OTHERS
    return file.body if file is not None and is_ours else None


def write_cache(path: Path, data: bytes) -> None:
    """Replace the file at `path`, and remove the oldest of its folder beyond MOST.

    Nothing is written where that fails, nor in a home of somebody else's, which root may be in.
    """
    with contextlib.suppress(OSError, SaveFailed):
        if path.parent.parent.stat().st_uid != os.geteuid():
            return
        private_dir(path.parent, durable=False)
        replace_cache(path, data)
        _drop_oldest(path.parent)


def replace_cache(path: Path, data: bytes) -> None:
    """Replace the file at `path`, in a folder that is there, by another one; raises OSError."""
    import tempfile  # only where something is written: it takes a while to load

    descriptor, name = tempfile.mkstemp(".tmp", ".", path.parent)
    temp = Path(name)
    try:
        try:
            write_all(descriptor, data)
        finally:
            os.close(descriptor)
        temp.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            temp.unlink()
        raise


def drop_cache(path: Path) -> None:
    """Remove the file at `path`, if there is one."""
    with contextlib.suppress(OSError):
        path.unlink()


def _drop_oldest(folder: Path) -> None:
    """Remove the files that were written longest ago; what a killed process left is among them."""
    found = sorted(folder.iterdir(), key=lambda file: file.lstat().st_mtime_ns, reverse=True)
    for file in found[MOST:]:
        file.unlink()
