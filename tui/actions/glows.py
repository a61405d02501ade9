"""Which rows changed a moment ago, by how their tasks looked before."""

from collections.abc import KeysView
from datetime import datetime, timedelta

from rushes.tui.actions.batches import Line
from rushes.watch.task import Ref, Task

GLOW = timedelta(seconds=2)
"""How long a row that changed stands out."""


class Glows:
    """Remembers how each task looked, and since when a row glows."""

    def __init__(self) -> None:
        self._faces: dict[Ref, object] = {}
        self._lit: dict[Line, datetime] = {}

    def __len__(self) -> int:
        return len(self._faces)

    @property
    def refs(self) -> KeysView[Ref]:
        """The tasks that were looked at."""
        return self._faces.keys()

    def note(self, ref: Ref, task: Task) -> bool:
        """Take in how a task looks; whether it looked otherwise before."""
        face = _face(task)
        if self._faces.get(ref) == face:
            return False
        self._faces[ref] = face
        return True

    def light(self, line: Line, now: datetime) -> None:
        """Let a row glow from now on."""
        self._lit[line] = now

    def glows(self, line: Line, now: datetime) -> bool:
        """Whether a row changed within the last two seconds."""
        lit = self._lit.get(line)
        return lit is not None and now - lit < GLOW

    def dark(self, now: datetime) -> set[Line]:
        """The rows that stopped glowing since this was last asked."""
        dark = {line for line in self._lit if not self.glows(line, now)}
        for line in dark:
            del self._lit[line]
        return dark

    def forget(self, ref: Ref) -> None:
        """Forget a task that is not watched any more."""
        self._faces.pop(ref, None)
        self._lit.pop(ref, None)

    def clear(self) -> None:
        """Forget all of them."""
        self._faces.clear()
        self._lit.clear()


def _face(task: Task) -> object:
    """The parts of a task whose change makes its row glow; polls and bytes are no part of it."""
    return (
        task.status,
        task.raw_status,
        task.entry,
        task.trouble and task.trouble.kind,
        {n: fetch.state for n, fetch in task.fetches.items()},
    )
