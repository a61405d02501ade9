"""What the dashboard asks of the engine; `rushes.watch.desk.Desk` has all of it."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from rushes.watch.changes import Reader
from rushes.watch.clock import Clock
from rushes.watch.config.settings import Settings
from rushes.watch.downloads.forecast import Forecast
from rushes.watch.downloads.job import Job, OutputKey
from rushes.watch.polling.account_state import AccountState
from rushes.watch.reasons import Reason
from rushes.watch.refusals import DownloadRefusal, DownloadsUnderWay, PollRefusal, Throttled
from rushes.watch.task import Entry, Ref, Task
from rushes.watch.watchlist.opened import Listed


class Transfers(Protocol):
    """The downloads as a whole."""

    @property
    def active(self) -> int:
        """How many files are coming in."""
        ...

    @property
    def queued(self) -> int:
        """How many wait for their turn."""
        ...

    @property
    def rate(self) -> float:
        """Bytes per second, all together."""
        ...

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What is under way, then what waits for its turn."""
        ...

    @property
    def shortage(self) -> Reason | None:
        """Why nothing more can be written; None while there is room."""
        ...


class DeskPort(Protocol):
    """The engine as the screen sees it: on the same event loop; the screen pulls."""

    @property
    def settings(self) -> Settings:
        """What config.toml says."""
        ...

    @property
    def watchlist_name(self) -> str:
        """What the watchlist is called."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def paused(self) -> bool:
        """Whether polling is paused."""
        ...

    @property
    def downloads(self) -> Transfers:
        """The transfers under way."""
        ...

    def tasks(self) -> Mapping[Ref, Task]:
        """The watched tasks in the watchlist's order; another mapping where they come or go."""
        ...

    def reader(self) -> Reader:
        """A new pile of changes."""
        ...

    def account_states(self) -> Mapping[str, AccountState]:
        """How things stand with every account in use."""
        ...

    def notices(self) -> tuple[str, ...]:
        """What is wrong with our own files, a sentence each."""
        ...

    def poll_now(self, refs: Iterable[Ref]) -> PollRefusal | Throttled | None:
        """Poll without waiting for the interval; None, or why it cannot be."""
        ...

    def pause(self) -> None:
        """Ask no gateway anything until `resume`."""
        ...

    def resume(self) -> None:
        """Poll again."""
        ...

    async def watchlists(self) -> list[Listed]:
        """The watchlists of the home by name."""
        ...

    async def switch(self, name: str) -> DownloadsUnderWay | None:
        """Watch another list's tasks; None, or why not. Raises BadName, BadWatchlist."""
        ...

    async def add(self, entries: Iterable[Entry]) -> list[Ref]:
        """Watch more tasks; the refs that were new."""
        ...

    async def remove(self, refs: Iterable[Ref]) -> None:
        """Stop watching."""
        ...

    async def undo(self) -> list[Ref]:
        """Bring back what the last removal took."""
        ...

    def download(
        self, ref: Ref, n: int | None = None, *, force: bool = False
    ) -> DownloadRefusal | None:
        """Fetch what is not saved; None, or why there is nothing to fetch."""
        ...

    def pause_download(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        """Stop fetching until `download`, keeping what arrived; None, or why it cannot be."""
        ...

    def cancel_download(self, ref: Ref, n: int | None = None) -> DownloadRefusal | None:
        """Give up fetching until `download`, keeping nothing; None, or why it cannot be."""
        ...

    @property
    def forecast(self) -> Forecast[OutputKey]:
        """The outputs in the queue that will be lost at the speed there is."""
        ...
