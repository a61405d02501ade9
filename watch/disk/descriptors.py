"""Writes to, syncs and measures open files and folders, in one way for all of Rushes."""

import contextlib
import errno
import os
import resource

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)
"""The errors that say that there is no room on a disk."""

_CANNOT_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)

ENOUGH = 4096
"""Descriptors that are asked for: a hundred accounts with all lanes busy take fewer."""


def raise_limit() -> None:
    """Let this process open ENOUGH files, or as many as its hard limit allows.

    Many systems start a program with 256 and let it ask for more (row 88).
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(ENOUGH, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        # Some kernels have a lower limit of their own, and say so only now.
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data`, as one write may take less of it; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def sync(descriptor: int) -> None:
    """Flush the bytes of a file, or the names in a folder, to the disk; raises OSError.

    It returns without an error where the file system cannot sync at all. After a failure the call
    is never repeated: a second one may succeed although the bytes are lost (reliability.md row 48).
    """
    try:
        os.fsync(descriptor)
    except OSError as error:
        # These codes mean that the file system has no fsync, not that it failed.
        if error.errno not in _CANNOT_SYNC:
            raise


def sync_folder(folder: "Path") -> None:
    """Flush the names in a folder to the disk; raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        close(descriptor)


def close(descriptor: int) -> None:
    """Close what was only read, or whose bytes were synced; an error of that is not raised.

    The descriptor is free in any case, and no byte hangs on it. A file that was written and not
    synced needs `os.close`: file servers report there what they could not write (P11).
    """
    with contextlib.suppress(OSError):
        os.close(descriptor)


def free_bytes(place: "int | Path") -> int:
    """Bytes that can still be written on the disk of a file or folder; raises OSError."""
    disk = os.statvfs(place)
    return disk.f_bavail * disk.f_frsize
