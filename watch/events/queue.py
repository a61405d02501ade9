"""Makes of what happened what is queued for a command, in the commit that saves its cause."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime

from rushes.providers.rfc3339 import rfc3339_exact
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.changes import Event, Expiring, Fetched
from rushes.watch.event_kinds import EventKind
from rushes.watch.events.values import file_values, output_values, task_values
from rushes.watch.queued_events import Happening
from rushes.watch.store import Store
from rushes.watch.task import Task


class EventQueue:
    """Puts into the store what a person has a command for: the kinds in `wanted`.

    Only what this process caused is put in; what it learnt from another's save never is. `filled`
    is set whenever something was handed over.
    """

    def __init__(self, store: Store, wanted: Collection[EventKind] = ()) -> None:
        self._store = store
        self.wanted = frozenset(wanted)
        self.filled = asyncio.Event()
        self._answering: set[str] = set()

    def of(self, task: Task, events: Iterable[Event]) -> tuple[Happening, ...]:
        """What is to be saved with `task`, to which, or to whose account, these things happened."""
        wanted = [event for event in events if event.kind in self.wanted]
        if wanted:
            self.filled.set()
        return tuple(happening(event, task) for event in wanted)

    def put(self, event: Event, task: Task) -> None:
        """Queue an event that no save of its task goes with: a moment came."""
        if event.kind in self.wanted:
            self._store.queue(happening(event, task))
            self.filled.set()

    def follow(self, account: str, *, answers: bool) -> None:
        """Have the account's next problem be another one, once it is found to answer.

        So it is noted at the first answer of this process, too: one that ended amid a problem could
        not.
        """
        if EventKind.PROBLEM not in self.wanted or answers == (account in self._answering):
            return
        if answers:
            self._answering.add(account)
            self._store.recovered(account)
        else:
            self._answering.discard(account)


def happening(event: Event, task: Task) -> Happening:
    """An event of `task`, or of its account, as it is stored."""
    if event.trouble is not None:
        trouble = event.trouble
        kind = trouble.kind.value
        values = {"ref": event.account, "kind": kind, "error": trouble.message}
        return Happening(
            kind=event.kind, at=event.at, subject=event.account, mark=kind, values=values
        )
    n, mark, again, values = 0, "", False, task_values(task)
    match event.news:
        case Fetched(n=n, fetch=fetch, anew=again):
            mark = _mark_of_fetch(event, task, n, fetch, anew=again)
            values |= output_values(task, n) | file_values(fetch)
        case Expiring(n=n, at=at):
            mark = rfc3339_exact(at)
            values |= output_values(task, n)
        case _:
            pass
    return Happening(
        kind=event.kind,
        at=event.at,
        subject=str(task.ref),
        n=n,
        mark=mark,
        again=again,
        values=values,
    )


def _mark_of_fetch(event: Event, task: Task, n: int, fetch: Fetch, *, anew: bool) -> str:
    """What tells the end of a download from another one of the same output.

    Two processes that find one file saved speak of one event; a file that a person had fetched once
    more, and each failure, is one of its own. An output is lost at its end, whoever notices.
    """
    at = rfc3339_exact(event.at)
    if fetch.state is OutputState.DOWNLOADED:
        return f"{fetch.sha256} {at}" if anew else fetch.sha256 or ""
    return _deadline(task, n, event.at) if event.kind is EventKind.EXPIRED else at


def _deadline(task: Task, n: int, now: datetime) -> str:
    found = next((asset.deadline for asset in task.assets(now) if asset.n == n), None)
    return rfc3339_exact(found) if found is not None else ""
