"""Screens as pictures that were looked at once: `tests/tui/goldens/*.svg`."""

import os
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "tui" / "goldens"
WRITES = os.environ.get("RUSHES_GOLDENS") == "write"
"""Whether they are made anew."""


def hold(name: str, seen: str) -> None:
    """Hold a screen to the picture of that name, or make that anew."""
    golden = FOLDER / f"{name}.svg"
    if WRITES:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(seen)
    assert seen == golden.read_text(), f"{name}: look at it with RUSHES_GOLDENS=write"
