"""A recording of what is done to a folder through `os`, for `power_cut` to cut off anywhere.

SQLite does not go through `os`: its files are left out, it is its own business.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from power_cut import Disk, Left, Named, Promised, Rewrote, Step, Synced, power_cuts

Name = str | os.PathLike[str]
_RECORDED = ("open", "write", "ftruncate", "fsync", "mkdir", "unlink", "link", "rename", "replace")


class Tape:
    """Has the functions of `os` that are recorded; what is there at first is taken for safe."""

    def __init__(self, root: Path) -> None:
        self.steps: list[Step] = []
        self._real = {name: getattr(os, name) for name in _RECORDED}
        # A number is not given to another file while somebody holds the one that has it.
        self._held: list[int] = []
        self._start = Disk(self._node(root))
        for path in [root, *root.rglob("*")]:
            node = self._node(path)
            if path.is_dir():
                self._start.names[node] = {one.name: self._node(one) for one in path.iterdir()}
            else:
                self._start.safe[node] = self._start.content[node] = path.read_bytes()

    def promise(self) -> None:
        """A save has returned: from here on it has to be found."""
        self.steps.append(Promised())

    def power_cuts(self) -> Iterator[Left]:
        """What could be found after any of the steps. Only once: it wears the recording out."""
        return power_cuts(self._start, self.steps)

    def close(self) -> None:
        for held in self._held:
            os.close(held)

    def open(self, path: Name, flags: int, mode: int = 0o777, *, dir_fd: int | None = None) -> int:
        new = flags & os.O_CREAT and not self._exists(path, dir_fd)
        file: int = self._real["open"](path, flags, mode, dir_fd=dir_fd)
        if new or flags & os.O_TRUNC:
            self._rewrote(file)
        if new:
            self._name((path, self._node(path, dir_fd)), folder=dir_fd)
        return file

    def write(self, file: int, data: bytes) -> int:
        size: int = self._real["write"](file, data)
        self._rewrote(file)
        return size

    def ftruncate(self, file: int, size: int) -> None:
        self._real["ftruncate"](file, size)
        self._rewrote(file)

    def fsync(self, file: int) -> None:
        self._real["fsync"](file)
        self.steps.append(Synced(os.fstat(file).st_ino))

    def mkdir(self, path: Name, mode: int = 0o777, *, dir_fd: int | None = None) -> None:
        self._real["mkdir"](path, mode, dir_fd=dir_fd)
        self._name((path, self._node(path, dir_fd)), folder=dir_fd)

    def unlink(self, path: Name, *, dir_fd: int | None = None) -> None:
        self._real["unlink"](path, dir_fd=dir_fd)
        self._name((path, None), folder=dir_fd)

    def link(
        self,
        src: Name,
        dst: Name,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
        follow_symlinks: bool = True,
    ) -> None:
        folders = {"src_dir_fd": src_dir_fd, "dst_dir_fd": dst_dir_fd}
        self._real["link"](src, dst, **folders, follow_symlinks=follow_symlinks)
        self._name((dst, self._node(dst, dst_dir_fd)), folder=dst_dir_fd)

    def replace(
        self,
        src: Name,
        dst: Name,
        *,
        src_dir_fd: int | None = None,
        dst_dir_fd: int | None = None,
    ) -> None:
        self._real["replace"](src, dst, src_dir_fd=src_dir_fd, dst_dir_fd=dst_dir_fd)
        # Between two names of one file the system does nothing.
        if not self._exists(src, src_dir_fd):
            names = (dst, self._node(dst, dst_dir_fd)), (src, None)
            self._name(*names, folder=dst_dir_fd)

    rename = replace

    def _name(self, *names: tuple[Name, int | None], folder: int | None) -> None:
        above = Path(names[0][0]).parent
        node = os.fstat(folder).st_ino if folder is not None else above.stat().st_ino
        bare = tuple((Path(name).name, whose) for name, whose in names)
        self.steps.append(Named(node, bare))

    def _rewrote(self, file: int) -> None:
        content = Path(f"/proc/self/fd/{file}").read_bytes()
        self.steps.append(Rewrote(os.fstat(file).st_ino, content))

    def _exists(self, path: Name, folder: int | None) -> bool:
        try:
            os.stat(path, dir_fd=folder, follow_symlinks=False)
        except FileNotFoundError:
            return False
        return True

    def _node(self, path: Name, folder: int | None = None) -> int:
        self._held.append(self._real["open"](path, os.O_RDONLY, dir_fd=folder))
        return os.fstat(self._held[-1]).st_ino


@contextmanager
def recorded(root: Path) -> Generator[Tape]:
    """Record what is done below `root` while the context lasts."""
    tape = Tape(root)
    try:
        with patch.multiple(os, **{name: getattr(tape, name) for name in _RECORDED}):
            yield tape
    finally:
        tape.close()
