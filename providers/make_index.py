"""Makes the index from the cards: `python -m rushes.providers.make_index > providers/index.py`."""

import importlib
import pkgutil

from rushes import providers
from rushes.providers.card import Provider
from rushes.providers.fields import MISSING, fields
from rushes.providers.listed import Listed, listed

_NOT_LOADED = ("index", "make_index", "make_table", "registry")
"""Modules that read the index, which may be broken by a merge."""

_HEAD = '''\
"""The built-in providers, as `make_index.py` wrote them from their cards: not edited by hand."""

# ruff: noqa: E501, Q000, RUF100
# fmt: off

from rushes.providers.listed import Listed

INDEX = (
'''


def text() -> str:
    """The text of the index: a line for each module here that defines `PROVIDER`."""
    found: list[Listed] = []
    for module in pkgutil.iter_modules(providers.__path__, f"{providers.__name__}."):
        if module.ispkg or module.name.rpartition(".")[2] in _NOT_LOADED:
            continue
        provider = getattr(importlib.import_module(module.name), "PROVIDER", None)
        if isinstance(provider, Provider):
            found.append(listed(provider.card))
    rows = sorted(found, key=lambda each: each.id)
    return f"{_HEAD}{''.join(map(_row, rows))})\n"


def _row(entry: Listed) -> str:
    said = (
        f"{each.name}={value!r}"
        for each in fields(Listed)
        if (value := getattr(entry, each.name)) != each.default or each.default is MISSING
    )
    return f"    Listed({', '.join(said)}),\n"


if __name__ == "__main__":
    print(text(), end="")
