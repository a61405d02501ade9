"""Runs the commands that a person has for events, one at a time in all processes of a home.

A command is begun at most once: that it was is committed before it is run. One whose process ended
before it did is told of as cut off. What a process that ended had queued is taken over.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence

from rushes.providers.language import _
from rushes.watch.changes import CommandFailed, Event, Readers
from rushes.watch.clock import Clock
from rushes.watch.event_kinds import EventKind
from rushes.watch.events.at_end import AtEnd
from rushes.watch.events.command import Filled, filled
from rushes.watch.events.queue import EventQueue
from rushes.watch.events.ran import Ran
from rushes.watch.keys.program import command_name
from rushes.watch.queued_events import CommandEnd, CutOff, Happening, QueuedEvent
from rushes.watch.store import Store, StoreBusy, StoreError

log = logging.getLogger(__name__)

LOOK_EVERY = 15.0
"""Seconds between looks at what other processes left behind."""

RETRY = 1.0
"""Seconds after which it is tried again where another process is writing to the store."""

Run = Callable[[Sequence[str], Mapping[str, str]], Ran]


def _run(command: Sequence[str], environ: Mapping[str, str]) -> Ran:
    """Run a command; what runs it is loaded only now."""
    from rushes.watch.events.program import run_command

    return run_command(command, environ)


class EventCommands:
    """The commands of the events in `queue`, by kind, which get no variable of `keys`.

    `cut_off` are the commands that the processes of the last day did not see to their ends.
    """

    def __init__(
        self,
        *,
        store: Store,
        queue: EventQueue,
        commands: Mapping[EventKind, tuple[str, ...]],
        environ: Mapping[str, str],
        keys: Collection[str],
        clock: Clock,
        at_end: AtEnd,
        run: Run | None = None,
    ) -> None:
        self._store = store
        self._queue = queue
        self._commands = commands
        self._environ = environ
        self._keys = keys
        self._clock = clock
        self._at_end = at_end
        self._run = run or _run
        self._readers: Readers | None = None
        self._work: asyncio.Task[None] | None = None
        self._runs_one = False
        self._ending = False
        self._failed: list[CommandFailed] = []
        self._taken = 0
        self.cut_off: Sequence[CutOff] = ()

    @property
    def notice(self) -> str:
        """A sentence about what was cut off; empty as a rule."""
        if not self.cut_off:
            return ""
        last = self.cut_off[-1]
        of = _("{event} of {subject}").format(event=last.kind.value, subject=last.subject)
        if len(self.cut_off) == 1:
            return _("the command for {of} was cut off: it is not run again").format(of=of)
        number = len(self.cut_off)
        return _(
            "{number} commands were cut off, the last for {of}: they are not run again"
        ).format(number=number, of=of)

    @property
    def finishes(self) -> bool:
        """Whether all commands for what happens here are run before the end."""
        return self._at_end is AtEnd.FINISH

    def take_failed(self) -> Sequence[CommandFailed]:
        """The commands that did not run to a good end since the last call, once for each cause."""
        failed = self._failed[self._taken :]
        self._taken = len(self._failed)
        return failed

    def hand_over(self) -> None:
        """Begin no more commands: another one in this process runs them from now on."""
        self._at_end, self._ending = AtEnd.LEAVE, True
        self._queue.filled.set()

    def start(self, readers: Readers) -> None:
        """Begin to run commands; `readers` hear of those that fail."""
        self._readers = readers
        if self._work is None:
            self._work = asyncio.create_task(self._go_on())

    async def end(self) -> None:
        """Wait for the command that runs, and run the others, or leave them, as `at_end` says.

        A cancellation meanwhile is put off until then: a second interrupt ends the process anyhow.
        """
        self._ending = True
        self._queue.filled.set()
        if self._work is None and self._at_end is AtEnd.FINISH:
            self._work = asyncio.create_task(self._go_on())
        if self._work is None:
            return
        if self._at_end is AtEnd.LEAVE and not self._runs_one:
            self._work.cancel()  # it may be waiting for its turn
        interrupted = False
        while not self._work.done():
            try:
                await asyncio.wait({self._work})
            except asyncio.CancelledError:
                interrupted = True
        if interrupted:
            raise asyncio.CancelledError

    async def _go_on(self) -> None:
        while True:
            self._queue.filled.clear()
            pause = LOOK_EVERY
            try:
                if await self._run_next():
                    continue
                if self._ending:
                    return
                self.cut_off = await self._store.cut_off()
            except StoreBusy:
                pause = RETRY
            except Exception as error:
                # What is queued stays so.
                known = isinstance(error, StoreError)
                log.warning("no command is run: %s", error, exc_info=not known)
                if self._ending:
                    return
            await self._clock.wait(self._queue.filled, pause)

    async def _run_next(self) -> bool:
        """Run the command of the next event; False where there is none to be run."""
        leaving = self._ending and self._at_end is AtEnd.LEAVE
        if leaving or not await self._store.has_event(own=self._ending):
            return False
        async with self._store.command_turn():
            self._runs_one = True
            try:
                event = await self._store.begin_event()
                if event is not None:
                    await self._see_through(event)
            finally:
                self._runs_one = False
        return event is not None

    async def _see_through(self, event: QueuedEvent) -> None:
        """Run the command of an event that is marked as begun, and note how it ended."""
        happening = event.happening
        command = self._commands.get(happening.kind)
        if command is None:
            self._store.end_event(event.number, CommandEnd.NO_COMMAND)
            return
        try:
            ran = await self._ran(filled(command, happening))
        except Exception as error:
            log.exception("a command ended in an error of our own")
            ran = Ran(CommandEnd.NOT_STARTED, said=type(error).__name__)
        self._store.end_event(event.number, ran.end)
        self._tell(happening, command_name(command), ran)

    async def _ran(self, ready: Filled) -> Ran:
        if ready.dash:
            return Ran(CommandEnd.DASH, said=ready.dash)
        return await asyncio.to_thread(self._run, ready.command, self._variables(ready))

    def _variables(self, ready: Filled) -> Mapping[str, str]:
        """The variables of a command: ours without keys, and what tells of its event."""
        from rushes.watch.keys.command import variables_without_keys

        return {**variables_without_keys(self._environ, self._keys), **ready.variables}

    def _tell(self, happening: Happening, program: str, ran: Ran) -> None:
        """Log how it went; have a person told of what did not go well, once for each cause."""
        level = logging.INFO if ran.end is CommandEnd.DONE else logging.WARNING
        code = "" if ran.code is None else _(", exit code {code}").format(code=ran.code)
        what = _("{program} for {event} of {subject}").format(
            program=program, event=happening.kind.value, subject=happening.subject
        )
        log.log(level, "%s: %s%s\n%s", what, ran.end.value, code, ran.said)
        if ran.end is CommandEnd.DONE:
            return
        failed = CommandFailed(happening.kind, program, ran.end, ran.code)
        if failed not in self._failed:
            self._failed.append(failed)
            if self._readers is not None:
                now = self._clock.now()
                event = Event(kind=EventKind.COMMAND_FAILED, at=now, account="", news=failed)
                self._readers.happened(event)
