"""Chooses between the accounts that a pasted task may belong to, without asking a gateway."""

from collections.abc import Mapping, Sequence

from rushes.providers.frozen import frozen
from rushes.watch.config.accounts import Account


@frozen
class AccountChoice:
    """Chooses accounts: `default` is given with the command, `prefer` is the setting."""

    accounts: Mapping[str, Account]
    prefer: Sequence[str] = ()
    default: str = ""

    def between(self, candidates: Sequence[str]) -> tuple[str, ...]:
        """The accounts that remain possible: one if it is certain, none if none was named.

        An account without a key is left out where another one has a key.
        """
        if self.default in candidates:
            return (self.default,)
        keyed = tuple(name for name in candidates if self.accounts[name].has_key)
        left = keyed or tuple(candidates)
        preferred = next((name for name in self.prefer if name in left), None)
        return (preferred,) if preferred else left

    @property
    def every(self) -> tuple[str, ...]:
        """All accounts, for a task that may be anybody's: those with a key first."""
        return tuple(sorted(self.accounts, key=lambda name: not self.accounts[name].has_key))
