"""What is handed over to the history's thread."""

from concurrent.futures import Future
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.reply import Reply
from rushes.watch.history.connection import Work
from rushes.watch.task import Task


@frozen
class Change:
    """A task as it is now, and the reply that it is known from."""

    task: Task
    reply: Reply | None


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


class Flush(Question):
    """A question that fails where what was handed over cannot be committed."""


class Wakeup(Enum):
    """What else ends the wait for the next item."""

    TIME_UP = "time up"
    CLOSE = "close"


Item = Change | Later | Question | Wakeup
