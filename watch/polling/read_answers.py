"""What the last answer about each task was read as.

A task that goes on running is often told of in the same bytes again. Reading them once more, and
looking for keys in what they say, would give the same result: only the times have changed.
"""

from hashlib import blake2b

from rushes.providers.frozen import frozen
from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.keys.known_keys import how_many
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.task import Ref

REMEMBERED = 10_000
"""Answers that are remembered at most; beyond that all are forgotten, and read in full once."""


@frozen
class Mark:
    """What an answer's reading depends on: its status and bytes, and the keys that are hidden."""

    status: int
    body: bytes
    key: Secret
    keys: int


class ReadAnswers:
    """The readings of one account's last answers: of tasks that go on, from short bodies."""

    def __init__(self) -> None:
        self._read: dict[Ref, tuple[Mark, Snapshot]] = {}

    def mark(self, reply: Reply, key: Secret) -> Mark | None:
        """The mark of an answer to a question with `key`; None where it is not to be remembered."""
        if len(reply.body) >= THREADED_FROM:
            return None
        body = blake2b(reply.body, digest_size=16).digest()
        return Mark(reply.status, body, key, how_many())

    def known(self, ref: Ref, mark: Mark | None) -> Snapshot | None:
        """What the same answer about `ref` was read as; None where the last one was another."""
        last = self._read.get(ref)
        return last[1] if last is not None and last[0] == mark else None

    def note(self, ref: Ref, mark: Mark | None, result: Snapshot | Problem) -> None:
        """Remember what an answer was read as."""
        if mark is None or isinstance(result, Problem) or result.status.terminal:
            self._read.pop(ref, None)
            return
        if len(self._read) >= REMEMBERED:
            self._read.clear()
        self._read[ref] = mark, result
