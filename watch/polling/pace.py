"""How fast an account is asked, whatever came due at once (reliability.md row 10).

After an outage, a night, a start or a key press all tasks may be due. No burst comes of it, however
quickly the gateway answers: each lane takes its time for a poll. Pure.
"""

from rushes.watch.config.accounts import Account

SHORTEST = 0.1
"""Seconds that a poll keeps its lane busy at least: no more begin in that time than lanes are."""

UNNOTICED = 20.0
"""Polls a second that are no burst, however few tasks there are."""


def lane_time(account: Account, tasks: int) -> float:
    """Seconds for which a poll keeps its lane busy, with so many tasks to ask about.

    All lanes together begin at most as many polls in a tenth of a second as there are lanes, and in
    a second at most twice what the tasks need, or what the documents allow the account.
    """
    lanes = account.max_concurrency
    wanted = max(UNNOTICED, 2 * tasks / account.poll_interval)
    # Lanes may go in step: what counts is how often each of them begins within a second.
    time = max(SHORTEST, 1 / max(wanted // lanes, 1.0))
    allowed = account.provider.card.poll.allowed
    return max(time, 1 / max(allowed // lanes, 1.0)) if allowed is not None else time
