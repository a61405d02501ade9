"""Keeps posters in a folder of the state, those that were used last, so that each is made once.

A file is a JPEG. What else is known of a poster stands in the JPEG's first comment, with a checksum
of all that follows: what is torn, foreign or of another version is as if it were not there.
"""

import contextlib
import errno
import os
import re
import time
import zlib
from hashlib import sha256
from pathlib import Path
from typing import TypeGuard

from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.cache_file import read_cache, replace_cache
from rushes.watch.disk.descriptors import free_bytes
from rushes.watch.disk.ownership import TrustedOwners, WrittenByOthers, check_ownership
from rushes.watch.disk.paths import private_dir
from rushes.watch.disk.tomlfile import BadFile
from rushes.watch.posters.messages import (
    ANSWER,
    LARGEST,
    BadAnswer,
    Made,
    read_answer,
    write_answer,
)
from rushes.watch.posters.poster import Poster, PosterReason, PosterState

MOST = 4096
"""Posters that are kept."""

BYTES = 64 << 20
"""Bytes of them together."""

SPARE = 64 << 20
"""Bytes that stay free on the disk: they are left to what is fetched."""

LOOK_EVERY = 64
"""Posters that are written before the folder is looked through again."""

_USED_WITHIN = 86_400.0
"""Seconds for which the mark of a file's last use is good enough: it spares writing."""

_START = b"\xff\xd8"
_NOTE = b"rushes1"
_CHECKSUM = 4
_LENGTH = 2 + len(_NOTE) + _CHECKSUM + ANSWER.size
_HEAD = _START + b"\xff\xfe" + _LENGTH.to_bytes(2) + _NOTE
_BEHIND = len(_HEAD) + _CHECKSUM
_DIGEST = re.compile("[0-9a-f]{64}")


def key_of(path: Path, size: int, mtime_ns: int) -> str:
    """The name of the poster of a file whose digest nobody knows."""
    said = f"{path}\0{size}\0{mtime_ns}".encode(errors="surrogateescape")
    return sha256(said).hexdigest()


def is_key(text: str | None) -> TypeGuard[str]:
    """Whether a poster may be called that: a digest as we write it."""
    return text is not None and _DIGEST.fullmatch(text) is not None


class PosterCache:
    """The posters in one folder. Every method blocks."""

    def __init__(self, folder: Path, trusted: TrustedOwners) -> None:
        """`trusted` are those who may have written there beside us."""
        self._folder = folder
        self._trusted = trusted
        self._written = 0

    def refusal(self) -> PosterReason | None:
        """Why nothing can be kept there; None where it can. Makes the folder, 0700."""
        try:
            if self._folder.parent.stat().st_uid != os.geteuid():
                return PosterReason.NO_ROOM  # somebody else's home, which root may be in
            private_dir(self._folder, durable=False)
            check_ownership(self._path("any"), self._trusted)
        except WrittenByOthers:
            return PosterReason.UNTRUSTED
        except (OSError, SaveFailed, BadFile):
            return PosterReason.NO_ROOM
        return None

    def find(self, key: str) -> Poster | None:
        """The poster of that name; None where there is none that is whole, and ours alone."""
        path = self._path(key)
        data = read_cache(path, _BEHIND + ANSWER.size + LARGEST)
        made = _unpacked(data) if data is not None else None
        if made is None:
            return None
        with contextlib.suppress(OSError):
            if time.time() - path.stat().st_mtime > _USED_WITHIN:
                os.utime(path)
        return _ready(path, made)

    def keep(self, key: str, made: Made) -> Poster:
        """Write a poster down, and forget those that were used longest ago; raises OSError."""
        if free_bytes(self._folder) < SPARE:
            raise OSError(errno.ENOSPC, "no space left")
        path = self._path(key)
        replace_cache(path, _packed(made))
        if self._written % LOOK_EVERY == 0:
            self._tidy()
        self._written += 1
        return _ready(path, made)

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.jpg"

    def _tidy(self) -> None:
        """Remove what is over MOST and BYTES; what a killed process left is among it one day."""
        found = [(file, file.lstat()) for file in self._folder.iterdir()]
        found.sort(key=lambda pair: pair[1].st_mtime_ns, reverse=True)
        kept = 0
        for place, (file, seen) in enumerate(found):
            kept += seen.st_size
            if place >= MOST or kept > BYTES:
                with contextlib.suppress(OSError):
                    file.unlink()


def _ready(path: Path, made: Made) -> Poster:
    return Poster(
        state=PosterState.READY,
        path=path,
        width=made.width,
        height=made.height,
        media=made.media,
    )


def _packed(made: Made) -> bytes:
    """The JPEG with what else is known of it in its first comment."""
    answer = write_answer(made)
    said = answer[: ANSWER.size] + made.jpeg[len(_START) :]
    return _HEAD + zlib.crc32(said).to_bytes(_CHECKSUM) + said


def _unpacked(data: bytes) -> Made | None:
    """What was kept; None where it is not as we wrote it."""
    checksum, said = data[len(_HEAD) : _BEHIND], data[_BEHIND:]
    if not data.startswith(_HEAD) or int.from_bytes(checksum) != zlib.crc32(said):
        return None
    try:
        made = read_answer(said[: ANSWER.size], _START + said[ANSWER.size :])
    except BadAnswer:
        return None
    return made if isinstance(made, Made) else None
