"""The order of downloads: the earliest expiry first, and a fair share for every account."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime

from rushes.watch.downloads.job import Job, OutputKey

_NEVER = datetime.max.replace(tzinfo=UTC)


class DownloadQueue:
    """The jobs that have not begun."""

    def __init__(self) -> None:
        self._jobs: dict[OutputKey, Job] = {}
        self._since: dict[OutputKey, float] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __iter__(self) -> Iterator[Job]:
        """All of them, in no order."""
        return iter(self._jobs.values())

    def __contains__(self, slot: object) -> bool:
        return slot in self._jobs

    @property
    def jobs(self) -> list[Job]:
        """All of them by expiry, equals in order of arrival; those without an expiry come last."""
        return sorted(self._jobs.values(), key=_urgency)

    def add(self, job: Job, at: float) -> None:
        """Add a job, which waits from `at` on (monotonic); one that is there keeps its place."""
        self._jobs.setdefault(job.slot, job)
        self._since.setdefault(job.slot, at)

    def drop(self, slot: OutputKey) -> Job | None:
        """Remove a job and return it; None where it was not there."""
        self._since.pop(slot, None)
        return self._jobs.pop(slot, None)

    def clear(self) -> None:
        """Remove all jobs."""
        self._jobs.clear()
        self._since.clear()

    def take(
        self,
        running: Iterable[OutputKey],
        held: Collection[OutputKey],
        may_begin: Callable[[Job, float], bool] = lambda _, __: True,
    ) -> Job | None:
        """Remove and return the next job: none of those `held`, the least busy account first.

        `may_begin` is asked of each job and the moment since which it waits.
        """
        busy = Counter(ref.provider for ref, _ in running)
        ready = (
            job
            for slot, job in self._jobs.items()
            if slot not in held and may_begin(job, self._since[slot])
        )
        job = min(ready, key=lambda job: (busy[job.ref.provider], _urgency(job)), default=None)
        return self.drop(job.slot) if job is not None else None


def _urgency(job: Job) -> datetime:
    return job.expires_at or _NEVER
