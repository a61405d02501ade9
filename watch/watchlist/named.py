"""Finds a list by what a person calls it: NAME or PATH of a file, or `team:NAME`, a shared one."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.disk.paths import Paths
from rushes.watch.team_faults import StoreUnusable
from rushes.watch.watchlist.editing import EditedList
from rushes.watch.watchlist.file import (
    LOCK_SECONDS,
    BadName,
    WatchlistFile,
    is_name,
    name_of,
    path_for,
)

if TYPE_CHECKING:
    from rushes.watch.config.store import StoreSettings
    from rushes.watch.watchlist.team import Team
    from rushes.watch.watchlist.undo_log import UndoLog

SHARED = "team:"
"""How what a shared list is called begins."""

OpenTeam = Callable[[], "Team"]
"""Opens the shared store, which is asked for only where a shared list is; raises StoreUnusable."""


def team_of(settings: "StoreSettings", paths: Paths, environ: Mapping[str, str]) -> OpenTeam:
    """What opens the store of these settings, once; nothing of it is loaded before."""

    @cache
    def opened() -> "Team":
        if settings.url is None:
            raise StoreUnusable(_("config.toml names no [store] url"), hint=_("see docs/team.md"))
        from importlib.util import find_spec

        if find_spec("psycopg") is None:
            raise StoreUnusable(
                _("a shared store takes the extra postgres"), hint="pip install 'rushes[postgres]'"
            )
        from rushes.watch.watchlist.team import Team

        return Team(settings, paths, environ)

    return opened


def shared_name(called: str) -> str | None:
    """The name of a shared list within its store; None for that of a file. Raises BadName."""
    if not called.startswith(SHARED):
        return None
    name = called.removeprefix(SHARED)
    if not is_name(name):
        raise BadName(
            _("{name!r} is no name for a watchlist: letters, digits, blanks within, - . _").format(
                name=clean(name, 80)
            )
        )
    return name


def list_called(
    called: str,
    paths: Paths,
    team: OpenTeam,
    *,
    undo: "Callable[[], UndoLog] | None" = None,
    lock_seconds: float = LOCK_SECONDS,
    windowed: bool = False,
) -> EditedList:
    """The list, which need not be there; raises BadName, and what `team` does.

    Of a shared list that is `windowed` only what is open, not saved or new is read.
    """
    name = shared_name(called)
    if name is not None:
        return team().open(name, undo, windowed=windowed)
    return WatchlistFile(
        path_for(called, paths), lock_seconds, trusted=paths.trusted, cache=paths.cache, undo=undo
    )


def title_of(called: str, paths: Paths) -> str:
    """What the list is called on screen; raises BadName."""
    name = shared_name(called)
    return f"{SHARED}{name}" if name is not None else name_of(path_for(called, paths), paths)
