"""What is fetched without a person's word: nothing, everything, or what would else be lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rushes.watch.config.settings import Auto
from rushes.watch.task import Task


@dataclass(frozen=True, slots=True)
class AutoDownload:
    """The policy of the settings: `auto`, where rescue means what expires within `before` seconds.

    Its words are those of interface.md, `[download]`.
    """

    auto: Auto
    before: float

    def wants(self, task: Task, now: datetime) -> bool:
        """Whether `task` has outputs that are to be fetched unasked at `now`."""
        if not task.over or self.auto is Auto.OFF:
            return False
        if self.auto is Auto.ALL:
            return True
        loss = task.next_loss(now)
        if loss is None or loss.deadline is None:
            return False
        return loss.deadline - task.server_time(now) <= timedelta(seconds=self.before)
