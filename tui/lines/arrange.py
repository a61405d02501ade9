"""Decides what is shown on a screen of a given size: the pane beside the list, or in its place."""

from enum import Enum

from rushes.providers.frozen import frozen

SMALLEST = (60, 12)
BESIDE = ((220, 56), (180, 46), (140, 40), (110, 30))
"""Columns of a screen from which on the pane stands beside the list, with so many of its own."""


class Details(Enum):
    """Where a task's details are shown."""

    BESIDE = "beside"
    INSTEAD = "instead"


@frozen
class Arrangement:
    """Where the details go, and how many columns they take beside the list."""

    details: Details
    extent: int = 0


def arrange(width: int, height: int) -> Arrangement | None:
    """The arrangement for a screen; None where it is too small for any."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return None
    for least, extent in BESIDE:
        if width >= least:
            return Arrangement(Details.BESIDE, extent)
    return Arrangement(Details.INSTEAD)
