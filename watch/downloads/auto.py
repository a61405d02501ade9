"""The `auto` download policy: off, all, or rescue."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rushes.watch.config.settings import Auto
from rushes.watch.task import Task


@dataclass(frozen=True, slots=True)
class AutoDownload:
    """The policy of the settings: `auto`, where rescue means what expires within `before` seconds.

    The settings are those of `[download]` in config.toml.
    """

    auto: Auto
    before: float

    def wants(self, task: Task, now: datetime) -> bool:
        """Whether the outputs of `task` are to be downloaded at `now` without a key press."""
        if not task.over or self.auto is Auto.OFF:
            return False
        if self.auto is Auto.ALL:
            return True
        loss = task.next_loss(now)
        if loss is None or loss.deadline is None:
            return False
        return loss.deadline - task.server_time(now) <= timedelta(seconds=self.before)
