"""Folds what a filter looks in, before it is asked for."""

import asyncio
from collections.abc import Sequence

from rushes.watch.task import Task

FOLDED_AT_ONCE = 500
"""Texts that are made ready for a filter between two looks for a key."""


async def fold_texts(tasks: Sequence[Task]) -> None:
    """Have what a filter looks in ready when the first letter comes, without being in its way."""
    for start in range(0, len(tasks), FOLDED_AT_ONCE):
        for task in tasks[start : start + FOLDED_AT_ONCE]:
            _ = task.search_text
        await asyncio.sleep(0)
