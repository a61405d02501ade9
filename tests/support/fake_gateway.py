"""A gateway of a few lines for engine tests: what it answers is what the test says."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from manual_clock import ManualClock

from rushes.providers.registry import find
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key, KeySource
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.session import Session
from rushes.watch.task import Entry, Ref

KEY = Secret("a-test-key")


def hiapi_body(task_id: str, status: str, **more: object) -> bytes:
    """A HiAPI task (seed 000)."""
    task = {"taskId": task_id, "model": "happyhorse-1-0", "status": status, "created": 1777282033}
    data = {**task, "completed": 0, **more}
    return json.dumps({"code": 200, "message": "success", "data": data}).encode()


def entry(task_id: str, provider: str = "hiapi", label: str = "") -> Entry:
    """A watchlist entry, added at the manual clock's beginning."""
    added = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
    return Entry(ref=Ref(provider, task_id), added=added, label=label)


class Gateway:
    """Answers `get` by calling `answer(task id)`, and remembers who was asked about when.

    The answer about a task that is `held` is on its way until the event is set.
    """

    def __init__(self, clock: ManualClock, answer: Callable[[str], Reply | str]) -> None:
        self._clock = clock
        self.answer: Callable[[str], Reply | str] = answer
        self.asked: list[tuple[float, str]] = []
        self.keys: list[Secret] = []
        self.held: dict[str, asyncio.Event] = {}
        self.closed = False

    async def get(self, path: str, key: Secret) -> Reply:
        """What the test has it answer; a text stands for a failing connection."""
        task_id = path.rsplit("/", 1)[-1]
        self.asked.append((self._clock.monotonic(), task_id))
        self.keys.append(key)
        answer = self.answer(task_id)
        if task_id in self.held:
            await self.held[task_id].wait()
        if isinstance(answer, str):
            raise Unreachable(answer)
        return answer

    async def aclose(self) -> None:
        """Note that it was closed."""
        self.closed = True


def account(
    provider: str = "hiapi", interval: float = 5.0, concurrency: int = 2, rate: float = 20.0
) -> Account:
    """An account at a made-up origin."""
    return Account(
        id=provider,
        provider=find(provider),
        base="https://gateway.example",
        key=KeySource(env="A_TEST_KEY"),
        poll_interval=interval,
        max_rate=rate,
        max_concurrency=concurrency,
    )


def session(clock: ManualClock, gateway: Gateway, key: Secret | None = KEY) -> Session:
    """A session with that gateway, and with a key unless told otherwise."""
    return session_with(clock, gateway, lambda: key)


def session_with(
    clock: ManualClock, gateway: Gateway, look: Callable[[], Secret | None]
) -> Session:
    """A session whose key is whatever `look` finds."""

    async def find_key(_: Account) -> Key:
        key = look()
        return Key(key, "test", "" if key else "set A_TEST_KEY")

    return Session(account(), gateway, find_key, clock, Random(1))
