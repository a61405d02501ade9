"""Tasks as history.db remembers them, read without loading the engine that polls.

So `rushes ls` loads neither the HTTP library nor an event loop, and makes no database where there
is none.
"""

from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from rushes.tui.shell.open_history import history_of
from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import Account, with_record_lifetime
from rushes.watch.disk.locks import Locks, locks_of
from rushes.watch.disk.paths import Paths
from rushes.watch.history.opening import lock_of
from rushes.watch.queued_events import CutOff
from rushes.watch.store import LastBody, StoreError
from rushes.watch.store_words import sentences
from rushes.watch.task import Entry, Ref, Task

if TYPE_CHECKING:
    from rushes.watch.asked_every import AskedEvery
    from rushes.watch.moved_files import FileLook

CHUNK = 250
"""Tasks that are read in one go: a few megabytes, and some milliseconds."""


def remembered(
    shell: Shell, accounts: Mapping[str, Account], entries: Sequence[Entry]
) -> dict[Ref, Task]:
    """The tasks of `entries` as last known; blocks, raises StoreError."""
    return {task.ref: task for task in each_remembered(shell, accounts, entries)}


def each_remembered(
    shell: Shell,
    accounts: Mapping[str, Account],
    entries: Iterable[Entry],
    files: "FileLook | None" = None,
) -> Generator[Task]:
    """As `remembered`, one after the other: only a few are in memory at a time.

    `files` looks whether what they have saved is still there.
    """
    rest, read = iter(entries), list[Ref]()
    with history_of(shell) as history:
        try:
            while chunk := list(islice(rest, CHUNK)):
                tasks = history.load(chunk) if history else {e.ref: Task(entry=e) for e in chunk}
                read += tasks
                for task in files.at(tasks.values()) if files else tasks.values():
                    yield with_record_lifetime(task, accounts)
        finally:
            if history is not None:
                with suppress(StoreError):  # it is noted the next time
                    history.note_watched(read, shell.clock.now().timestamp())


def history_faults(shell: Shell) -> tuple[str, ...] | None:
    """What there is to tell of the history; None where there is none yet. Raises StoreError."""
    with history_of(shell) as history:
        if history is None:
            return None
        history.load(())
        return sentences(history.condition)


def history_locks(paths: Paths) -> Locks | None:
    """The locks of the file system that the history is on; None while nothing is locked there."""
    lock = lock_of(paths.history)
    return locks_of(lock) if lock.exists() else None


def last_body(shell: Shell, ref: Ref) -> bytes | None:
    """The last response body about a task, None where there was none; raises StoreError."""
    found = last_answer(shell, ref)
    return found.body if found else None


def last_answer(shell: Shell, ref: Ref) -> LastBody | None:
    """The last reply about a task, None where there was none; raises StoreError."""
    with history_of(shell) as history:
        return history.last_body(ref) if history else None


def told_asked_every(shell: Shell, account: str) -> "AskedEvery | None":
    """What a process told that asks about the account's tasks; None where none does just now."""
    from rushes.watch.history.machine_starts import asked_every

    return asked_every(shell.paths.history, account, shell.clock.monotonic())


def commands_left(shell: Shell) -> tuple[int, Sequence[CutOff]]:
    """How many events wait for their commands, and which commands were cut off in the last day.

    Raises StoreError.
    """
    with history_of(shell) as history:
        return history.commands(shell.clock.now().timestamp()) if history else (0, ())
