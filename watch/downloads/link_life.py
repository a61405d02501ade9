"""Decides whether a refused link is tried again, and when. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from rushes.watch.backoff import span
from rushes.watch.downloads.job import Job
from rushes.watch.transfer.request import LinkAnswer, LinkRefused

FRESH_FOR = timedelta(minutes=10)
"""How long after its task's end a link without a known end is believed to be alive."""

FIRST_PAUSE = 2.0
"""Seconds before the second try; each further pause is twice as long."""

LONGEST_PAUSE = 300.0
"""Seconds between two tries at most, also where a server asks for more."""

TRIES = 6
"""Tries of a server that is busy, at a link that may be dead."""


PAGE_TRIES = 4
"""Tries of a fresh link that brings a page: some stores show one until the file is there."""


class Life(Enum):
    """What is known of a link."""

    FRESH = "fresh"
    """Its known end is ahead; or none is known, and its task ended lately."""

    ENDED = "ended"
    """Its known end is past."""

    OLD = "old"
    """No end is known, and its task ended some time ago."""


def life(job: Job, now: datetime) -> Life:
    """How the link of `job` stands at `now` (our clock, UTC)."""
    left = seconds_left(job, now)
    if left is not None:
        return Life.FRESH if left > 0 else Life.ENDED
    young = job.finished_at is not None and now - job.finished_at < FRESH_FOR
    return Life.FRESH if young else Life.OLD


def seconds_left(job: Job, now: datetime) -> float | None:
    """The time until the known end of the link, by the server's clock; None where none is known."""
    if job.expires_at is None:
        return None
    return (job.expires_at - job.skew - now).total_seconds()


@dataclass(slots=True)
class LinkTries:
    """The tries of one output since it was wanted.

    `patience`: seconds of refusals that are worth waiting; None is for as long as the link may
    serve. `asked`: how the link stood when its task was last asked for another one.
    """

    patience: float | None = None
    asked: Life | None = None
    refused: int = 0
    _since: float = 0.0
    _done: int = 0

    def refuse(self, done: int, now: float) -> None:
        """Count a refusal at `now` (monotonic seconds), when `done` bytes were there.

        Those before bytes that came are forgotten: the link served in between.
        """
        if not self.refused or done > self._done:
            self.refused, self._since = 0, now
        self.refused += 1
        self._done = done

    def pause(
        self, refusal: LinkRefused, state: Life, left: float | None, now: float
    ) -> float | None:
        """Seconds until the next try, None where there is none; `left` is until the known end."""
        if not self._worth_another(refusal, state):
            return None
        pause = span(self.refused - 1, FIRST_PAUSE, LONGEST_PAUSE)
        if left is not None and left > 0:
            # As the end draws near the tries draw together: the last ones matter.
            pause = min(pause, max(left / 2, FIRST_PAUSE))
        pause = max(pause, min(refusal.after, LONGEST_PAUSE))
        if self.patience is None:
            return pause
        rest = self._since + self.patience - now
        if rest <= 0 or refusal.key_refused or refusal.after > rest:
            return None
        return min(pause, rest)

    def _worth_another(self, refusal: LinkRefused, state: Life) -> bool:
        match refusal.answer:
            case LinkAnswer.FINAL:
                return False
            case LinkAnswer.ABSENT:
                return state is Life.FRESH
            case LinkAnswer.PAGE:
                return state is Life.FRESH and self.refused < PAGE_TRIES
            case LinkAnswer.NONE:
                return state is Life.FRESH and self.patience is None
            case LinkAnswer.BUSY:
                return state is Life.FRESH or self.refused < TRIES
