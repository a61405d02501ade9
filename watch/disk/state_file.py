"""Reads and writes state.toml: a few facts that Rushes keeps for itself, each under its own key."""

from collections.abc import Mapping
from pathlib import Path

from rushes.watch.disk.atomic import SaveFailed, atomic_write
from rushes.watch.disk.paths import private_dir
from rushes.watch.disk.tomlfile import BadFile, Toml, parse_toml, read_text

SIZE_LIMIT = 1 << 20
"""Bytes of state.toml that are read at most."""


def read_state(path: Path) -> dict[str, Toml]:
    """What it holds; nothing where it is missing or cannot be read."""
    try:
        file = read_text(path, SIZE_LIMIT)
        return parse_toml(path, file.text) if file else {}
    except BadFile:
        return {}


def write_state(path: Path, held: Mapping[str, Toml], said: Mapping[str, Toml]) -> bool:
    """Write what it held with what is said anew; whether it could be saved. Blocks."""
    import tomli_w

    try:
        private_dir(path.parent)
        atomic_write(path, tomli_w.dumps({**held, **said}).encode())
    except SaveFailed:
        return False
    return True
