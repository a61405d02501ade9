"""A file that is not whole yet, in the download folder (reliability.md R2, R4, S3).

The final name only ever names a whole file. Until then a side file says what the bytes are of, and
how many of them were synced: after a kill or a power cut no others are believed.
"""

import contextlib
import errno
import hashlib
import json
import os
import stat
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rushes.watch.disk import folders
from rushes.watch.disk.descriptors import close, sync, write_all
from rushes.watch.disk.folders import PartRefused, open_folder
from rushes.watch.disk.locks import lacks_locks, take
from rushes.watch.reasoned import Reasoned
from rushes.watch.reasons import Cause, NotOurs
from rushes.watch.task import Ref
from rushes.watch.transfer.file_names import safe
from rushes.watch.transfer.validators import Version

__all__ = ["Origins", "Part", "PartBusy", "PartRefused", "open_part", "part_of", "remove_part"]

SYNC_EVERY = 32 * 1024**2
"""Bytes between two records of what was synced: few enough to be synced while a person quits."""

SYNC_WITHIN = 2.0
"""Seconds between two records: what a kill or a power cut may cost, however slow the line is.

An orderly end costs nothing.
"""

_BLOCK = 1024 * 1024
_SIDE_LIMIT = 64 * 1024


class PartBusy(Reasoned):
    """Another process is writing the same file."""

    def __init__(self) -> None:
        super().__init__(Cause.PART_BUSY)


@dataclass(frozen=True, slots=True)
class Origins:
    """What a part is the beginning of: output `n` of `task`, from `url` without what signs it.

    `unversioned`: its pieces were joined though no validator vouched for them.
    """

    url: str
    task: str
    n: int
    version: Version
    unversioned: bool = False


def part_of(ref: Ref, n: int) -> str:
    """The name of an output's part, without its ending.

    It depends on nothing that may change, as a label or a template may: a part is always found
    again. Two outputs never share one.
    """
    tag = hashlib.sha256(f"{ref}#{n}".encode()).hexdigest()[:8]
    return f"{safe(f'{ref.provider} {ref.id}'[:60])}-{n}.{tag}"


@contextmanager
def open_part(
    root: Path,
    steps: tuple[str, ...],
    name: str,
    now: Callable[[], float] = time.monotonic,
) -> Generator["Part"]:
    """The part `name`.part in `root`, of a file for the folder `steps` below; ours alone meanwhile.

    Missing folders are made, 0700. At the end of the context what arrived is kept for another time.
    Raises PartBusy, PartRefused, SaveFailed and OSError.
    """
    with open_folder(root, ()) as home, open_folder(root, steps) as target:
        file = _own(home, f"{name}.part")
        try:
            part = Part(home, target, file, name, now)
            try:
                yield part
            finally:
                part.keep()
        finally:
            close(file)


def remove_part(root: Path, name: str) -> None:
    """Throw away the part `name`.part in `root` and its side file, if they are there.

    Raises PartBusy while it is being written, PartRefused, SaveFailed and OSError.
    """
    if os.path.lexists(root / f"{name}.part"):
        with open_folder(root, ()) as home:
            file = _own(home, f"{name}.part")
            try:
                _unname(home, name)
            finally:
                close(file)


class Part:
    """The bytes so far in `file`, a descriptor; `size` counts them. `folder` is where it lies."""

    def __init__(
        self, folder: int, target: int, file: int, name: str, now: Callable[[], float]
    ) -> None:
        self.folder = folder
        self.file = file
        self._target = target
        self._name = name
        self._now = now
        self._recorded_at = now()
        self._hash = hashlib.sha256()
        self.origins, self._synced = _read_side(folder, f"{name}.part.json")
        length = os.fstat(file).st_size
        # Synced bytes that are not there were never of this part: none of it is believed.
        self.size = self._synced if self._synced <= length else 0
        if self.size < length:
            os.ftruncate(file, self.size)
        while block := os.read(file, _BLOCK):
            self._hash.update(block)

    def restart(self, origins: Origins) -> None:
        """Forget the bytes so far; what is written from now on is of `origins`. Raises OSError."""
        self.size = 0
        self._hash = hashlib.sha256()
        # The old record has to be gone for good before a byte comes that it does not speak of.
        self._record(origins, 0)
        sync(self.folder)
        os.ftruncate(self.file, 0)
        os.lseek(self.file, 0, os.SEEK_SET)

    def write(self, chunk: bytes) -> None:
        """Add bytes to the end, and sync now and then. Raises OSError."""
        write_all(self.file, chunk)
        self._hash.update(chunk)
        self.size += len(chunk)
        waited = self._now() - self._recorded_at
        if self.size - self._synced >= SYNC_EVERY or waited >= SYNC_WITHIN:
            self._sync()

    def head(self, size: int) -> bytes:
        """The first bytes."""
        return os.pread(self.file, size, 0)

    def repeats(self, at: int, again: bytes) -> bool:
        """Whether these bytes are what is held from byte `at` on. Raises OSError."""
        return os.pread(self.file, len(again), at) == again

    def measure(self, total: int) -> None:
        """Have it recorded, with the bytes to come, how many there are in all."""
        if self.origins is not None:
            version = replace(self.origins.version, total=total)
            self.origins = replace(self.origins, version=version)

    def doubt(self) -> None:
        """Have it recorded, with the bytes to come, that no validator vouches for them."""
        if self.origins is not None:
            self.origins = replace(self.origins, unversioned=True)

    @property
    def sha256(self) -> str:
        """The digest of the bytes so far, in hexadecimal."""
        return self._hash.hexdigest()

    def publish(self, names: Iterable[str]) -> str:
        """Give the whole file the first of `names` that is not taken; that name.

        Nothing is overwritten, and the bytes are on disk before the name is. Raises OSError.
        """
        self._make_durable()
        name = folders.name_free(self.folder, f"{self._name}.part", self._target, names)
        self._make_sure_of(name)
        self.discard()
        sync(self._target)
        return name

    def keep(self) -> None:
        """Leave what arrived for another time; a part of nothing is not left."""
        if not self.size:
            self.discard()
        elif self.origins and self._synced < self.size:
            # What cannot be recorded now is fetched again.
            with contextlib.suppress(OSError):
                self._sync()

    def discard(self) -> None:
        """Remove the part and its side file: from now on it holds nothing."""
        self.size = 0
        _unname(self.folder, self._name)

    def _sync(self) -> None:
        """Have the bytes so far on disk, then record that they are."""
        self._make_durable()
        if self.origins:
            self._record(self.origins, self.size)

    def _make_durable(self) -> None:
        """Sync, once: what could not be synced is not certain, whatever another try may say."""
        try:
            sync(self.file)
        except OSError:
            self.size = self._synced
            raise

    def _record(self, origins: Origins, synced: int) -> None:
        said = json.dumps({**_as_json(origins), "synced": synced})
        folders.replace(self.folder, f"{self._name}.part.json", said.encode())
        self.origins, self._synced, self._recorded_at = origins, synced, self._now()

    def _make_sure_of(self, name: str) -> None:
        """Take the name away again where it is another file's; raises PartRefused."""
        target = self._target
        named = os.stat(name, dir_fd=target, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(self.file)):
            os.unlink(name, dir_fd=target)
            # Nor is it what the side file speaks of.
            self.origins = None
            folders.remove(self.folder, f"{self._name}.part.json")
            raise PartRefused(Cause.PART_EXCHANGED)


def _own(folder: int, name: str) -> int:
    """A regular file that has this name only, locked, opened for reading and writing."""
    while True:
        try:
            file = os.open(name, os.O_RDWR | os.O_CREAT | folders.OPEN, 0o600, dir_fd=folder)
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO, errno.EISDIR):
                raise PartRefused(NotOurs(name)) from None
            raise
        try:
            _take_or_refuse(file)
            found = os.fstat(file)
            if not stat.S_ISREG(found.st_mode):
                raise PartRefused(NotOurs(name))
            if found.st_nlink == 1:
                os.fchmod(file, 0o600)
                return file
        except BaseException:
            close(file)
            raise
        close(file)
        # A kill between naming and clean-up left it with two names, or another process just named
        # it: the whole file has its own name by now, and this one is not to be written to.
        if found.st_nlink > 1:
            folders.remove(folder, name)


def _take_or_refuse(file: int) -> None:
    """Keep other processes off while ours lives; raises PartBusy where one was first."""
    try:
        if not take(file):
            raise PartBusy()
    except OSError as error:
        # Some network file systems have no locks: two processes at one file are rare enough there.
        if not lacks_locks(error):
            raise


def _unname(folder: int, name: str) -> None:
    for ending in (".part", ".part.json", ".part.json.new"):
        folders.remove(folder, name + ending)


def _as_json(origins: Origins) -> dict[str, str | int | None]:
    return {
        "url": origins.url,
        "etag": origins.version.etag,
        "modified": origins.version.modified,
        "total": origins.version.total,
        "unversioned": origins.unversioned,
        "task": origins.task,
        "n": origins.n,
    }


def _read_side(folder: int, name: str) -> tuple[Origins | None, int]:
    """What the side file says, and how many bytes were synced; nothing where it is not believed."""
    try:
        file = os.open(name, os.O_RDONLY | folders.OPEN, dir_fd=folder)
        try:
            text = os.read(file, _SIDE_LIMIT)
        finally:
            close(file)
        # Version 0.1 wrote neither `modified` nor `unversioned`.
        match {"modified": None, "unversioned": False, **json.loads(text)}:
            case {
                "url": str(url),
                "etag": str() | None as etag,
                "modified": str() | None as modified,
                "total": int() | None as total,
                "unversioned": bool(unversioned),
                "task": str(task),
                "n": int(n),
                "synced": int(synced),
            } if synced >= 0:
                version = Version(etag, total, modified)
                return Origins(url, task, n, version, unversioned), synced
            case _:
                return None, 0
    except (OSError, ValueError, TypeError, RecursionError):
        return None, 0
