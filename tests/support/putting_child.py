"""Fetches one film into a bucket, and is killed at a named step of it."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from download_rig import DownloadRig

from rushes.watch.bucket.place import read_place
from rushes.watch.bucket.store import Bucket
from rushes.watch.downloads.putting import Putting

STEPS = ("staged", "put", "read_back", "recorded")
"""After which it may be killed."""


def putting(folder: Path, place: str, *, reads_back: bool = True) -> Putting:
    return Putting(
        read_place(place), folder, lambda _job, _saved, _name: None, reads_back=reads_back
    )


async def _fetch(folder: Path, base: str, place: str, step: str) -> None:
    _kill_after(step)
    rig = DownloadRig(folder, base, putting=putting(folder, place))
    rig.downloads.queue(rig.job())
    await rig.downloads.settled()
    os._exit(9 if step == "recorded" else 1)


def _kill_after(step: str) -> None:
    if step == "staged":
        _end(Bucket, "create", before=True)
    elif step == "put":
        _end(Bucket, "create", before=False, named=True)
    elif step == "read_back":
        _end(Bucket, "sha256", before=False)
    else:
        assert step == "recorded"


def _end(owner: type, name: str, *, before: bool, named: bool = False) -> None:
    real = getattr(owner, name)

    async def ending(self: Bucket, key: str, *more: Any) -> object:
        if before:
            os._exit(9)
        found = await real(self, key, *more)
        if not named or key.endswith(".mp4"):
            os._exit(9)
        return found

    setattr(owner, name, ending)


if __name__ == "__main__":
    _, where, gateway, to, at = sys.argv
    asyncio.run(_fetch(Path(where), gateway, to, at))
