"""Gives `get --dir` files that were saved in another folder before, by link or copy."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.command.event_lines import EventLines
from rushes.tui.command.fetched import Result, Results
from rushes.tui.lines.reason_words import error_words
from rushes.tui.shell.shell import Shell
from rushes.watch.asset import Asset
from rushes.watch.desk import Desk
from rushes.watch.downloads.copying import place
from rushes.watch.downloads.job import job_of
from rushes.watch.downloads.standing import on_disk
from rushes.watch.task import Ref, Task
from rushes.watch.transfer.request import Saved


class Elsewhere:
    """Links or copies such files into that folder and prints their paths; history keeps the first.

    `found` are the tasks that had such files; `exits` are the exit codes of what failed. It is
    noted in `results`. `quiet`: only failures are printed.
    """

    def __init__(
        self,
        desk: Desk,
        shell: Shell,
        results: Results,
        on_placed: Callable[[str], None],
        lines: EventLines | None = None,
        *,
        quiet: bool,
    ) -> None:
        """`on_placed` gets the path of each file; `lines` print that it is there as JSON, too."""
        self._desk = desk
        self._shell = shell
        self._results = results
        self._on_placed = on_placed
        self._lines = lines
        self._quiet = quiet
        self._destinations = desk.download_policy.destinations
        self.found: set[Ref] = set()
        self.exits: set[Exit] = set()

    async def bring(self, ref: Ref) -> None:
        """Link or copy what is saved of a task."""
        task = self._desk.ledger.tasks()[ref]
        for asset in task.assets(self._desk.clock.now()):
            if on_disk(asset):
                await self._bring(task, asset)

    async def _bring(self, task: Task, asset: Asset) -> None:
        fetch = asset.fetch
        if fetch is None:
            return
        job = job_of(task, asset)
        try:
            path = await asyncio.to_thread(place, fetch, job, self._destinations)
        except RushesError as error:
            self.found.add(task.ref)
            self.exits.add(Exit.DOWNLOAD)
            self._results.note((task.ref, asset.n), Result.FAILED)
            self._shell.tell(
                _("failed {task}: {output} {asset} ({error})").format(
                    task=task.name,
                    output=asset.output.kind,
                    asset=asset.n,
                    error=error_words(error),
                )
            )
            return
        if path != fetch.path:
            self.found.add(task.ref)
            self._results.note((task.ref, asset.n), Result.PLACED, path)
            there = Saved(path, fetch.done, fetch.sha256 or "", fetch.reasons, fetch.checked)
            await asyncio.to_thread(self._desk.download_policy.sidecars.write, job, there)
            if self._lines is not None:
                self._lines.saved(task, asset.n, replace(fetch, path=path))
            if not self._quiet:
                what = f"{task.name}: {asset.output.kind} {asset.n}"
                self._shell.tell(
                    _("{what}, from {path}").format(what=what, path=clean(fetch.place or ""))
                )
                self._on_placed(str(path))
