"""What an undo did, in a sentence."""

from rushes.providers.language import _, plural
from rushes.watch.watchlist.entries import Edit
from rushes.watch.watchlist.undo import Undone


def undone_words(done: Undone | None) -> str:
    """What is as before, and what was left as others made it since."""
    if done is None:
        return _("nothing to undo")
    left = (
        _("left as changed since: {left}").format(
            left=plural("{n} task", "{n} tasks", len(done.left))
        )
        if done.left
        else ""
    )
    return "; ".join(filter(None, (_back(done) if done.refs else "", left)))


def _back(done: Undone) -> str:
    tasks = plural("{n} task", "{n} tasks", len(done.refs))
    match done.edit:
        case Edit.ADD:
            return _("no longer watching {tasks}").format(tasks=tasks)
        case Edit.REMOVE:
            return _("watching {tasks} again").format(tasks=tasks)
        case Edit.LABEL:
            return _("label as before: {tasks}").format(tasks=tasks)
        case Edit.TAG:
            return _("tags as before: {tasks}").format(tasks=tasks)
