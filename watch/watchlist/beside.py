"""The watchlists that are watched beside the open one: read again when they change, never edited.

`rushes watch` has several lists; the dashboard has one.
"""

from collections.abc import Iterator
from pathlib import Path

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.watch.disk.paths import Paths
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.editing import EditedList
from rushes.watch.watchlist.entries import BadWatchlist
from rushes.watch.watchlist.file import list_names
from rushes.watch.watchlist.named import OpenTeam, list_called


@frozen
class Beside:
    """Which lists are watched beside the open one: these, or all of the home, also later ones."""

    names: tuple[str, ...] = ()
    all_of_home: bool = False

    def __bool__(self) -> bool:
        return bool(self.names) or self.all_of_home


NONE_BESIDE = Beside()


class ListsBeside:
    """The entries of these lists; of one that cannot be read, or is gone, those that it had."""

    def __init__(self, which: Beside, opened: str, paths: Paths, team: OpenTeam) -> None:
        """Read nothing yet; raises BadName. `opened` is the name of the list that is open."""
        self._which = which
        self._opened = opened
        self._paths = paths
        self._team = team
        self._files: dict[str, EditedList] = {name: self._at(name) for name in which.names}
        self._read: dict[str, tuple[Entry, ...]] = {}
        self._troubles: dict[str, str] = {}

    @property
    def entries(self) -> Iterator[Entry]:
        """Every entry, list by list; one that is in two of them comes twice."""
        return (entry for read in self._read.values() for entry in read)

    def path_of(self, ref: Ref) -> Path | None:
        """The file of the first of these lists that a task is on; None for none of them."""
        names = (name for name, read in self._read.items() if any(it.ref == ref for it in read))
        name = next(names, None)
        return None if name is None else self._files[name].path

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with lists at the moment, a sentence each."""
        return tuple(self._troubles.values())

    def close(self) -> None:
        """Let go of what the lists are read by."""
        for file in self._files.values():
            file.close()

    def reload(self) -> bool:
        """Read what changed since the last call; whether anything did. Blocks, raises nothing."""
        if self._which.all_of_home:
            for name in list_names(self._paths):
                if name != self._opened and name not in self._files:
                    self._files[name] = self._at(name)
        changed = [name for name, file in self._files.items() if self._reload(name, file)]
        return bool(changed)

    # Other dicts each time: both are read while this is at work on a thread.
    def _reload(self, name: str, file: EditedList) -> bool:
        try:
            found = file.reload_if_changed()
        except RushesError as error:
            said = _gone(file) if isinstance(error, BadWatchlist) else ""
            self._troubles = {**self._troubles, name: said or str(error)}
            return False
        if found is None:
            return False
        self._troubles = {of: text for of, text in self._troubles.items() if of != name}
        self._read = {**self._read, name: found.entries}
        return True

    def _at(self, name: str) -> EditedList:
        return list_called(name, self._paths, self._team, windowed=True)


def _gone(file: EditedList) -> str:
    """That a list is not there any more; empty where it is."""
    if file.path.exists():
        return ""
    return str(
        BadWatchlist(file.path, _("the file is gone; what it held is watched until a restart"))
    )
