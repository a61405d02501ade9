"""The state of an account: whether it may be asked, what holds it, whether its key is missing."""

from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.model import Problem
from rushes.watch.task import Trouble


class Access(Enum):
    """Whether an account's tasks may be asked about."""

    OPEN = "open"
    SUSPECTED = "suspected"
    """One question decides; the others wait for its answer."""
    CLOSED = "closed"


@frozen(kw_only=True)
class AccountState:
    """The state of one account, the same for the engine and for the screen.

    `problem` is what holds all of its tasks, `since` when. The account is tried again at
    `closed_until` (monotonic seconds), which by the wall clock is `retry_at`. `key_missing` says
    what to do about a missing key; `polled_at` is when one of its tasks was last asked about.
    """

    account_id: str
    access: Access = Access.OPEN
    problem: Problem | None = None
    since: datetime | None = None
    closed_until: float = 0.0
    retry_at: datetime | None = None
    key_missing: str = ""
    polled_at: datetime | None = None

    @property
    def trouble(self) -> Trouble | None:
        """The problem as people are told of it; None while nothing holds the account."""
        if self.problem is None or self.since is None:
            return None
        return Trouble(
            kind=self.problem.kind,
            message=self.problem.message,
            code=self.problem.code,
            since=self.since,
            retry_at=self.retry_at,
        )
