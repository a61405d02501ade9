"""What the pane tells of a task beside the task itself: read from the desk, kept while it holds."""

from collections.abc import Callable, Collection, Mapping

from rushes.tui.actions.batches import fitting
from rushes.tui.lines.task_sections import Beside, Siblings
from rushes.watch.asset import OutputState
from rushes.watch.desk import Desk
from rushes.watch.figures.model import model_of
from rushes.watch.task import Ref, Task, Trouble


class BesideTask:
    """Looks for it again only where something changed: it is asked for each second."""

    def __init__(self, desk: Desk, copy_key: str) -> None:
        self._desk = desk
        self._copy_key = copy_key
        self._fits = fitting(desk.settings.listing.batch)
        self.picture_rows = 0
        """Lines that are left for a picture."""
        self._task: Task | None = None
        self._cost = ""
        self._batch: Siblings | None = None
        self._members: frozenset[Ref] | None = None

    def changed(self, refs: Collection[Ref], *, layout: bool) -> None:
        """Forget the batch where tasks came or went, or one of it is another now."""
        if layout or (self._members is not None and not self._members.isdisjoint(refs)):
            self._members = None

    def of(self, task: Task, account: Trouble | None) -> Beside:
        """What is told beside `task`; `account` is trouble of its account."""
        before, self._task = self._task, task
        if task is not before:
            self._cost = self._cost_of(task)
        if before is None or self._members is None or task.entry != before.entry:
            self._batch = siblings_of(task, self._desk.ledger.tasks(), self._fits)
            others = self._batch.others if self._batch is not None else ()
            self._members = frozenset((task.ref, *(other.ref for other in others)))
        return Beside(
            account=account,
            usual=self._desk.usual_runs.of_model(model_of(task)) if task.snapshot else None,
            cost=self._cost,
            siblings=self._batch,
            waiting=frozenset(self._waiting(task)),
            folder=self._desk.settings.download.folder,
            copy_key=self._copy_key,
            picture_rows=self.picture_rows,
        )

    def _waiting(self, task: Task) -> Collection[int]:
        """The outputs that are in line to be fetched."""
        if not (task.over and self._desk.fetches):
            return ()
        downloads, now = self._desk.downloads, self._desk.clock.now()
        return [
            asset.n
            for asset in task.assets(now)
            if asset.state is not OutputState.DOWNLOADING and (task.ref, asset.n) in downloads
        ]

    def _cost_of(self, task: Task) -> str:
        """What it cost; few gateways say it, and decimals take a while to load."""
        prices, said = self._desk.settings.prices, task.snapshot
        if not task.over or said is None or not (prices or said.usage):
            return ""
        from rushes.watch.figures.cost import cost_of

        cost = cost_of(task, prices)
        return "" if cost is None else str(cost)


def siblings_of(
    task: Task, tasks: Mapping[Ref, Task], fits: Callable[[str], object]
) -> Siblings | None:
    """The batch of a task: those that share the tag which the fewest others have, in their order.

    Of its tags those count that `fits` takes. None where no other task has any of these.
    """
    batches = {
        tag: [one for one in tasks.values() if tag in one.entry.tags]
        for tag in filter(fits, task.entry.tags)
    }
    found = [(len(batch), tag) for tag, batch in batches.items() if len(batch) > 1]
    if not found:
        return None
    _size, tag = min(found, key=lambda each: each[0])
    batch = batches[tag]
    place = next((n for n, one in enumerate(batch, start=1) if one.ref == task.ref), 1)
    return Siblings(tag, place, tuple(one for one in batch if one.ref != task.ref))
