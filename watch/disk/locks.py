"""Keeping other processes off, on whatever file system the home lies.

A lock of the kernel ends with its process. Some network file systems have none: there a folder is
the lock, as it can be made but once. A process that is killed leaves it behind, so one that has
been there for STALE seconds by the file system's own clock is taken to be nobody's: what is done
under it takes milliseconds (reliability.md row 122).
"""

import contextlib
import errno
import fcntl
import os
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit

STALE = 30.0
"""Seconds after which a folder that stands for a lock was left behind."""

_NONE_HERE = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)
_LOOK_EVERY = 0.01


class HeldElsewhere(RushesError):
    """Another process has the lock."""

    exit = Exit.CONFIGURATION


@dataclass(frozen=True, slots=True)
class Locks:
    """Which locks a file system has: those of whole files (flock), and those of SQLite (POSIX)."""

    flock: bool = True
    posix: bool = True


def locks_of(lock: Path) -> Locks:
    """What can be locked where the lock file is, which is made if need be.

    Where it can be neither made nor opened nothing is known, and locks are taken to be there.
    """
    try:
        descriptor = _open(lock)
    except OSError:
        return Locks()
    try:
        return Locks(flock=_works(fcntl.flock, descriptor), posix=_works(fcntl.lockf, descriptor))
    finally:
        os.close(descriptor)


def lacks_locks(error: OSError) -> bool:
    """Whether an error says that the file system has no locks, not that others have this one."""
    return error.errno in _NONE_HERE


@contextlib.contextmanager
def held(lock: Path, patience: float) -> Generator[None]:
    """Hold the lock file; wait `patience` seconds for others. Raises HeldElsewhere, OSError."""
    descriptor = _open(lock)
    try:
        folder = _wait_for(descriptor, lock, time.monotonic() + patience)
        try:
            yield
        finally:
            if folder is not None:
                with contextlib.suppress(OSError):
                    folder.rmdir()
    finally:
        os.close(descriptor)


def drop_stale(folder: Path, lock: Path) -> None:
    """Remove a folder that stands for a lock and was left behind; `lock` is a file beside it."""
    with contextlib.suppress(OSError):
        os.utime(lock)
        if lock.stat().st_mtime - folder.stat().st_mtime > STALE:
            # Of several processes that find it one can take it away.
            aside = folder.with_name(f"{folder.name}.{token_hex(4)}")
            folder.rename(aside)
            aside.rmdir()


def _works(lock: Callable[[int, int], None], descriptor: int) -> bool:
    try:
        lock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return not lacks_locks(error)
    return True


def _open(lock: Path) -> int:
    return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)


def _wait_for(descriptor: int, lock: Path, until: float) -> Path | None:
    """Return once it is held; the folder that stands for the lock where there are none."""
    folder = lock.with_name(f"{lock.name}.d")
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return None
        except OSError as error:
            if lacks_locks(error):
                if _make(folder, lock):
                    return folder
            elif error.errno not in (errno.EWOULDBLOCK, errno.EINTR):
                raise
        if time.monotonic() > until:
            raise HeldElsewhere(f"{lock} is held by another program")
        time.sleep(_LOOK_EVERY)


def _make(folder: Path, lock: Path) -> bool:
    try:
        folder.mkdir(0o700)
    except FileExistsError:
        drop_stale(folder, lock)
        return False
    return True
