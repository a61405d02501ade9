"""What a watchlist's file holds, made into entries as far as they are asked for."""

import json
from collections.abc import Iterator

from rushes.providers.fields import replace
from rushes.watch.task import Entry, Ref
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.entries_cache import KeptEntries


class Contents:
    """One content of the file; `mark` is a digest that tells it from others, empty for no file."""

    def __init__(
        self,
        held: Watchlist | KeptEntries,
        mark: bytes = b"",
        *,
        exposed: tuple[str, ...] = (),
    ) -> None:
        """`exposed` are warnings of who could have written it."""
        self._held = held
        self._exposed = exposed
        self._made: Watchlist | None = None
        self.mark = mark

    @property
    def watchlist(self) -> Watchlist:
        """All of it."""
        if self._made is None:
            made = self._held.made() if isinstance(self._held, KeptEntries) else self._held
            self._made = replace(made, notes=(*made.notes, *self._exposed))
        return self._made

    def entries(self) -> Iterator[Entry]:
        """The entries in their order; where they are kept, a few are made at a time."""
        if self._made is None and isinstance(self._held, KeptEntries):
            return self._held.entries()
        return iter(self.watchlist.entries)

    def refs_as_json(self) -> str:
        """The refs of all entries as a JSON list; where they are kept, no entry is made for it."""
        if self._made is None and isinstance(self._held, KeptEntries):
            return self._held.refs_as_json()
        return json.dumps([str(entry.ref) for entry in self.watchlist.entries])

    def beginning_with(self, text: str) -> tuple[Entry, ...]:
        """The entries whose ref, or id, begins with `text`, in their order."""
        return (self._made or self._held).beginning_with(text)

    def find(self, ref: Ref) -> Entry | None:
        """The entry of that ref, None where it is not watched."""
        return next((entry for entry in self.beginning_with(str(ref)) if entry.ref == ref), None)
