"""What a power cut could leave of a tree of files, at any moment of what was done to it.

The model is that of the ALICE study (OSDI 2014): bytes are safe once their file was synced, names
once their folder was. What was not may be there or not, each name for itself and in any order, and
of bytes a part, or zeros of the right length (reliability.md row 52).
"""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path


@dataclass(frozen=True)
class Named:
    """Names of a folder that change together: whose they are, None where they are taken away."""

    folder: int
    names: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Rewrote:
    """A file's bytes, all of them, after a write or a truncation."""

    file: int
    content: bytes


@dataclass(frozen=True)
class Synced:
    node: int


@dataclass(frozen=True)
class Promised:
    """A save has returned."""


Step = Named | Rewrote | Synced | Promised
Names = dict[int, dict[str, int]]
Tree = frozenset[tuple[str, int, bytes | None]]
"""Paths, the node of each, and its bytes; None for a folder."""


_COUNTABLE = 14


class Fate(Enum):
    """What becomes of bytes that were not synced."""

    DROPPED = "dropped"
    KEPT = "kept"
    HALF = "half"
    ZEROS = "zeros"


@dataclass(frozen=True)
class Left:
    """What a power cut left, when so many saves had returned."""

    promised: int
    tree: Tree

    def lay_out(self, root: Path) -> Path:
        """Make it real at `root`; two names of one file are so again."""
        first: dict[int, Path] = {}
        root.mkdir()
        for name, node, content in sorted(self.tree, key=lambda one: one[0]):
            path = root / name
            if content is None:
                path.mkdir(mode=0o700)
            elif node in first:
                path.hardlink_to(first[node])
            else:
                path.write_bytes(content)
                path.chmod(0o600)
                first[node] = path
        return root


@dataclass
class Disk:
    """Folders' names and files' bytes: as they are on disk, and as they are to be."""

    root: int
    names: Names = field(default_factory=Names)
    safe: dict[int, bytes] = field(default_factory=dict[int, bytes])
    content: dict[int, bytes] = field(default_factory=dict[int, bytes])
    unsynced: list[Named] = field(default_factory=list[Named])

    def take(self, step: Step) -> None:
        """Do as the step did."""
        match step:
            case Named():
                self.unsynced.append(step)
            case Rewrote(file, content):
                self.content[file] = content
            case Synced(node):
                if node in self.content:
                    self.safe[node] = self.content[node]
                for named in [one for one in self.unsynced if one.folder == node]:
                    _give(self.names, named)
                    self.unsynced.remove(named)
            case Promised():
                pass

    def cuts(self) -> Iterator[Tree]:
        """Everything that could be found if the power went now.

        Raises AssertionError where so little was synced that this is beyond counting.
        """
        assert len(self.unsynced) <= _COUNTABLE, "names are given without ever being synced"
        for kept in itertools.product((False, True), repeat=len(self.unsynced)):
            names = {folder: dict(there) for folder, there in self.names.items()}
            for named in itertools.compress(self.unsynced, kept):
                _give(names, named)
            for fate in Fate:
                yield frozenset(self._tree(names, self.root, "", fate))

    def _tree(
        self, names: Names, folder: int, at: str, fate: Fate
    ) -> Iterator[tuple[str, int, bytes | None]]:
        for name, node in names.get(folder, {}).items():
            if node in self.content:
                yield at + name, node, _torn(self.safe.get(node, b""), self.content[node], fate)
            else:
                yield at + name, node, None
                yield from self._tree(names, node, f"{at}{name}/", fate)


def power_cuts(disk: Disk, steps: Iterable[Step]) -> Iterator[Left]:
    """What could be found after any of `steps`, each once for each number of saves returned."""
    promised, seen = 0, set[Left]()
    for step in steps:
        disk.take(step)
        promised += isinstance(step, Promised)
        for left in {Left(promised, tree) for tree in disk.cuts()} - seen:
            seen.add(left)
            yield left


def _give(names: Names, named: Named) -> None:
    there = names.setdefault(named.folder, {})
    for name, node in named.names:
        if node is None:
            there.pop(name, None)
        else:
            there[name] = node


def _torn(safe: bytes, content: bytes, fate: Fate) -> bytes:
    match fate:
        case Fate.DROPPED:
            return safe
        case Fate.KEPT:
            return content
        case Fate.HALF:
            return content[: (len(safe) + len(content)) // 2]
        case Fate.ZEROS:
            return content[: len(safe)].ljust(len(content), b"\0") if safe != content else safe
