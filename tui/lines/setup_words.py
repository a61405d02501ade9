"""What the first page says of the setup: which keys are where, and whether config.toml is there."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto

from rushes.providers.frozen import frozen
from rushes.watch.config.accounts import Account
from rushes.watch.config.settings import Settings

FIRST = ("hiapi", "anyfast", "ttapi", "gptge", "dimilinks", "dashscope")
"""The accounts that are named where no key tells which are of use."""


class KeyPlace(Enum):
    """Where the key of an account is; ASKING while the keyring has not answered yet."""

    ENVIRONMENT = auto()
    COMMAND = auto()
    CONFIG = auto()
    KEYRING = auto()
    ASKING = auto()
    NOWHERE = auto()
    NO_ANSWER = auto()

    @property
    def has_key(self) -> bool:
        """Whether there is a key, as far as that is known."""
        return self in (
            KeyPlace.ENVIRONMENT, KeyPlace.COMMAND, KeyPlace.CONFIG, KeyPlace.KEYRING
        )  # fmt: skip


@frozen
class KeyLine:
    """An account, the variable that its key would be in, and where the key is. Never the key."""

    account: str
    variable: str
    place: KeyPlace


def key_lines(settings: Settings, keyring: Mapping[str, KeyPlace]) -> tuple[KeyLine, ...]:
    """A line for each account that is on: first those with a key, then those of most use.

    `keyring` is what it said of accounts that have no other key.
    """
    lines = [
        KeyLine(each.id, each.key.env, _place(each, keyring)) for each in settings.accounts.values()
    ]
    own = {each.id for each in settings.accounts.values() if each.is_own}

    def place(line: KeyLine) -> tuple[bool, bool, int]:
        known = FIRST.index(line.account) if line.account in FIRST else len(FIRST)
        return not line.place.has_key, line.account not in own, known

    return tuple(sorted(lines, key=place))


def without_key(settings: Settings) -> Sequence[Account]:
    """The accounts for which the keyring is asked: those named first that have no other key."""
    accounts = [settings.accounts[name] for name in FIRST if name in settings.accounts]
    own = [each for each in settings.accounts.values() if each.is_own and each not in accounts]
    return [each for each in (*own, *accounts) if not each.has_key]


def counted(lines: Iterable[KeyLine]) -> int:
    """How many keys were found."""
    return sum(line.place.has_key for line in lines)


def _place(account: Account, keyring: Mapping[str, KeyPlace]) -> KeyPlace:
    if account.key_place == account.key.env:
        return KeyPlace.ENVIRONMENT
    if account.key.command:
        return KeyPlace.COMMAND
    if account.key.literal is not None:
        return KeyPlace.CONFIG
    if account.has_key:
        return KeyPlace.KEYRING
    return keyring.get(account.id, KeyPlace.NOWHERE)
