"""A file that is not whole yet, in the download folder (reliability.md R2, R4, S3).

The final name only ever names a whole file. Until then a side file says what the bytes are of, and
how many of them were synced: after a kill or a power cut no others are believed.
"""

import contextlib
import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path

from rushes.providers.frozen import frozen
from rushes.watch.disk import folders
from rushes.watch.disk.descriptors import close, sync, write_all
from rushes.watch.disk.folders import PartRefused, open_folder
from rushes.watch.network.direct import Chunk
from rushes.watch.reasons import Cause
from rushes.watch.task import Ref
from rushes.watch.transfer.digest import Digest
from rushes.watch.transfer.file_names import safe
from rushes.watch.transfer.own_files import PartBusy, is_ours, open_finished
from rushes.watch.transfer.part_files import own_part, unname
from rushes.watch.transfer.side_file import Named, Origins, read_side_file, write_side_file
from rushes.watch.transfer.worker import Worker

__all__ = ["Part", "PartBusy", "PartRefused", "open_part", "part_of"]

SYNC_EVERY = 16 * 1024**2
"""Bytes between two records of what was synced: few enough that twice as many, those that are being
synced and those that came meanwhile, are on disk while a person quits."""

SYNC_WITHIN = 2.0
"""Seconds between two records: what a kill or a power cut may cost, however slow the line is.

An orderly end costs nothing.
"""

BESIDE_FROM = 4 * 1024**2
"""Bytes that are written before threads of their own work out the digest and sync what is there."""

_BLOCK = 1024 * 1024


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
    with open_folder(root, steps) as target, own_part(root, name) as (home, name, file):
        part = Part(Place(root, steps, home, target, name), file, now)
        try:
            yield part
        finally:
            part.close()


@frozen
class Place:
    """Where a part is, and where its file goes: to the folder `steps` below `root`.

    `home` and `target` are the descriptors of both; `name` has no ending yet.
    """

    root: Path
    steps: tuple[str, ...]
    home: int
    target: int
    name: str


class Part:
    """The bytes so far in `file`, a descriptor; `size` counts them.

    `named` is the name that an earlier process gave to the whole file, or was about to give.
    """

    def __init__(self, place: Place, file: int, now: Callable[[], float]) -> None:
        self.folder = place.home
        self.file = self._part = file
        self._place = place
        self._now = now
        self._is_over = False
        self._digest = Digest()
        self._syncing = Worker(1)
        said = read_side_file(place.home, f"{place.name}.part.json")
        self.origins, self._synced, self.named = said.origins, said.synced, said.named
        length = os.fstat(file).st_size
        # Synced bytes that are not there were never of this part: none of it is believed.
        self.size = self._synced if self._synced <= length else 0
        if self.size < length:
            os.ftruncate(file, self.size)
        self._read()
        self._begun = self._asked = self.size
        self._asked_at = now()

    def restart(self, origins: Origins) -> None:
        """Forget the bytes so far; what is written from now on is of `origins`. Raises OSError."""
        self._settle()
        self.size, self.named = 0, None
        self._digest.clear()
        # The old record has to be gone for good before a byte comes that it does not speak of.
        self._record(origins, 0)
        self.origins = origins
        self._begun = self._asked = 0
        self._asked_at = self._now()
        sync(self.folder)
        os.ftruncate(self.file, 0)
        os.lseek(self.file, 0, os.SEEK_SET)

    def write(self, chunk: Chunk) -> None:
        """Add bytes to the end, and sync now and then. Raises OSError, also of an earlier sync.

        Of a longer file the digest and the syncing are left to threads. The chunk may be lent.
        """
        write_all(self.file, chunk)
        self._digest.add(chunk)
        self.size += len(chunk)
        if self.size - self._begun >= BESIDE_FROM:
            self._digest.begin()
            self._syncing.begin()
        now = self._now()
        if self.size - self._asked >= SYNC_EVERY or now - self._asked_at >= SYNC_WITHIN:
            self._asked, self._asked_at = self.size, now
            with self._sized_as_synced():
                self._syncing.do(partial(self._sync, self.size, self.origins))

    def head(self, size: int) -> bytes:
        """The first bytes."""
        return os.pread(self.file, size, 0)

    def repeats(self, at: int, again: Chunk) -> bool:
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
        return self._digest.hexdigest()

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the file that was about to get its name."""
        named = self.named
        return named is not None and (self.size, self.sha256) == (named.size, named.sha256)

    def take_up(self) -> bool:
        """Whether the file has its name already; then this is that file from now on.

        It is the one that was named only where its length and its digest are the same.
        """
        if (named := self.named) is None or self.size:
            return False
        *steps, name = named.path.split("/")
        try:
            with open_folder(self._place.root, steps, make=False) as folder:
                file = open_finished(folder, name, named.size)
        except (OSError, PartRefused):
            return False
        self.file, self.size = file, named.size
        self._read()
        if self.is_whole:
            self._finish()
            return True
        close(file)
        self.file, self.size = self._part, 0
        self._digest.clear()
        return False

    def _read(self) -> None:
        """Take the bytes from here to the end into the digest."""
        while block := os.read(self.file, _BLOCK):
            self._digest.add(block)

    def publish(self, names: Iterable[str], media_type: str = "", *, measured: bool = True) -> str:
        """Give the whole file the first of `names` that is not taken; its path below the root.

        Nothing is overwritten, and the bytes are on disk before the name is. The side file stays,
        so that another process finds the file, until it is noted: `settle`. Raises OSError.
        """
        self._settle()
        with self._sized_as_synced():
            sync(self.file)
        path = self._reserved() or self._give_name(names, media_type, measured=measured)
        self._finish()
        return path

    def close(self) -> None:
        """Leave what arrived for another time; a part of nothing is not left."""
        # What cannot be recorded now is fetched again.
        with contextlib.suppress(OSError):
            self._settle()
        if self.file != self._part:
            close(self.file)
        if not self._is_over and not self.size:
            self.discard()
        elif not self._is_over and self.origins and self._synced < self.size:
            with contextlib.suppress(OSError), self._sized_as_synced():
                self._sync(self.size, self.origins)
        self._digest.close()
        self._syncing.close()

    def discard(self) -> None:
        """Remove the part and its side file: from now on it holds nothing."""
        with contextlib.suppress(OSError):
            self._settle()
        self.size = 0
        unname(self.folder, self._place.name)

    def _give_name(self, names: Iterable[str], media_type: str, *, measured: bool) -> str:
        """The path of the file under the first name that is free; it is written down before."""
        target, size = self._place.target, self.size
        for name in islice(names, folders.NAMES):
            if folders.exists(target, name):
                continue
            path = "/".join((*self._place.steps, name))
            if self.origins is not None:
                self.named = Named(path, size, self.sha256, media_type, measured)
                self._record(self.origins, size, self.named)
                sync(self.folder)
            try:
                folders.give_name(self.folder, f"{self._place.name}.part", target, name)
            except FileExistsError:
                continue
            self._make_sure_of(name)
            sync(target)
            return path
        raise FileExistsError(errno.EEXIST, "every name is taken")

    def _reserved(self) -> str | None:
        """The path where an earlier process put an empty file, to rename this one onto; or None."""
        if self.named is None or not self.is_whole:
            return None
        *steps, name = self.named.path.split("/")
        try:
            with open_folder(self._place.root, steps, make=False) as folder:
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
                if found.st_size or not (stat.S_ISREG(found.st_mode) and is_ours(folder, found)):
                    return None
                part = f"{self._place.name}.part"
                os.rename(part, name, src_dir_fd=self.folder, dst_dir_fd=folder)
                sync(folder)
        except (FileNotFoundError, PartRefused):
            return None
        return self.named.path

    def _finish(self) -> None:
        self._is_over = True
        folders.remove(self.folder, f"{self._place.name}.part")

    def _sync(self, size: int, origins: Origins | None) -> None:
        """Have so many bytes on disk, then record that they are."""
        sync(self.file)
        if origins:
            self._record(origins, size)

    def _settle(self) -> None:
        """Wait for a sync that is under way; raises its OSError."""
        with self._sized_as_synced():
            self._syncing.settle()

    @contextmanager
    def _sized_as_synced(self) -> Generator[None]:
        """What could not be synced is not certain, whatever another try may say."""
        try:
            yield
        except OSError:
            self.size = self._synced
            raise

    def _record(self, origins: Origins, synced: int, named: Named | None = None) -> None:
        write_side_file(self.folder, f"{self._place.name}.part.json", origins, synced, named)
        self._synced = synced

    def _make_sure_of(self, name: str) -> None:
        """Take the name away again where it is another file's; raises PartRefused."""
        target = self._place.target
        named = os.stat(name, dir_fd=target, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(self.file)):
            os.unlink(name, dir_fd=target)
            # Nor is it what the side file speaks of.
            self.origins = None
            folders.remove(self.folder, f"{self._place.name}.part.json")
            raise PartRefused(Cause.PART_EXCHANGED)
