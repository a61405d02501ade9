"""Remembers the accounts whose key came from the keyring, as asking it may open a dialogue."""

import contextlib
from pathlib import Path

import tomli_w

from rushes.watch.disk.atomic import SaveFailed, atomic_write
from rushes.watch.disk.paths import private_dir
from rushes.watch.disk.tomlfile import BadFile, Toml, parse_toml, read_text

SIZE_LIMIT = 1 << 20
"""Bytes of state.toml that are read at most."""

_NAME = "keyring"


def seen(state: Path) -> frozenset[str]:
    """The ids of those accounts; none where state.toml cannot be read."""
    held = _read(state).get(_NAME)
    items = held if isinstance(held, list) else []
    return frozenset(item for item in items if isinstance(item, str))


def note(state: Path, account_id: str) -> None:
    """Remember that the keyring gave a key for that account; blocks."""
    if account_id in seen(state):
        return
    names: list[Toml] = [*sorted(seen(state) | {account_id})]
    with contextlib.suppress(SaveFailed):  # then it is noted the next time
        private_dir(state.parent)
        atomic_write(state, tomli_w.dumps(_read(state) | {_NAME: names}).encode())


def _read(state: Path) -> dict[str, Toml]:
    try:
        file = read_text(state, SIZE_LIMIT)
        return parse_toml(state, file.text) if file else {}
    except BadFile:
        return {}
