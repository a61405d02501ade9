"""Follows tasks until they are over: prints what happens, and decides the exit code."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.language import _, plural
from rushes.providers.model import Status
from rushes.tui.command.delivery import LOOK_EVERY, PATIENCE, Delivery
from rushes.tui.command.event_lines import STEPS, EventLines
from rushes.tui.command.transition_lines import TransitionLines
from rushes.tui.command.unaskable import unaskable
from rushes.tui.shell.shell import Shell
from rushes.watch.changes import step_event
from rushes.watch.desk import Desk
from rushes.watch.downloads.standing import Standing
from rushes.watch.event_kinds import EventKind
from rushes.watch.steps import new_steps
from rushes.watch.task import Ref, Task, Transition

ENDS: Mapping[Status, Exit] = MappingProxyType(
    {
        Status.FAILED: Exit.TASK_FAILED,
        Status.CANCELED: Exit.TASK_FAILED,
        Status.GONE: Exit.GONE,
    }
)
"""The exit codes that ends of tasks ask for; the others are fine."""


class Waiting:
    """The tasks that `wait` waits for; `look` prints what happened to them since the last call."""

    def __init__(
        self,
        desk: Desk,
        refs: Iterable[Ref],
        shell: Shell,
        *,
        ndjson: bool,
        download: bool,
        first: bool = False,
        fail_fast: bool = False,
        quiet: bool = False,
    ) -> None:
        """`first`: end with the first task that is over; `fail_fast`: with the first failed.

        `quiet`: only the ends of tasks are printed.
        """
        self._quiet = quiet
        self._desk = desk
        self._refs = dict.fromkeys(refs)
        self._shell = shell
        self._download = download
        self._first = first
        self._fail_fast = fail_fast
        self._reader = desk.ledger.readers.new()
        self._steps_told: dict[Ref, tuple[Transition, ...]] = {}
        self._lines = TransitionLines(shell, desk.settings.glyphs)
        self._events = EventLines(desk, shell.out, self._refs, without=STEPS) if ndjson else None
        self._removed = False
        self._delivery = Delivery(
            desk, self._refs, shell, lambda path: shell.tell(f"  {path}"), self._events
        )
        self._told_late: set[Ref] = set()
        self._to_fetch = set(self._refs) if download else set[Ref]()

    @property
    def over(self) -> bool:
        """Whether enough is known, or no task is left that polling could tell more about."""
        unasked = unaskable(self._desk)
        return all(task.ref.provider in unasked for task in self._unsettled())

    def exit(self) -> Exit:
        """The exit code, once it is over."""
        exits = {ENDS.get(task.status, Exit.FINE) for task in self._tasks() if task.status}
        unasked = unaskable(self._desk)
        exits.update(unasked.get(task.ref.provider, Exit.KEY) for task in self._unsettled())
        if self._removed:
            exits.add(Exit.GONE)
        return first_that_applies(exits | self._delivery.exits)

    async def changed(self) -> None:
        """Return when anything changed at the desk, or after LOOK_EVERY."""
        await self._reader.wait(LOOK_EVERY)

    def look(self) -> None:
        """Print everything that happened since the last call."""
        for event in self._reader.take().events:
            if event.kind in (EventKind.PROBLEM, EventKind.RECOVERED):
                self._shell.tell(event.text)
        self._tell_removed()
        for task in self._tasks():
            self._tell_transitions(task)
            self._lines.trouble(task)
            self._fetch(task)
        self._delivery.report(self._refs)
        self._delivery.progress()

    def summarize(self, code: Exit) -> None:
        """Print the last line, where lines of JSON are printed."""
        if self._events is not None:
            self._events.look()
            self._events.finish(Counter(task.status for task in self._tasks()), code)

    async def finish(self) -> None:
        """Wait for the downloads, then say which tasks were given up; why was said before."""
        await self._delivery.finish(self._refs)
        self._tell_removed()
        left = self._open()
        if left and not self._enough():
            self._shell.tell(
                plural(
                    "no use in waiting for {left} of {n} task",
                    "no use in waiting for {left} of {n} tasks",
                    len(self._refs),
                    left=len(left),
                )
            )

    def left(self) -> str:
        """What is still being waited for, in a few words."""
        unfinished, awaiting = self._open(), self._awaiting_files()
        if unfinished:
            return _("{names} not over yet").format(names=_names(unfinished))
        return (
            _("no files of {names} yet").format(names=_names(awaiting))
            if awaiting
            else _("still downloading")
        )

    # -- inside -------------------------------------------------------------------------------

    def _tasks(self) -> list[Task]:
        return [task for ref in self._refs if (task := self._desk.ledger.task(ref))]

    def _open(self) -> list[Task]:
        return [task for task in self._tasks() if not task.over]

    def _unsettled(self) -> list[Task]:
        """The tasks that have to be asked about before all is known that is waited for."""
        awaiting = self._awaiting_files()
        return awaiting if self._enough() else [*self._open(), *awaiting]

    def _enough(self) -> bool:
        """Whether `first` or `fail_fast` ends the waiting now."""
        tasks = self._tasks()
        ended = self._first and any(task.over for task in tasks)
        failed = self._fail_fast and any(task.status in ENDS for task in tasks)
        return ended or failed

    def _tell_removed(self) -> None:
        for ref in [ref for ref in self._refs if self._desk.ledger.task(ref) is None]:
            del self._refs[ref]
            self._removed = True
            self._shell.tell(
                _("{ref} is not watched any more, so not waited for either").format(ref=ref)
            )

    def _tell_transitions(self, task: Task) -> None:
        """Print the transitions from now on, and the last one of a task that was over before."""
        steps = task.transitions
        told = self._steps_told.get(task.ref)
        if told is None:
            told = steps[:-1] if task.over else steps
        for step in new_steps(told, steps):
            if self._events is not None:
                self._events.tell(step_event(task.ref, step))
            elif step.status.terminal or not self._quiet:
                self._lines.transition(task, step)
        self._steps_told[task.ref] = steps

    def _awaiting_files(self) -> list[Task]:
        """The tasks that succeeded without a file, and are polled again for one."""
        return [task for task in self._tasks() if task.ref in self._to_fetch and task.awaits_files]

    def _fetch(self, task: Task) -> None:
        if task.ref not in self._to_fetch or not task.over:
            return
        if task.awaits_files:
            if task.ref not in self._told_late:
                self._shell.tell(
                    _("{task}: no files named yet, asked again for some minutes").format(
                        task=task.name
                    )
                )
            self._told_late.add(task.ref)
            return
        self._to_fetch.discard(task.ref)
        if task.without_files:
            self._delivery.without_files(task)
        elif task.status is Status.SUCCEEDED:
            wanted = (Standing.OPEN, Standing.REPORTED)
            self._desk.download_policy.queue(task.ref, wanted=wanted, patience=PATIENCE)


def _names(tasks: Sequence[Task]) -> str:
    more = _(" and {tasks} more").format(tasks=len(tasks) - 3) if len(tasks) > 3 else ""
    return _(", ").join(task.name for task in tasks[:3]) + more
