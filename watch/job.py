"""What is to be downloaded."""

from dataclasses import dataclass
from datetime import datetime

from providers.model import Output
from watch.task import Ref

PAUSED = "paused"
"""The note of an output that was paused by hand; what arrived of it is kept."""

CANCELED = "canceled"
"""The note of an output that was canceled by hand; nothing is kept of it."""

Slot = tuple[Ref, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Output `n` of a task, to be saved; `name` is the label or the id, `expires_at` UTC.

    `seconds` is how long the provider says that a film lasts.
    """

    ref: Ref
    n: int
    output: Output
    name: str
    expires_at: datetime | None
    seconds: float | None = None

    @property
    def slot(self) -> Slot:
        """What makes two jobs the same."""
        return self.ref, self.n
