"""Which tasks are due, in lines by what their last question was like (`watch/polling/lanes.py`)."""

import asyncio
from collections.abc import Callable

from rushes.watch.clock import Clock
from rushes.watch.polling.lanes import Repute
from rushes.watch.polling.timetable import Timetable
from rushes.watch.task import Ref


class DueTasks:
    """A timetable, and a line for each repute of those that are due.

    A task is busy from when it comes due until it was asked about: it is not put in twice.
    """

    def __init__(self, clock: Clock, repute: Callable[[Ref], Repute]) -> None:
        self.busy: set[Ref] = set()
        self._clock = clock
        self._repute = repute
        self._timetable = Timetable()
        self._lines: dict[Repute, asyncio.Queue[Ref]] = {kind: asyncio.Queue() for kind in Repute}
        self._taken_out: set[Ref] = set()
        self._changed = asyncio.Event()

    def __len__(self) -> int:
        return len(self._timetable) + len(self.busy)

    def __contains__(self, ref: object) -> bool:
        return ref in self._timetable

    def put(self, ref: Ref, delay: float) -> None:
        """Have `ref` come due in so many seconds, instead of whenever it was to."""
        self._timetable.put(ref, self._clock.monotonic() + delay)
        self._changed.set()

    def discard(self, ref: Ref) -> None:
        """Take `ref` off the timetable."""
        self._timetable.discard(ref)

    def stand_in_line(self, ref: Ref) -> None:
        """Have `ref` be due now."""
        self.busy.add(ref)
        self._lines[self._repute(ref)].put_nowait(ref)

    def take_out(self, ref: Ref) -> None:
        """Have `ref` be passed over where it is due, since it is asked about out of its turn."""
        self._timetable.discard(ref)
        if ref in self.busy:
            self._taken_out.add(ref)

    def was_taken_out(self, ref: Ref) -> bool:
        """Whether that was so; told once."""
        was = ref in self._taken_out
        self._taken_out.discard(ref)
        return was

    async def first(self, kind: Repute) -> Ref:
        """The first of a line, once there is one."""
        return await self._lines[kind].get()

    def more(self, kind: Repute, count: int) -> list[Ref]:
        """As many more of the line as there are, `count` at most."""
        line = self._lines[kind]
        return [line.get_nowait() for _ in range(min(count, line.qsize()))]

    async def run(self) -> None:
        """Move what comes due from the timetable into its line, until cancelled."""
        while True:
            self._changed.clear()
            now = self._clock.monotonic()
            for ref in self._timetable.take(now):
                self.stand_in_line(ref)
            next_at = self._timetable.next_at()
            if next_at is None:
                await self._changed.wait()
            else:
                await self._clock.wait(self._changed, next_at - now)
