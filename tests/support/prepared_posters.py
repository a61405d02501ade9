"""Posters for tests of the screen: those that a test prepared, and nothing decodes them."""

from pathlib import Path

from manual_clock import ManualClock

from rushes.watch.disk.ownership import OURS
from rushes.watch.posters.poster import Poster, PosterReason, none
from rushes.watch.posters.posters import Posters
from rushes.watch.posters.workshop import workshop_in
from rushes.watch.task import Ref, Task


class PreparedPosters(Posters):
    """The posters that a test prepared, by task and output; `asked` is what was asked for."""

    def __init__(self) -> None:
        super().__init__(workshop_in(Path("nowhere"), OURS), ManualClock())
        self.asked: list[tuple[Ref, int]] = []
        self.canceled = 0
        self._prepared: dict[tuple[Ref, int], Poster] = {}

    def prepare(self, ref: Ref, poster: Poster, n: int = 1) -> None:
        """Have the poster of an output be that one from now on, and let every reader know."""
        self._prepared[ref, n] = poster
        self.changed.finished(ref)

    def of(self, task: Task) -> Poster:
        """The first that was prepared of the task's outputs."""
        numbers = sorted(n for ref, n in self._prepared if ref == task.ref)
        return self.of_output(task, numbers[0] if numbers else 1)

    def of_output(self, task: Task, n: int) -> Poster:
        """The one that was prepared."""
        self.asked.append((task.ref, n))
        return self._prepared.get((task.ref, n)) or none(PosterReason.NOTHING_SAVED)

    def cancel(self) -> None:
        """Note that it was asked for."""
        self.canceled += 1
