"""Asks a gateway about a task that cannot exist: is it there, and does it take the key.

Nothing is made, charged or remembered by that: the answer is the gateway's "not found".
"""

from dataclasses import replace
from datetime import datetime
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.providers.model import Problem, ProblemKind, Snapshot, Status
from rushes.providers.reply import Ask, Reply
from rushes.watch.clock import Clock
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.network.asking import Asking
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.network.url import Refused


class Verdict(Enum):
    """What came of asking."""

    OK = "ok"
    NO_KEY = "no key"
    KEY_REFUSED = "key refused"
    UNREACHABLE = "unreachable"
    UNEXPECTED = "unexpected"


@frozen
class Probe:
    """What came of asking a gateway once, in `said` its words or ours where it was not fine.

    `latency`: seconds until the whole answer was there, a connection's making included. `skew`: by
    how many seconds the gateway's clock is ahead of ours. Both are None where nothing was heard,
    `skew` also for an answer without a `Date`.
    """

    verdict: Verdict
    said: str = ""
    latency: float | None = None
    skew: float | None = None


async def probe(account: Account, key: Key, client: Asking, clock: Clock) -> Probe:
    """Ask an account's gateway about a task that cannot exist; without a key nothing is sent."""
    if key.secret is None:
        return Probe(Verdict.NO_KEY, key.why_missing)
    card = account.provider.card
    began, at = clock.monotonic(), clock.now()
    try:
        reply = await client.get(card.path(card.no_task), key.secret)
    except (Unreachable, Refused) as error:
        return Probe(Verdict.UNREACHABLE, str(error))
    took = clock.monotonic() - began
    return replace(_read(account, reply), latency=took, skew=_skew(reply, at, took))


def _read(account: Account, reply: Reply) -> Probe:
    if reply.is_page:
        return Probe(Verdict.UNEXPECTED, f"a web page, HTTP {reply.status}")
    ask = Ask(account.provider.card.no_task, account.base)
    match account.provider.parse(reply, ask):
        # DashScope's word for a task that it does not know is UNKNOWN.
        case Problem(kind=ProblemKind.NOT_FOUND) | Snapshot(status=Status.GONE | Status.UNKNOWN):
            return Probe(Verdict.OK)
        case Problem(kind=ProblemKind.AUTH, message=message):
            return Probe(Verdict.KEY_REFUSED, message)
        case Problem(message=message):
            return Probe(Verdict.UNEXPECTED, message)
        case Snapshot():
            return Probe(Verdict.UNEXPECTED, "it knows a task that cannot exist")


def _skew(reply: Reply, at: datetime, took: float) -> float | None:
    """The gateway's clock less ours, by the middle of the exchange; `Date` is cut to seconds."""
    if reply.date is None:
        return None
    return (reply.date - at).total_seconds() + 0.5 - took / 2
