"""Which of several accounts a task belongs to, as far as that can be told without asking any."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rushes.watch.config.accounts import Account


@dataclass(frozen=True, slots=True)
class AccountChoice:
    """Decides between accounts: `default` is one person's word for now, `prefer` the settings'."""

    accounts: Mapping[str, Account]
    prefer: Sequence[str] = ()
    default: str = ""

    def between(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """Those that are left: one where it is certain, none where none was named.

        An account without a key does not compete with one that has one.
        """
        if self.default in candidates:
            return (self.default,)
        keyed = tuple(name for name in candidates if self.accounts[name].has_key)
        left = keyed or tuple(candidates)
        preferred = next((name for name in self.prefer if name in left), None)
        return (preferred,) if preferred else left
