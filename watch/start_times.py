"""When an account's questions start: evenly, whoever asks them. Pure.

There is one plan an account, the moment of its next start (monotonic seconds, the same in every
process of a machine). Who takes that moment plans the next one a period later, so nothing is saved
up while nobody asks, and a process that dies takes no more along than the moment it had taken.
"""

FURTHEST = 64.0
"""Nothing is planned further ahead, in periods: such a plan is from before the machine started."""


def next_start(planned: float, now: float, period: float, behind: float = 0.0) -> float:
    """The moment of the next start; the one after it is then to be planned a period later.

    Who has waited all along may still have a moment that passed up to `behind` seconds ago: so a
    timer that rings late makes nobody slower.
    """
    if planned > now + FURTHEST * period:
        return now
    return max(planned, now - behind)
