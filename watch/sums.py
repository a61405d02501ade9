"""What the tasks of a list add up to, for a status bar."""

from collections import Counter

from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.watch.task import Ref


@frozen
class Sums:
    """Counts over the tasks of a list, by status (None before the first answer).

    `unsaved` are files that are neither saved nor lost, `at_risk` those of them that go within the
    hour. `next_loss` is when the next file goes (Unix seconds, our clock) and whose it is.
    """

    statuses: Counter[str | None] = field(default_factory=Counter[str | None])
    trouble: int = 0
    unsaved: int = 0
    at_risk: int = 0
    lost: int = 0
    next_loss: tuple[float, Ref] | None = None
