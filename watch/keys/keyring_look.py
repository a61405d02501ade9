"""Looks whether the system's keyring has keys, for a page that says where keys were found."""

from collections.abc import Iterable, Iterator
from enum import Enum, auto
from importlib.util import find_spec
from pathlib import Path

from rushes.watch.keys.find import AskKeyring, KeySource, ask_keyring, find_key
from rushes.watch.keys.remembered import note


class InKeyring(Enum):
    """What the keyring said of an account's key."""

    ASKED = auto()
    HOLDS = auto()
    LACKS = auto()
    SILENT = auto()


def is_installed() -> bool:
    """Whether there is a library to ask a keyring with."""
    try:
        return find_spec("keyring") is not None
    except (ImportError, ValueError):
        return False


def look(
    accounts: Iterable[tuple[str, KeySource]], state: Path, ask: AskKeyring = ask_keyring
) -> Iterator[tuple[str, InKeyring]]:
    """What the keyring has, account by account; each step blocks for up to 3 s.

    Once it was silent no other account is asked about. What it holds is noted in `state`, and
    learnt to be hidden; nothing of a key is returned.
    """
    for account, source in accounts:
        only_there = KeySource(env=source.env, service=source.service)
        key = find_key(account, only_there, {}, keyring=ask)
        note(state, account, key)
        if key.silent:
            yield account, InKeyring.SILENT
            return
        yield account, InKeyring.HOLDS if key.secret is not None else InKeyring.LACKS
