"""The order of downloads: the earliest expiry first, and a fair share for every account."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from rushes.watch.downloads.job import Job, OutputKey

_NEVER = datetime.max.replace(tzinfo=UTC)


class DownloadQueue:
    """The jobs that have not begun."""

    def __init__(self) -> None:
        self._jobs: dict[OutputKey, Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, slot: object) -> bool:
        return slot in self._jobs

    @property
    def jobs(self) -> list[Job]:
        """All of them by expiry, equals in order of arrival; those without an expiry come last."""
        return sorted(self._jobs.values(), key=_urgency)

    def add(self, job: Job) -> None:
        """Add a job; one that is there already keeps its place."""
        self._jobs.setdefault(job.slot, job)

    def drop(self, slot: OutputKey) -> Job | None:
        """Remove a job and return it; None where it was not there."""
        return self._jobs.pop(slot, None)

    def clear(self) -> None:
        """Remove all jobs."""
        self._jobs.clear()

    def take(self, running: Iterable[OutputKey], held: Collection[OutputKey]) -> Job | None:
        """Remove and return the next job: none of those `held`, the least busy account first."""
        busy = Counter(ref.provider for ref, _ in running)
        ready = (job for slot, job in self._jobs.items() if slot not in held)
        job = min(ready, key=lambda job: (busy[job.ref.provider], _urgency(job)), default=None)
        return self._jobs.pop(job.slot) if job is not None else None


def _urgency(job: Job) -> datetime:
    return job.expires_at or _NEVER
