"""Puts an account's own tasks on the list, where its gateway documents a list of them.

So ids that a crashed script lost are found before they are paid for twice. Nothing but the list is
asked for: where it tells of a task what its own answer would, that counts as its first poll.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.frozen import frozen
from rushes.providers.language import _
from rushes.providers.listings import Listing
from rushes.providers.model import Problem, ProblemKind
from rushes.watch.desk import Desk
from rushes.watch.polling.own_tasks import OwnTask, Page
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.question import Sent
from rushes.watch.polling.session import PollAnswer
from rushes.watch.task import Entry, Ref

PAGES = 200
"""Pages of one list that are read at most: a gateway may go on naming another one for ever."""


PAUSES = (2.0, 10.0, 60.0)
"""Seconds before a page is asked for again where the account is throttled and no time is named.

A time that the gateway names is obeyed up to the last of them.
"""


class NoListing(RushesError):
    """The documents of an account's gateway name no list of one's own tasks."""

    code = ErrorCode.NO_LISTING

    def __init__(self, account: str) -> None:
        super().__init__(
            _("{account}: its documents name no list of one's own tasks").format(account=account)
        )


@dataclass
class Adopted:
    """What came of it: the tasks that are new on the list, how many were on it before.

    `problem` is why the list was not read to its end; `cut` whether it had more than PAGES pages.
    """

    refs: list[Ref] = field(default_factory=list[Ref])
    known: int = 0
    problem: Problem | None = None
    cut: bool = False


@frozen
class WithLists:
    """The accounts with a key whose gateways document a list of one's own tasks.

    `silent`: the keyring did not answer in time, so that it may have keys of others.
    """

    accounts: tuple[str, ...]
    silent: bool = False


async def with_lists(desk: Desk) -> WithLists:
    """The accounts whose own tasks can be adopted.

    Where no key is at hand one is looked for, in the keyring as well, which may open a dialogue: so
    one account after another, and no further one once it was silent for its 3 s.
    """
    listed = [it for it in desk.settings.accounts.values() if it.provider.card.listing is not None]
    keyed = [it.id for it in listed if it.has_key]
    for account in (it for it in listed if not it.has_key):
        session = desk.pollers[account.id].session
        session.look_again()
        key = await session.key()
        if key.silent:
            return WithLists(tuple(keyed), silent=True)
        if key.secret is not None:
            keyed.append(account.id)
    return WithLists(tuple(keyed))


def listing_of(poller: Poller) -> Listing:
    """The list of the account's own tasks; raises NoListing."""
    listing = poller.account.provider.card.listing
    if listing is None:
        raise NoListing(poller.account.id)
    return listing


async def adopt(
    desk: Desk,
    account: str,
    since: datetime,
    *,
    save: bool = True,
    found: Callable[[Sequence[Ref]], None] = lambda refs: None,
) -> Adopted:
    """Watch the account's tasks that were submitted since then; all but those there already.

    A page is saved before the next one is asked for, and `found` is called with its refs then; with
    `save` False nothing is. A task that moves to another page meanwhile counts once. What is
    adopted with the same `since`, also from another account, is taken back with one undo.

    Raises NoListing, BadWatchlist, SaveFailed, StoreError.
    """
    poller = desk.pollers[account]
    listing, done, seen = listing_of(poller), Adopted(), set[str]()
    step = f"adopt-{since.timestamp():.6f}"
    named: str | None = None
    for number in range(1, PAGES + 1):
        page, sent = await _ask(desk, poller, listing, named, number)
        if isinstance(page, PollAnswer):
            done.problem = page.result if isinstance(page.result, Problem) else None
            return done
        tasks = _young(page, poller, since, seen)
        fresh = {ref: task for ref, task in tasks.items() if desk.ledger.task(ref) is None}
        done.known += len(tasks) - len(fresh)
        if save and fresh:
            await _watch(desk, poller, fresh, sent, step)
        done.refs += fresh
        found([*fresh])
        if page.following is None or page.following == named or _is_over(page, since):
            return done
        named = page.following
    done.cut = True
    return done


async def _ask(
    desk: Desk, poller: Poller, listing: Listing, named: str | None, number: int
) -> tuple[Page | PollAnswer, Sent]:
    """A page of the list, and what was known when it was asked for; throttled, it is waited for."""
    pauses = iter(PAUSES)
    while True:
        async with poller.pace.room():
            await poller.pace.start()
            sent = poller.questions.sent()
            page = await poller.session.own_tasks(listing, named, number)
        throttled, pause = _throttled(page), next(pauses, None)
        if throttled is None or pause is None:
            return page, sent
        wanted = throttled.retry_after
        await desk.clock.sleep(pause if wanted is None else min(wanted, PAUSES[-1]))


def _throttled(page: Page | PollAnswer) -> Problem | None:
    result = page.result if isinstance(page, PollAnswer) else None
    if isinstance(result, Problem) and result.kind is ProblemKind.RATE_LIMITED:
        return result
    return None


def _young(page: Page, poller: Poller, oldest: datetime, seen: set[str]) -> Mapping[Ref, OwnTask]:
    """The tasks of a page that are not too old, and were on none before; `seen` gets their ids.

    One whose time of submission is not told may be young.
    """
    young: dict[Ref, OwnTask] = {}
    for task in page.tasks:
        task_id, at = task.listed.task_id, task.listed.created_at
        if task_id is None or task_id in seen or (at is not None and at < oldest):
            continue
        if poller.account.fits(task_id):
            young[Ref(poller.account.id, task_id)] = task
            seen.add(task_id)
    return young


def _is_over(page: Page, oldest: datetime) -> bool:
    """Whether what follows is too old, where the page shows that the newest come first.

    Not every gateway documents the order of its list: another one is read to its end.
    """
    told = [task.listed.created_at for task in page.tasks if task.listed.created_at is not None]
    return bool(told) and told[0] > told[-1] < oldest and told == sorted(told, reverse=True)


async def _watch(
    desk: Desk, poller: Poller, fresh: Mapping[Ref, OwnTask], sent: Sent, step: str
) -> None:
    """Save them to the list as a part of that step, and take in what the page said of each."""
    now = desk.clock.now().replace(microsecond=0)
    await desk.watchlist.add((Entry(ref=ref, added=now) for ref in fresh), step)
    for ref, own in fresh.items():
        task = desk.ledger.task(ref)
        if task is None or task.last_polled_at is not None or own.answer is None:
            continue  # it was removed, or was asked about, meanwhile
        result, reply = own.answer
        answer = PollAnswer(result, reply)
        poller.questions.heard(task, answer, sent, poller.members.polled, again=True)
        poller.forget(ref)
        if (after := desk.ledger.task(ref)) is not None:
            poller.watch(after)
