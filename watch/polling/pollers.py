"""The pollers of all accounts, each made with its session at the first task of its account."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from rushes.watch.config.accounts import Account
from rushes.watch.polling.account_state import AccountState
from rushes.watch.refusals import Throttled
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from rushes.providers.model import ProblemKind
    from rushes.watch.polling.poller import Poller
    from rushes.watch.polling.tally import Tally

log = logging.getLogger(__name__)


class Pollers:
    """Pollers by account: an account without tasks has none, and costs nothing."""

    def __init__(
        self, accounts: Mapping[str, Account], make: "Callable[[Account], Poller]"
    ) -> None:
        self.paused = False
        self._accounts = accounts
        self._make = make
        self._made: dict[str, Poller] = {}
        self._runs: list[asyncio.Task[None]] = []
        self._started = False

    def __contains__(self, account_id: object) -> bool:
        """Whether there is such an account."""
        return account_id in self._accounts

    def __getitem__(self, account_id: str) -> "Poller":
        """The account's poller, which is made where there is none yet; raises KeyError."""
        if account_id not in self._made:
            poller = self._made[account_id] = self._make(self._accounts[account_id])
            if self.paused:
                poller.pause()
            if self._started:
                self._run(poller)
        return self._made[account_id]

    def state(self, account_id: str) -> AccountState:
        """The state of an account, also of one that was asked nothing yet."""
        poller = self._made.get(account_id)
        return poller.state if poller else AccountState(account_id=account_id)

    def condition(self, account_id: str) -> AccountState:
        """The same without how often its tasks are asked about, which has to be worked out."""
        poller = self._made.get(account_id)
        return poller.condition.state if poller else AccountState(account_id=account_id)

    def interval_of(self, task: Task) -> float:
        """The seconds between two polls of a task, as far as is known without asking anything."""
        name = task.ref.provider
        poller = self._made.get(name)
        intervals = poller.session.intervals if poller else None
        return intervals.of(task) if intervals else self._accounts[name].poll_interval

    def saved(self) -> Mapping[str, float]:
        """The requests that were saved, by account, since this process began."""
        return {name: poller.session.intervals.saved for name, poller in self._made.items()}

    def follow(self, news: Task) -> bool:
        """Take over what another machine heard of a task; False where nobody polls its account."""
        if (poller := self._made.get(news.ref.provider)) is None:
            return False
        from rushes.watch.polling.following import follow

        follow(poller, news)
        return True

    def forget(self, ref: Ref) -> None:
        """Stop polling `ref`."""
        if poller := self._made.get(ref.provider):
            poller.forget(ref)

    def outcomes(self) -> "Mapping[str, Mapping[ProblemKind | None, int]]":
        """How many questions came to which problem, None for none, by account."""
        return {name: poller.questions.outcomes for name, poller in self._made.items()}

    @property
    def tally(self) -> "Tally":
        """What came of all questions so far."""
        from rushes.watch.polling.tally import Tally

        return sum((poller.questions.tally for poller in self._made.values()), Tally())

    async def poll_once(self, refs: Iterable[Ref]) -> None:
        """Ask once about each of `refs`, all accounts at the same time."""
        from rushes.watch.polling.poll_all import poll_all

        grouped = _by_account(refs).items()
        await asyncio.gather(*(poll_all(self[name], some) for name, some in grouped))

    def poll_now(self, refs: Iterable[Ref]) -> Throttled | None:
        """Have `refs` polled without waiting for the interval; None, or why none can be."""
        refusals = [self[name].poll_now(some) for name, some in _by_account(refs).items()]
        return None if None in refusals else refusals[0]

    def start(self) -> None:
        """Begin to poll: the pollers there are, and each that is made from now on."""
        self._started = True
        for poller in self._made.values():
            self._run(poller)

    def pause(self) -> None:
        """Start no further poll until `resume`."""
        self.paused = True
        for poller in self._made.values():
            poller.pause()

    def resume(self) -> None:
        """Go on."""
        self.paused = False
        for poller in self._made.values():
            poller.resume()

    @property
    def work(self) -> bool:
        """Whether none of those that were started has ended by a fault of ours."""
        return not any(run.done() and not run.cancelled() for run in self._runs)

    async def stop(self) -> None:
        """End all polling."""
        self._started = False
        for run in self._runs:
            run.cancel()
        await asyncio.gather(*self._runs, return_exceptions=True)

    async def close(self) -> None:
        """Let go of all connections."""
        closing = (poller.session.close() for poller in self._made.values())
        await asyncio.gather(*closing, return_exceptions=True)

    def _run(self, poller: "Poller") -> None:
        run = asyncio.create_task(poller.run())
        run.add_done_callback(_log_fault)
        self._runs.append(run)


def _log_fault(work: asyncio.Task[None]) -> None:
    if not work.cancelled() and (error := work.exception()) is not None:
        log.error("a part of the desk ended", exc_info=error)


def _by_account(refs: Iterable[Ref]) -> dict[str, list[Ref]]:
    grouped: dict[str, list[Ref]] = {}
    for ref in refs:
        grouped.setdefault(ref.provider, []).append(ref)
    return grouped
