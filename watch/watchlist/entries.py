"""A watchlist as a value (interface.md, "Files").

`document.py` has its TOML, `saved.py` its file, and `file.py` the edits of a file that several
programs share.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.fields import field, replace
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.watch.disk.tomlfile import BadFile, Toml
from rushes.watch.task import Entry, Ref


class BadWatchlist(BadFile):
    """A watchlist cannot be read; it is never overwritten."""

    code = ErrorCode.BAD_WATCHLIST


class BadEntry(RushesError):
    """An entry that cannot be written to a watchlist; `key` is the key at fault."""

    code = ErrorCode.BAD_ENTRY

    def __init__(self, key: str, expected: str) -> None:
        super().__init__(_("{key}: expected {expected}").format(key=key, expected=_(expected)))
        self.key = key
        self.expected = expected


class Edit(Enum):
    """What was done to a list, by the command's name."""

    ADD = "add"
    REMOVE = "rm"
    LABEL = "label"
    TAG = "tag"


Extra = Mapping[str, Toml]


def _no_extra() -> Extra:
    return MappingProxyType({})


def _no_task_extras() -> Mapping[Ref, Extra]:
    return MappingProxyType({})


@frozen
class EntryAt:
    """An entry with its position in the file, and with its keys that Rushes does not know."""

    position: int
    entry: Entry
    extra: Extra = field(default_factory=_no_extra)


@frozen(kw_only=True)
class Watchlist:
    """The entries in their order, and the keys that Rushes does not know; `notes` are warnings."""

    entries: tuple[Entry, ...] = ()
    extra: Extra = field(default_factory=_no_extra)
    task_extras: Mapping[Ref, Extra] = field(default_factory=_no_task_extras)
    notes: tuple[str, ...] = field(default=(), compare=False)

    def find(self, ref: Ref) -> Entry | None:
        """The entry of that ref, None where it is not watched."""
        return next((entry for entry in self.entries if entry.ref == ref), None)

    def beginning_with(self, text: str) -> tuple[Entry, ...]:
        """The entries whose ref, or id, begins with `text`, in their order."""
        return tuple(
            entry
            for entry in self.entries
            if entry.ref.id.startswith(text) or str(entry.ref).startswith(text)
        )

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

    def with_entries(self, entries: Mapping[Ref, Entry]) -> "Watchlist":
        """This list with these entries instead of those of their refs. Raises BadEntry."""
        if not entries:
            return self
        new = {ref: checked(entry) for ref, entry in entries.items()}
        return replace(self, entries=tuple(new.get(old.ref, old) for old in self.entries))


def checked(entry: Entry) -> Entry:
    """The entry with its texts cleaned; raises BadEntry if a file could not give it back."""
    provider, task_id = entry.ref.provider, entry.ref.id
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", provider):
        raise BadEntry("provider", _("a name of letters, digits, - and _"))
    if task_id in ("", ".", "..") or re.search(r"\s", task_id) or clean(task_id, 512) != task_id:
        raise BadEntry("id", _("text without spaces and control characters"))
    if not 1970 <= entry.added.year < 2200:
        raise BadEntry("added", _("a date from 1970 to 2199"))
    return replace(
        entry,
        label=clean(entry.label),
        tags=tags_in(entry.tags),
        model=clean(entry.model, 200),
        prompt=clean(entry.prompt),
    )


def tags_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags in `texts`, cleaned, each once; commas separate tags.

    No tag can hold a comma, as `ls` prints commas between tags and `tag:a,b` matches either tag.
    """
    tags = (clean(tag.strip(), 200) for text in texts for tag in text.split(","))
    return tuple(dict.fromkeys(filter(None, tags)))
