"""A watchlist's file, edited without loss while other programs and people edit it too (R7)."""

import contextlib
import os
import re
import threading
from collections.abc import Callable, Collection, Generator
from pathlib import Path
from typing import TYPE_CHECKING

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.disk.atomic import SaveFailed, plain_words, sweep
from rushes.watch.disk.locks import HeldElsewhere, held
from rushes.watch.disk.ownership import OURS, TrustedOwners
from rushes.watch.disk.paths import NoHome, Paths, expanded, private_dir
from rushes.watch.disk.tomlfile import FileBytes, Stamp
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.editing import EditedList
from rushes.watch.watchlist.entries import BadWatchlist, Edit, Watchlist
from rushes.watch.watchlist.entries_cache import EntriesCache, mark_of
from rushes.watch.watchlist.saved import read, save

if TYPE_CHECKING:
    from rushes.watch.watchlist.undo_log import UndoLog

LOCK_SECONDS = 5.0
"""Seconds to wait for another program's save; one takes milliseconds."""


class BadName(RushesError):
    """A text is no valid name or path of a watchlist."""

    code = ErrorCode.BAD_NAME


class WatchlistFile(EditedList):
    """One file: edits the content that is there now, and remembers the one that it read last.

    Blocking (a list of 10,000 takes about half a second where it has changed) and safe to call from
    several threads.
    """

    def __init__(
        self,
        path: Path,
        lock_seconds: float = LOCK_SECONDS,
        *,
        trusted: TrustedOwners = OURS,
        cache: Path | None = None,
        undo: "Callable[[], UndoLog] | None" = None,
    ) -> None:
        """`cache` is the folder in which the entries are kept to be read faster.

        `undo` opens the log of edits; without it none can be taken back.
        """
        super().__init__(path, undo)
        self._cache = EntriesCache(cache) if cache is not None else None
        self._trusted = trusted
        self._lock_seconds = lock_seconds
        self._patience = lock_seconds
        self._stamp: Stamp | None = None
        self._turn = threading.Lock()

    @property
    def is_there(self) -> bool:
        """Whether there is such a file."""
        return self.path.exists()

    def close(self) -> None:
        """Nothing is held between two calls."""

    def look(self) -> Contents:
        """As `read`, for one that needs only some of the entries; raises BadWatchlist."""
        with self._turn:
            return self._load()

    def reload_if_changed(self) -> Watchlist | None:
        """The list if others changed it since it was read, else None; raises BadWatchlist.

        A content that cannot be read raises once; then None is returned until the file changes
        again. A missing file does the same: it is more likely an accident than a wish, and the next
        edit restores it.
        """
        with self._turn:
            now = self._stamp_now()
            if now == self._stamp:
                return None
            self._stamp = now
            if now is None:
                raise BadWatchlist(self.path, _("the file is gone; the next edit here restores it"))
            return self._load().watchlist

    def forget(self) -> None:
        """Have the next `reload_if_changed` return the list even if it has not changed."""
        with self._turn:
            self._stamp = None

    # -- inside -------------------------------------------------------------------------------

    def _target(self) -> Path:
        """The file itself, where the path is a link."""
        return Path(os.path.realpath(self.path))

    def _load(self) -> Contents:
        self._seen, self._stamp = self._read(self.path)
        return self._seen

    def _read(self, path: Path) -> tuple[Contents, Stamp | None]:
        return read(path, self._trusted, self._cache, self._seen)

    def _edit(
        self,
        refs: Collection[Ref] | None,
        change: Callable[[Watchlist], Watchlist],
        edit: Edit | None = None,
        known: tuple[Entry, ...] = (),
        saved: Callable[[], object] | None = None,
        step: str | None = None,
    ) -> Watchlist:
        target = self._target()
        private_dir(target.parent)
        with self._turn, self._lock(target):
            now, stamp = self._read(target)
            # An editor takes no lock: what it wrote while we were reading is read, too.
            while stamp != self._stamp_now():
                now, stamp = self._read(target)
            lost = stamp is None and bool(self._seen.watchlist.entries)
            before = (self._seen if lost else now).watchlist
            after = change(before)
            self._note(before, after, edit, known, step)
            if after != now.watchlist:
                sweep(target)
                now = self._saved(target, after)
            if saved is not None:
                saved()
            # What others wrote meanwhile is left for reload_if_changed to tell, too.
            if stamp == self._stamp:
                self._stamp = self._stamp_now()
            self._seen = now
            return after

    def _saved(self, target: Path, after: Watchlist) -> Contents:
        """Write the list, and keep its entries for the next that reads it."""
        body = save(target, after)
        seen = target.stat()
        mark = mark_of(FileBytes(body, Stamp.of(seen), seen.st_mode, seen.st_uid))
        if self._cache is not None:
            self._cache.keep(target, mark, after)
        return Contents(after, mark)

    @contextlib.contextmanager
    def _lock(self, target: Path) -> Generator[None]:
        """Hold the lock; after waiting in vain, do not wait again until it has been free once."""
        patience, self._patience = self._patience, 0.0
        with _locked(target, patience):
            self._patience = self._lock_seconds
            yield

    def _stamp_now(self) -> Stamp | None:
        try:
            return Stamp.of(self.path.stat())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise BadWatchlist(self.path, plain_words(error)) from None


@contextlib.contextmanager
def _locked(target: Path, patience: float) -> Generator[None]:
    """Hold the lock beside `target`; raises SaveFailed where another program keeps it."""
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(held(target.with_name(f".{target.stem}.lock"), patience))
        except HeldElsewhere:
            raise SaveFailed(target, _("another program has it locked")) from None
        except OSError as error:
            raise SaveFailed.because(target, error) from error
        yield


def path_for(name: str, paths: Paths) -> Path:
    """The file of a watchlist by NAME or PATH (a separator or `.toml` makes a path).

    Raises BadName.
    """
    if "/" in name or name.endswith(".toml"):
        try:
            return expanded(name)
        except NoHome:
            raise BadName(
                _("{name!r}: there is no such home directory").format(name=clean(name, 80))
            ) from None
    if not is_name(name):
        raise BadName(
            _("{name!r} is no name for a watchlist: letters, digits, blanks within, - . _").format(
                name=clean(name, 80)
            )
        )
    return paths.watchlists / f"{name}.toml"


def name_of(path: Path, paths: Paths) -> str:
    """What to call the watchlist at `path`: its NAME in the home, else the path."""
    if path.parent == paths.watchlists and path.suffix == ".toml" and is_name(path.stem):
        return path.stem
    return clean(str(path))


def list_names(paths: Paths) -> list[str]:
    """The names of the home's watchlists, sorted; files that only a path can name are left out."""
    return sorted(path.stem for path in list_files(paths) if is_name(path.stem))


def list_files(paths: Paths) -> list[Path]:
    """The files of the home's watchlists; none where the folder is missing."""
    found = paths.watchlists.glob("*.toml")
    return [path for path in found if path.is_file() and not path.name.startswith(".")]


def is_name(text: str) -> bool:
    """Whether a list can have that name."""
    return bool(re.fullmatch(r"[\w][\w .-]{0,99}", text)) and clean(text) == text
