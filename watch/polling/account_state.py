"""How things stand with the accounts: one trouble for one outage, not one for every task."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rushes.watch.polling.session import Session
from rushes.watch.task import Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountState:
    """How things stand with one account; `key_missing` says what to do about a missing key."""

    account_id: str
    trouble: Trouble | None
    key_missing: str
    polled_at: datetime | None


class Standing:
    """Follows the accounts' gates, and says so when one closes or opens."""

    def __init__(self, sessions: Mapping[str, Session]) -> None:
        self._sessions = sessions
        self._troubles: dict[str, Trouble] = {}
        self._polled_at: dict[str, datetime] = {}

    def state(self, account_id: str) -> AccountState:
        """How things stand with an account."""
        return AccountState(
            account_id=account_id,
            trouble=self._troubles.get(account_id),
            key_missing=self._sessions[account_id].key_missing,
            polled_at=self._polled_at.get(account_id),
        )

    def polled(self, account_id: str, now: datetime) -> None:
        """Note that the account was asked something."""
        self._polled_at[account_id] = now

    def follow(self, account_id: str, now: datetime, monotonic: float) -> str:
        """Take in the gate as it is; one sentence when trouble began or ended, else empty."""
        gate = self._sessions[account_id].gate
        before, problem = self._troubles.get(account_id), gate.problem
        if problem is None:
            self._troubles.pop(account_id, None)
            return f"{account_id} answers again" if before else ""
        same = before is not None and before.kind is problem.kind
        left = timedelta(seconds=max(0.0, gate.closed_until - monotonic))
        self._troubles[account_id] = Trouble(
            kind=problem.kind,
            message=problem.message,
            code=problem.code,
            since=before.since if before is not None and same else now,
            retry_at=now + left,
        )
        return "" if same else f"{account_id}: {problem.message}"
