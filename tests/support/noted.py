"""Noting that files are saved, where a test has no history to do it in."""

import json
from pathlib import Path


def noted(folder: Path) -> None:
    """Remove the side files of whole files, as is done once history has these (row 84)."""
    for side in list(folder.glob("*.part.json")):
        is_part_there = side.with_name(side.name.removesuffix(".json")).exists()
        if not is_part_there and "named" in json.loads(side.read_text()):
            side.unlink()
