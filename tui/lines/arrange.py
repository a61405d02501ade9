"""Decides what is shown on a screen of a given size: the pane, and below or beside the list."""

from enum import Enum

from rushes.providers.frozen import frozen

SMALLEST = (60, 12)
BESIDE_FROM = 110
BELOW_FROM = 34


class Details(Enum):
    """Where a task's details are shown."""

    BESIDE = "beside"
    BELOW = "below"
    INSTEAD = "instead"


@frozen
class Arrangement:
    """Where the details go, and how many columns or rows they take there."""

    details: Details
    extent: int = 0


def arrange(width: int, height: int) -> Arrangement | None:
    """The arrangement for a screen; None where it is too small for any."""
    if width < SMALLEST[0] or height < SMALLEST[1]:
        return None
    if width >= BESIDE_FROM:
        return Arrangement(Details.BESIDE, min(60, max(31, round(width * 0.26))))
    if height >= BELOW_FROM:
        return Arrangement(Details.BELOW, height * 2 // 5)
    return Arrangement(Details.INSTEAD)
