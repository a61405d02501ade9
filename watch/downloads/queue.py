"""Whose turn it is: what dies first is fetched first, but no account waits for another's many."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from rushes.watch.downloads.job import Job, OutputKey

_NEVER = datetime.max.replace(tzinfo=UTC)


class DownloadQueue:
    """The jobs that wait."""

    def __init__(self) -> None:
        self._jobs: dict[OutputKey, Job] = {}

    def __len__(self) -> int:
        return len(self._jobs)

    def __contains__(self, slot: object) -> bool:
        return slot in self._jobs

    @property
    def jobs(self) -> list[Job]:
        """All of them: by expiry, those without one last; of equals the first to come."""
        return sorted(self._jobs.values(), key=_urgency)

    def add(self, job: Job) -> None:
        """Have a job wait; one that does already keeps its place."""
        self._jobs.setdefault(job.slot, job)

    def drop(self, slot: OutputKey) -> Job | None:
        """Have a job wait no longer; None where it did not."""
        return self._jobs.pop(slot, None)

    def clear(self) -> None:
        """Have nothing wait any more."""
        self._jobs.clear()

    def take(self, running: Iterable[OutputKey], held: Collection[OutputKey]) -> Job | None:
        """The next job, of the account with the fewest `running`; those `held` back are not it."""
        busy = Counter(ref.provider for ref, _ in running)
        ready = (job for slot, job in self._jobs.items() if slot not in held)
        job = min(ready, key=lambda job: (busy[job.ref.provider], _urgency(job)), default=None)
        return self._jobs.pop(job.slot) if job is not None else None


def _urgency(job: Job) -> datetime:
    return job.expires_at or _NEVER
