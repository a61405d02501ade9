"""The config.toml of `rushes demo --serve --config DIR`: DIR is a home that asks the demo."""

from collections.abc import Mapping
from pathlib import Path

import tomli_w

from rushes.providers.text import clean
from rushes.tui.shell.shell import BadUsage
from rushes.watch.disk.atomic import atomic_write
from rushes.watch.disk.paths import expanded, private_dir
from rushes.watch.disk.tomlfile import read_text

_MARK = "# Written by rushes demo --serve --config; another run writes it anew."

_LIMIT = 1 << 20

_VARIABLE = "RUSHES_DEMO_KEY"
"""Not the vendors' own: a real key has no business at a demo."""


def refuse_anothers(folder: Path) -> None:
    """Raise BadUsage where the config.toml of a folder is none that this module has written."""
    path = _file(folder)
    if path.is_symlink() or path.exists():
        found = None if path.is_symlink() else read_text(path, _LIMIT)
        if found is None or not found.text.startswith(_MARK):
            raise BadUsage(f"{clean(str(path))} is a person's: name a folder without a config.toml")


def write_pointer(folder: Path, accounts: Mapping[str, Mapping[str, str]], key: str) -> None:
    """Write a config.toml with these providers' tables and one key; raises SaveFailed."""
    path = _file(folder)
    private_dir(path.parent)
    keys = {"api_key_env": _VARIABLE, "api_key": key}
    document = tomli_w.dumps(
        {"providers": {name: {**own, **keys} for name, own in accounts.items()}}
    )
    text = f"{_MARK}\n# RUSHES_HOME={clean(str(path.parent))} rushes\n\n{document}"
    atomic_write(path, text.encode())


def _file(folder: Path) -> Path:
    return expanded(str(folder)).absolute() / "config.toml"
