"""Handles an output whose link was refused: asks for another link, tries again, or gives up."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from rushes.providers.errors import RushesError
from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.providers.model import Handle
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.clock import Clock
from rushes.watch.downloads.job import Job, OutputKey
from rushes.watch.downloads.link_life import Life, LinkTries, life, seconds_left
from rushes.watch.reasons import AsksForLink, GaveUp, NoAnswerYet, NotHonoured, NotThereYet, Reason
from rushes.watch.transfer.request import LinkAnswer, LinkRefused

log = logging.getLogger(__name__)


@frozen
class Retries:
    """The tries of every output that was refused and is still wanted.

    `renew` asks the task of a job for another link: the job as it is then, None where there is
    none. `current` is the job as its task stands now.
    """

    clock: Clock
    renew: Callable[[Job], Awaitable[Job | None]]
    current: Callable[[Job], Job]
    _tries: dict[OutputKey, LinkTries] = field(
        default_factory=dict[OutputKey, LinkTries], init=False
    )

    def begin(self, slot: OutputKey, patience: float | None) -> None:
        """Start to count the tries of an output; `patience`: the longest wait in seconds."""
        self._tries[slot] = LinkTries(patience)

    def end(self, slot: OutputKey) -> None:
        """Forget the tries of an output."""
        self._tries.pop(slot, None)

    async def next(
        self, job: Job, refusal: LinkRefused, shown: Fetch, tell: Callable[[Job, Fetch], None]
    ) -> Job | Fetch:
        """The job to be tried once its time has come, or what is known where there is no use in it.

        The task is asked for another link once, and again when the known end of the link is past.
        `shown` is how far the output had come; `tell` hears how it stands meanwhile.
        """
        tries = self._tries.setdefault(job.slot, LinkTries())
        tries.refuse(shown.done, self.clock.monotonic())
        if tries.asked is not life(job, self.clock.now()):
            tell(job, shown.set_aside(Halt.NOT_THERE_YET, AsksForLink(refusal.reason)))
            fresh = await self._another_link(job)
            tries.asked = life(fresh or job, self.clock.now())
            if fresh is not None and (refusal.answer is LinkAnswer.FINAL or _differs(fresh, job)):
                return fresh
            job = fresh or job
        now = self.clock.now()
        state, left = life(job, now), seconds_left(job, now)
        pause = tries.pause(refusal, state, left, self.clock.monotonic())
        if pause is None:
            return _given_up(refusal, state, tries, shown)
        at = now + timedelta(seconds=pause)
        tell(job, shown.set_aside(Halt.NOT_THERE_YET, _not_yet(refusal), retry_at=at))
        await self.clock.sleep(pause)
        return self.current(job)

    async def _another_link(self, job: Job) -> Job | None:
        try:
            return await self.renew(job)
        except RushesError as error:
            log.warning("no new link for %s: %s", job.ref, error)
            return None


def _differs(fresh: Job, old: Job) -> bool:
    """Whether another try may be answered otherwise: at another link, or at a prolonged one."""
    before, now = old.output, fresh.output
    return isinstance(now.where, Handle) or (now.where, now.claims) != (before.where, before.claims)


def _not_yet(refusal: LinkRefused) -> Reason:
    if refusal.answer is LinkAnswer.NONE:
        return NoAnswerYet(refusal.reason)
    return refusal.reason if refusal.key_refused else NotThereYet(refusal.reason)


def _given_up(refusal: LinkRefused, state: Life, tries: LinkTries, shown: Fetch) -> Fetch:
    """How an output is left that is not tried again: lost only where its known end is past.

    What passes by itself, or with another key, is left to the next command by one that does not
    wait for it; a dashboard has tried for as long as there is any use in it.
    """
    passes = refusal.key_refused or refusal.answer in (LinkAnswer.NONE, LinkAnswer.BUSY)
    is_left = passes and tries.patience is not None
    final = refusal.answer in (LinkAnswer.FINAL, LinkAnswer.PAGE)
    if (is_left and state is not Life.ENDED) or (state is Life.FRESH and not final):
        return shown.set_aside(Halt.NOT_THERE_YET, _not_yet(refusal))
    why = refusal.reason
    if refusal.answer is LinkAnswer.BUSY:
        why = GaveUp(why, tries.refused)
    if state is not Life.ENDED:
        return Fetch(state=OutputState.FAILED, reasons=(why,))
    if refusal.answer is LinkAnswer.ABSENT:
        why = NotHonoured(why)
    return Fetch(state=OutputState.EXPIRED, reasons=(why,))


def asks_for_link(fetch: Fetch) -> bool:
    """Whether a task is being asked for another link, which decides how it goes on."""
    return any(isinstance(reason, AsksForLink) for reason in fetch.reasons)
