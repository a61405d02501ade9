"""The rate limit of one account's polls (row 10 in docs/reliability.md). Pure.

After an outage, a night, a start or a key press all tasks may be due at once. So that no burst
follows, however quickly the gateway answers, a poll occupies its lane for a minimum time.
"""

from rushes.watch.config.accounts import Account

SHORTEST = 0.1
"""Seconds that a poll occupies its lane at least: in that time no more polls begin than lanes."""

ALWAYS_ALLOWED = 20.0
"""Polls per second that are always allowed, however few tasks there are."""


def lane_time(account: Account, tasks: int) -> float:
    """Seconds for which a poll occupies its lane, with so many tasks to ask about.

    All lanes together begin at most as many polls in a tenth of a second as there are lanes, and in
    a second at most twice what the tasks need, or what the documents allow the account.
    """
    lanes = account.max_concurrency
    wanted = max(ALWAYS_ALLOWED, 2 * tasks / account.poll_interval)
    # Lanes may go in step: what counts is how often each of them begins within a second.
    time = max(SHORTEST, 1 / max(wanted // lanes, 1.0))
    allowed = account.provider.card.poll.allowed
    return max(time, 1 / max(allowed // lanes, 1.0)) if allowed is not None else time
