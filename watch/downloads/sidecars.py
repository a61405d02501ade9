"""The sidecars of what is saved, for the settings that want them."""

from collections.abc import Callable
from typing import TypeVar

from rushes.watch.asset import Asset
from rushes.watch.config.downloads import DownloadSettings
from rushes.watch.downloads.job import Job
from rushes.watch.downloads.task_keeper import TaskKeeper
from rushes.watch.reasons import NoSidecar
from rushes.watch.task import Task
from rushes.watch.transfer.request import Saved
from rushes.watch.transfer.sidecar import Words, sidecar, write_sidecar

T = TypeVar("T")


class Sidecars:
    """Writes the sidecar of a saved file, or makes its text; nothing where there is to be none."""

    def __init__(self, keeper: TaskKeeper, settings: DownloadSettings, words: Words) -> None:
        self._keeper = keeper
        self._settings = settings
        self._words = words

    def write(self, job: Job, saved: Saved) -> NoSidecar | None:
        """Write it beside the file. Blocks."""
        return self._made(
            job,
            lambda task, asset: write_sidecar(
                self._settings.folder, task, asset, saved, self._keeper.clock.now(), self._words
            ),
        )

    def text(self, job: Job, saved: Saved, name: str) -> bytes | None:
        """What is to lie beside a file of that name in a bucket."""
        return self._made(
            job,
            lambda task, asset: sidecar(
                name, task, asset, saved, self._keeper.clock.now(), self._words
            ),
        )

    def _made(self, job: Job, make: Callable[[Task, Asset], T]) -> T | None:
        task = self._keeper.task(job.ref)
        if task is None or not self._settings.sidecar:
            return None
        assets = (asset for asset in task.assets(self._keeper.clock.now()) if asset.n == job.n)
        asset = next(assets, None)
        return None if asset is None else make(task, asset)
