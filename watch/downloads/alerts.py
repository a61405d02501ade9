"""Alerts for outputs that will expire soon, or just did; each is raised once."""

from collections.abc import Container, Iterable, Iterator
from datetime import datetime, timedelta

from rushes.watch.asset import Asset, OutputState
from rushes.watch.changes import Expiring
from rushes.watch.downloads.job import OutputKey
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref, Task

AT_RISK = timedelta(minutes=10)
"""How long before its expiry an alert is raised for an unsaved output."""


class ExpiryAlerts:
    """Remembers which alerts were raised, so that each is raised once."""

    def __init__(self) -> None:
        self._said: set[tuple[Ref, int, EventKind]] = set()
        self._first_look = True

    def look(
        self,
        tasks: Iterable[Task],
        now: datetime,
        tried: Container[OutputKey] = (),
        *,
        more: bool = False,
    ) -> list[tuple[EventKind, Ref, Expiring]]:
        """The outputs of these `tasks` that are newly at risk or lost at `now`.

        Outputs that were lost before the first look raise no alert. Nor do expired outputs that
        are being `tried`: the outcome of the try is reported instead. `more` tasks of the same look
        may follow.
        """
        told = [
            (kind, task.ref, Expiring(task.name, asset.n, asset.output.kind, left, at))
            for task in tasks
            if task.over
            for asset in task.assets(now)
            for kind, left, at in self._news(task, asset, now, tried)
        ]
        self._first_look = self._first_look and more
        return told

    def _news(
        self, task: Task, asset: Asset, now: datetime, tried: Container[OutputKey]
    ) -> Iterator[tuple[EventKind, timedelta | None, datetime]]:
        if asset.settled or asset.deadline is None or _was_refused(asset):
            return
        left = asset.deadline - task.server_time(now)
        if left > AT_RISK:
            return
        kind = EventKind.EXPIRING if left > timedelta(0) else EventKind.EXPIRED
        key = (task.ref, asset.n, kind)
        if key in self._said or (kind is EventKind.EXPIRED and (task.ref, asset.n) in tried):
            return
        self._said.add(key)
        if kind is EventKind.EXPIRING:
            yield kind, left, asset.deadline
        elif not self._first_look:
            yield kind, None, asset.deadline


def _was_refused(asset: Asset) -> bool:
    """Whether its link was refused as expired, and its end is past."""
    fetch = asset.fetch
    return asset.lost and fetch is not None and fetch.state is OutputState.EXPIRED
