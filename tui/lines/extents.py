"""The widest texts of a whole list: what its columns are made as wide as."""

from collections.abc import Iterable

from rushes.providers.frozen import frozen
from rushes.tui.lines.fit import width
from rushes.watch.task import Task

ID = 20
"""Cells in which an id without a label is told from others: it is cut in its middle."""

ENOUGH = 120
"""Cells that no column gets more of."""


@frozen
class Extents:
    """Cells of the widest label (or id), account, model, prompt and tags; 0 where there is none."""

    label: int = 0
    account: int = 0
    model: int = 0
    prompt: int = 0
    tags: int = 0

    def grown(self, tasks: Iterable[Task]) -> "Extents":
        """These with further tasks; the same object where none of them is wider."""
        label, account, model = self.label, self.account, self.model
        prompt, tags = self.prompt, self.tags
        for task in tasks:
            label = max(label, _cells(task.entry.label) or min(ID, len(task.ref.id)))
            account = max(account, len(task.ref.provider))
            model = max(model, _cells(task.model))
            if prompt < ENOUGH:
                prompt = max(prompt, _cells(task.prompt))
            if task.entry.tags:
                tags = max(tags, sum(len(tag) + 2 for tag in task.entry.tags))
        found = Extents(label, account, model, prompt, tags)
        return self if found == self else found


def _cells(text: str | None) -> int:
    """How wide a text is, as far as it matters."""
    if not text:
        return 0
    return min(ENOUGH, len(text) if text.isascii() else width(text[:ENOUGH]))
