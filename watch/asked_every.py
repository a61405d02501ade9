"""How often tasks are really asked about, and what that is due to."""

from enum import Enum

from rushes.providers.frozen import frozen


class Pacing(Enum):
    """What the interval is due to at which tasks are asked about."""

    INTERVAL = "interval"
    """The interval that is set or documented: nothing holds it up."""
    LEARNED = "learned"
    """What earlier tasks teach: few would be over yet, or nearly all."""
    SLOWER = "slower"
    """The task's status is not known, or it takes longer than the documents advise to ask."""
    RATE = "rate"
    """More is due than polls may start a second."""
    CONCURRENCY = "concurrency"
    """More is due than the questions under way leave room for."""


@frozen
class AskedEvery:
    """The seconds between two polls of a task as things are, and what they are due to.

    `limit` is what holds the polls up: so many a second for RATE, at a time for CONCURRENCY.
    """

    seconds: float
    why: Pacing
    limit: float

    @property
    def held_up(self) -> bool:
        """Whether tasks are asked about less often than they are due."""
        return self.why in (Pacing.RATE, Pacing.CONCURRENCY)
