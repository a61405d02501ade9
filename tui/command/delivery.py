"""Prints downloads for `get` and `wait`: a progress line, then a line for each file."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from rushes.providers.exits import Exit
from rushes.providers.language import Words, _
from rushes.tui.command.event_lines import EventLines
from rushes.tui.command.fetched import Result, Results, result_of
from rushes.tui.command.unaskable import unaskable
from rushes.tui.lines.columns import NO_FILES, transferred
from rushes.tui.lines.download_words import fetch_note, shortage_words, shortfall_words
from rushes.tui.lines.words import size
from rushes.tui.shell.shell import Shell
from rushes.watch.asset import Asset, Fetch, Halt, OutputState
from rushes.watch.desk import Desk
from rushes.watch.polling.late_files import reported
from rushes.watch.reasons import KeyRefused
from rushes.watch.task import Ref, Task

LOOK_EVERY = 1.0
"""Seconds between two looks at the desk at most, where nothing changes."""

PATIENCE = 180.0
"""Seconds for which a command tries a link that is alive and refused (reliability.md row 108)."""

_WITHOUT: Mapping[OutputState, str] = Words(
    {
        OutputState.AVAILABLE: "not saved",
        OutputState.EXPIRED: "expired",
        OutputState.FAILED: "failed",
    }
)
"""What a file is that could not be had."""

_OPEN = (OutputState.DOWNLOADING, OutputState.AVAILABLE, OutputState.UNRESOLVED)


_FOR_GOOD = (OutputState.FAILED, OutputState.EXPIRED)


class Delivery:
    """Follows the downloads of some tasks; `exits` collects the exit codes of their results.

    `quiet`: only what fails or stands in the way is printed. What ended is noted in `results`, and
    of an output that failed for good or expired it is kept that it was said.
    """

    def __init__(
        self,
        desk: Desk,
        refs: Iterable[Ref],
        shell: Shell,
        on_saved: Callable[[str], None],
        lines: EventLines | None = None,
        *,
        quiet: bool = False,
    ) -> None:
        """`on_saved` gets the path of each file; `lines` print what happens as JSON, too."""
        self._desk = desk
        self._reader = desk.ledger.readers.new()
        self._shell = shell
        self._on_saved = on_saved
        self._lines = lines
        self._told: dict[tuple[Ref, int], Fetch | None] = {}
        self._is_full = False
        self._lost_told: frozenset[tuple[Ref, int]] = frozenset()
        self._waited_for: set[tuple[Ref, int]] = set()
        self._quiet = quiet
        self.exits: set[Exit] = set()
        self.results = Results()
        for task, asset in self._assets(refs):
            self._told[task.ref, asset.n] = asset.fetch

    def narrate(self, text: str) -> None:
        """Print a line that is no failure."""
        if not self._quiet:
            self._shell.tell(text)

    def report(self, refs: Iterable[Ref], *, settled: bool = False) -> None:
        """Print what ended since the last call; if `settled`, also what is not saved."""
        if self._lines is not None:
            self._lines.look()
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
                if fetch.state in _FOR_GOOD:
                    self._keep_reported(task.ref, asset.n, fetch)

    def without_files(self, task: Task) -> None:
        """Print that a task succeeded and its provider named no file."""
        self.exits.add(Exit.DOWNLOAD)
        self._desk.ledger.moved_on(reported(task), lasting=True)
        self.results.without_files(task.ref, _(NO_FILES))
        self._shell.tell(
            _("{no_files}: {task} succeeded, and its provider named none").format(
                no_files=_(NO_FILES), task=task.name
            )
        )

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
        if self._quiet:
            return
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
            self._shell.err.passing(
                _("{moving} under way ({kinds})  {done}  {rate}").format(
                    moving=len(moving), kinds=kinds, done=done, rate=rate
                )
            )

    def _warn(self) -> None:
        """Print once that the disk is full, and once that some files will not be saved in time."""
        shortage = self._desk.downloads.shortage
        if shortage is not None and not self._is_full:
            self._shell.tell(shortage_words(shortage))
        self._is_full = shortage is not None
        found = self._desk.download_policy.losses.forecast
        if found.shortfall is not None and found.lost - self._lost_told:
            self._shell.tell(shortfall_words(found.shortfall))
        self._lost_told |= found.lost

    def _tell_of_waiting(self, task: Task, asset: Asset, fetch: Fetch) -> None:
        """Print once for each file that it is waited for, and why."""
        if (task.ref, asset.n) not in self._waited_for and not self._quiet:
            self._waited_for.add((task.ref, asset.n))
            self._shell.tell(
                _("waiting for {what}: {fetch_note}").format(
                    what=_what(task, asset), fetch_note=fetch_note(fetch)
                )
            )

    def _tell(self, task: Task, asset: Asset, fetch: Fetch) -> None:
        what = _what(task, asset)
        said = fetch_note(fetch)
        note = f" ({said})" if said else ""
        anew = fetch.halt is not Halt.NOT_ANEW
        if fetch.state is OutputState.DOWNLOADED and fetch.place is not None and anew:
            self.results.note((task.ref, asset.n), Result.SAVED)
            if not self._quiet:
                self._shell.tell(
                    _("saved {what}, {size}{note}").format(
                        what=what, size=size(fetch.done), note=note
                    )
                )
                self._on_saved(fetch.place)
            return
        self.exits.add(Exit.DOWNLOAD)
        if any(isinstance(reason, KeyRefused) for reason in fetch.reasons):
            self.exits.add(Exit.KEY)
        elif (why := unaskable(self._desk).get(task.ref.provider)) is not None:
            self.exits.add(why)
        self.results.note((task.ref, asset.n), result_of(fetch))
        if fetch.halt is Halt.NOT_THERE_YET:
            self._shell.tell(_("gave up waiting for {what}: {said}").format(what=what, said=said))
        else:
            self._shell.tell(f"{_without(fetch)} {what}{note}")

    def _keep_reported(self, ref: Ref, n: int, fetch: Fetch) -> None:
        """Have it kept that a failure was said: later runs over all tasks pass over it."""
        task, reported = self._desk.ledger.task(ref), replace(fetch, reported=True)
        if task is not None:
            self._told[ref, n] = reported
            self._desk.ledger.moved_on(task.with_fetch(n, reported), lasting=True)

    def _assets(self, refs: Iterable[Ref]) -> Iterator[tuple[Task, Asset]]:
        now: datetime = self._desk.clock.now()
        for ref in refs:
            if task := self._desk.ledger.task(ref):
                for asset in task.assets(now):
                    yield task, asset


def _what(task: Task, asset: Asset) -> str:
    return f"{task.name}: {asset.output.kind} {asset.n}"


def _without(fetch: Fetch) -> str:
    return _WITHOUT[fetch.state if fetch.state in _WITHOUT else OutputState.FAILED]
