"""Counts what the parsers did not know, so that a gateway's changes are noticed."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from rushes.watch.task import Task

_UNMAPPED = re.compile(r"(?:.*: )?(unmapped status .*)", re.DOTALL)


def counts(tasks: Iterable[Task]) -> Mapping[str, Counter[str]]:
    """For each account, how many last answers have each oddity: `unmapped status X`, or a path.

    Pure. An account whose answers were all understood is left out.
    """
    found: dict[str, Counter[str]] = {}
    for task in tasks:
        oddities = {_what(drift) for drift in (task.snapshot.drift if task.snapshot else ())}
        if oddities:
            found.setdefault(task.ref.provider, Counter()).update(oddities)
    return found


def _what(drift: str) -> str:
    """The key that an oddity is counted under: an unknown word without its path, else the path."""
    unmapped = _UNMAPPED.fullmatch(drift)
    return unmapped[1] if unmapped else drift
