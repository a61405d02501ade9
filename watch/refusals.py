"""Why the engine did not do what a person asked. `rushes.tui.lines.reason_words` has the words."""

from enum import Enum

from rushes.providers.frozen import frozen


class DownloadRefusal(Enum):
    """Why nothing is fetched, or stopped."""

    UNWATCHED = "unwatched"
    UNFINISHED = "unfinished"
    NO_OUTPUT = "no_output"
    ALL_SAVED = "all_saved"
    PASSED_OVER = "passed_over"
    NOT_FETCHING = "not_fetching"


class PollRefusal(Enum):
    """Why no gateway is asked now."""

    PAUSED = "paused"
    OVER = "over"
    LOOKS_ON = "looks_on"
    STORE_AWAY = "store_away"


@frozen
class Throttled:
    """The gateway asked not to be asked for so many seconds more (Retry-After)."""

    seconds: float


@frozen
class DownloadsUnderWay:
    """So many downloads belong to tasks of the open watchlist, and would end half-way."""

    count: int


Refusal = DownloadRefusal | PollRefusal | Throttled | DownloadsUnderWay
"""Any of them."""
