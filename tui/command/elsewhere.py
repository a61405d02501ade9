"""Gives `get --dir` files that were saved in another folder before, by link or copy."""

import asyncio

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.tui.lines.reason_words import error_words
from rushes.tui.shell.shell import Shell
from rushes.watch.asset import Asset
from rushes.watch.desk import Desk
from rushes.watch.downloads.copying import place
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import job_of
from rushes.watch.downloads.policy import on_disk
from rushes.watch.task import Ref, Task


class Elsewhere:
    """Links or copies such files into that folder and prints their paths; history keeps the first.

    `found` are the tasks that had such files; `exits` are the exit codes of what failed.
    """

    def __init__(self, desk: Desk, shell: Shell) -> None:
        download = desk.settings.download
        self._desk = desk
        self._shell = shell
        self._destinations = Destinations(download.dir, download.template)
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
        try:
            path = await asyncio.to_thread(place, fetch, job_of(task, asset), self._destinations)
        except RushesError as error:
            self.found.add(task.ref)
            self.exits.add(Exit.DOWNLOAD)
            self._shell.tell(
                f"failed {task.name}: {asset.output.kind} {asset.n} ({error_words(error)})"
            )
            return
        if path != fetch.path:
            self.found.add(task.ref)
            self._shell.tell(
                f"{task.name}: {asset.output.kind} {asset.n}, from {clean(str(fetch.path))}"
            )
            self._shell.out.line(str(path))
            self._shell.out.flush()
