"""Labels and tags as they are typed for one task or several, and what becomes of the entries."""

from collections.abc import Sequence
from dataclasses import replace

from rushes.watch.task import Entry, Task
from rushes.watch.watchlist.entries import tags_in

TAKEN_AWAY = "-"
"""Before a tag that is to be taken away."""


def label_of(tasks: Sequence[Task]) -> str:
    """The label that all of these have; "" where they have several."""
    labels = {task.entry.label for task in tasks}
    return labels.pop() if len(labels) == 1 else ""


def shared_tags(tasks: Sequence[Task]) -> tuple[str, ...]:
    """The tags that all of these have, in the order of the first."""
    first, *others = tasks
    return tuple(t for t in first.entry.tags if all(t in other.entry.tags for other in others))


def labelled(entries: Sequence[Entry], label: str) -> list[Entry]:
    """The entries with that label."""
    return [replace(entry, label=label) for entry in entries]


def tagged(entries: Sequence[Entry], shared: Sequence[str], text: str) -> list[Entry]:
    """The entries with the tags in `text`, where the tags that they `shared` stood before.

    A tag of those that is not there any more is taken away, and so is one behind a `-`. Tags that
    only some have stay.
    """
    typed = tags_in([text])
    away = {
        tag.removeprefix(TAKEN_AWAY)
        for tag in typed
        if tag.startswith(TAKEN_AWAY) and tag not in shared
    }
    given = [tag for tag in typed if tag in shared or not tag.startswith(TAKEN_AWAY)]
    away |= {tag for tag in shared if tag not in given}
    changed: list[Entry] = []
    for entry in entries:
        kept = [tag for tag in entry.tags if tag not in away]
        more = [tag for tag in given if tag not in kept and tag not in away]
        changed.append(replace(entry, tags=(*kept, *more)))
    return changed
