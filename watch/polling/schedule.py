"""The delay until a task is asked about again, and the reason for it. Pure: chance is passed in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rushes.providers.card import Card
from rushes.providers.model import Problem, ProblemKind, Status
from rushes.watch import backoff
from rushes.watch.task import PollReason, PollWhy

if TYPE_CHECKING:
    from random import Random

RETRY_AFTER_CAP = 120.0
"""Seconds that a gateway's word to wait is obeyed at most (reliability.md S5)."""

BACK_OFF_CAP = 60.0
"""Seconds between two tries at most while a gateway cannot be reached."""

JITTER_FROM = 0.5
"""A back-off waits at least this share of its span; the rest is random (row 9)."""

FIRST_TRIAL = 0.3
"""A closed account is first tried after one interval plus a random share of it up to this."""

OUTAGE_FACTOR = 4.0
"""The span grows by this factor from trial to trial; at an interval of 3 s or more, chance can
make no more than 6 trials a minute of it."""

REFUSED_AGAIN = 60.0
"""Seconds until a refused key is tried again, doubled each time."""

NO_KEY_YET = 60.0
"""Seconds until a task is looked at again while there is no key to ask with."""

REFUSED_CAP = 900.0
"""Seconds between two trials of a refused key at most."""

UNKNOWN_FACTOR = 4
"""An unmapped status is asked about so many times more slowly (interface.md, "Statuses")."""

SLOW_FACTOR = 6
"""After a refused poll, and past the time that the gateway's documents advise, a task is polled at
this multiple of the interval."""

JITTER = 0.1
"""What is asked more slowly comes up to this share of the time later, never sooner."""

DRIFT = 0.02
"""The same share of an ordinary interval: what is due together starts evenly all the same."""

ON_THE_WAY = 0.1
"""The interval is counted from when the question was sent, but by no more than this share of it
before the answer: when a question arrived there, nobody here can tell."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The next poll: seconds from now, and why then."""

    delay: float
    why: PollWhy


def after_answer(
    status: Status,
    interval: float,
    card: Card,
    age: float | None,
    rng: "Random",
    *,
    learned: float | None = None,
    took: float = 0.0,
) -> Plan | None:
    """The plan after a readable answer that took so many seconds; None once the task is over.

    `age` is the seconds since the task began, None where unknown. Past the time that the documents
    advise, a task is polled more slowly but never declared failed: it may still succeed. `learned`
    is the longer interval that its own kind teaches (`cadence.py`); the longest wait counts.
    """
    if status.terminal:
        return None
    slower = slowness(status, card, age)
    if slower > 1 and status is Status.UNKNOWN:
        return Plan(_later(interval * slower, rng), PollWhy(PollReason.UNKNOWN_STATUS))
    if slower > 1:
        return Plan(_later(interval * slower, rng), PollWhy(PollReason.PAST_ADVICE))
    plan = at_interval(learned or interval, rng)
    return Plan(plan.delay - min(took, ON_THE_WAY * interval), plan.why)


def slowness(status: Status | None, card: Card, age: float | None) -> int:
    """So many times more slowly than others a task of that status and age is asked about."""
    if status is Status.UNKNOWN:
        return UNKNOWN_FACTOR
    advised = card.poll.advised
    return SLOW_FACTOR if advised is not None and age is not None and age > advised else 1


def not_before(asked: float | None, plan: Plan) -> Plan:
    """The plan, put off to the seconds that the gateway asked to wait, up to RETRY_AFTER_CAP."""
    if asked is None or min(asked, RETRY_AFTER_CAP) <= plan.delay:
        return plan
    return _as_asked(asked, plan.delay)


def _as_asked(asked: float, at_least: float) -> Plan:
    if asked > RETRY_AFTER_CAP:
        return Plan(max(RETRY_AFTER_CAP, at_least), PollWhy(PollReason.RETRY_AFTER_CAPPED, asked))
    return Plan(max(asked, at_least), PollWhy(PollReason.RETRY_AFTER, asked))


def at_interval(interval: float, rng: "Random") -> Plan:
    """The ordinary plan."""
    return Plan(_later(interval, rng, DRIFT), PollWhy(PollReason.INTERVAL, interval))


def after_problem(
    kind: ProblemKind, streak: int, retry_after: float | None, interval: float, rng: "Random"
) -> Plan:
    """The plan after a poll that told nothing; `streak` counts such polls in a row, from 1."""
    match kind:
        case ProblemKind.RATE_LIMITED | ProblemKind.UNAVAILABLE if retry_after is not None:
            # Not before the gateway's word, and never before the interval either.
            return _as_asked(retry_after, interval)
        case ProblemKind.RATE_LIMITED | ProblemKind.UNAVAILABLE:
            return Plan(back_off(streak, interval, rng), PollWhy(PollReason.BACK_OFF))
        case ProblemKind.REFUSED:
            return Plan(_later(interval * SLOW_FACTOR, rng), PollWhy(PollReason.REFUSED))
        case ProblemKind.AUTH if streak > 1:
            return Plan(back_off(streak, interval, rng), PollWhy(PollReason.REFUSED))
        case ProblemKind.AUTH:
            return at_interval(interval, rng)
        case ProblemKind.NOT_FOUND | ProblemKind.MALFORMED:
            return at_interval(interval, rng)


def after_closing(problem: Problem, closings: int, interval: float, rng: "Random") -> float:
    """Seconds until an account is tried that was closed for the `closings`-th time in a row."""
    if problem.retry_after is not None or problem.kind is ProblemKind.RATE_LIMITED:
        return after_problem(problem.kind, closings, problem.retry_after, interval, rng).delay
    if problem.kind is ProblemKind.AUTH:
        return _later(backoff.span(closings - 1, REFUSED_AGAIN, REFUSED_CAP), rng)
    if closings == 1:
        return interval * (1 + rng.uniform(0, FIRST_TRIAL))
    return back_off(closings - 1, interval, rng, factor=OUTAGE_FACTOR)


def back_off(streak: int, interval: float, rng: "Random", *, factor: float = 2.0) -> float:
    """Jitter over a growing span's latter half, never under the interval (reliability.md R5)."""
    drawn = backoff.back_off(
        streak, interval, BACK_OFF_CAP, rng, factor=factor, certain=JITTER_FROM
    )
    return max(interval, drawn)


def _later(seconds: float, rng: "Random", share: float = JITTER) -> float:
    return seconds * (1 + rng.uniform(0, share))
