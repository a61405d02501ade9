"""Words for how often tasks are asked about, and why one is asked about when it is."""

from collections.abc import Mapping

from rushes.providers.language import Words, _
from rushes.watch.asked_every import AskedEvery, Pacing
from rushes.watch.polling.schedule import RETRY_AFTER_CAP
from rushes.watch.task import PollReason, PollWhy

_WHY: Mapping[PollReason, str] = Words(
    {
        PollReason.UNKNOWN_STATUS: "unknown status: asked more slowly",
        PollReason.PAST_ADVICE: "past the documents' advice: more slowly",
        PollReason.BACK_OFF: "backing off",
        PollReason.REFUSED: "refused: asked more slowly",
        PollReason.NO_KEY: "waiting for a key",
        PollReason.LATE_FILES: "succeeded without files: asked again",
        PollReason.ELSEWHERE: "another rushes asked",
        PollReason.ACCOUNT: "the account waits",
        PollReason.OUR_FAULT: "internal error",
        PollReason.PAUSED: "paused",
    }
)


def asked_words(every: AskedEvery) -> str:
    """Such as "asked every 12 s: limit 20/s"."""
    said = _("asked every {seconds:.3g} s").format(seconds=every.seconds)
    match every.why:
        case Pacing.RATE:
            return _("{said}: limit {limit:g}/s").format(said=said, limit=every.limit)
        case Pacing.CONCURRENCY:
            return _("{said}: {limit:g} at a time").format(said=said, limit=every.limit)
        case Pacing.LEARNED:
            return _("{said}, as its tasks so far suggest").format(said=said)
        case Pacing.SLOWER:
            return _("{said}: more slowly than others").format(said=said)
        case Pacing.INTERVAL:
            return said


def next_poll_words(why: PollWhy) -> str:
    """Such as "every 5s" or "backing off"."""
    match why.reason:
        case PollReason.INTERVAL:
            return _("every {seconds:g}s").format(seconds=round(why.seconds, 2))
        case PollReason.RETRY_AFTER:
            return _("asked to wait {seconds:.0f}s").format(seconds=why.seconds)
        case PollReason.RETRY_AFTER_CAPPED:
            return _("asked to wait {seconds:.0f}s, capped at {retry_after_cap:.0f}s").format(
                seconds=why.seconds, retry_after_cap=RETRY_AFTER_CAP
            )
        case _:
            return _WHY[why.reason]
