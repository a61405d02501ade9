"""`NAME.json` beside a saved file: what made it, and how to tell that it is still the same.

It names the link without what signs it, which is a secret (reliability.md S6).
"""

import json
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count
from pathlib import Path

from rushes.providers.as_json import OUTPUT, JsonObject, document
from rushes.providers.errors import RushesError
from rushes.providers.rfc3339 import rfc3339
from rushes.providers.text import without_query
from rushes.watch.asset import Asset
from rushes.watch.disk import folders
from rushes.watch.disk.descriptors import sync
from rushes.watch.reasoned import coded, disk_fault, reason_of
from rushes.watch.reasons import NoSidecar, Reason
from rushes.watch.task import Task
from rushes.watch.task_fields import numbered, said_json
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.request import Saved

Words = Callable[[tuple[Reason, ...]], str]
"""Turns reasons into a person's words."""
_LIMIT = 1 << 20
_OF_TASK = (
    *("ref", "provider", "id", "label", "tags", "model", "prompt", "request_id", "upstream_id"),
    *("created_at", "started_at", "finished_at", "usage"),
)
"""What of TASK is told of what made the file."""

_OF_OUTPUT = ("n", "kind", "url", "file_id", "width", "height")


def default_words(reasons: tuple[Reason, ...]) -> str:
    """The codes and details of reasons, for whoever gives no words."""
    return coded(*reasons)


def write_sidecar(
    directory: Path, task: Task, asset: Asset, saved: Saved, at: datetime, words: Words
) -> NoSidecar | None:
    """Write it, 0600, whole or not at all, over no other file; None, or why it was not written.

    `directory` is the download folder, `at` when the file was saved (UTC), and `words` puts into
    the note what is odd about the file. Blocks.
    """
    data = sidecar(saved.path.name, task, asset, saved, at, words)
    name, steps = saved.path.name, saved.path.relative_to(directory).parts[:-1]
    # Named for the output, as its part is: what a kill leaves of it the next try finds again.
    temp = f"{part_of(task.ref, asset.n)}.sidecar.part"
    try:
        with (
            folders.open_folder(directory, ()) as home,
            folders.open_folder(directory, steps) as to,
        ):
            folders.remove(home, temp)
            if _is_written(to, f"{name}.json", str(task.ref), saved):
                return None
            try:
                folders.create(home, temp, data)
                folders.name_free(home, temp, to, _names(name))
            finally:
                folders.remove(home, temp)
            sync(to)
    except OSError as error:
        return NoSidecar(disk_fault(error))
    except RushesError as error:
        return NoSidecar(reason_of(error))
    return None


def sidecar(name: str, task: Task, asset: Asset, saved: Saved, at: datetime, words: Words) -> bytes:
    """What it says of a file of that name; the rest as in `write_sidecar`."""
    about = {"version": 1, "name": name, **_document(task, asset, saved, words(saved.reasons), at)}
    return f"{json.dumps(about, indent=2, ensure_ascii=False)}\n".encode()


def _is_written(folder: int, name: str, ref: str, saved: Saved) -> bool:
    """Whether a sidecar of this very file is there: who wrote it was killed before it was noted."""
    try:
        file = os.open(name, os.O_RDONLY | folders.OPEN, dir_fd=folder)
        try:
            found = json.loads(os.read(file, _LIMIT))
        finally:
            os.close(file)
    except (OSError, ValueError, RecursionError):
        return False
    match found:
        case {"ref": str(its), "sha256": str(digest)}:
            return (its, digest) == (ref, saved.sha256)
        case _:
            return False


def _names(name: str) -> Iterator[str]:
    yield f"{name}.json"
    yield from (f"{name}-{n}.json" for n in count(2))


def _document(task: Task, asset: Asset, saved: Saved, note: str, at: datetime) -> JsonObject:
    """The names and forms are those of TASK and OUTPUT (docs/interface.md)."""
    of_task, of_output = said_json(task), document(OUTPUT, numbered(asset, base=""))
    return {
        "bytes": saved.size,
        "sha256": saved.sha256,
        "saved_at": rfc3339(at),
        "note": note,
        **{name: of_task[name] for name in _OF_TASK},
        **{name: of_output[name] for name in _OF_OUTPUT},
        "url": without_query(asset.url) if asset.url else None,
    }
