"""One account's way to its gateway: its key, its HTTP client, and its condition."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from random import Random
from secrets import token_bytes

from rushes.providers.card import Parse
from rushes.providers.frozen import frozen
from rushes.providers.listings import Listing
from rushes.providers.model import Problem, ProblemKind, Snapshot
from rushes.providers.reply import Ask, Reply
from rushes.providers.routes import filled
from rushes.providers.secret import Secret
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.disk.system_fault import system_fault
from rushes.watch.keys.answers import rid_of_keys
from rushes.watch.keys.find import Key
from rushes.watch.keys.known_keys import hide
from rushes.watch.network.asking import Asking
from rushes.watch.network.body import THREADED_FROM
from rushes.watch.network.policy import NotARoute
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.batch import read_parts
from rushes.watch.polling.condition import AccountCondition
from rushes.watch.polling.intervals import Intervals
from rushes.watch.polling.own_tasks import OwnTask, Page, read_page
from rushes.watch.polling.read_answers import ReadAnswers
from rushes.watch.polling.second import together
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
        self._read = ReadAnswers()

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
        """Ask the gateway about a task once; without a key nothing is sent.

        Where the answer names a second question, that is asked at once: what the two say is one
        answer, and its reply is that to the second.
        """
        provider = self.account.provider
        got = await self._get(provider.card.path(ref.id))
        if isinstance(got, PollAnswer):
            return got
        reply, key = got
        mark = self._read.mark(reply, key)
        first = self._read.known(ref, mark)
        if first is None:
            first = await self._understood(provider.parse, ref, reply, key)
            self._read.note(ref, mark, first)
        if provider.result is None or isinstance(first, Problem) or first.then is None:
            return PollAnswer(first, reply)
        got = await self._get(first.then)
        if isinstance(got, PollAnswer):
            return PollAnswer(together(first, got.result))
        reply, key = got
        second = await self._understood(provider.result, ref, reply, key)
        return PollAnswer(together(first, second), reply)

    async def _get(self, path: str) -> tuple[Reply, Secret] | PollAnswer:
        """The reply to a question and the key that it was asked with; else why there is none."""
        key = await self.key()
        if key.secret is None:
            missing = Problem(kind=ProblemKind.AUTH, message=key.why_missing, code=NO_KEY)
            return PollAnswer(missing, asked=False)
        try:
            return await self.client.get(path, key.secret), key.secret
        except NotARoute as error:
            return PollAnswer(Problem(kind=ProblemKind.REFUSED, message=str(error)), asked=False)
        except Unreachable as error:
            kind = ProblemKind.UNAVAILABLE
            return PollAnswer(Problem(kind=kind, message=str(error), http_status=error.status))

    async def ask_together(self, refs: Sequence[Ref]) -> Mapping[Ref, PollAnswer] | PollAnswer:
        """Ask about several tasks in one request: the answers that it gave, or what it came to.

        A task that the reply does not speak of, or more than once, has no answer. What the whole
        request came to is nobody's reply: it is told without one.
        """
        batch = self.account.provider.card.batch
        path = "" if batch is None else batch.path([ref.id for ref in refs])
        got = await self._get(path)
        if isinstance(got, PollAnswer):
            return got
        reply, key = got
        if len(reply.body) >= THREADED_FROM:
            return await asyncio.to_thread(self._taken_apart, refs, reply, key)
        return self._taken_apart(refs, reply, key)

    async def own_tasks(
        self, listing: Listing, named: str | None, number: int
    ) -> Page | PollAnswer:
        """A page of the account's own tasks: the first, or the one that the page before `named`.

        `number` counts them from 1. What came in the place of a page is told as its problem.
        """
        path = listing.first if named is None else filled(listing.route, {"page": named}) or ""
        got = await self._get(path)
        if isinstance(got, PollAnswer):
            return got
        reply, key = got

        def read() -> Page | Problem:
            page = read_page(self.account.provider, listing, reply, number, self.account.base)
            if isinstance(page, Problem):
                return replace(page, message=hide(page.message))
            return replace(page, tasks=[_rid(task, key) for task in page.tasks])

        page = await asyncio.to_thread(read)
        return PollAnswer(page) if isinstance(page, Problem) else page

    async def close(self) -> None:
        """Close the connections."""
        await self.client.aclose()

    async def _understood(
        self, read: Parse, ref: Ref, reply: Reply, key: Secret
    ) -> Snapshot | Problem:
        """What a reply about a task says; a long one is read beside the loop."""

        def result() -> Snapshot | Problem:
            return rid_of_keys(read(reply, Ask(ref.id, self.account.base)), key)

        return await asyncio.to_thread(result) if len(reply.body) >= THREADED_FROM else result()

    def _taken_apart(
        self, refs: Sequence[Ref], reply: Reply, key: Secret
    ) -> Mapping[Ref, PollAnswer] | PollAnswer:
        parts = read_parts(self.account.provider, refs, reply, self.account.base)
        if parts.problem is not None:
            return PollAnswer(rid_of_keys(parts.problem, key))
        results = parts.results.items()
        return {ref: PollAnswer(rid_of_keys(result, key), own) for ref, (result, own) in results}


def _rid(task: OwnTask, key: Secret) -> OwnTask:
    """The task without the key in what is said of it."""
    if task.answer is None:
        return task
    result, reply = task.answer
    return replace(task, answer=(rid_of_keys(result, key), reply))
