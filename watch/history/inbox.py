"""What is handed over to the history's thread."""

import queue
from collections import deque
from concurrent.futures import Future
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.reply import Reply
from rushes.watch.history.connection import Work
from rushes.watch.queued_events import Happening
from rushes.watch.task import Task


@frozen
class Change:
    """A task as it is now, the reply that it is known from, and what happened to it.

    `owner` is who may run commands for what happened.
    """

    task: Task
    reply: Reply | None
    happenings: tuple[Happening, ...] = ()
    owner: str = ""

    def after(self, before: "Change") -> "Change":
        """Both in one: of a task the last counts, and all that happened to it."""
        happenings = (*before.happenings, *self.happenings)
        owner = self.owner or before.owner
        return Change(self.task, self.reply or before.reply, happenings, owner)


@frozen
class Later:
    """Work for the next commit; of several with one key the last is done."""

    key: str
    work: Work[None]


@frozen
class Question:
    """Work whose answer is awaited, done after what is gathered was committed.

    Where that cannot be committed at the moment, it is done all the same.
    """

    ask: Work[object]
    answer: "Future[object]"


class Look(Question):
    """A question that reads only what is committed, and commits nothing before it."""


class AtOnce(Question):
    """A question with a transaction of its own, which a power cut may undo, but no crash."""


class Durably(Question):
    """A question with a transaction of its own, after what is gathered, that outlives all."""


class Flush(Question):
    """A question that fails where what was handed over cannot be committed."""


class Wakeup(Enum):
    """What else ends the wait for the next item."""

    TIME_UP = "time up"
    GATHERED = "gathered"
    CLOSE = "close"


Gathered = Change | Later
Item = Gathered | Question | Wakeup


class Inbox:
    """What was handed over to the thread and not taken in yet.

    A question wakes the thread. What is gathered for a commit wakes it once, with `GATHERED`, until
    it takes all of that: to wake a thread for each poll costs more than to save it.
    """

    def __init__(self) -> None:
        self._gathered: deque[Gathered] = deque()
        self._is_told = False
        self._items: queue.SimpleQueue[Question | Wakeup] = queue.SimpleQueue()

    def put(self, item: Item) -> None:
        """Append an item; from any thread."""
        if not isinstance(item, Change | Later):
            self._items.put(item)
            return
        self._gathered.append(item)
        if not self._is_told:
            self._is_told = True
            self._items.put(Wakeup.GATHERED)

    def get(self, timeout: float) -> Question | Wakeup:
        """The next item that wakes the thread, TIME_UP where none comes in so many seconds."""
        try:
            return self._items.get(timeout=timeout)
        except queue.Empty:
            return Wakeup.TIME_UP

    def take_gathered(self) -> list[Gathered]:
        """Take all that is gathered, in the order in which it came."""
        # In this order: what is appended from here on is told of, or is among what is taken.
        self._is_told = False
        return [self._gathered.popleft() for _ in range(len(self._gathered))]

    @property
    def holds_gathered(self) -> bool:
        """Whether anything is gathered that was not taken yet."""
        return bool(self._gathered)
