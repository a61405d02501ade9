"""Distributions that bring a provider: entry points of the group `rushes.providers`.

Their metadata is read here, as the standard library's reader takes longer to load than a list to
print.
"""

import os
import sys
from collections.abc import Iterator
from functools import cache

from rushes.providers.frozen import frozen
from rushes.providers.text import clean

GROUP = "rushes.providers"

_TEXT_LIMIT = 1 << 20
"""Bytes of entry points that are read of a distribution."""

_METADATA = (".dist-info", ".egg-info")


@frozen
class Plugin:
    """An entry point: the id that it promises, where its provider is, and whose it is."""

    name: str
    value: str
    distribution: str

    @property
    def source(self) -> str:
        """Whose it is, fit to show."""
        return clean(self.distribution, 100)


@cache
def installed() -> tuple[Plugin, ...]:
    """The entry points of what is installed, by name; looked for once in each process."""
    found: dict[str, Plugin] = {}
    for folder in sys.path:
        for plugin in _in_folder(folder):
            found.setdefault(plugin.name, plugin)
    return tuple(found[name] for name in sorted(found))


def _in_folder(folder: str) -> Iterator[Plugin]:
    try:
        with os.scandir(folder or ".") as entries:
            named = [entry for entry in entries if entry.name.endswith(_METADATA)]
    except OSError:
        return
    for entry in named:
        text = _text(f"{entry.path}/entry_points.txt")
        if GROUP in text:
            distribution = entry.name.rpartition(".")[0].partition("-")[0]
            yield from _points(text, distribution)


def _text(path: str) -> str:
    """The text of a small file, "" where there is none: each start reads those of all."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return ""
    try:
        return os.read(file, _TEXT_LIMIT).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return ""
    finally:
        os.close(file)


def _points(text: str, distribution: str) -> Iterator[Plugin]:
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("["):
            section = line.strip("[] ")
        elif section == GROUP and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield Plugin(name.strip(), value.partition("[")[0].strip(), distribution)
