"""What the parsers did not know, counted: a gateway that changes its words is seen doing so."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from rushes.watch.task import Task

_UNMAPPED = re.compile(r"(?:.*: )?(unmapped status .*)", re.DOTALL)


def counts(tasks: Iterable[Task]) -> Mapping[str, Counter[str]]:
    """For each account, how many last answers held what: `unmapped status X`, or a place.

    Pure. An account whose answers were all understood is left out.
    """
    found: dict[str, Counter[str]] = {}
    for task in tasks:
        oddities = {_what(drift) for drift in (task.snapshot.drift if task.snapshot else ())}
        if oddities:
            found.setdefault(task.ref.provider, Counter()).update(oddities)
    return found


def _what(drift: str) -> str:
    """A word is the same word wherever it stood; anything else is known by its place."""
    unmapped = _UNMAPPED.fullmatch(drift)
    return unmapped[1] if unmapped else drift
