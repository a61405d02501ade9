"""Tasks that share a tag, folded into one row, and what stands in each row of the list."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto

from rushes.watch.task import Ref, Task


class Batch(str):
    """Tasks that share a tag, by that tag."""

    __slots__ = ()


Line = Ref | Batch
"""What stands in a row: a task, or a batch."""


class Branch(Enum):
    """Where a task stands in an open batch."""

    NONE = auto()
    CHILD = auto()
    LAST = auto()


class Rows:
    """The rows of a list: the tasks in their order, or with batches in the places of theirs.

    A batch stands where its first task would; the tasks of a shut one are in its row.
    """

    def __init__(
        self,
        order: list[Ref],
        members: Mapping[Batch, Sequence[Ref]] | None = None,
        batch_of: Mapping[Ref, Batch] | None = None,
        is_open: Iterable[Batch] = (),
    ) -> None:
        self.order = order
        self.members = members or {}
        self._batch_of = batch_of or {}
        self._open = frozenset(is_open)
        self.places = dict[Line, int](zip(order, range(len(order)), strict=True))
        """The places of the tasks in their order."""
        self.lines: Sequence[Line] = order
        self._rows = self.places
        if self.members:
            self.lines, self._rows = self._folded()

    def _folded(self) -> tuple[Sequence[Line], dict[Line, int]]:
        lines: list[Line] = []
        rows: dict[Line, int] = {}
        batch_of, members = self._batch_of, self.members
        for ref in self.order:
            batch = batch_of.get(ref)
            if batch is None or batch not in members:
                rows[ref] = len(lines)
                lines.append(ref)
            elif batch not in rows:
                rows[batch] = len(lines)
                lines.append(batch)
                children = members[batch]
                if self.is_open(batch):
                    rows.update((child, row) for row, child in enumerate(children, len(lines)))
                    lines += children
                else:
                    rows.update(dict.fromkeys(children, len(lines) - 1))
        return lines, rows

    def append(self, refs: Sequence[Ref]) -> None:
        """Put further tasks below all others; not where there are batches."""
        self.places.update((ref, place) for place, ref in enumerate(refs, len(self.order)))
        self.order += refs

    def row(self, line: Line | None) -> int | None:
        """Where a task or a batch is; None where it is not shown."""
        return None if line is None else self._rows.get(line)

    def is_open(self, batch: Batch) -> bool:
        """Whether the tasks of a batch have rows of their own."""
        return batch in self._open

    def batch_of(self, ref: Ref) -> Batch | None:
        """The batch that a task is shown in."""
        batch = self._batch_of.get(ref)
        return batch if batch in self.members else None

    def branch(self, ref: Ref) -> Branch:
        """How a task that has a row stands to the rows above and below."""
        batch = self.batch_of(ref)
        if batch is None:
            return Branch.NONE
        return Branch.LAST if self.members[batch][-1] == ref else Branch.CHILD

    def refs(self, line: Line) -> Sequence[Ref]:
        """The tasks of a row: all of a batch, else the one."""
        return self.members.get(line, ()) if isinstance(line, Batch) else (line,)


class Batches:
    """Finds the batch of each task, made anew only where tags are others than before.

    Of its tags the one that the fewest tasks have makes a task's batch, of those that `which` says:
    "tag" for any, else a pattern such as "act-*". Nothing is kept while `is_on` is False.
    """

    def __init__(self, which: str) -> None:
        self._fits = fitting(which)
        self.is_on = False
        self._open: set[Batch] = set()
        self._batch_of: dict[Ref, Batch] | None = None
        self._tags: dict[Ref, tuple[str, ...]] = {}
        self._sizes = Counter[str]()

    def begin(self, tasks: Iterable[Task]) -> None:
        """Fold these, and what is noted from now on; each batch is shut."""
        self.end()
        self.is_on = True
        for task in tasks:
            self.note(task)

    def end(self) -> None:
        """Fold nothing any more."""
        self.is_on, self._batch_of = False, None
        for record in (self._tags, self._sizes, self._open):
            record.clear()

    def note(self, task: Task) -> bool:
        """Take in the tags of a task, while it is on; whether they are others than before."""
        before, tags = self._tags.get(task.ref, ()), task.entry.tags
        if tags == before:
            return False
        self._sizes.subtract(before)
        self._sizes.update(tags)
        self._tags[task.ref] = tags
        self._batch_of = None
        return True

    def forget(self, ref: Ref) -> None:
        """Forget a task that is not watched any more."""
        if tags := self._tags.pop(ref, ()):
            self._sizes.subtract(tags)
            self._batch_of = None

    def switch(self, batch: Batch) -> None:
        """Open a batch, or shut it."""
        self._open ^= {batch}

    def rows(self, order: list[Ref]) -> Rows:
        """The rows for these tasks in their order."""
        if not self.is_on:
            return Rows(order)
        if self._batch_of is None:
            found = ((ref, self._of(tags)) for ref, tags in self._tags.items())
            self._batch_of = {ref: batch for ref, batch in found if batch is not None}
        members: dict[Batch, list[Ref]] = {}
        for ref in order:
            if batch := self._batch_of.get(ref):
                members.setdefault(batch, []).append(ref)
        several = {batch: refs for batch, refs in members.items() if len(refs) > 1}
        return Rows(order, several, self._batch_of, self._open)

    def _of(self, tags: Iterable[str]) -> Batch | None:
        shared = [tag for tag in tags if self._sizes[tag] > 1 and self._fits(tag)]
        return Batch(min(shared, key=self._sizes.__getitem__)) if shared else None


ANY = "tag"
"""The setting that lets any tag make a batch."""


def fitting(which: str) -> Callable[[str], object]:
    """What tells whether a tag can make a batch; `which` is the setting."""
    pattern = ".*" if which == ANY else ".*".join(map(re.escape, which.split("*")))
    return re.compile(pattern, re.DOTALL).fullmatch
