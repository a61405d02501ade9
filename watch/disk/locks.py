"""Locks between processes, on any file system.

A lock of the kernel ends with its process. Some network file systems have no such locks: there a
folder is the lock, since only one process can make it. A killed process leaves the folder behind,
so a folder older than STALE seconds by the file system's own clock is removed; the work under a
lock takes milliseconds (reliability.md row 122).
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Generator
from pathlib import Path

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.watch.disk.descriptors import close

STALE = 30.0
"""Seconds after which a folder that serves as a lock is taken to be left by a killed process."""

_NONE_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
_LOOK_EVERY = 0.01


class HeldElsewhere(RushesError):
    """Another process has the lock."""

    code = ErrorCode.HELD_ELSEWHERE


@frozen
class Locks:
    """Which locks a file system has: those of whole files (flock), and those of SQLite (POSIX)."""

    flock: bool = True
    posix: bool = True


def locks_of(lock: Path) -> Locks:
    """The kinds of locks on the file system of a lock file, which is made if it is missing.

    Where the file can be neither made nor opened, both kinds are assumed.
    """
    try:
        descriptor = open_lock(lock)
    except OSError:
        return Locks()
    try:
        return Locks(flock=_works(fcntl.flock, descriptor), posix=_works(fcntl.lockf, descriptor))
    finally:
        close(descriptor)


def lacks_locks(error: OSError) -> bool:
    """Whether an error means that the file system has no locks, not that the lock is taken."""
    return error.errno in _NONE_HERE


def open_lock(lock: Path) -> int:
    """Open a lock file and make it, 0600, if it is missing; raises OSError, also for a link."""
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def take(descriptor: int) -> bool:
    """Lock an open file without waiting; False where another process has the lock.

    The lock ends when the file is closed, at the latest with the process. Raises OSError, which
    `lacks_locks` examines.
    """
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def let_go(descriptor: int) -> None:
    """Unlock a file and leave it open; raises OSError."""
    fcntl.flock(descriptor, fcntl.LOCK_UN)


@contextlib.contextmanager
def held(lock: Path, patience: float) -> Generator[None]:
    """Hold the lock file; wait `patience` seconds for others. Raises HeldElsewhere, OSError."""
    descriptor = open_lock(lock)
    try:
        folder = _wait_for(descriptor, lock, time.monotonic() + patience)
        try:
            yield
        finally:
            if folder is not None:
                with contextlib.suppress(OSError):
                    folder.rmdir()
    finally:
        close(descriptor)


def drop_stale(folder: Path, lock: Path) -> None:
    """Remove a folder that serves as a lock if it is stale; `lock` is a file beside it."""
    with contextlib.suppress(OSError):
        os.utime(lock)
        if lock.stat().st_mtime - folder.stat().st_mtime > STALE:
            # Of several processes that find it one can take it away.
            from secrets import token_hex

            aside = folder.with_name(f"{folder.name}.{token_hex(4)}")
            folder.rename(aside)
            aside.rmdir()


def _works(lock: Callable[[int, int], None], descriptor: int) -> bool:
    try:
        lock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return not lacks_locks(error)
    return True


def _wait_for(descriptor: int, lock: Path, until: float) -> Path | None:
    """Wait for the lock; returns the folder that serves as one where the kernel has no locks."""
    folder = lock.with_name(f"{lock.name}.d")
    while True:
        try:
            if take(descriptor):
                return None
        except OSError as error:
            if not lacks_locks(error):
                raise
            if _make(folder, lock):
                return folder
        if time.monotonic() > until:
            raise HeldElsewhere(_("{lock} is held by another program").format(lock=lock))
        time.sleep(_LOOK_EVERY)


def _make(folder: Path, lock: Path) -> bool:
    try:
        folder.mkdir(0o700)
    except FileExistsError:
        drop_stale(folder, lock)
        return False
    return True
