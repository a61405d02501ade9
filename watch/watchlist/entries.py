"""A watchlist as a value, and its TOML read and written (interface.md, "Files").

`file.py` has the edits of a file that several programs share.
"""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import tomli_w

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.watch.disk.atomic import SaveFailed, atomic_write
from rushes.watch.disk.ownership import OURS, TrustedOwners, check_ownership
from rushes.watch.disk.tomlfile import BadFile, Stamp, Toml, parse_toml, read_text
from rushes.watch.task import Entry, Ref

SIZE_LIMIT = 64 << 20
"""Bytes of a watchlist that are read at most (S5)."""

VERSION = 1

_TASK_KEYS = ("provider", "id", "label", "tags", "added")


class BadWatchlist(BadFile):
    """A watchlist cannot be read; it is never overwritten."""


class BadEntry(RushesError):
    """An entry that cannot be written to a watchlist; `key` is the key at fault."""

    exit = Exit.USAGE

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(f"{key}: expected {expected}")
        self.key = key
        self.expected = expected


Extra = Mapping[str, Toml]


def _no_extra() -> Extra:
    return MappingProxyType({})


def _no_task_extras() -> Mapping[Ref, Extra]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class EntryAt:
    """An entry with its position in the file, and with its keys that Rushes does not know."""

    position: int
    entry: Entry
    extra: Extra = field(default_factory=_no_extra)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watchlist:
    """The entries in their order, and the keys that Rushes does not know; `notes` are warnings."""

    entries: tuple[Entry, ...] = ()
    extra: Extra = field(default_factory=_no_extra)
    task_extras: Mapping[Ref, Extra] = field(default_factory=_no_task_extras)
    notes: tuple[str, ...] = field(default=(), compare=False)

    def find(self, ref: Ref) -> Entry | None:
        """The entry of that ref, None where it is not watched."""
        return next((entry for entry in self.entries if entry.ref == ref), None)

    def adding(self, entries: Iterable[Entry]) -> "Watchlist":
        """This list with new entries at the end; known ones stay as they are. Raises BadEntry."""
        known = {entry.ref: entry for entry in self.entries}
        for entry in entries:
            known.setdefault(entry.ref, checked(entry))
        return replace(self, entries=tuple(known.values()))

    def positions_of(self, refs: Collection[Ref]) -> tuple[EntryAt, ...]:
        """The entries of these refs with their positions."""
        return tuple(
            EntryAt(position, entry, self.task_extras.get(entry.ref, _no_extra()))
            for position, entry in enumerate(self.entries)
            if entry.ref in refs
        )

    def with_back(self, removed: Iterable[EntryAt]) -> "Watchlist":
        """This list with removed entries at their positions; one that is in it stays as it is.

        Raises BadEntry.
        """
        entries, extras = list(self.entries), dict(self.task_extras)
        there = {entry.ref for entry in entries}
        for one in sorted(removed, key=lambda one: one.position):
            if one.entry.ref not in there:
                entries.insert(one.position, checked(one.entry))
                if one.extra:
                    extras[one.entry.ref] = one.extra
        return replace(self, entries=tuple(entries), task_extras=extras)

    def without(self, refs: Iterable[Ref]) -> "Watchlist":
        """This list without the entries of these refs."""
        gone = frozenset(refs)
        return replace(
            self,
            entries=tuple(entry for entry in self.entries if entry.ref not in gone),
            task_extras={r: extra for r, extra in self.task_extras.items() if r not in gone},
        )

    def with_entry(self, entry: Entry) -> "Watchlist":
        """This list with `entry` instead of the one of its ref, if it has one. Raises BadEntry."""
        new = checked(entry)
        return replace(
            self, entries=tuple(new if old.ref == new.ref else old for old in self.entries)
        )


def checked(entry: Entry) -> Entry:
    """The entry with its texts cleaned; raises BadEntry if a file could not give it back."""
    provider, task_id = entry.ref.provider, entry.ref.id
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", provider):
        raise BadEntry("provider", "a name of letters, digits, - and _")
    if task_id in ("", ".", "..") or re.search(r"\s", task_id) or clean(task_id, 512) != task_id:
        raise BadEntry("id", "text without spaces and control characters")
    if not 1970 <= entry.added.year < 2200:
        raise BadEntry("added", "a date from 1970 to 2199")
    return replace(entry, label=clean(entry.label), tags=tags_in(entry.tags))


def tags_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags in `texts`, cleaned, each once; commas separate tags.

    No tag can hold a comma, as `ls` prints commas between tags and `tag:a,b` matches either tag.
    """
    tags = (clean(tag.strip(), 200) for text in texts for tag in text.split(","))
    return tuple(dict.fromkeys(filter(None, tags)))


def load(path: Path, trusted: TrustedOwners = OURS) -> Watchlist:
    """The watchlist at `path`, an empty one where there is no file.

    Raises BadWatchlist, also where an owner who is not `trusted`, or others, could have written it.
    """
    return load_stamped(path, trusted)[0]


def load_stamped(path: Path, trusted: TrustedOwners = OURS) -> tuple[Watchlist, Stamp | None]:
    """The watchlist at `path` with the file's stamp, None where there is no file."""
    try:
        file = read_text(path, SIZE_LIMIT)
        exposed = check_ownership(path, trusted)
        if file is None:
            return Watchlist(), None
        document = _Document(
            path, file.text, datetime.fromtimestamp(file.stamp.mtime_ns // 10**9, UTC)
        )
        watchlist = document.watchlist(parse_toml(path, file.text))
        return replace(watchlist, notes=(*watchlist.notes, *exposed)), file.stamp
    except BadFile as error:
        raise BadWatchlist(error.path, error.reason, error.line, error.column) from None


def save(path: Path, watchlist: Watchlist) -> None:
    """Write the watchlist in one step; raises SaveFailed, the old file then being whole.

    An edit of a list that other programs may edit too goes through `WatchlistFile`.
    """
    data = dumps(watchlist).encode()
    if len(data) > SIZE_LIMIT:
        raise SaveFailed(path, f"a watchlist has at most {SIZE_LIMIT} bytes")
    atomic_write(path, data)


def dumps(watchlist: Watchlist) -> str:
    """The watchlist as TOML, unknown keys included."""
    head = tomli_w.dumps({"version": VERSION, **watchlist.extra})
    return "\n".join(
        [head, *(_task(entry, watchlist.task_extras.get(entry.ref)) for entry in watchlist.entries)]
    )


def _task(entry: Entry, extra: Extra | None) -> str:
    # JSON's quoting is TOML's for cleaned text, and keeps lists on the line where people look.
    lines = ["[[task]]", f"provider = {_quoted(entry.ref.provider)}"]
    lines.append(f"id = {_quoted(entry.ref.id)}")
    if entry.label:
        lines.append(f"label = {_quoted(entry.label)}")
    if entry.tags:
        lines.append(f"tags = [{', '.join(map(_quoted, entry.tags))}]")
    lines.append(f"added = {entry.added.isoformat().replace('+00:00', 'Z')}\n")
    rest = tomli_w.dumps({"task": extra}).removeprefix("[task]\n") if extra else ""
    return "\n".join(lines) + rest


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


class _Document:
    """Reads one TOML document; its errors give the line of the fault."""

    def __init__(self, path: Path, text: str, written_at: datetime) -> None:
        self._path = path
        self._text = text
        self._written_at = written_at

    def watchlist(self, document: dict[str, Toml]) -> Watchlist:
        """The whole list; raises BadWatchlist."""
        version = document.pop("version", VERSION)
        if version != VERSION or isinstance(version, bool):
            raise self._bad("version", f"{VERSION}: this was written by a newer Rushes")
        tasks = document.pop("task", [])
        if not isinstance(tasks, list):
            raise self._bad("task", "tables, each headed [[task]]")
        entries: dict[Ref, Entry] = {}
        extras: dict[Ref, Extra] = {}
        notes: list[str] = []
        for index, values in enumerate(tasks):
            if not isinstance(values, dict):
                raise self._bad("task", "tables, each headed [[task]]")
            entry = self._entry(index, values)
            if entry.ref in entries:
                line = self._line("id", index)
                notes.append(f"line {line}: {entry.ref} is there twice; the first one counts")
                continue
            entries[entry.ref] = entry
            if rest := {key: value for key, value in values.items() if key not in _TASK_KEYS}:
                extras[entry.ref] = rest
        return Watchlist(
            entries=tuple(entries.values()),
            extra=document,
            task_extras=extras,
            notes=tuple(notes),
        )

    def _entry(self, index: int, values: dict[str, Toml]) -> Entry:
        try:
            return checked(
                Entry(
                    ref=Ref(_text(values, "provider"), _text(values, "id")),
                    added=_moment(values.get("added", self._written_at)),
                    label=_text(values, "label", ""),
                    tags=_texts(values, "tags"),
                )
            )
        except BadEntry as error:
            raise self._bad(error.key, error.expected, index) from None

    def _bad(self, key: str, expected: str, index: int | None = None) -> BadWatchlist:
        return BadWatchlist(self._path, f"{key}: expected {expected}", self._line(key, index))

    def _line(self, key: str, index: int | None) -> int:
        """The line of `key` in the task of that index; the task's first line if it is missing."""
        start, end = 0, len(self._text)
        if index is not None:
            heads = re.finditer(r"^[ \t]*\[\[[ \t]*task[ \t]*\]\]", self._text, re.MULTILINE)
            starts = [head.start() for head in heads]
            # Tasks in an inline list have no head each: then the file's first line must do.
            start = starts[index] if index < len(starts) else 0
            end = starts[index + 1] if index + 1 < len(starts) else end
        found = re.compile(rf"^[ \t\[]*{key}\b", re.MULTILINE).search(self._text, start, end)
        return self._text.count("\n", 0, found.start() if found else start) + 1


def _text(values: dict[str, Toml], key: str, default: str | None = None) -> str:
    value = values.get(key, default)
    if not isinstance(value, str):
        raise BadEntry(key, "text")
    return value


def _texts(values: dict[str, Toml], key: str) -> tuple[str, ...]:
    value = values.get(key, [])
    items = value if isinstance(value, list) else [None]
    found = tuple(item for item in items if isinstance(item, str))
    if len(found) != len(items):
        raise BadEntry(key, "a list of texts")
    return found


def _moment(value: Toml) -> datetime:
    """A date and time in UTC; one without a zone is taken as UTC."""
    try:
        if isinstance(value, datetime):
            return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, date):
            return datetime(value.year, value.month, value.day, tzinfo=UTC)
    except OverflowError:
        pass
    raise BadEntry("added", "a date and time")
