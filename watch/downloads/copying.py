"""Puts a saved file into another folder as well: as a hard link, or as a copy."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterable
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath

from rushes.providers.frozen import frozen
from rushes.watch.asset import Fetch
from rushes.watch.disk.descriptors import close, sync
from rushes.watch.disk.folders import OPEN, open_folder
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import Job
from rushes.watch.path_text import host_and_path
from rushes.watch.reasoned import disk_fault
from rushes.watch.reasons import CannotPlace, Cause
from rushes.watch.transfer.file_names import with_extension
from rushes.watch.transfer.part import open_part, part_of
from rushes.watch.transfer.request import DownloadFailed
from rushes.watch.transfer.resume import Version
from rushes.watch.transfer.side_file import Origins

_BLOCK = 1024 * 1024
_NAMES = 1000
_NO_LINK = (errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


def place(fetch: Fetch, job: Job, destinations: Destinations) -> Path:
    """The path of a saved file below the folder of `destinations`, where it has a name from now on.

    Nothing is overwritten, and the bytes are on disk before the name is. Where they are there
    already nothing happens. Blocks; raises DownloadFailed, also for a file that was changed, and
    what `open_folder` and `open_part` raise.
    """
    if fetch.url is not None and host_and_path(fetch.url) is not None:
        raise DownloadFailed(Cause.ON_ANOTHER_MACHINE)
    if fetch.url is not None:
        return _brought(fetch.url, fetch, job, destinations)
    if fetch.path is None:
        raise DownloadFailed(Cause.PATH_UNKNOWN)
    try:
        if fetch.path.resolve().is_relative_to(destinations.directory.resolve()):
            return fetch.path
        file = os.open(fetch.path, os.O_RDONLY | OPEN)
        try:
            return _Copying(file, fetch.path, fetch, job, destinations).run()
        finally:
            close(file)
    except OSError as error:
        raise DownloadFailed(CannotPlace(disk_fault(error))) from error


def _brought(url: str, fetch: Fetch, job: Job, destinations: Destinations) -> Path:
    """The path of a copy of what is in a bucket."""
    from rushes.watch.bucket.store import blocks_of

    try:
        stem = destinations.stem(job, fetch.sha256 or "")
        names = with_extension(stem, PurePosixPath(url).suffix)
        path = _copied(url, blocks_of(url), fetch, job, destinations.directory, stem, names)
    except OSError as error:
        raise DownloadFailed(CannotPlace(disk_fault(error))) from error
    return destinations.directory / path


def _copied(
    source: str,
    blocks: Iterable[bytes],
    fetch: Fetch,
    job: Job,
    root: Path,
    stem: PurePosixPath,
    names: Iterable[PurePosixPath],
) -> str:
    """The path below `root` of a copy, made as a download is: its name once it is whole."""
    with open_part(root, stem.parts[:-1], part_of(job.ref, job.n)) as part:
        part.restart(Origins(source, str(job.ref), job.n, Version(total=fetch.done)))
        for block in blocks:
            part.write(block)
        if part.size != fetch.done or fetch.sha256 not in (None, part.sha256):
            part.discard()
            raise DownloadFailed(Cause.FILE_CHANGED)
        path = part.publish(name.name for name in names)
        part.discard()  # nobody notes a copy: the next time it is known by its bytes
        return path


@frozen
class _Copying:
    file: int
    path: Path
    fetch: Fetch
    job: Job
    destinations: Destinations

    def run(self) -> Path:
        found = os.fstat(self.file)
        if not stat.S_ISREG(found.st_mode) or found.st_size != self.fetch.done:
            raise DownloadFailed(Cause.FILE_CHANGED)
        root = self.destinations.directory
        stem = self.destinations.stem(self.job, self.fetch.sha256 or "")
        paths = list(islice(with_extension(stem, self.path.suffix), _NAMES))
        names = [path.name for path in paths]
        with open_folder(root, stem.parts[:-1]) as target:
            for name in names:
                if self._is_there(target, name) or self._linked(target, name):
                    return root / stem.with_name(name)
                if not _exists(target, name):
                    break
        os.lseek(self.file, 0, os.SEEK_SET)
        blocks = iter(partial(os.read, self.file, _BLOCK), b"")
        return root / _copied(str(self.path), blocks, self.fetch, self.job, root, stem, paths)

    def _is_there(self, target: int, name: str) -> bool:
        """Whether a file of that name holds these bytes already."""
        try:
            other = os.open(name, os.O_RDONLY | OPEN, dir_fd=target)
        except OSError:
            return False
        try:
            ours, theirs = os.fstat(self.file), os.fstat(other)
            alike = stat.S_ISREG(theirs.st_mode) and ours.st_size == theirs.st_size
            return os.path.samestat(ours, theirs) or (
                alike and _sha256(self.file) == _sha256(other)
            )
        finally:
            close(other)

    def _linked(self, target: int, name: str) -> bool:
        """Whether the file has that name now; not where it is taken, or no link can be made."""
        try:
            os.link(self.path, name, dst_dir_fd=target, follow_symlinks=False)
        except FileExistsError:
            return False
        except OSError as error:
            if error.errno in _NO_LINK:
                return False
            raise
        named = os.stat(name, dir_fd=target, follow_symlinks=False)
        if not os.path.samestat(named, os.fstat(self.file)):
            os.unlink(name, dir_fd=target)
            raise DownloadFailed(Cause.FILE_EXCHANGED)
        sync(target)
        return True


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _sha256(file: int) -> str:
    digest, at = hashlib.sha256(), 0
    while block := os.pread(file, _BLOCK, at):
        digest.update(block)
        at += len(block)
    return digest.hexdigest()
