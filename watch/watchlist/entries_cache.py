"""Keeps a watchlist's entries in a form that is read ten times faster than TOML.

The file says nothing that the TOML does not say, and counts only beside the very bytes that it was
made of: its first line is a digest of both. So a change of the TOML is seen whatever its size and
times are (a clock may tick too seldom to show it), and one of the cache costs nothing but speed.
"""

import hashlib
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from rushes.providers.fields import replace
from rushes.providers.frozen import frozen
from rushes.watch.disk.cache_file import drop_cache, read_cache, write_cache
from rushes.watch.disk.tomlfile import FileBytes, Toml
from rushes.watch.task import Entry, Ref
from rushes.watch.version import VERSION
from rushes.watch.watchlist.entries import Extra, Watchlist

LEAST = 100
"""Entries below which the TOML is read as fast."""

LIMIT = 64 << 20
"""Bytes of a cache file that are read at most."""

_AT_A_TIME = 64 << 10
"""Bytes, and what is left of a line, of which entries are made in one go."""

_FORMAT = 3
_MADE_BY = f"rushes entries {_FORMAT} {VERSION} {sys.hexversion}".encode()
"""What else the entries depend on: how we read TOML, and what Python takes for printable."""


def mark_of(file: FileBytes) -> bytes:
    """A digest of all that a watchlist is made of: its bytes, its time in seconds, and us."""
    seconds = file.stamp.mtime_ns // 10**9  # entries without a time were added then
    made = hashlib.sha256(b"%s\n%d\n" % (_MADE_BY, seconds))
    made.update(file.body)
    return made.digest()


class EntriesCache:
    """The folder of these files, one for each watchlist."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, path: Path, mark: bytes) -> "KeptEntries | None":
        """What was kept of the watchlist at `path` if it was of that mark, else None."""
        data = read_cache(self._of(path), LIMIT) or b""
        start = data.find(b"\n") + 1
        if data[: start - 1] != _seal(mark, memoryview(data)[start:]):
            return None
        refs = data.index(b"\n", start) + 1
        rows = data.index(b"\n", refs) + 1
        return KeptEntries(data[start:refs], data[refs:rows], data, rows)

    def keep(self, path: Path, mark: bytes, watchlist: Watchlist, least: int | None = None) -> None:
        """Keep what was read at `path`; few entries (`least`, else LEAST) are not worth it."""
        if len(watchlist.entries) < (LEAST if least is None else least):
            return
        try:
            rest = _written(watchlist)
        except RecursionError:
            return  # a foreign key that can be read, and nested too deep to be written
        if len(rest) < LIMIT:
            write_cache(self._of(path), b"%s\n%s" % (_seal(mark, rest), rest))

    def drop(self, path: Path) -> None:
        """Forget what was kept of a watchlist that is gone."""
        drop_cache(self._of(path))

    def _of(self, path: Path) -> Path:
        name = hashlib.sha256(os.fsencode(os.path.realpath(path))).hexdigest()[:32]
        return self._folder / f"{name}.entries"


@frozen
class KeptEntries:
    """The entries in a cache file: from `start` on it is a JSON list with a line for each of them.

    `refs` is a JSON list, too, of what identifies them. Who needs no more is spared a copy of that.
    """

    head: bytes
    refs: bytes
    data: bytes
    start: int

    def made(self) -> Watchlist:
        """The whole watchlist."""
        head = cast("dict[str, str]", json.loads(self.head))
        extra, task_extras = _unknown_keys(head["rest"])
        return Watchlist(
            entries=tuple(self.entries()),
            extra=extra,
            task_extras=task_extras,
            notes=tuple(head["notes"]),
        )

    def entries(self) -> Iterator[Entry]:
        """The entries in their order, made a few at a time."""
        start = self.data.index(b"\n", self.start) + 1
        last = self.data.rindex(b"\n]")
        while start < last:
            end = self.data.find(b"\n", min(start + _AT_A_TIME, last), last)
            end = end if end > 0 else last
            yield from map(_entry, json.loads(b"[%s]" % self.data[start:end].rstrip(b",")))
            start = end + 1

    def refs_as_json(self) -> str:
        """The refs of the entries, a JSON list."""
        return self.refs.decode()

    def beginning_with(self, text: str) -> tuple[Entry, ...]:
        """The entries whose ref, or id, begins with `text`, in their order."""
        # JSON writes each character by itself, so that what begins alike is written alike.
        start = json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "surrogatepass")
        rows = self.data[self.start :]
        lines = {at + 1 for at in _all(rows, b'\n["' + start)}
        lines |= {
            line
            for at in _all(rows, b":" + start)
            if rows.find(b":", line := rows.rfind(b"\n", 0, at) + 1, at) < 0
        }
        return tuple(_entry(json.loads(_line(rows, line))) for line in sorted(lines))


def _line(rows: bytes, start: int) -> bytes:
    return rows[start : rows.index(b"\n", start)].rstrip(b",")


def _seal(mark: bytes, rest: bytes | memoryview) -> bytes:
    made = hashlib.sha256(mark)
    made.update(rest)  # megabytes, which need not be copied for it
    return made.hexdigest().encode()


def _written(watchlist: Watchlist) -> bytes:
    head = {"notes": watchlist.notes, "rest": _rest(watchlist)}
    refs = json.dumps([str(entry.ref) for entry in watchlist.entries], ensure_ascii=False)
    rows = ",\n".join(map(_row, watchlist.entries))
    return f"{json.dumps(head)}\n{refs}\n[\n{rows}\n]\n".encode()


def _row(entry: Entry) -> str:
    row = (str(entry.ref), entry.added.isoformat(), entry.label, entry.tags)
    if entry.model or entry.prompt:  # few have either
        row = (*row, entry.model, entry.prompt)
    return json.dumps(row, ensure_ascii=False)


def _entry(row: list[Any]) -> Entry:
    ref, added, label, tags, *submitted = row
    provider, _, task_id = ref.partition(":")
    moment = datetime.fromisoformat(added)
    known = Entry(ref=Ref(provider, task_id), added=moment, label=label, tags=tuple(tags))
    if not submitted:
        return known
    model, prompt = submitted
    return replace(known, model=model, prompt=prompt)


def _all(text: bytes, part: bytes) -> Iterator[int]:
    """Where `part` begins in `text`."""
    at = text.find(part)
    while at >= 0:
        yield at
        at = text.find(part, at + 1)


def _rest(watchlist: Watchlist) -> str:
    """The keys that Rushes does not know, as TOML: few lists have any."""
    if not watchlist.extra and not watchlist.task_extras:
        return ""
    import tomli_w

    tasks = {str(ref): extra for ref, extra in watchlist.task_extras.items()}
    return tomli_w.dumps({"list": watchlist.extra, "tasks": tasks})


def _unknown_keys(text: str) -> tuple[Extra, dict[Ref, Extra]]:
    if not text:
        return {}, {}
    import tomllib

    rest = cast("dict[str, dict[str, Toml]]", tomllib.loads(text))
    tasks = cast("dict[str, Extra]", rest["tasks"])
    return rest["list"], {Ref(*ref.split(":", 1)): extra for ref, extra in tasks.items()}
