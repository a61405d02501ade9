"""What the screen keeps for its next start, in state.toml."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from rushes.watch.disk.state_file import read_state, write_state
from rushes.watch.disk.tomlfile import Toml

_THEME = "theme"
_DOUBLES = "double_width"

TERMINALS = 16
"""Kinds of terminals that are remembered at most."""

_NOWHERE: Mapping[str, str] = MappingProxyType({})


class ScreenState:
    """The theme that was chosen last, and which terminals draw some signs two cells wide."""

    def __init__(self, path: Path | None = None, environ: Mapping[str, str] = _NOWHERE) -> None:
        """Nothing is kept without a `path`; `environ` tells which terminal this is."""
        self._path = path
        self._terminal = " ".join(
            filter(None, map(environ.get, ("TERM", "TERM_PROGRAM", "LC_ALL", "LC_CTYPE", "LANG")))
        )
        held = read_state(path) if path is not None else {}
        theme = held.get(_THEME)
        self.theme = theme if isinstance(theme, str) else ""
        """The name of the theme that was chosen last; empty for none."""
        self.doubles = self._terminal in _texts(held.get(_DOUBLES))
        """Whether this terminal draws signs of ambiguous width two cells wide."""

    def keep_theme(self, name: str) -> None:
        """Remember the theme; blocks. Where that fails the next start has the one before."""
        self.theme = name
        if self._path is not None:
            write_state(self._path, read_state(self._path), {_THEME: name})

    def keep_doubles(self) -> None:
        """Remember how this terminal draws; blocks."""
        if self._path is not None:
            held = read_state(self._path)
            others = [each for each in _texts(held.get(_DOUBLES)) if each != self._terminal]
            kept: list[Toml] = [*others, *([self._terminal] if self.doubles else [])]
            write_state(self._path, held, {_DOUBLES: kept[-TERMINALS:]})


def _texts(value: Toml | None) -> list[str]:
    return [it for it in value if isinstance(it, str)] if isinstance(value, list) else []
