"""Ways to write a file that this project must not have: what the crash tests must catch."""

import os
import stat
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from rushes.watch.disk.atomic import atomic_write


def in_place(path: Path, data: bytes) -> None:
    """Rewrite the file where it stands, piece by piece."""
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        for start in range(0, len(data), 16):
            os.write(file, data[start : start + 16])
            os.fsync(file)
    finally:
        os.close(file)


def unsynced(path: Path, data: bytes) -> None:
    """As `atomic_write`, but the file is renamed before its bytes are on disk."""
    with _syncing(folders=True):
        atomic_write(path, data)


def forgotten(path: Path, data: bytes) -> None:
    """As `atomic_write`, but the new name is not on disk when it returns."""
    with _syncing(folders=False):
        atomic_write(path, data)


@contextmanager
def _syncing(*, folders: bool) -> Generator[None]:
    """Let only folders be synced, or only files."""
    sync = os.fsync

    def some(file: int) -> None:
        if stat.S_ISDIR(os.fstat(file).st_mode) == folders:
            sync(file)

    with patch.object(os, "fsync", some):
        yield
