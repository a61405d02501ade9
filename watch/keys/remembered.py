"""Remembers, in state.toml, what commands and the keyring gave, as neither is asked without need.

Of the keyring, which may open a dialogue, the accounts are kept; of both the keys' hashes, so that
another process does not take a pasted key for an id.
"""

from collections.abc import Iterator
from pathlib import Path

from rushes.watch.disk.state_file import read_state, write_state
from rushes.watch.disk.tomlfile import Toml
from rushes.watch.keys.find import KEYRING, Key
from rushes.watch.keys.key_hash import KeyHash

HASHES = 64
"""Hashes that are kept, the newest: some commands make a new key each time."""

LONGEST = 4096
"""Characters of a key at most: of a longer one no hash is believed."""

_ACCOUNTS = "keyring"
_USED = "used"


def in_keyring(state: Path) -> frozenset[str]:
    """The accounts that the keyring gave a key for; none where state.toml cannot be read."""
    return frozenset(_accounts(read_state(state)))


def used_keys(state: Path) -> tuple[KeyHash, ...]:
    """The hashes of the keys that commands and the keyring gave; none where it cannot be read."""
    return tuple(_hashes(read_state(state)))


def note(state: Path, account_id: str, key: Key) -> None:
    """Remember a key that was found by a command or in the keyring; blocks."""
    if key.secret is None or not key.asked_for:
        return
    held = read_state(state)
    accounts, hashes, text = set(_accounts(held)), list(_hashes(held)), key.secret.reveal()
    is_news = False
    if key.source == KEYRING and account_id not in accounts:
        accounts.add(account_id)
        is_news = True
    if not any(used.is_of(text) for used in hashes):
        hashes.append(KeyHash.of(text))
        is_news = True
    if is_news:
        _write(state, held, sorted(accounts), hashes[-HASHES:])


def _write(state: Path, held: dict[str, Toml], accounts: list[str], hashes: list[KeyHash]) -> None:
    said: dict[str, Toml] = {
        _ACCOUNTS: [*accounts],
        _USED: [{"length": one.length, "salt": one.salt, "hash": one.digest} for one in hashes],
    }
    write_state(state, held, said)  # where that fails it is noted the next time


def _accounts(held: dict[str, Toml]) -> Iterator[str]:
    items = held.get(_ACCOUNTS)
    return (item for item in (items if isinstance(items, list) else []) if isinstance(item, str))


def _hashes(held: dict[str, Toml]) -> Iterator[KeyHash]:
    items = held.get(_USED)
    for item in items if isinstance(items, list) else []:
        match item:
            case {"length": int(length), "salt": str(salt), "hash": str(digest)}:
                if 0 < length <= LONGEST and len(salt) <= 64 and salt.isascii():
                    yield KeyHash(length, salt, digest)
            case _:
                pass
