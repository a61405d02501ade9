"""What a home holds after a command, and what of it is wrong."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from crash_checks import loose

from rushes.watch.disk.paths import Paths
from rushes.watch.watchlist.entries import BadWatchlist
from rushes.watch.watchlist.saved import load

_LEFT = (".tmp", ".tmp.bak", ".new", ".part", ".part.json", ".d")
"""How the names of files end that are nobody's once a command has gone well."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a home holds, all by task id: labels, statuses, numbers of polls, saved files."""

    labels: dict[str, str]
    statuses: dict[str, str] = field(default_factory=dict[str, str])
    polls: dict[str, int] = field(default_factory=dict[str, int])
    saved: dict[str, list[str]] = field(default_factory=dict[str, list[str]])


def kept(home: Path) -> Kept:
    """What the home holds; raises BadWatchlist, and sqlite3.Error where the history is broken."""
    paths = Paths.under(home)
    there = Kept({e.ref.id: e.label for e in load(paths.watchlists / "default.toml").entries})
    for ref, status, polls in _rows(paths.history, "SELECT ref, status, polls FROM task"):
        task_id = _id(ref)
        there.statuses[task_id], there.polls[task_id] = str(status), cast("int", polls)
    done = "SELECT ref, path FROM download WHERE state = 'downloaded'"
    for ref, path in _rows(paths.history, done):
        there.saved.setdefault(_id(ref), []).append(str(path))
    return there


def final_files(home: Path) -> list[Path]:
    """The files in the download folder that are not parts, whole or not."""
    found = Paths.under(home).downloads.rglob("*")
    return sorted(path for path in found if path.is_file() and ".part" not in path.name)


def wrongs(home: Path, film: bytes) -> Iterator[str]:
    """What is wrong with a home after whatever happened: "broken: …" or "loose: …".

    `film` is what every file in its download folder has to be.
    """
    paths = Paths.under(home)
    try:
        kept(home)
    except (BadWatchlist, sqlite3.Error) as error:
        yield f"broken: {error}"
        return
    for (verdict,) in _rows(paths.history, "PRAGMA integrity_check"):
        if verdict != "ok":
            yield f"broken: {verdict}"
    for path in final_files(home):
        if path.read_bytes() != film:
            yield f"broken: {path.name} of {path.stat().st_size} bytes is not the film"
    yield from loose(home)


def unsettled(home: Path) -> Iterator[str]:
    """What is wrong with it after a run that went well: "left: …", "twice: …" or "unnoted: …"."""
    for path in home.rglob("*"):
        if path.name.endswith(_LEFT) or path.name.startswith(".probe"):
            yield f"left: {path.name}"
    files = final_files(home)
    for folder in {path.parent for path in files}:
        several = [path.name for path in files if path.parent == folder]
        if len(several) > 1:
            yield f"twice: {' '.join(several)}"
    noted = [path for paths in kept(home).saved.values() for path in paths]
    for path in files:
        if str(path) not in noted:
            yield f"unnoted: {path.name}"


def _id(ref: object) -> str:
    return str(ref).partition(":")[2]


def _rows(history: Path, sql: str) -> list[tuple[object, ...]]:
    if not history.exists():
        return []
    with closing(sqlite3.connect(history)) as db:
        known = db.execute("SELECT name FROM sqlite_master WHERE name = 'download'").fetchone()
        return db.execute(sql).fetchall() if known or sql.startswith("PRAGMA") else []
