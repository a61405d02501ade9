"""The desk's downloads: what is fetched, at a key press or before it would be lost."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from watch.changes import EventKind
from watch.downloads import Downloads, Job
from watch.settings import Auto
from watch.task import Asset, Fetch, OutputState, Task


@dataclass(frozen=True, slots=True)
class Rescue:
    """What is fetched unasked: nothing, everything, or what expires within `before` seconds."""

    auto: Auto
    before: float

    def wants(self, task: Task, now: datetime) -> bool:
        """Whether `task` has outputs that are to be fetched unasked at `now`."""
        if not task.over or self.auto is Auto.OFF:
            return False
        if self.auto is Auto.ALL:
            return True
        loss = task.next_loss(now)
        if loss is None or loss.expires_at is None:
            return False
        return loss.expires_at - task.server_time(now) <= timedelta(seconds=self.before)


def queue(
    downloads: Downloads, task: Task, now: datetime, n: int | None = None, *, force: bool = False
) -> str:
    """Queue output `n` of a task, or all that are not saved; empty, or why there is nothing to do.

    An expired link is queued too: it is renewed through its task before it is given up.
    """
    if not task.over:
        return "not finished yet"
    assets = [asset for asset in task.assets(now) if n is None or asset.n == n]
    if not assets:
        return "no output"
    wanted = [asset for asset in assets if force or not on_disk(asset)]
    if not wanted:
        return "all saved"
    for asset in wanted:
        downloads.queue(_job(task, asset), force=force)
    return ""


def rescue(downloads: Downloads, tasks: Iterable[Task], rule: Rescue, now: datetime) -> None:
    """Queue what `rule` wants; what failed once waits for a person's key press."""
    for task in tasks:
        if rule.wants(task, now):
            for asset in task.assets(now):
                if asset.fetch is None and not asset.lost:
                    downloads.queue(_job(task, asset))


def on_disk(asset: Asset) -> bool:
    """Whether the verified file is still where it was saved."""
    return asset.saved and asset.fetch is not None and _exists(asset.fetch)


def telling(task: Task, n: int, fetch: Fetch) -> tuple[EventKind, str]:
    """The event that a settled download is, and its sentence."""
    note = f" ({fetch.note})" if fetch.note else ""
    if fetch.state is OutputState.DOWNLOADED and fetch.path is not None:
        return EventKind.SAVED, f"{task.name}: {fetch.path.name}{note}"
    return EventKind.DOWNLOAD_FAILED, f"{task.name}: output {n}{note}"


def _job(task: Task, asset: Asset) -> Job:
    return Job(
        ref=task.ref, n=asset.n, output=asset.output, name=task.name, expires_at=asset.expires_at
    )


def _exists(fetch: Fetch) -> bool:
    try:
        return fetch.path is not None and fetch.path.exists()
    except OSError:
        return False
