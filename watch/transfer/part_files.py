"""The files of a part in the download folder: taking them, looking for them, removing them."""

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from rushes.watch.disk import folders
from rushes.watch.disk.descriptors import close
from rushes.watch.disk.folders import open_folder
from rushes.watch.transfer.own_files import ENDINGS, names, our_name, own_file
from rushes.watch.transfer.side_file import read_side_file


def is_begun(root: Path, name: str) -> bool:
    """Whether there is something of the part `name` in `root`, or of its file. Blocks."""
    return any(
        os.path.lexists(root / f"{candidate}{ending}")
        for candidate in names(name)
        for ending in (".part", ".part.json")
    )


def clear(root: Path, name: str) -> None:
    """Throw away the part `name` in `root` and its side file, if they are there.

    Raises PartBusy while it is being written, PartRefused, SaveFailed and OSError.
    """
    if is_begun(root, name):
        with own_part(root, name) as (home, name, _):
            unname(home, name)


def settle(root: Path, name: str, path: Path) -> None:
    """Remove the side file of the part `name` in `root`, once it is noted that `path` is its file.

    A part that was begun since stays. Raises as `clear` does.
    """
    if is_begun(root, name):
        with own_part(root, name) as (home, name, file):
            named = read_side_file(home, f"{name}.part.json").named
            if os.fstat(file).st_size:
                return
            if named is None or root / named.path == path:
                unname(home, name)
            else:
                folders.remove(home, f"{name}.part")


@contextmanager
def own_part(root: Path, name: str) -> Generator[tuple[int, str, int]]:
    """The folder, the name that our part has there, and its file, which is ours alone meanwhile."""
    with open_folder(root, ()) as home:
        name = our_name(home, name)
        file = own_file(home, f"{name}.part")
        try:
            yield home, name, file
        finally:
            close(file)


def unname(folder: int, name: str) -> None:
    """Remove the files of the part `name`, those that are there."""
    for ending in ENDINGS:
        folders.remove(folder, name + ending)
