"""A file that is not whole yet, on disk beside the place it will have (reliability.md R2, R4, S3).

The final name only ever names a whole file.
"""

import errno
import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from providers.errors import RushesError
from watch import folders
from watch.folders import PartRefused, open_folder
from watch.resume import Version
from watch.task import Ref

__all__ = ["Origins", "Part", "PartBusy", "PartRefused", "open_part", "part_of", "remove_part"]

_BLOCK = 1024 * 1024
_SIDE_LIMIT = 64 * 1024


class PartBusy(RushesError):
    """Another process is writing the same file."""


@dataclass(frozen=True, slots=True)
class Origins:
    """What a part is the beginning of: output `n` of task `task`, from `url` without its query."""

    url: str
    task: str
    n: int
    version: Version


def part_of(stem: PurePosixPath, ref: Ref, n: int) -> str:
    """The name of an output's part, without its ending.

    Two outputs never share one, even where a template gives them the same stem.
    """
    tag = hashlib.sha256(f"{ref}#{n}".encode()).hexdigest()[:8]
    return f"{stem.name}.{tag}"


@contextmanager
def open_part(root: Path, steps: tuple[str, ...], name: str) -> Generator["Part"]:
    """The part `name`.part under `root`, old or new, ours alone while the context lasts.

    Missing folders are made, 0700. Raises PartBusy, PartRefused, SaveFailed and OSError.
    """
    with open_folder(root, steps) as folder:
        file = _own(folder, f"{name}.part")
        try:
            yield Part(folder, file, name)
        finally:
            os.close(file)


def remove_part(root: Path, steps: tuple[str, ...], name: str) -> None:
    """Throw away the part `name`.part under `root` and its side file, if they are there.

    Raises PartBusy while it is being written, PartRefused, SaveFailed and OSError.
    """
    if os.path.lexists(root.joinpath(*steps, f"{name}.part")):
        with open_part(root, steps, name) as part:
            part.discard()


class Part:
    """The bytes so far in `file`, a descriptor; `size` counts them."""

    def __init__(self, folder: int, file: int, name: str) -> None:
        self.folder = folder
        self.file = file
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
        os.ftruncate(self.file, 0)
        os.lseek(self.file, 0, os.SEEK_SET)
        self.size = 0
        self._hash = hashlib.sha256()
        self.origins = origins
        folders.remove(self.folder, self._side)
        folders.create(self.folder, self._side, json.dumps(_as_json(origins)).encode())

    def write(self, chunk: bytes) -> None:
        """Add bytes to the end. Raises OSError."""
        folders.write(self.file, chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def head(self, size: int) -> bytes:
        """The first bytes."""
        return os.pread(self.file, size, 0)

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
            os.fsync(self.file)
        except OSError:
            self.discard()
            raise
        name = folders.name_free(self.folder, self._name, names)
        self._make_sure_of(name)
        self.discard()
        folders.sync(self.folder)
        return name

    def discard(self) -> None:
        """Remove the part and its side file."""
        folders.remove(self.folder, self._name)
        folders.remove(self.folder, self._side)

    def _make_sure_of(self, name: str) -> None:
        """Take the name away again where it is another file's; raises PartRefused."""
        folder = self.folder
        named = os.stat(name, dir_fd=folder, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(self.file)):
            os.unlink(name, dir_fd=folder)
            raise PartRefused("the part file was exchanged for another while it was written")


def _own(folder: int, name: str) -> int:
    """A regular file that has this name only, locked, opened for reading and writing."""
    while True:
        try:
            file = os.open(name, os.O_RDWR | os.O_CREAT | folders.OPEN, 0o600, dir_fd=folder)
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
        if found.st_nlink > 1:
            folders.remove(folder, name)


def _lock(file: int) -> None:
    """Keep other processes off while ours lives. Raises BlockingIOError where one was first."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        # Some network file systems have no locks: two processes at one file are rare enough there.
        if error.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS):
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
        file = os.open(name, os.O_RDONLY | folders.OPEN, dir_fd=folder)
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
