"""What the terminal's window is called while the dashboard is open."""

from collections.abc import Mapping

from rushes.providers.language import _, plural
from rushes.providers.model import Status
from rushes.providers.text import clean

_LONGEST = 60
"""Characters of a list's name."""


def window_title(watchlist: str, counts: Mapping[Status | None, int]) -> str:
    """Such as `rushes trailer: 12 running, 1 failed`: few words, which seldom change."""
    name = f"rushes {clean(watchlist, _LONGEST)}"
    parts: list[str] = []
    if running := counts.get(Status.RUNNING, 0):
        parts.append(plural("{n} running", "{n} running", running))
    if failed := counts.get(Status.FAILED, 0):
        parts.append(plural("{n} failed", "{n} failed", failed))
    return _("{name}: {counts}").format(name=name, counts=", ".join(parts)) if parts else name
