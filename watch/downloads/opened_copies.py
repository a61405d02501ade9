"""Copies of objects in a bucket, for a program that is to open them; they are kept for a day."""

import contextlib
from datetime import datetime, timedelta
from pathlib import Path

from rushes.watch.asset import Fetch
from rushes.watch.downloads.copying import place
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import Job

KEPT = timedelta(days=1)
"""How long a copy stays after it was made."""

_TEMPLATE = "{provider}/{name}/{kind}-{n}{ext}"


def copy_to_open(fetch: Fetch, job: Job, folder: Path, now: datetime) -> Path:
    """The path of a copy below `folder`, verified; copies that are older than KEPT are removed.

    Blocks; raises what `place` raises, and BucketFault.
    """
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file() and path.lstat().st_mtime < (now - KEPT).timestamp():
                path.unlink()
    return place(fetch, job, Destinations(folder, _TEMPLATE))
