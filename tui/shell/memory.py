"""Tasks as history.db remembers them, read without loading the engine that polls.

So `rushes ls` does not load the HTTP library, and makes no database where there is none.
"""

from collections.abc import Mapping, Sequence

from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import Account
from rushes.watch.history.store import History
from rushes.watch.polling.observe import with_record_lifetime
from rushes.watch.retention import note_watched
from rushes.watch.store_words import sentences
from rushes.watch.task import Entry, Ref, Task


async def remembered(
    shell: Shell, accounts: Mapping[str, Account], entries: Sequence[Entry]
) -> dict[Ref, Task]:
    """The tasks of `entries` as last known; raises StoreError."""
    tasks = {entry.ref: Task(entry=entry) for entry in entries}
    if shell.paths.history.exists():
        history = History(shell.paths.history, clock=shell.clock)
        try:
            tasks = await history.load(entries)
            await note_watched(history, tasks)
            _tell(shell, history)
        finally:
            await history.close()
    return {ref: with_record_lifetime(task, accounts) for ref, task in tasks.items()}


async def last_body(shell: Shell, ref: Ref) -> bytes | None:
    """The last response body about a task, None where there was none; raises StoreError."""
    if not shell.paths.history.exists():
        return None
    history = History(shell.paths.history)
    try:
        found = await history.last_body(ref)
        _tell(shell, history)
    finally:
        await history.close()
    return found.body if found else None


def _tell(shell: Shell, history: History) -> None:
    for notice in sentences(history.condition):
        shell.tell(f"warning: {notice}")
