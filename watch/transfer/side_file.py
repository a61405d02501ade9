"""The side file of a part: what its bytes are of, how many were synced, and the name they get.

`NAME.part.json` beside `NAME.part` (reliability.md R4). Once the file has its name the part is
gone; the side file stays until the download is noted in history. If the process is killed before,
the next one finds by it the file that is there already (row 84).
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rushes.providers.frozen import frozen
from rushes.watch.disk import folders
from rushes.watch.disk.descriptors import close
from rushes.watch.task import Ref
from rushes.watch.transfer.own_files import is_ours
from rushes.watch.transfer.validators import Version

_LIMIT = 64 * 1024


@frozen
class Origins:
    """What a part is the beginning of: output `n` of `task`, from `url` without what signs it.

    `unversioned`: its pieces were joined though no validator vouched for them.
    """

    url: str
    task: str
    n: int
    version: Version
    unversioned: bool = False

    def is_of(self, ref: Ref, n: int) -> bool:
        """Whether they are that output's."""
        return (self.task, self.n) == (str(ref), n)


@frozen
class Named:
    """The name that a whole file has, or was about to get: `path` below the download folder.

    `media_type` is what the reply said of it; `measured` is whether its length was promised.
    """

    path: str
    size: int
    sha256: str
    media_type: str
    measured: bool


@frozen
class SideFile:
    """What a side file says; nothing, where it is not believed."""

    origins: Origins | None = None
    synced: int = 0
    named: Named | None = None


def write_side_file(
    folder: int, name: str, origins: Origins, synced: int, named: Named | None
) -> None:
    """Write it, or leave the old one as it was. Raises OSError."""
    about: dict[str, object] = {
        "url": origins.url,
        "etag": origins.version.etag,
        "modified": origins.version.modified,
        "total": origins.version.total,
        "unversioned": origins.unversioned,
        "task": origins.task,
        "n": origins.n,
        "synced": synced,
    }
    if named is not None:
        about["named"] = asdict(named)
    folders.replace(folder, name, json.dumps(about).encode())


def read_side_file(folder: int, name: str) -> SideFile:
    """What the side file says; nothing where it is not there, not readable or not of our user."""
    try:
        file = os.open(name, os.O_RDONLY | folders.OPEN, dir_fd=folder)
        try:
            text = os.read(file, _LIMIT) if is_ours(folder, os.fstat(file)) else b""
        finally:
            close(file)
        return _said(json.loads(text))
    except (OSError, ValueError, TypeError, RecursionError):
        return SideFile()


def _said(found: Mapping[str, Any]) -> SideFile:
    # Version 0.1 wrote neither `modified` nor `unversioned`.
    match {"modified": None, "unversioned": False, "named": None, **found}:
        case {
            "url": str(url),
            "etag": str() | None as etag,
            "modified": str() | None as modified,
            "total": int() | None as total,
            "unversioned": bool(unversioned),
            "task": str(task),
            "n": int(n),
            "synced": int(synced),
            "named": named,
        } if synced >= 0:
            version = Version(etag, total, modified)
            return SideFile(Origins(url, task, n, version, unversioned), synced, _named(named))
        case _:
            return SideFile()


def _named(found: object) -> Named | None:
    match found:
        case {
            "path": str(path),
            "size": int(size),
            "sha256": str(sha256),
            "media_type": str(media_type),
            "measured": bool(measured),
        } if _is_below(path):
            return Named(path, size, sha256, media_type, measured)
        case _:
            return None


def _is_below(path: str) -> bool:
    """Whether every step of a path leads downwards."""
    return all(step not in ("", ".", "..") for step in path.split("/"))
