"""Tasks as history.db remembers them, read without loading the engine that polls.

So `rushes ls` loads neither the HTTP library nor an event loop, and makes no database where there
is none.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import islice

from rushes.tui.shell.no_log import log_nothing_on_screen
from rushes.tui.shell.shell import Shell
from rushes.watch.asked_every import AskedEvery
from rushes.watch.config.accounts import Account
from rushes.watch.history.reader import HistoryReader
from rushes.watch.polling.observe import with_record_lifetime
from rushes.watch.store import StoreError
from rushes.watch.store_words import sentences
from rushes.watch.task import Entry, Ref, Task

CHUNK = 250
"""Tasks that are read in one go: a few megabytes, and some milliseconds."""


def remembered(
    shell: Shell, accounts: Mapping[str, Account], entries: Sequence[Entry]
) -> dict[Ref, Task]:
    """The tasks of `entries` as last known; blocks, raises StoreError."""
    return {task.ref: task for task in each_remembered(shell, accounts, entries)}


def each_remembered(
    shell: Shell, accounts: Mapping[str, Account], entries: Iterable[Entry]
) -> Generator[Task]:
    """As `remembered`, one after the other: only a few are in memory at a time."""
    rest, read = iter(entries), list[Ref]()
    with _history(shell) as history:
        try:
            while chunk := list(islice(rest, CHUNK)):
                tasks = history.load(chunk) if history else {e.ref: Task(entry=e) for e in chunk}
                read += tasks
                for task in tasks.values():
                    yield with_record_lifetime(task, accounts)
        finally:
            if history is not None:
                with suppress(StoreError):  # it is noted the next time
                    history.note_watched(read, shell.clock.now().timestamp())


def last_body(shell: Shell, ref: Ref) -> bytes | None:
    """The last response body about a task, None where there was none; raises StoreError."""
    with _history(shell) as history:
        found = history.last_body(ref) if history else None
    return found.body if found else None


@contextmanager
def _history(shell: Shell) -> Generator[HistoryReader | None]:
    """The history, None where there is none. Says at the end what there is to say of it."""
    paths = shell.paths
    if not paths.history.exists():
        yield None
        return
    log_nothing_on_screen()
    history = HistoryReader(paths.history, trusted=paths.trusted)
    try:
        yield history
        for notice in sentences(history.condition):
            shell.tell(f"warning: {notice}")
    finally:
        history.close()


def told_asked_every(shell: Shell, account: str) -> AskedEvery | None:
    """What a process told that asks about the account's tasks; None where none does just now."""
    from rushes.watch.history.machine_starts import asked_every

    return asked_every(shell.paths.history, account, shell.clock.monotonic())
