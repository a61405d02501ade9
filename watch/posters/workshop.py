"""Finds posters that are kept, and has those made that are not. Every method blocks."""

import errno
import logging
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rushes.providers.media import recognised
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.folders import OPEN
from rushes.watch.disk.ownership import TrustedOwners
from rushes.watch.posters.cache import PosterCache, is_key, key_of
from rushes.watch.posters.formats import FORMATS, Format
from rushes.watch.posters.messages import Made
from rushes.watch.posters.poster import Poster, PosterReason, failed, none
from rushes.watch.posters.process import DecoderProcess
from rushes.watch.posters.source import Source
from rushes.watch.transfer.own_files import is_ours

log = logging.getLogger(__name__)

_GONE = (errno.ENOENT, errno.ENOTDIR)


class Decoding(Protocol):
    """What decodes: `process.py`, or what a test has in its place."""

    def decode(self, file: int, wanted: Format) -> Made | PosterReason:
        """A poster of the open file, which is of that format; or why there is none."""
        ...

    def end(self) -> None:
        """Give back what it holds, until it is asked again."""
        ...

    def close(self) -> None:
        """Give it back, and make no more; who waits for an answer gets one."""
        ...


class Workshop:
    """Gives the posters of saved files, from `cache` or by `decoding`."""

    def __init__(self, cache: PosterCache, decoding: Decoding) -> None:
        self._cache = cache
        self._decoding = decoding

    def found(self, sources: Sequence[Source]) -> list[Poster | None]:
        """The posters of these files that are kept; None where one has to be made."""
        why = self._cache.refusal()
        if why is not None:
            return [failed(why)] * len(sources)
        return [self._found(source) for source in sources]

    def made(self, source: Source) -> Poster:
        """The poster of a file, made anew; or why there is none."""
        try:
            return self._made(source)
        except OSError as error:
            if error.errno in _GONE:
                return none(PosterReason.FILE_GONE)
            return failed(PosterReason.UNREADABLE)
        except Exception:
            log.exception("the poster of a file")
            return failed(PosterReason.UNREADABLE)

    def rest(self) -> None:
        """Give back what is not needed as long as nothing is made."""
        self._decoding.end()

    def close(self) -> None:
        """Make no more."""
        self._decoding.close()

    def _found(self, source: Source) -> Poster | None:
        try:
            key = _key(source, None)
        except OSError:
            return None  # why it cannot be looked at is told where it is made
        return self._cache.find(key)

    def _made(self, source: Source) -> Poster:
        """Raises OSError where the file cannot be read."""
        try:
            file = _opened(source)
        except _NotOurs:
            return failed(PosterReason.NOT_OURS)
        try:
            media = recognised(lambda at, count: os.pread(file, count, at))
            wanted = FORMATS.get(media.extension) if media is not None else None
            if wanted is None:
                return none(PosterReason.NO_PICTURE)
            made = self._decoding.decode(file, wanted)
            key = _key(source, file)
        finally:
            close(file)
        if isinstance(made, PosterReason):
            return failed(made)
        try:
            return self._cache.keep(key, made)
        except OSError:
            return failed(PosterReason.NO_ROOM)


def workshop_in(folder: Path, trusted: TrustedOwners) -> Workshop:
    """One whose posters are kept in `folder`, where `trusted` may have written beside us."""
    return Workshop(PosterCache(folder, trusted), DecoderProcess())


class _NotOurs(Exception):
    """There is something else than what was saved."""


def _opened(source: Source) -> int:
    """The descriptor of a saved file: regular, ours, as long as it was. Raises _NotOurs too."""
    folder = os.open(source.path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        file = _file_in(folder, source.path.name)
        try:
            seen = os.fstat(file)
            is_it = stat.S_ISREG(seen.st_mode) and seen.st_size == source.size
            if is_it and is_ours(folder, seen):
                return file
            raise _NotOurs
        except BaseException:
            close(file)
            raise
    finally:
        close(folder)


def _file_in(folder: int, name: str) -> int:
    try:
        return os.open(name, os.O_RDONLY | OPEN, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENXIO):
            raise _NotOurs from None
        raise


def _key(source: Source, file: int | None) -> str:
    """What the poster of a file is kept as; raises OSError where the file has to be looked at."""
    if is_key(source.sha256):
        return source.sha256
    seen = os.lstat(source.path) if file is None else os.fstat(file)
    return key_of(source.path, seen.st_size, seen.st_mtime_ns)
