"""The `auto` download policy: off, all, or rescue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rushes.watch.config.downloads import Auto
from rushes.watch.task import Task

_ENDLESS = 1e10
"""Seconds that are longer than any link lives; more of them might be too many to reckon with."""


@dataclass(frozen=True, slots=True)
class AutoDownload:
    """The policy of the settings: `auto`, where rescue means what expires within `before` seconds.

    The settings are those of `[download]` in config.toml.
    """

    auto: Auto
    before: float

    @property
    def ahead(self) -> tuple[timedelta, ...]:
        """How long before an end of an output it may begin to be wanted."""
        return (self._span,) if self.auto is Auto.RESCUE else ()

    @property
    def _span(self) -> timedelta:
        return timedelta(seconds=min(self.before, _ENDLESS))

    def wants(self, task: Task, now: datetime) -> bool:
        """Whether the outputs of `task` are to be downloaded at `now` without a key press."""
        if not task.over or self.auto is Auto.OFF:
            return False
        if self.auto is Auto.ALL:
            return True
        loss = task.next_loss(now)
        if loss is None or loss.deadline is None:
            return False
        return loss.deadline - task.server_time(now) <= self._span
