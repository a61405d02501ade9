"""How an output stands before it is asked for: what a command fetches, and what it passes over."""

from enum import Enum

from rushes.watch.asset import Asset, Fetch, Halt, OutputState


class Standing(Enum):
    """How an output stands."""

    OPEN = "open"
    """It is not saved, and nobody has settled that."""

    ON_DISK = "on_disk"
    """Its verified file is where it was saved."""

    MOVED = "moved"
    """It was saved, and its file is not there any more."""

    GIVEN_UP = "given_up"
    """A person took it off."""

    REPORTED = "reported"
    """It failed for good or expired, and a command has said so."""


LACKING = frozenset(Standing) - {Standing.ON_DISK}
"""How outputs stand of which there is no file: all of it is fetched where a task is named."""

UNSETTLED = frozenset({Standing.OPEN})
"""How outputs stand that are fetched where no task is named."""

_FREE = (OutputState.AVAILABLE, OutputState.UNRESOLVED)
"""How outputs stand that may be fetched unasked."""


def standing(asset: Asset) -> Standing:
    """How an output stands now. Looks at the disk where it was saved, so it may block."""
    fetch = asset.fetch
    if fetch is not None and asset.saved:
        return Standing.ON_DISK if exists(fetch) else Standing.MOVED
    if asset.state is OutputState.GIVEN_UP:
        return Standing.GIVEN_UP
    is_over = asset.state in (OutputState.FAILED, OutputState.EXPIRED)
    return Standing.REPORTED if is_over and fetch and fetch.reported else Standing.OPEN


def on_disk(asset: Asset) -> bool:
    """Whether the verified file is still where it was saved."""
    return standing(asset) is Standing.ON_DISK


def is_set_aside(asset: Asset) -> bool:
    """Whether a person has paused it, or taken it off."""
    fetch = asset.fetch
    return fetch is not None and fetch.halt is not None and fetch.halt.by_hand


def is_left(asset: Asset) -> bool:
    """Whether an output may be fetched unasked, and nobody has set it aside."""
    return asset.state in _FREE and not is_set_aside(asset)


def exists(fetch: Fetch) -> bool:
    """Whether there is a file at the path of a download; False where that cannot be told.

    What is in a bucket counts as there: to look is a request, which `verify` makes.
    """
    if fetch.url is not None:
        return True
    try:
        return fetch.path is not None and fetch.path.exists()
    except OSError:
        return False


def is_staged(fetch: Fetch) -> bool:
    """Whether the file is whole here and has to be put into the bucket."""
    return fetch.staged


def is_held(fetch: Fetch) -> bool:
    """Whether an output was wanted, and goes on by itself once that is possible."""
    return is_refused(fetch) or fetch.staged


def is_refused(fetch: Fetch) -> bool:
    """Whether the output was wanted, and its link, which is alive, was refused."""
    return fetch.halt is Halt.NOT_THERE_YET
