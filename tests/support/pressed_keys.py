"""Which test presses which key on which screen: the table in docs/keys.md.

`RUSHES_WHOLE=1 RUSHES_KEYS=write pytest -n 0 tests/tui` writes it anew.
"""

import os
import re
from collections.abc import Awaitable, Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from rushes.tui.actions.keys import canonical

TABLE = Path(__file__).parents[2] / "docs" / "keys.md"
WRITES = os.environ.get("RUSHES_KEYS") == "write"

HEAD = """\
# Keys and clicks, and the tests that press them

Each row is a key that a test presses on that screen, and one such test of `tests/tui/`; where text
is typed only the keys that are not part of it are listed. Clicks are listed as `click`,
`double_click` and so on. What each key does is in [interface.md](interface.md), or behind `?`.
`RUSHES_WHOLE=1 RUSHES_KEYS=write pytest -n 0 tests/tui` writes this page anew.
"""

DASHBOARD = "Dashboard"

TYPED = ("AddBox", "HelpScreen", "Palette", "WatchlistsScreen", "FiguresSheet")
"""Screens on which letters are text."""

MOUSE = ("click", "double_click", "mouse_down", "hover")

Pressed = dict[tuple[str, str], str]
"""The first test, by its file and name, for each screen and key."""


@contextmanager
def noted(pressed: Pressed, test: str) -> Generator[None]:
    """Note what a test presses and clicks meanwhile."""
    patch = pytest.MonkeyPatch()
    press = Pilot[Any].press

    def note(app: App[Any], key: str) -> None:
        screen = type(app.screen).__name__
        types = screen in TYPED or isinstance(app.focused, Input)
        if not types or len(canonical(key) or key) > 1:
            where = (screen, canonical(key) or key)
            pressed[where] = min(test, pressed.get(where, test))

    async def pressing(pilot: Pilot[Any], *keys: str) -> None:
        for key in keys:
            note(pilot.app, key)
            await press(pilot, key)

    patch.setattr(Pilot, "press", pressing)
    for name in MOUSE:
        patch.setattr(Pilot, name, _clicking(getattr(Pilot, name), name, note))
    yield
    patch.undo()


def _clicking(
    click: Callable[..., Awaitable[bool]], name: str, note: Callable[[App[Any], str], None]
) -> Callable[..., Awaitable[bool]]:
    async def clicking(pilot: Pilot[Any], *args: Any, **options: Any) -> bool:
        note(pilot.app, name)
        return await click(pilot, *args, **options)

    return clicking


def write(pressed: Pressed) -> None:
    """Write the table, a section for each screen."""
    lines = [HEAD]
    screens = sorted(
        {screen for screen, _key in pressed}, key=lambda name: (name != DASHBOARD, name)
    )
    for screen in sorted(screens, key=lambda name: (name != DASHBOARD, name)):
        lines += [f"\n## {screen}\n\n| key | test |\n|---|---|\n"]
        keys = sorted(key for at, key in pressed if at == screen)
        lines += [f"| `{written(key)}` | {pressed[screen, key]} |\n" for key in keys]
    TABLE.write_text("".join(lines), "utf-8")


def written(key: str) -> str:
    """A key as a cell of the table has it."""
    return key.replace("|", "pipe").replace("`", "grave")


def rows() -> Iterator[tuple[str, str, str]]:
    """Yield screen, key, and test of each row of the table."""
    screen = ""
    for line in TABLE.read_text("utf-8").splitlines():
        screen = line.removeprefix("## ") if line.startswith("## ") else screen
        if row := re.fullmatch(r"\| `(.+)` \| (\S+::\S+) \|", line):
            yield screen, row[1], row[2]
