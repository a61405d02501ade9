"""Prints downloads for `get` and `wait`: a progress line, then a line for each file."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

from rushes.providers.exits import Exit
from rushes.tui.lines.columns import NO_FILES, transferred
from rushes.tui.lines.download_words import fetch_note, shortage_words, shortfall_words
from rushes.tui.lines.words import size
from rushes.tui.shell.shell import Shell
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.desk import Desk
from rushes.watch.polling.late_files import reported
from rushes.watch.task import Ref, Task

LOOK_EVERY = 1.0
"""Seconds between two looks at the desk at most, where nothing changes."""

PATIENCE = 180.0
"""Seconds for which a command tries a link that is alive and refused (reliability.md row 108)."""

_WITHOUT = {OutputState.AVAILABLE: "not saved", OutputState.EXPIRED: "expired"}
"""What a file is that could not be had; the others failed."""

_OPEN = (OutputState.DOWNLOADING, OutputState.AVAILABLE, OutputState.UNRESOLVED)


class Delivery:
    """Follows the downloads of some tasks; `exits` collects the exit codes of their results."""

    def __init__(
        self, desk: Desk, refs: Iterable[Ref], shell: Shell, on_saved: Callable[[str], None]
    ) -> None:
        self._desk = desk
        self._reader = desk.ledger.readers.new()
        self._shell = shell
        self._on_saved = on_saved
        self._told: dict[tuple[Ref, int], Fetch | None] = {}
        self._is_full = False
        self._lost_told: frozenset[tuple[Ref, int]] = frozenset()
        self._waited_for: set[tuple[Ref, int]] = set()
        self.exits: set[Exit] = set()
        for task, asset in self._assets(refs):
            self._told[task.ref, asset.n] = asset.fetch

    def report(self, refs: Iterable[Ref], *, settled: bool = False) -> None:
        """Print what ended since the last call; if `settled`, also what is not saved."""
        for task, asset in self._assets(refs):
            fetch = asset.fetch
            if fetch is None or fetch is self._told.get((task.ref, asset.n)):
                continue
            if fetch.retry_at is not None:
                self._tell_of_waiting(task, asset, fetch)
                continue
            left = settled and fetch.state is OutputState.AVAILABLE and fetch.halt is not None
            if left or fetch.state not in _OPEN:
                self._told[task.ref, asset.n] = fetch
                self._tell(task, asset, fetch)

    def without_files(self, task: Task) -> None:
        """Print that a task succeeded and its provider named no file."""
        self.exits.add(Exit.DOWNLOAD)
        self._desk.ledger.moved_on(reported(task), lasting=True)
        self._shell.tell(f"{NO_FILES}: {task.name} succeeded, and its provider named none")

    async def finish(self, refs: Iterable[Ref]) -> None:
        """Print what happens until no download is left, then return."""
        refs = tuple(refs)
        while self._desk.downloads.jobs:
            await self.changed()
            self.report(refs)
            self.progress()
        await self._desk.downloads.settled()
        self.report(refs, settled=True)

    async def changed(self) -> None:
        """Return when anything changed at the desk, or after LOOK_EVERY."""
        await self._reader.wait(LOOK_EVERY)
        self._reader.take()

    def progress(self) -> None:
        """Show the progress of all downloads on a terminal; print what hinders them."""
        self._warn()
        now = self._desk.clock.now()
        moving = [
            asset
            for task in self._desk.ledger.tasks().values()
            for asset in task.assets(now)
            if asset.state is OutputState.DOWNLOADING
        ]
        if moving:
            rate = f"{size(self._desk.downloads.rate)}/s"
            kinds = ", ".join(asset.output.kind for asset in moving[:3])
            done = transferred(moving)
            self._shell.err.passing(f"{len(moving)} under way ({kinds})  {done}  {rate}")

    def _warn(self) -> None:
        """Print once that the disk is full, and once that some files will not be saved in time."""
        shortage = self._desk.downloads.shortage
        if shortage is not None and not self._is_full:
            self._shell.tell(shortage_words(shortage))
        self._is_full = shortage is not None
        found = self._desk.download_policy.forecast
        if found.shortfall is not None and found.lost - self._lost_told:
            self._shell.tell(shortfall_words(found.shortfall))
        self._lost_told |= found.lost

    def _tell_of_waiting(self, task: Task, asset: Asset, fetch: Fetch) -> None:
        """Print once for each file that it is waited for, and why."""
        if (task.ref, asset.n) not in self._waited_for:
            self._waited_for.add((task.ref, asset.n))
            self._shell.tell(f"waiting for {_what(task, asset)}: {fetch_note(fetch)}")

    def _tell(self, task: Task, asset: Asset, fetch: Fetch) -> None:
        what = _what(task, asset)
        said = fetch_note(fetch)
        note = f" ({said})" if said else ""
        anew = fetch.halt is not Halt.NOT_ANEW
        if fetch.state is OutputState.DOWNLOADED and fetch.path is not None and anew:
            self._shell.tell(f"saved {what}, {size(fetch.done)}{note}")
            self._on_saved(str(fetch.path))
            return
        self.exits.add(Exit.DOWNLOAD)
        if fetch.halt is Halt.NOT_THERE_YET:
            self._shell.tell(f"gave up waiting for {what}: {said}")
        else:
            self._shell.tell(f"{_WITHOUT.get(fetch.state, 'failed')} {what}{note}")

    def _assets(self, refs: Iterable[Ref]) -> Iterator[tuple[Task, Asset]]:
        now: datetime = self._desk.clock.now()
        for ref in refs:
            if task := self._desk.ledger.task(ref):
                for asset in task.assets(now):
                    yield task, asset


def _what(task: Task, asset: Asset) -> str:
    return f"{task.name}: {asset.output.kind} {asset.n}"
