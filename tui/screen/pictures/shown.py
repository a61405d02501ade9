"""A picture as it is shown."""

from pathlib import Path
from typing import NamedTuple

QUARTER = 4
"""A rejected picture has a fourth of its light."""


class Shown(NamedTuple):
    """A picture as it is shown: in how many cells, and whether without most of its light."""

    path: Path
    cells: int
    rows: int
    dimmed: bool
