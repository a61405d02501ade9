"""Writing whole, syncing and measuring: what is done alike with every open file and folder."""

import errno
import os
from pathlib import Path

_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def write_all(descriptor: int, data: bytes) -> None:
    """Write all of `data`, as one write may take less of it; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync(descriptor: int) -> None:
    """Have the bytes of a file, or the names in a folder, on disk; raises OSError.

    After a failure nothing is certain of what was written, and a second call may say otherwise:
    it is never tried again (reliability.md row 48).
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        # So a file system says that it has no such thing, not that it failed.
        if error.errno not in _CANNOT_SYNC:
            raise


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def free_bytes(place: int | Path) -> int:
    """The bytes that we may still write where a file or folder is; raises OSError."""
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize
