"""Opens files through the descriptors of their folders, never through a symbolic link.

So no link that another program puts in place of a folder or file can lead a read or a write
elsewhere (reliability.md S3).
"""

import contextlib
import errno
import os
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path

from rushes.watch.disk.descriptors import close, sync, write_all
from rushes.watch.disk.paths import private_dir
from rushes.watch.disk.rename import rename_exclusively
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import NotOurs

OPEN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK
"""The flags for every file below the download folder; a pipe in its place does not block us."""

NAMES = 1000
"""So many names are tried for a file, then it is given up."""

_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_NO_SUCH_RENAME = (errno.EINVAL, errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class PartRefused(Reasoned):
    """A link, a pipe or a folder has a name of ours; it is neither written to nor removed."""


@contextmanager
def open_folder(root: Path, steps: Iterable[str], *, make: bool = True) -> Generator[int]:
    """The descriptor of a folder under `root`; missing folders are made, 0700, unless told not to.

    Raises PartRefused, SaveFailed and OSError.
    """
    private_dir(root)
    with ExitStack() as opened:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(close, folder)
        for step in steps:
            folder = _enter(folder, step, make=make)
            opened.callback(close, folder)
        yield folder


def create(folder: int, name: str, data: bytes) -> None:
    """Write a new file, 0600; raises FileExistsError and other OSErrors."""
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | OPEN, 0o600, dir_fd=folder)
    try:
        write_all(file, data)
        sync(file)
    finally:
        os.close(file)


def replace(folder: int, name: str, data: bytes) -> None:
    """Replace the file `name` by one of `data`, or leave it as it was; raises OSError.

    The new file survives a power cut only once the caller has synced the folder.
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
    """Rename `old` in `source` to the first of `names` that is free in `folder`; return that name.

    Nothing is overwritten. Raises FileExistsError where every name is taken, and other OSErrors.
    """
    for name in islice(names, NAMES):
        try:
            give_name(source, old, folder, name)
        except FileExistsError:
            continue
        return name
    raise FileExistsError(errno.EEXIST, "every name is taken")


def give_name(source: int, old: str, folder: int, name: str) -> None:
    """Give `old` in `source` that name in `folder`; it may keep its old name as well.

    Nothing is overwritten. Raises FileExistsError where the name is taken, and other OSErrors.
    """
    try:
        os.link(old, name, src_dir_fd=source, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        # A file server whose reply was lost is asked again, and says that the name is taken: by us.
        if not _is_one_file(source, old, folder, name):
            raise
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        _move(source, old, folder, name)


def exists(folder: int, name: str) -> bool:
    """Whether there is anything of that name, a broken link as well. Raises OSError."""
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def remove(folder: int, name: str) -> None:
    """Remove a file if it is there; raises OSError."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def _move(source: int, old: str, folder: int, name: str) -> None:
    """The same where there are no hard links, as on exFAT and some network file systems."""
    try:
        rename_exclusively(source, old, folder, name)
    except OSError as error:
        if error.errno not in _NO_SUCH_RENAME:
            raise
    else:
        return
    # Take the name, then rename onto it: a kill in between leaves an empty file of that name.
    close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | OPEN, 0o600, dir_fd=folder))
    os.rename(old, name, src_dir_fd=source, dst_dir_fd=folder)


def _is_one_file(source: int, old: str, folder: int, name: str) -> bool:
    there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    return os.path.samestat(os.stat(old, dir_fd=source, follow_symlinks=False), there)


def _enter(folder: int, step: str, *, make: bool) -> int:
    """A folder inside another; never through a symbolic link."""
    if make:
        with contextlib.suppress(FileExistsError):
            os.mkdir(step, 0o700, dir_fd=folder)
            sync(folder)
    try:
        return os.open(step, os.O_RDONLY | os.O_DIRECTORY | OPEN, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise PartRefused(NotOurs(step, is_folder=True)) from None
        raise
