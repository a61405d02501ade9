"""Where tests' files can be made in memory."""

import os
from collections.abc import Mapping
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - only ever a folder that tempfile makes in it

ROOM = 8 << 30
"""Bytes that have to be free: some tests write files of hundreds of megabytes, many at a time."""


def in_memory(environ: Mapping[str, str] = os.environ, folder: Path = SHARED_MEMORY) -> str | None:
    """A folder in memory with room, from which programs can be started; None for none.

    Who says where temporary files go is heeded.
    """
    if environ.get("TMPDIR") or not os.access(folder, os.W_OK):
        return None
    found = os.statvfs(folder)
    if found.f_flag & os.ST_NOEXEC or found.f_bavail * found.f_frsize < ROOM:
        return None
    return str(folder)
