"""Prints what happens at a desk as lines of JSON."""

from collections import Counter
from collections.abc import Collection, Container, Mapping

from rushes.providers.exits import Exit
from rushes.providers.model import Status
from rushes.tui.command.event_json import Totals, event_lines, summary_json
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.stream import Stream
from rushes.watch.asset import Fetch
from rushes.watch.changes import Event, Fetched
from rushes.watch.desk import Desk
from rushes.watch.event_kinds import ENDS, EventKind
from rushes.watch.task import Ref, Task

STEPS: Collection[EventKind] = frozenset({EventKind.TRANSITION, *ENDS.values()})
"""What is a step of a task."""


class EventLines:
    """The lines of what happens from now on, and what they add up to.

    Of tasks it prints what happens to these `refs`, None for all, and nothing of the kinds in
    `without`: whoever prints these itself hands them over to `tell`.
    """

    def __init__(
        self,
        desk: Desk,
        out: Stream,
        refs: Container[Ref] | None = None,
        without: Container[EventKind] = (),
    ) -> None:
        self._desk = desk
        self._out = out
        self._refs = refs
        self._without = without
        self._reader = desk.ledger.readers.new()
        self._files = Counter[EventKind]()
        self._bytes = 0

    def look(self) -> None:
        """Print what happened since the last call."""
        for event in self._reader.take().events:
            is_theirs = self._refs is None or event.ref is None or event.ref in self._refs
            if event.kind not in self._without and (is_theirs or event.kind is EventKind.IDLE):
                self.tell(event)

    def tell(self, event: Event) -> None:
        """Print an event."""
        self._files[event.kind] += 1
        if event.kind is EventKind.SAVED and isinstance(event.news, Fetched):
            self._bytes += event.news.fetch.done
        task = self._desk.ledger.task(event.ref) if event.ref is not None else None
        for line in event_lines(event, task):
            print_json(self._out, line, indent=None)
        self._out.flush()

    def saved(self, task: Task, n: int, fetch: Fetch) -> None:
        """Print that a file is there, of which no event tells."""
        ref, at = task.ref, self._desk.clock.now()
        news = Fetched(task.name, n, fetch)
        self.tell(Event(kind=EventKind.SAVED, at=at, account=ref.provider, ref=ref, news=news))

    def finish(self, statuses: Mapping[Status | None, int], code: Exit) -> None:
        """Print the last line; `statuses` counts the tasks by theirs."""
        totals = Totals(
            at=self._desk.clock.now(),
            statuses=statuses,
            files=self._files,
            bytes=self._bytes,
            exit=int(code),
        )
        print_json(self._out, summary_json(totals), indent=None)
        self._out.flush()
