"""Seeing what is left of the promises of a process that was killed in the middle of a save.

The victim is `killed_process.py`. What it acknowledged has to be found afterwards; what it had
only begun may be found or not; nothing else may.
"""

import asyncio
import sqlite3
import stat
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from film_fetch import fetch_film, is_noted, settle_film
from film_server import film_of

from rushes.watch.disk.paths import Paths
from rushes.watch.history.store import History
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.entries import BadWatchlist
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import load

ADDED = datetime(2026, 11, 22, tzinfo=UTC)
_KEPT_STEPS = ("add", "label", "remove", "poll", "finish")


@dataclass(frozen=True)
class Kept:
    """What a home holds: labels of the watched ids, and polls by id."""

    labels: dict[str, str] = field(default_factory=dict[str, str])
    polls: dict[str, int] = field(default_factory=dict[str, int])

    def after(self, step: dict[str, Any]) -> "Kept":
        """The same once a step was taken."""
        name, task_id = cast("str", step["step"]), cast("str", step["id"])
        if name == "remove":
            left = {k: v for k, v in self.labels.items() if k != task_id}
            return replace(self, labels=left)
        if name in ("add", "label"):
            return replace(self, labels={**self.labels, task_id: step["label"]})
        return replace(self, polls={**self.polls, task_id: step["polls"]})

    def of(self, prefix: str) -> "Kept":
        """The part that one of several victims answers for."""
        return Kept(
            {k: v for k, v in self.labels.items() if k.startswith(f"{prefix}-")},
            {k: v for k, v in self.polls.items() if k.startswith(f"{prefix}-")},
        )


@dataclass(frozen=True)
class LastWords:
    """What a victim said before it died."""

    lines: Sequence[dict[str, Any]]

    @property
    def hit_a_save(self) -> bool:
        """Whether it died between the first and the last byte of a save."""
        marks = [line["is"] for line in self.lines if line["is"] in ("saving", "saved", "failed")]
        return bool(marks) and marks[-1] == "saving"

    @property
    def hit_a_download(self) -> bool:
        """Whether it died while something was fetched."""
        return bool(self.lines) and (
            (self.lines[-1]["is"], self.lines[-1].get("step")) == ("begun", "download")
        )

    @property
    def recovered(self) -> list[float]:
        """The seconds it took to take up what an earlier life had left; none if it did not."""
        return [line["recovered"] for line in self.lines if line["is"] == "ready"]

    @property
    def failures(self) -> list[str]:
        """The saves that it reported as failed."""
        return [line["why"] for line in self.lines if line["is"] == "failed"]

    @property
    def downloaded(self) -> set[str]:
        """The ids whose download was acknowledged."""
        return self._downloads("done")

    @property
    def tried(self) -> frozenset[str]:
        """The ids whose download was begun and not acknowledged."""
        return frozenset(self._downloads("begun") - self.downloaded)

    def _downloads(self, what: str) -> set[str]:
        mine = (line for line in self.lines if line.get("step") == "download")
        return {line["id"] for line in mine if line["is"] == what}

    def possible(self, before: Kept) -> list[Kept]:
        """What may be found: everything acknowledged, and what was in doubt or not."""
        states = [before]
        begun: dict[str, Any] | None = None
        for line in self.lines:
            if line.get("step") not in _KEPT_STEPS:
                continue
            if line["is"] == "begun":
                begun = line
            elif line["is"] == "done":
                states, begun = [state.after(line) for state in states], None
            elif line["is"] == "failed":
                # The name may have been given before its folder could not be synced.
                states, begun = [*states, *(state.after(line) for state in states)], None
        return states if begun is None else [*states, *(state.after(begun) for state in states)]


def found(home: Path) -> Kept:
    """What the home holds; raises BadWatchlist where the list is broken."""
    paths = Paths.under(home)
    labels = {e.ref.id: e.label for e in load(paths.watchlists / "default.toml").entries}
    polls: dict[str, int] = {}
    if paths.history.exists():
        for ref, count in _rows(paths.history, "SELECT ref, polls FROM task"):
            polls[str(ref).partition(":")[2]] = int(str(count))
    return Kept(labels, polls)


def wrongs(home: Path, possible: Sequence[Kept], prefix: str) -> Iterator[str]:
    """What is wrong with a home after a kill: "broken: …", "lost: …" or "loose: …"."""
    paths = Paths.under(home)
    watchlist = paths.watchlists / "default.toml"
    for path in (watchlist, watchlist.with_name("default.toml.bak")):
        try:
            load(path)
        except BadWatchlist as error:
            yield f"broken: {error}"
            return
    if paths.history.exists():
        (verdict,) = _rows(paths.history, "PRAGMA integrity_check")
        if verdict != ("ok",):
            yield f"broken: {verdict}"
            return
    there = found(home).of(prefix)
    if there not in possible:
        yield f"lost: {there} is none of {possible}"
    yield from _wrong_files(paths)
    yield from _wrong_log(paths.log)
    yield from loose(home)


def missing(home: Path, words: LastWords) -> Iterator[str]:
    """The downloads that were acknowledged and are not there."""
    folder = Paths.under(home).downloads
    for task_id in words.downloaded:
        if not list(folder.glob(f"*/{task_id}/*.mp4.json")):
            yield f"lost: {task_id} was saved"


@dataclass(frozen=True)
class Recovery:
    """The next ordinary run on a home: what was `tried` to no known end is downloaded again.

    `mp4_files` is the URL of their server.
    """

    home: Path
    films: str
    tried: frozenset[str] = frozenset()

    def wrongs(self) -> Iterator[str]:
        """What is wrong after it: it must mend everything, and a second one change nothing."""
        self._run(self.tried)
        if "after-0" not in found(self.home).labels:
            yield "lost: what was added afterwards"
        for path in self.home.rglob("*"):
            if ".part" in path.name or path.name.endswith((".tmp", ".tmp.bak", ".new")):
                yield f"left behind: {path.name}"
        yield from _wrong_files(Paths.under(self.home))
        yield from _second_copies(Paths.under(self.home))
        once = _contents(self.home)
        self._run()
        if _contents(self.home) != once:
            yield "unsettled: a second recovery changed something"

    def _run(self, tried: Iterable[str] = ()) -> None:
        paths = Paths.under(self.home)
        entry = Entry(ref=Ref("hiapi", "after-0"), added=ADDED)
        WatchlistFile(paths.watchlists / "default.toml").add([entry])
        asyncio.run(_reopened(paths.history, entry))
        for task_id in sorted(tried):
            task = Task(entry=Entry(ref=Ref("hiapi", task_id), added=ADDED))
            if not is_noted(paths.downloads, task.ref):  # a later life may have had it
                fetch_film(paths.downloads, self.films, task)
        for folder in paths.downloads.glob("hiapi/*/"):
            settle_film(paths.downloads, Ref("hiapi", folder.name))


async def _reopened(path: Path, entry: Entry) -> None:
    history = History(path)
    await history.load([entry])
    await history.close()


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    db = sqlite3.connect(path)
    try:
        known = db.execute("SELECT name FROM sqlite_master WHERE name = 'task'").fetchone()
        return db.execute(sql).fetchall() if known or sql.startswith("PRAGMA") else []
    finally:
        db.close()


def _contents(home: Path) -> dict[str, bytes | list[str]]:
    """Every file's bytes, and the database's rows: how those lie in its file is SQLite's affair."""
    paths = Paths.under(home)
    db = sqlite3.connect(paths.history)
    try:
        held: dict[str, bytes | list[str]] = {"history": list(db.iterdump())}
    finally:
        db.close()
    for path in home.rglob("*"):
        if path.is_file() and not path.name.startswith(paths.history.name):
            held[str(path)] = path.read_bytes()
    return held


def _wrong_files(paths: Paths) -> Iterator[str]:
    for path in paths.downloads.rglob("*.mp4"):
        if path.read_bytes() != film_of(path.parent.name):
            yield f"broken: {path.name} is not its film"
    for part in paths.downloads.rglob("*[!r].part"):
        size = part.stat().st_size
        if size and part.stat().st_nlink == 1 and not Path(f"{part}.json").exists():
            yield f"broken: {part.name} has {size} bytes and no side file"


def _second_copies(paths: Paths) -> Iterator[str]:
    """Each task has one film, however often its download was killed."""
    for folder in paths.downloads.glob("*/*/"):
        for name in sorted(path.name for path in folder.iterdir())[2:]:
            yield f"left behind: {name}"


def _wrong_log(log: Path) -> Iterator[str]:
    """All lines of a log are whole but the last, which a kill may have cut."""
    for path in (log, log.with_name(f"{log.name}.1")):
        lines = path.read_text().split("\n")[:-1] if path.exists() else []
        if not all(line.endswith(" end") for line in lines):
            yield f"broken: a line of {path.name}"


def loose(home: Path) -> Iterator[str]:
    """The files and folders that others may read or write."""
    for path in home.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield f"loose: {path.name} {mode:o}"
