"""The paths that files are saved at, and the parts that are there already."""

import contextlib
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.watch.downloads.job import Job
from rushes.watch.task import Ref
from rushes.watch.transfer.part import part_of
from rushes.watch.transfer.part_files import clear, is_begun, settle
from rushes.watch.transfer.request import Remote, TransferRequest
from rushes.watch.transfer.staged import unstage
from rushes.watch.transfer.template import Fields, names_digest, stem_for

if TYPE_CHECKING:
    from rushes.watch.bucket.place import Place


@frozen
class SavedOutput:
    """Output `n` of a task, and where its file is."""

    ref: Ref
    n: int
    path: Path | None
    """None where it is in a bucket."""


def no_list(_: Ref) -> str:
    """What the list of a task is called where nobody knows."""
    return ""


@frozen
class Destinations:
    """The download folder and the template that names what is in it (interface.md, "Files").

    `watchlist` tells what the list is called that a task is on. Where files go to a
    `bucket`, the folder is the one that they are staged in. `staging` is that one where it may hold
    files for a bucket of before.
    """

    directory: Path
    template: str
    watchlist: Callable[[Ref], str] = no_list
    bucket: "Place | None" = None
    staging: Path | None = None

    def shown(self, job: Job) -> str:
        """Where the file of `job` would be, without an extension: a path, or a URL of a bucket."""
        stem = self.stem(job)
        return str(self.bucket.below(str(stem)) if self.bucket else self.directory / stem)

    def request(self, job: Job, source: Remote | bytes) -> TransferRequest:
        """What a transfer has to do for `job`."""
        return TransferRequest(
            source=source,
            directory=self.directory,
            stem=self.stem(job),
            named=partial(self.stem, job) if names_digest(self.template) else None,
            ref=job.ref,
            n=job.n,
            kind=job.output.kind,
            seconds=job.seconds,
        )

    def begun(self, jobs: Iterable[Job]) -> list[Job]:
        """Those of `jobs` of which something arrived before. Looks at the disk, so it may block."""
        return [job for job in jobs if is_begun(self.directory, part_of(job.ref, job.n))]

    def clear(self, job: Job) -> None:
        """Throw away what arrived before. Blocks; raises PartBusy, PartRefused and OSError."""
        if self.bucket is not None:
            unstage(self.directory, part_of(job.ref, job.n))
        clear(self.directory, part_of(job.ref, job.n))

    def settle(self, saved: Iterable[SavedOutput]) -> None:
        """Remove the side files of files that are noted in history, and what was staged. Blocks.

        What cannot be removed now stays for another time.
        """
        staging = self.staging or self.directory
        is_there = staging.is_dir()
        for one in saved:
            part = part_of(one.ref, one.n)
            with contextlib.suppress(RushesError, OSError):
                if one.path is not None:
                    settle(self.directory, part, one.path)
                if is_there and (one.path is None or not one.path.is_relative_to(staging)):
                    unstage(staging, part)

    def stem(self, job: Job, sha256: str = "") -> PurePosixPath:
        """The path below the folder that the template makes, without an extension.

        Dates are of the task's end, in the zone of this machine. Where the digest is not known, its
        name stands for it.
        """
        fields = Fields(
            provider=job.ref.provider,
            name=job.name,
            kind=job.output.kind,
            n=job.n,
            id=job.ref.id,
            model=job.model,
            tag=job.tag,
            watchlist=self.watchlist(job.ref),
            prompt=job.prompt,
            upstream_id=job.upstream_id,
            ended=job.finished_at.astimezone() if job.finished_at else None,
            sha256=sha256,
        )
        return stem_for(self.template, fields)
