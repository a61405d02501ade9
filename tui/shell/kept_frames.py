"""Keeps the last frames of the dashboard in the state folder: a few, private, and none for long.

A frame is only ever shown again, so it waits for no disk: one that a power cut tore is not painted.
"""

import contextlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from rushes.tui.shell.frame_file import (
    FOLDER,
    LARGEST,
    OLDEST,
    face_of,
    list_file_of,
    list_key,
    list_prefix,
    name_of,
    packed,
)
from rushes.watch.disk.atomic import SaveFailed
from rushes.watch.disk.descriptors import write_all
from rushes.watch.disk.paths import Paths, private_dir

MOST = 16
"""Frames that are kept, the newest: of some lists in some sizes."""

_SETTLED = 60.0
"""Seconds after which an unfinished file is one that a killed process left."""


class KeptFrames:
    """The frames of one home, for the environment that they are drawn in."""

    def __init__(
        self, paths: Paths, environ: Mapping[str, str], now: Callable[[], float] = time.time
    ) -> None:
        """`now` is the time in seconds since 1970."""
        self._paths = paths
        self._environ = environ
        self._now = now
        self._folder = paths.history.parent / FOLDER

    def keep(self, watchlist: Path, columns: int, rows: Sequence[str]) -> None:
        """Keep the rows as the last frame of a list; blocks. What cannot be saved is left out."""
        face = face_of(self._key(watchlist), columns, len(rows), self._environ)
        config = str(self._paths.config.absolute())
        now = self._now()
        data = packed(face, str(watchlist.absolute()), config, int(now), rows)
        # The same name, so that no frame is left of what the screen does not show any more.
        file = self._folder / name_of(face)
        with contextlib.suppress(OSError, SaveFailed):
            if data and watchlist.exists():
                private_dir(self._folder, durable=False)
                _replace(file, data, now)
            else:
                file.unlink(missing_ok=True)
            self._prune(now)

    def forget(self, watchlist: Path) -> None:
        """Remove the frames of a list, as when a task was taken off it; blocks."""
        prefix = list_prefix(self._key(watchlist))
        for file in self._files():
            if file.name.startswith(prefix):
                _remove(file)

    def forget_all(self) -> None:
        """Remove every frame, as when they are in other colours; blocks."""
        for file in self._files():
            _remove(file)

    def _key(self, watchlist: Path) -> str:
        in_home = watchlist.parent == self._paths.watchlists
        return watchlist.stem if in_home else list_key(str(watchlist.absolute()))

    def _prune(self, now: float) -> None:
        """Remove what is too old or too much, and the frames of lists that are gone."""
        by_age: list[tuple[float, Path]] = []
        for file in self._files():
            with contextlib.suppress(OSError):
                made = file.stat().st_mtime
                limit = _SETTLED if file.name.startswith(".") else OLDEST
                if now - made > limit or not (file.name.startswith(".") or _is_of_a_list(file)):
                    _remove(file)
                else:
                    by_age.append((made, file))
        for _, file in sorted(by_age, reverse=True)[MOST:]:
            _remove(file)

    def _files(self) -> Iterator[Path]:
        with contextlib.suppress(OSError):
            yield from list(self._folder.iterdir())


def _is_of_a_list(file: Path) -> bool:
    with file.open("rb") as opened:
        return Path(list_file_of(opened.read(LARGEST))).is_file()


def _replace(file: Path, data: bytes, now: float) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".", dir=file.parent)
    try:
        try:
            write_all(descriptor, data)
            os.utime(descriptor, (now, now))
        finally:
            os.close(descriptor)
        Path(name).replace(file)
    except OSError:
        _remove(Path(name))
        raise


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
