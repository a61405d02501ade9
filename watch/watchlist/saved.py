"""A watchlist's file, read and written (interface.md, "Files").

`file.py` has the edits of a file that several programs share.
"""

from datetime import UTC, datetime
from pathlib import Path

from rushes.providers.language import _
from rushes.watch.disk.atomic import SaveFailed, atomic_write
from rushes.watch.disk.ownership import OURS, TrustedOwners, check_ownership
from rushes.watch.disk.tomlfile import BadFile, FileBytes, Stamp, decoded, read_bytes
from rushes.watch.watchlist.contents import Contents
from rushes.watch.watchlist.entries import BadWatchlist, Watchlist
from rushes.watch.watchlist.entries_cache import EntriesCache, mark_of

SIZE_LIMIT = 64 << 20
"""Bytes of a watchlist that are read at most (S5)."""


def load(path: Path, trusted: TrustedOwners = OURS) -> Watchlist:
    """The watchlist at `path`, an empty one where there is no file.

    Raises BadWatchlist, also where an owner who is not `trusted`, or others, could have written it.
    """
    return read(path, trusted)[0].watchlist


def read(
    path: Path,
    trusted: TrustedOwners = OURS,
    cache: EntriesCache | None = None,
    known: Contents | None = None,
) -> tuple[Contents, Stamp | None]:
    """What the file at `path` holds, with its stamp, None where there is no file.

    It is taken from what is `known` or from the cache where these are of the same bytes, and is
    kept in the cache. Raises BadWatchlist.
    """
    try:
        file = read_bytes(path, SIZE_LIMIT)
        exposed = check_ownership(path, trusted)
        if file is None:
            if cache is not None:
                cache.drop(path)
            return Contents(Watchlist()), None
        mark = mark_of(file)
        if known is not None and known.mark == mark:
            return known, file.stamp
        kept = cache.find(path, mark) if cache is not None else None
        if kept is not None:
            return Contents(kept, mark, exposed=exposed), file.stamp
        watchlist = _parsed(path, file)
    except BadFile as error:
        raise BadWatchlist(error.path, error.reason, error.line, error.column) from None
    if cache is not None:
        cache.keep(path, mark, watchlist)
    return Contents(watchlist, mark, exposed=exposed), file.stamp


def save(path: Path, watchlist: Watchlist) -> bytes:
    """Write the watchlist in one step; returns what was written.

    Raises SaveFailed, the old file then being whole. An edit of a list that other programs may edit
    too goes through `WatchlistFile`.
    """
    from rushes.watch.watchlist.document import dumps

    data = dumps(watchlist).encode()
    if len(data) > SIZE_LIMIT:
        raise SaveFailed(
            path, _("a watchlist has at most {size_limit} bytes").format(size_limit=SIZE_LIMIT)
        )
    atomic_write(path, data)
    return data


def _parsed(path: Path, file: FileBytes) -> Watchlist:
    # What reads and writes TOML is not loaded where the cache has it.
    from rushes.watch.watchlist.document import loads

    written_at = datetime.fromtimestamp(file.stamp.mtime_ns // 10**9, UTC)
    return loads(path, decoded(path, file.body), written_at)
