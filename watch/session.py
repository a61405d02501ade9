"""One account's way to its gateway: the key, the client that carries it, and the gate."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from hashlib import blake2b
from random import Random
from typing import Protocol

from providers.model import Problem, ProblemKind, Snapshot
from providers.reply import Ask, Reply
from providers.text import Secret
from watch.clock import Clock
from watch.credentials import Key
from watch.gate import Gate
from watch.settings import Account
from watch.task import NO_KEY, Ref
from watch.unreachable import Unreachable

KEY_LIFE = 30.0
"""Seconds after which a key that was missing or refused is looked for again."""

THREADED_FROM = 256 * 1024
"""Bytes from which a body is parsed off the event loop."""

FindKey = Callable[[Account], Awaitable[Key]]
"""Finds an account's key; may take seconds, and never holds up the event loop."""


class Asking(Protocol):
    """What sends a gateway its questions (`watch.client.ApiClient`)."""

    async def get(self, path: str, key: Secret) -> Reply:
        """The answer to `GET base + path`; raises Unreachable."""
        ...

    async def aclose(self) -> None:
        """Let go of the connections."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking: the result, the reply if any, and whether anything was sent."""

    result: Snapshot | Problem
    reply: Reply | None = None
    asked: bool = True


class Session:
    """What polling and downloading share of one account."""

    def __init__(
        self, account: Account, client: Asking, find_key: FindKey, clock: Clock, rng: Random
    ) -> None:
        self.account = account
        self.client = client
        self.gate = Gate(account.poll_interval, rng)
        self._find_key = find_key
        self._clock = clock
        self._key: Key | None = None
        self._looked_at = 0.0
        self._looking = asyncio.Lock()

    async def key(self) -> Key:
        """The account's key; one that is missing or was refused is looked for again in time."""
        async with self._looking:
            now = self._clock.monotonic()
            stale = now - self._looked_at >= KEY_LIFE
            doubtful = self._key is None or self._key.secret is None or self.key_refused
            if self._key is None or (doubtful and stale):
                found = await self._find_key(self.account)
                if self._key is not None and found.secret != self._key.secret:
                    self.gate.reopen()
                self._key = found
                self._looked_at = now
            return self._key

    @property
    def key_missing(self) -> str:
        """What to do about a key that was looked for and not found; empty where there is one."""
        return self._key.why_missing if self._key and self._key.secret is None else ""

    @property
    def key_refused(self) -> bool:
        """Whether the gateway refused the key."""
        problem = self.gate.problem
        return problem is not None and problem.kind is ProblemKind.AUTH

    async def key_mark(self) -> str:
        """What tells one key from another and says nothing else of it; empty for none."""
        secret = (await self.key()).secret
        return blake2b(secret.reveal().encode(), digest_size=4).hexdigest() if secret else ""

    def look_again(self) -> None:
        """Have the key looked for again at its next use."""
        self._looked_at = -KEY_LIFE

    async def ask(self, ref: Ref) -> Answer:
        """Ask the gateway about a task once; without a key that may serve, nothing is sent."""
        provider = self.account.provider
        key = await self.key()
        if key.secret is None:
            missing = Problem(kind=ProblemKind.AUTH, message=key.why_missing, code=NO_KEY)
            return Answer(missing, asked=False)
        if self.key_refused and not self.gate.by_hand and self.gate.problem is not None:
            return Answer(self.gate.problem, asked=False)
        try:
            reply = await self.client.get(provider.card.path(ref.id), key.secret)
        except Unreachable as error:
            return Answer(Problem(kind=ProblemKind.UNAVAILABLE, message=str(error)))
        ask = Ask(ref.id, self.account.base)
        if len(reply.body) >= THREADED_FROM:
            return Answer(await asyncio.to_thread(provider.parse, reply, ask), reply)
        return Answer(provider.parse(reply, ask), reply)

    async def close(self) -> None:
        """Let go of the connections."""
        await self.client.aclose()
