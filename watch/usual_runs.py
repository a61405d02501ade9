"""How long tasks usually take, kept for those that are looked at and read behind them."""

from rushes.watch.clock import Clock
from rushes.watch.figures.model import Model, model_of
from rushes.watch.figures.usual import Usual
from rushes.watch.store import Store
from rushes.watch.task import Task

FRESH = 60.0
"""Seconds for which what was read of a model is good enough."""


class UsualRuns:
    """Tells at once what was read, and reads what was asked for since at the next look.

    So a screen may ask for each row that it draws: of each model in sight one small question is put
    to the history a minute.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._read: dict[Model, tuple[float, Usual | None]] = {}
        self._asked: set[Model] = set()

    def of(self, task: Task) -> Usual | None:
        """What is usual for a task that is not over; None where that is not known, or not yet."""
        return None if task.over or task.snapshot is None else self.of_model(model_of(task))

    def of_model(self, model: Model) -> Usual | None:
        """What is usual for a model; None where that is not known, or not yet."""
        read_at, found = self._read.get(model, (-FRESH, None))
        if self._clock.monotonic() - read_at >= FRESH:
            self._asked.add(model)
        return found

    async def look(self) -> None:
        """Read what was asked for; raises StoreError."""
        asked, self._asked = self._asked, set()
        for model in asked:
            found = await self._store.usual(model)
            self._read[model] = self._clock.monotonic(), found
