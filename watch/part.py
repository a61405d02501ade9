"""A file that is not whole yet, on disk beside the place it will have (reliability.md R2, R4, S3).

Everything goes through descriptors of folders and never through a symbolic link, so that nothing
that is put in the way can lead a write elsewhere. The final name only ever names a whole file.
"""

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from providers.errors import RushesError
from watch.paths import private_dir
from watch.resume import Version

_BLOCK = 1024 * 1024
_SIDE_LIMIT = 64 * 1024
_NAMES = 1000
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_OPEN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class PartBusy(RushesError):
    """Another process is writing the same file."""


class PartRefused(RushesError):
    """Something is in the way that is not ours to write to, or to remove."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What a part is the beginning of: output `n` of task `task`, from `url` without its query."""

    url: str
    task: str
    n: int
    version: Version


@contextmanager
def open_part(root: Path, folders: tuple[str, ...], name: str) -> Generator["Part"]:
    """The part `name`.part under `root`, old or new, ours alone while the context lasts.

    Missing folders are made, 0700. Raises PartBusy, PartRefused, SaveFailed and OSError.
    """
    private_dir(root)
    with ExitStack() as opened:
        folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        opened.callback(os.close, folder)
        for step in folders:
            folder = _enter(folder, step)
            opened.callback(os.close, folder)
        file = _own(folder, f"{name}.part")
        opened.callback(os.close, file)
        yield Part(folder, file, name)


class Part:
    """The bytes so far; `size` counts them."""

    def __init__(self, folder: int, file: int, name: str) -> None:
        self.folder = folder
        self._file = file
        self._name = f"{name}.part"
        self._side = f"{name}.part.json"
        self._hash = hashlib.sha256()
        self.size = os.fstat(file).st_size
        self.origins = _read_side(folder, self._side) if self.size else None
        os.lseek(file, 0, os.SEEK_SET)
        while self.origins and (block := os.read(file, _BLOCK)):
            self._hash.update(block)
        os.lseek(file, 0, os.SEEK_END)

    def restart(self, origins: Origins) -> None:
        """Forget the bytes so far; what is written from now on is of `origins`."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        self.size = 0
        self._hash = hashlib.sha256()
        self.origins = origins
        self._remove(self._side)
        side = os.open(
            self._side, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OPEN, 0o600, dir_fd=self.folder
        )
        try:
            _write(side, json.dumps(_as_json(origins)).encode())
        finally:
            os.close(side)

    def write(self, chunk: bytes) -> None:
        """Add bytes to the end. Raises OSError."""
        _write(self._file, chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def head(self, size: int) -> bytes:
        """The first bytes."""
        return os.pread(self._file, size, 0)

    @property
    def sha256(self) -> str:
        """The digest of the bytes so far, in hexadecimal."""
        return self._hash.hexdigest()

    def publish(self, names: Iterable[str]) -> str:
        """Give the whole file the first of `names` that is not taken; that name.

        Nothing is overwritten, and the bytes are on disk before the name is. A part that cannot be
        made durable is thrown away: what its pages hold is not certain any more. Raises OSError.
        """
        try:
            os.fsync(self._file)
        except OSError:
            self.discard()
            raise
        for name in islice(names, _NAMES):
            try:
                self._name_it(name)
            except FileExistsError:
                continue
            self.discard()
            _sync(self.folder)
            return name
        raise FileExistsError(errno.EEXIST, "every name is taken")

    def discard(self) -> None:
        """Remove the part and its side file."""
        self._remove(self._name)
        self._remove(self._side)

    def _name_it(self, name: str) -> None:
        folder = self.folder
        try:
            os.link(self._name, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            # exFAT and some network file systems have no links: take the name, then rename onto it.
            os.close(
                os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY | _OPEN, 0o600, dir_fd=folder)
            )
            os.rename(self._name, name, src_dir_fd=folder, dst_dir_fd=folder)
        named = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(self._file)):
            os.unlink(name, dir_fd=folder)
            raise PartRefused("the part file was exchanged for another while it was written")

    def _remove(self, name: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self.folder)


def _enter(folder: int, step: str) -> int:
    """A folder inside another, made where it is missing; never through a symbolic link."""
    try:
        os.mkdir(step, 0o700, dir_fd=folder)
        _sync(folder)
    except FileExistsError:
        pass
    try:
        return os.open(step, os.O_RDONLY | os.O_DIRECTORY | _OPEN, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR):
            raise PartRefused(f"{step} in the download folder is no folder of ours") from None
        raise


def _own(folder: int, name: str) -> int:
    """A regular file that has this name only, locked, opened for reading and writing."""
    while True:
        try:
            file = os.open(name, os.O_RDWR | os.O_CREAT | _OPEN, 0o600, dir_fd=folder)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                raise PartRefused(f"{name} is no file of ours") from None
            raise
        try:
            _lock(file)
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise PartRefused(f"{name} is no file of ours")
            if found.st_nlink == 1:
                os.fchmod(file, 0o600)
                return file
        except BlockingIOError:
            os.close(file)
            raise PartBusy("another rushes is downloading this file") from None
        except BaseException:
            os.close(file)
            raise
        os.close(file)
        # A kill between naming and clean-up left it with two names, or another process just named
        # it: the whole file has its own name by now, and this one is not to be written to.
        with contextlib.suppress(FileNotFoundError):
            if found.st_nlink > 1:
                os.unlink(name, dir_fd=folder)


def _lock(file: int) -> None:
    """Keep other processes off while ours lives. Raises BlockingIOError where one was first."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network file systems have no locks: two processes at one file are rare enough there.
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
            raise


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]


def _sync(folder: int) -> None:
    try:
        os.fsync(folder)
    except OSError as error:
        # EINVAL is how a file system says that it has no such thing, not that it failed.
        if error.errno != errno.EINVAL:
            raise


def _as_json(origins: Origins) -> dict[str, str | int | None]:
    return {
        "url": origins.url,
        "etag": origins.version.etag,
        "total": origins.version.total,
        "task": origins.task,
        "n": origins.n,
    }


def _read_side(folder: int, name: str) -> Origins | None:
    """What the side file says; None where there is none that can be believed."""
    try:
        file = os.open(name, os.O_RDONLY | _OPEN, dir_fd=folder)
        try:
            text = os.read(file, _SIDE_LIMIT)
        finally:
            os.close(file)
        match json.loads(text):
            case {
                "url": str(url),
                "etag": str() | None as etag,
                "total": int() | None as total,
                "task": str(task),
                "n": int(n),
            }:
                return Origins(url, task, n, Version(etag, total))
            case _:
                return None
    except (OSError, ValueError, RecursionError):
        return None
