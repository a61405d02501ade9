"""Files in the staging folder: whole, named in their side file, and not in the bucket yet.

The side file of a part (`side_file.py`) stays until history has where its file is, so it says after
a kill that there is such a file. Nobody has to be asked for it again.
"""

import os
from pathlib import Path, PurePosixPath

from rushes.watch.asset import Check
from rushes.watch.disk import folders
from rushes.watch.disk.folders import open_folder
from rushes.watch.transfer.file_check import Promise, judge
from rushes.watch.transfer.formats.finding import FileReader
from rushes.watch.transfer.part import Part, open_part, part_of
from rushes.watch.transfer.part_files import is_begun, own_part, unname
from rushes.watch.transfer.request import Saved, TransferRequest
from rushes.watch.transfer.side_file import Named, read_side_file


def staged(request: TransferRequest) -> Saved | None:
    """The whole file of an output that an earlier process has left; None where there is none.

    Blocks; raises PartBusy, PartRefused, SaveFailed, NotTheOutput and OSError.
    """
    name = part_of(request.ref, request.n)
    if not is_begun(request.directory, name):
        return None
    with open_part(request.directory, request.stem.parts[:-1], name) as part:
        named = part.named
        if named is None or part.origins is None or not part.origins.is_of(request.ref, request.n):
            return None
        path = _path(part, named)
        return None if path is None else _saved(request, part, named, path)


def _path(part: Part, named: Named) -> str | None:
    """Where the whole file is below the folder; it gets its name where it had none yet."""
    if part.take_up():
        return named.path
    if not part.is_whole:
        return None
    name = PurePosixPath(named.path)
    names = (name.name, *(f"{name.stem}-{n}{name.suffix}" for n in range(2, folders.NAMES)))
    return part.publish(names, named.media_type, measured=named.measured)


def _saved(request: TransferRequest, part: Part, named: Named, path: str) -> Saved:
    file = FileReader(lambda at, count: os.pread(part.file, count, at), part.size)
    verdict = judge(file, Promise(request.kind, named.media_type, request.seconds))
    length = (Check.LENGTH,) if named.measured else ()
    checked = (*length, *verdict.checked)
    return Saved(request.directory / path, part.size, part.sha256, verdict.reasons, checked)


def unstage(root: Path, name: str) -> None:
    """Remove the staged file of the part `name` in `root`, and the part, if they are there.

    Raises PartBusy, PartRefused, SaveFailed and OSError.
    """
    if not is_begun(root, name):
        return
    with own_part(root, name) as (home, name, _):
        named = read_side_file(home, f"{name}.part.json").named
        if named is not None:
            *steps, last = named.path.split("/")
            with open_folder(root, steps, make=False) as folder:
                folders.remove(folder, last)
        unname(home, name)
