"""Opens the files of ours in a download folder, which other users may write to as well.

A part that another user made is not gone on with: its bytes may be anything. It is not removed
either, as it may be that user's own download; ours gets a name of its own (row 84).
"""

import contextlib
import errno
import os
import secrets
import stat
from collections.abc import Iterator

from rushes.watch.disk import folders
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.folders import PartRefused
from rushes.watch.disk.locks import lacks_locks, take
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import Cause, NotOurs

ENDINGS = (".part", ".part.json", ".part.json.new")
"""The endings of a part's files."""


_CANNOT_CHMOD = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class PartBusy(Reasoned):
    """Another process is writing the same file."""

    def __init__(self) -> None:
        super().__init__(Cause.PART_BUSY)


def names(name: str) -> Iterator[str]:
    """The names that a part may have, the usual one first."""
    yield name
    yield f"{name}.{os.geteuid()}"


def our_name(folder: int, name: str) -> str:
    """The first of these names that no other user has taken. Raises PartRefused, OSError."""
    for candidate in names(name):
        if all(_is_free_or_ours(folder, candidate + ending) for ending in ENDINGS):
            return candidate
    raise PartRefused(NotOurs(f"{name}.part"))


def is_ours(folder: int, found: os.stat_result) -> bool:
    """Whether a file in `folder` is of the user that we are. Raises OSError.

    Some file systems show one owner for all files: what matters is whose a new file of ours is.
    """
    return found.st_uid == os.geteuid() or found.st_uid == _owner_of_new_files(folder)


def own_file(folder: int, name: str) -> int:
    """A regular file that has this name only, locked, opened for reading and writing."""
    while True:
        file, is_new = _opened(folder, name)
        try:
            _take_or_refuse(file)
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode) or not (is_new or is_ours(folder, found)):
                raise PartRefused(NotOurs(name))
            if found.st_nlink == 1:
                _make_private(file, found)
                return file
        except BaseException:
            close(file)
            raise
        close(file)
        # A kill between naming and clean-up left it with two names, or another process just named
        # it: the whole file has its own name by now, and this one is not to be written to.
        if found.st_nlink > 1:
            folders.remove(folder, name)


def _opened(folder: int, name: str) -> tuple[int, bool]:
    """The descriptor of the file, made where it is missing, and whether it was."""
    flags = os.O_RDWR | folders.OPEN
    while True:
        with contextlib.suppress(FileExistsError):
            made = os.open(name, flags | os.O_CREAT | os.O_EXCL, 0o600, dir_fd=folder)
            return made, True
        try:
            return os.open(name, flags, dir_fd=folder), False
        except FileNotFoundError:
            continue
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                raise PartRefused(NotOurs(name)) from None
            raise


def _make_private(file: int, found: os.stat_result) -> None:
    """Keep others from reading it, where the file system has modes of its own for each file."""
    if stat.S_IMODE(found.st_mode) & 0o077:
        try:
            os.fchmod(file, 0o600)
        except OSError as error:
            if error.errno not in _CANNOT_CHMOD:
                raise


def _take_or_refuse(file: int) -> None:
    """Keep other processes off while ours lives; raises PartBusy where one was first."""
    try:
        if not take(file):
            raise PartBusy()
    except OSError as error:
        # Some network file systems have no locks: two processes at one file are rare enough there.
        if not lacks_locks(error):
            raise


def open_finished(folder: int, name: str, size: int) -> int:
    """The descriptor of a regular file of ours, with so many bytes. Raises PartRefused, OSError."""
    file = os.open(name, os.O_RDONLY | folders.OPEN, dir_fd=folder)
    try:
        found = os.fstat(file)
        if stat.S_ISREG(found.st_mode) and found.st_size == size and is_ours(folder, found):
            return file
        raise PartRefused(NotOurs(name))
    except BaseException:
        close(file)
        raise


def _is_free_or_ours(folder: int, name: str) -> bool:
    try:
        found = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return True
    return is_ours(folder, found)


def _owner_of_new_files(folder: int) -> int:
    probe = f".{secrets.token_hex(8)}.part"
    file = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL | folders.OPEN, 0o600, dir_fd=folder)
    try:
        return os.fstat(file).st_uid
    finally:
        close(file)
        with contextlib.suppress(OSError):
            folders.remove(folder, probe)
