"""Killing a process in the middle of a save, and seeing what is left of its promises.

The victim is `tests/crash/victim.py`. What it acknowledged has to be found afterwards; what it had
only begun may be found or not; nothing else may.
"""

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from watch.history import History
from watch.paths import Paths
from watch.task import Entry, Ref
from watch.watchfile import WatchlistFile
from watch.watchlist import BadWatchlist, load

VICTIM = Path(__file__).parent.parent / "crash" / "victim.py"


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
    def failures(self) -> list[str]:
        """The saves that it reported as failed."""
        return [line["why"] for line in self.lines if line["is"] == "failed"]

    def possible(self, before: Kept) -> list[Kept]:
        """What may be found: everything acknowledged, and what was in doubt or not."""
        states = [before]
        begun: dict[str, Any] | None = None
        for line in self.lines:
            if line["is"] == "begun":
                begun = line
            elif line["is"] == "done":
                states, begun = [state.after(line) for state in states], None
            elif line["is"] == "failed":
                # The name may have been given before its folder could not be synced.
                states, begun = [*states, *(state.after(line) for state in states)], None
        return states if begun is None else [*states, *(state.after(begun) for state in states)]


def start(home: Path, seed: int, *options: str) -> subprocess.Popen[bytes]:
    """A victim under way."""
    return subprocess.Popen(
        [sys.executable, str(VICTIM), str(home), str(seed), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,  # what a buffer had read ahead `communicate` would not see
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )


def wait_until_ready(victim: subprocess.Popen[bytes]) -> list[dict[str, Any]]:
    """What it says until it is ready for its script; raises AssertionError if it never is."""
    assert victim.stdout is not None
    said: list[dict[str, Any]] = []
    for line in victim.stdout:
        said.append(json.loads(line))
        if said[-1]["is"] == "ready":
            return said
    assert victim.stderr is not None
    raise AssertionError(victim.stderr.read().decode())


def bury(victim: subprocess.Popen[bytes], before: Sequence[dict[str, Any]] = ()) -> LastWords:
    """Everything it said, once it is dead."""
    out, err = victim.communicate(timeout=20)
    assert b"Traceback" not in err, err.decode()
    return LastWords([*before, *(json.loads(line) for line in out.splitlines())])


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
    yield from _loose(home)


def recovery(home: Path) -> Iterator[str]:
    """What is still wrong after the next ordinary run: one more task added and remembered."""
    paths = Paths.under(home)
    entry = Entry(ref=Ref("hiapi", "after-0"), added=datetime.now(UTC))
    WatchlistFile(paths.watchlists / "default.toml").add([entry])
    asyncio.run(_reopened(paths.history, entry))
    if "after-0" not in found(home).labels:
        yield "lost: what was added afterwards"
    for path in paths.watchlists.iterdir():
        if path.name.endswith((".tmp", ".tmp.bak")):
            yield f"left behind: {path.name}"


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


def _loose(home: Path) -> Iterator[str]:
    for path in home.rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode & 0o077:
            yield f"loose: {path.name} {mode:o}"
