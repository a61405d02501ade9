"""What changed at the desk, for those who show it: each reader pulls from a pile of its own.

Nothing is posted to a reader, so that a slow one holds up nobody; it may wait for its pile.
"""

from collections import deque
from collections.abc import Collection
from datetime import datetime, timedelta
from math import inf
from typing import TYPE_CHECKING
from weakref import WeakSet

from rushes.providers.frozen import frozen
from rushes.watch.asset import Fetch
from rushes.watch.clock import Clock
from rushes.watch.event_kinds import ENDS, EventKind
from rushes.watch.queued_events import CommandEnd
from rushes.watch.task import Ref, Transition, Trouble

if TYPE_CHECKING:
    from rushes.watch.reasons import Reason

EVENT_LIMIT = 10_000
"""Events that are kept for a reader that does not take them; older ones are forgotten."""


PACE = 0.25
"""Seconds at least between two piles; a screen that draws each pile draws four times a second."""


@frozen
class SuspensionSummary:
    """What happened while the machine slept or the process was stopped.

    `done`: tasks that ended meanwhile; `at_risk`: tasks whose outputs expire soon; `lost`: outputs
    that expired unsaved.
    """

    done: int
    at_risk: int
    lost: int


@frozen
class Fetched:
    """What became of output `n` of the task called `task`.

    `anew`: its file had been saved before, and was wanted once more.
    """

    task: str
    n: int
    fetch: Fetch
    anew: bool = False


@frozen
class Expiring:
    """Unsaved output `n` of the task called `task` expires in `left`, or did where that is None.

    `kind` is the provider's word for the output, `at` when it ends (by the provider's clock).
    """

    task: str
    n: int
    kind: str
    left: timedelta | None
    at: datetime


@frozen
class Shortage:
    """Downloads wait because nothing more can be written."""

    reason: "Reason"


@frozen
class Shortfall:
    """Of `files` that are to be fetched `lost` will not be in time, at `rate` bytes a second.

    The deadline that asks for the most has `size` bytes due in `seconds`. `unknown` counts the
    files beside them whose length nobody said.
    """

    lost: int
    files: int
    size: int
    seconds: float
    rate: float
    unknown: int = 0


@frozen
class CommandFailed:
    """The command for an event of that kind, the program called so, did not run to a good end.

    `code` is its exit code, where it has one.
    """

    event: EventKind
    program: str
    end: CommandEnd
    code: int | None = None


DownloadNews = Fetched | Expiring | Shortage | Shortfall
"""What an event about downloads is about."""


@frozen(kw_only=True)
class Event:
    """One thing that happened, at `at` (our time, UTC).

    `news` says what, where it is about downloads or a command, `trouble` what holds up the account
    where the kind is PROBLEM, and `suspension` what happened where it is RESUMED; else `text` does,
    clean and fit to show. A `transition` comes with each step of a task, its end included.
    """

    kind: EventKind
    at: datetime
    account: str
    ref: Ref | None = None
    text: str = ""
    transition: Transition | None = None
    news: DownloadNews | CommandFailed | None = None
    trouble: Trouble | None = None
    suspension: SuspensionSummary | None = None


def step_event(ref: Ref, step: Transition, text: str = "") -> Event:
    """The event that a task took a step, at the time when it was seen."""
    kind = ENDS.get(step.status, EventKind.TRANSITION)
    return Event(
        kind=kind, at=step.observed_at, account=ref.provider, ref=ref, text=text, transition=step
    )


@frozen
class Changes:
    """What a reader has not seen: tasks that changed, whether tasks came or went, events."""

    refs: frozenset[Ref]
    layout: bool
    events: tuple[Event, ...]

    def __bool__(self) -> bool:
        return bool(self.refs or self.layout or self.events)


class Reader:
    """One reader's pile of changes. A new one says that tasks came: all those there are.

    What is read behind the first frame comes from `arrivals` where it is to come `in_slices`, which
    hold up nobody; else it is among what changed.
    """

    def __init__(self, clock: Clock, *, in_slices: bool = False) -> None:
        import asyncio  # what happened is told of by others, too, which need no loop

        self._clock = clock
        self._in_slices = in_slices
        self._refs: set[Ref] = set()
        self._layout = True
        self._events: deque[Event] = deque(maxlen=EVENT_LIMIT)
        self._slices: asyncio.Queue[Collection[Ref]] = asyncio.Queue()
        self._filled = asyncio.Event()
        self._filled.set()
        self._taken = -inf

    async def wait(self, seconds: float) -> None:
        """Return as soon as the pile holds anything, or after `seconds` of the desk's clock.

        It returns no sooner than PACE after the last `take`.
        """
        pause = min(self._taken + PACE - self._clock.monotonic(), seconds)
        if pause > 0:
            await self._clock.sleep(pause)
        await self._clock.wait(self._filled, seconds - max(pause, 0.0))

    def take(self) -> Changes:
        """Return everything since the last call, and empty the pile."""
        changes = Changes(frozenset(self._refs), self._layout, tuple(self._events))
        self._refs.clear()
        self._events.clear()
        self._layout = False
        self._filled.clear()
        self._taken = self._clock.monotonic()
        return changes

    async def arrivals(self) -> Collection[Ref]:
        """The next slice of what is read behind the first frame, as soon as there is one."""
        return await self._slices.get()

    def arrived(self, refs: Collection[Ref]) -> None:
        """Note that these tasks are read."""
        if self._in_slices:
            self._slices.put_nowait(refs)
        else:
            self._refs.update(refs)
            self._filled.set()

    def changed(self, ref: Ref) -> None:
        """Note that a task is not what it was."""
        self._refs.add(ref)
        self._filled.set()

    def moved(self) -> None:
        """Note that tasks came or went."""
        self._layout = True
        self._filled.set()

    def happened(self, event: Event) -> None:
        """Note an event."""
        self._events.append(event)
        self._filled.set()


class Readers:
    """All the piles there are: each of them gets every change.

    A pile is kept as long as somebody else holds it, so a screen that closes need not give it back.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._piles: WeakSet[Reader] = WeakSet()

    def new(self, *, in_slices: bool = False) -> Reader:
        """One more pile; whoever takes from it sees each change once."""
        pile = Reader(self._clock, in_slices=in_slices)
        self._piles.add(pile)
        return pile

    def changed(self, ref: Ref) -> None:
        """Note that a task is not what it was."""
        for pile in self._piles:
            pile.changed(ref)

    def arrived(self, refs: Collection[Ref]) -> None:
        """Note that these tasks are read."""
        for pile in self._piles:
            pile.arrived(refs)

    def moved(self) -> None:
        """Note that tasks came or went."""
        for pile in self._piles:
            pile.moved()

    def happened(self, event: Event) -> None:
        """Note an event."""
        for pile in self._piles:
            pile.happened(event)
