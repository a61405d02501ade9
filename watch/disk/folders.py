"""Files reached through descriptors of folders, never through a symbolic link (reliability.md S3).

Nothing that is put in the way, or exchanged on the way, can lead a read or a write elsewhere.
"""

import contextlib
import errno
import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from rushes.watch.disk.paths import private_dir
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import NotOurs

OPEN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""How every file below the download folder is opened; a pipe in its place does not block us."""

_NAMES = 1000
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class PartRefused(Reasoned):
    """Something is in the way that is not ours to write to, or to remove."""


@contextmanager
def open_folder(root: Path, steps: Iterable[str]) -> Generator[int]:
    """The descriptor of a folder under `root`; what is missing of it is made, 0700.

    Raises PartRefused, SaveFailed and OSError.
    """
    private_dir(root)
    with ExitStack() as opened:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(os.close, folder)
        for step in steps:
            folder = _enter(folder, step)
            opened.callback(os.close, folder)
        yield folder


def create(folder: int, name: str, data: bytes) -> None:
    """Write a new file, 0600; raises FileExistsError and other OSErrors."""
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN, 0o600, dir_fd=folder)
    try:
        write(file, data)
        os.fsync(file)
    finally:
        os.close(file)


def write(file: int, data: bytes) -> None:
    """Write all of `data`; raises OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def replace(folder: int, name: str, data: bytes) -> None:
    """Put a file of `data` in the place of `name`, or leave what was there; raises OSError.

    It is the new one for certain once the folder was synced.
    """
    temp = f"{name}.new"
    remove(folder, temp)
    try:
        create(folder, temp, data)
        os.rename(temp, name, src_dir_fd=folder, dst_dir_fd=folder)
    except OSError:
        remove(folder, temp)
        raise


def name_free(source: int, old: str, folder: int, names: Iterable[str]) -> str:
    """Give the file `old` in `source` the first of `names` not taken in `folder`; that name.

    Nothing is overwritten. Raises FileExistsError where every name is taken, and other OSErrors.
    """
    for name in islice(names, _NAMES):
        try:
            _name(source, old, folder, name)
        except FileExistsError:
            continue
        return name
    raise FileExistsError(errno.EEXIST, "every name is taken")


def remove(folder: int, name: str) -> None:
    """Remove a file if it is there; raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def sync(folder: int) -> None:
    """Have the names in a folder on disk; raises OSError."""
    try:
        os.fsync(folder)
    except OSError as error:
        # EINVAL is how a file system says that it has no such thing, not that it failed.
        if error.errno != errno.EINVAL:
            raise


def _name(source: int, old: str, folder: int, name: str) -> None:
    try:
        os.link(old, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # exFAT and some network file systems have no links: take the name, then rename onto it.
        os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | OPEN, 0o600, dir_fd=folder))
        os.rename(old, name, src_dir_fd=source, dst_dir_fd=folder)


def _enter(folder: int, step: str) -> int:
    """A folder inside another, made where it is missing; never through a symbolic link."""
    try:
        os.mkdir(step, 0o700, dir_fd=folder)
        sync(folder)
    except FileExistsError:
        pass
    try:
        return os.open(step, os.O_RDONLY | os.O_DIRECTORY | OPEN, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise PartRefused(NotOurs(step, is_folder=True)) from None
        raise
