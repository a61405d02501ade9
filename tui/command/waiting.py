"""Follows tasks until they are over: prints what happens, and decides the exit code."""

from collections.abc import Iterable, Sequence

from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.model import ProblemKind, Status
from rushes.tui.command.delivery import LOOK_EVERY, PATIENCE, Delivery
from rushes.tui.command.task_json import event_json
from rushes.tui.lines.ansi import inked
from rushes.tui.lines.fit import Piece
from rushes.tui.lines.glyphs import signs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import clock, problem_word, status_word
from rushes.tui.shell.json_output import print_json
from rushes.tui.shell.shell import Shell
from rushes.watch.changes import EventKind
from rushes.watch.desk import Desk
from rushes.watch.steps import new_steps
from rushes.watch.task import Ref, Task, Transition

_ENDS = {
    Status.FAILED: Exit.TASK_FAILED,
    Status.CANCELED: Exit.TASK_FAILED,
    Status.GONE: Exit.GONE,
}

_OF_ONE_TASK = (ProblemKind.NOT_FOUND, ProblemKind.REFUSED, ProblemKind.MALFORMED)
"""Problems that are told for each task; the others are the account's, and told once."""


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
    ) -> None:
        """`first`: end with the first task that is over; `fail_fast`: with the first failed."""
        self._desk = desk
        self._refs = dict.fromkeys(refs)
        self._shell = shell
        self._ndjson = ndjson
        self._download = download
        self._first = first
        self._fail_fast = fail_fast
        self._reader = desk.ledger.readers.new()
        self._steps_told: dict[Ref, tuple[Transition, ...]] = {}
        self._troubles_told: dict[Ref, ProblemKind | None] = {}
        self._removed = False
        self._delivery = Delivery(desk, self._refs, shell, lambda path: shell.tell(f"  {path}"))
        self._glyphs = signs(desk.settings.glyphs, shell.out)
        self._told_late: set[Ref] = set()
        self._to_fetch = set(self._refs) if download else set[Ref]()

    @property
    def over(self) -> bool:
        """Whether enough is known, or no task is left that polling could tell more about."""
        locked = self._locked_out()
        left = (
            self._awaiting_files() if self._enough() else [*self._open(), *self._awaiting_files()]
        )
        return all(task.ref.provider in locked for task in left)

    def exit(self) -> Exit:
        """The exit code, once it is over."""
        exits = {_ENDS.get(task.status, Exit.FINE) for task in self._tasks() if task.status}
        if (self._open() and not self._enough()) or self._awaiting_files():
            exits.add(Exit.KEY)
        if self._removed:
            exits.add(Exit.GONE)
        return first_that_applies(exits | self._delivery.exits)

    async def changed(self) -> None:
        """Return when anything changed at the desk, or after LOOK_EVERY."""
        await self._reader.wait(LOOK_EVERY)

    def look(self) -> None:
        """Print everything that happened since the last call."""
        for event in self._reader.take().events:
            if event.kind is EventKind.ACCOUNT:
                self._shell.tell(event.text)
        self._tell_removed()
        for task in self._tasks():
            self._tell_transitions(task)
            self._tell_trouble(task)
            self._fetch(task)
        self._delivery.report(self._refs)
        self._delivery.progress()

    async def finish(self) -> None:
        """Wait for the downloads, then say which tasks were given up; why was said before."""
        await self._delivery.finish(self._refs)
        self._tell_removed()
        left = self._open()
        if left and not self._enough():
            self._shell.tell(f"no use in waiting for {len(left)} of {len(self._refs)} tasks")

    def left(self) -> str:
        """What is still being waited for, in a few words."""
        unfinished, awaiting = self._open(), self._awaiting_files()
        if unfinished:
            return f"{_names(unfinished)} not over yet"
        return f"no files of {_names(awaiting)} yet" if awaiting else "still downloading"

    # -- inside -------------------------------------------------------------------------------

    def _tasks(self) -> list[Task]:
        return [task for ref in self._refs if (task := self._desk.ledger.task(ref))]

    def _open(self) -> list[Task]:
        return [task for task in self._tasks() if not task.over]

    def _enough(self) -> bool:
        """Whether `first` or `fail_fast` ends the waiting now."""
        tasks = self._tasks()
        ended = self._first and any(task.over for task in tasks)
        failed = self._fail_fast and any(task.status in _ENDS for task in tasks)
        return ended or failed

    def _locked_out(self) -> frozenset[str]:
        """The accounts that lack a key, or whose key is refused."""
        return frozenset(
            name
            for name, state in self._desk.account_states().items()
            if state.key_missing or (state.trouble and state.trouble.kind is ProblemKind.AUTH)
        )

    def _tell_removed(self) -> None:
        for ref in [ref for ref in self._refs if self._desk.ledger.task(ref) is None]:
            del self._refs[ref]
            self._removed = True
            self._shell.tell(f"{ref} is not watched any more, so not waited for either")

    def _tell_transitions(self, task: Task) -> None:
        """Print the transitions from now on, and the last one of a task that was over before."""
        steps = task.transitions
        told = self._steps_told.get(task.ref)
        if told is None:
            told = steps[:-1] if task.over else steps
        for step in new_steps(told, steps):
            self._tell_step(task, step)
        self._steps_told[task.ref] = steps

    def _tell_step(self, task: Task, step: Transition) -> None:
        out = self._shell.out
        if self._ndjson:
            print_json(out, event_json(task.ref, step), indent=None)
        elif out.is_terminal:
            words = f"{self._glyphs.status(step.status)} {status_word(step.status):<11}"
            line = (
                Piece(f"{clock(step.observed_at, self._desk.clock.now())}  ", Role.FAINT),
                Piece(words, STATUS_ROLES[step.status]),
                Piece(f" {task.name}"),
                Piece(f"  {task.ref}" if task.entry.label else "", Role.FAINT),
            )
            out.line(inked(line, out.colour))
        else:
            at, raw = event_json(task.ref, step)["at"], step.raw_status or ""
            out.line(f"{at}\t{task.ref}\t{step.status.value}\t{raw}\t{task.entry.label}")
        out.flush()

    def _tell_trouble(self, task: Task) -> None:
        kind = task.trouble.kind if task.trouble and not task.over else None
        before = self._troubles_told.get(task.ref)
        self._troubles_told[task.ref] = kind
        if task.trouble and kind in _OF_ONE_TASK and kind is not before:
            self._shell.tell(f"{task.name}: {problem_word(task.trouble)}: {task.trouble.message}")

    def _awaiting_files(self) -> list[Task]:
        """The tasks that succeeded without a file, and are polled again for one."""
        return [task for task in self._tasks() if task.ref in self._to_fetch and task.awaits_files]

    def _fetch(self, task: Task) -> None:
        if task.ref not in self._to_fetch or not task.over:
            return
        if task.awaits_files:
            if task.ref not in self._told_late:
                self._shell.tell(f"{task.name}: no files named yet, asked again for some minutes")
            self._told_late.add(task.ref)
            return
        self._to_fetch.discard(task.ref)
        if task.without_files:
            self._delivery.without_files(task)
        elif task.status is Status.SUCCEEDED:
            self._desk.download_policy.queue(task.ref, patience=PATIENCE)


def _names(tasks: Sequence[Task]) -> str:
    more = f" and {len(tasks) - 3} more" if len(tasks) > 3 else ""
    return ", ".join(task.name for task in tasks[:3]) + more
