"""One account's way to its gateway: its key, its HTTP client, and its condition."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from random import Random
from secrets import token_bytes

from rushes.providers.frozen import frozen
from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.reply import Ask, Reply
from rushes.providers.secret import Secret
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.disk.system_fault import system_fault
from rushes.watch.keys.answers import rid_of_keys
from rushes.watch.keys.find import Key
from rushes.watch.network.asking import Asking
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.network.policy import NotARoute
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.condition import AccountCondition
from rushes.watch.polling.intervals import Intervals
from rushes.watch.task import NO_KEY, Ref

KEY_LIFE = 30.0
"""Seconds until a missing or refused key is looked for again, doubled each time."""

KEY_LIFE_CAP = 900.0
"""Seconds between two such looks at most; a command or a keyring may ask a person each time."""

FindKey = Callable[[Account], Awaitable[Key]]
"""Finds an account's key; may take seconds, and never holds up the event loop."""


@cache
def _of_this_start() -> bytes:
    """36 random bytes, the same in each process until the machine is started again.

    Where the system has none, each process makes its own; it then finds out for itself that a key
    is refused.
    """
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_bytes().strip()
    except OSError:
        return token_bytes(36)


@frozen
class PollAnswer:
    """The result of asking, the reply where there is one, and whether anything was sent."""

    result: Snapshot | Problem
    reply: Reply | None = None
    asked: bool = True


def fault_of_ours(error: Exception) -> Problem:
    """The problem of a task over which this program failed, or the machine that it runs on."""
    if (words := system_fault(error)) is not None:
        return Problem(kind=ProblemKind.UNAVAILABLE, message=words)
    return Problem(kind=ProblemKind.MALFORMED, message=f"internal error ({type(error).__name__})")


class Session:
    """What polling and downloads share of one account; `intervals` are those of its tasks."""

    def __init__(
        self, account: Account, client: Asking, find_key: FindKey, clock: Clock, rng: Random
    ) -> None:
        self.account = account
        self.client = client
        self.intervals = Intervals(account, clock)
        self.condition = AccountCondition(account.id, self.intervals.shortest, clock, rng)
        self._find_key = find_key
        self._clock = clock
        self._key: Key | None = None
        self._patience = KEY_LIFE
        self._look_at = 0.0
        self._wanted = False
        self._looking = asyncio.Lock()

    async def key(self) -> Key:
        """The account's key; one that is missing or was refused is looked for again in time."""
        async with self._looking:
            known = self._key
            wanted, self._wanted = self._wanted, False
            refused = wanted or self.condition.key_refused
            if known is not None and known.secret is not None and not refused:
                self._patience = KEY_LIFE
                return known
            now = self._clock.monotonic()
            if known is not None and now < self._look_at:
                return known
            found = self._key = await self._find_key(self.account)
            self.condition.looked_for_key(found.why_missing if found.secret is None else "")
            if known is not None and found.secret != known.secret:
                self.condition.with_another_key()
                self._patience = KEY_LIFE
            self._look_at = now + self._patience
            self._patience = min(2 * self._patience, KEY_LIFE_CAP)
            return found

    async def key_mark(self) -> str:
        """A hash that tells one key from another; empty for none.

        It is written to the database, where no key may be (S6 in docs/reliability.md). It is keyed
        with bytes that are in no file and change when the machine starts, so that a guess at the
        key cannot be tried against it.
        """
        secret = (await self.key()).secret
        if secret is None:
            return ""
        return blake2b(secret.reveal().encode(), digest_size=4, key=_of_this_start()).hexdigest()

    def look_again(self) -> None:
        """Have a missing or refused key looked for at its next use."""
        self._look_at = 0.0
        self._wanted = self.condition.doubts_key

    async def ask(self, ref: Ref) -> PollAnswer:
        """Ask the gateway about a task once; without a key nothing is sent."""
        provider = self.account.provider
        key = await self.key()
        if key.secret is None:
            missing = Problem(kind=ProblemKind.AUTH, message=key.why_missing, code=NO_KEY)
            return PollAnswer(missing, asked=False)
        try:
            reply = await self.client.get(provider.card.path(ref.id), key.secret)
        except NotARoute as error:
            return PollAnswer(Problem(kind=ProblemKind.REFUSED, message=str(error)), asked=False)
        except Unreachable as error:
            kind = ProblemKind.UNAVAILABLE
            return PollAnswer(Problem(kind=kind, message=str(error), http_status=error.status))
        if len(reply.body) >= THREADED_FROM:
            return await asyncio.to_thread(self._understood, ref, reply, key.secret)
        return self._understood(ref, reply, key.secret)

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    def _understood(self, ref: Ref, reply: Reply, key: Secret) -> PollAnswer:
        result = self.account.provider.parse(reply, Ask(ref.id, self.account.base))
        return PollAnswer(rid_of_keys(result, key), reply)
