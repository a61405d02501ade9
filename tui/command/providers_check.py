"""`rushes providers --check`: does each key work, and is each gateway there."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from rushes.providers.as_json import JsonObject
from rushes.providers.exits import Exit, first_that_applies
from rushes.providers.language import _
from rushes.tui.shell.shell import Shell
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.keys.known_keys import hide
from rushes.watch.network.client import ApiClient
from rushes.watch.network.trust import trust
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.probe import Probe, Verdict, probe

PATIENCE = 10.0
"""Seconds that a gateway has for its answer."""

COLUMNS = ("name", "check", "latency", "clock", "said")

_RIGHT = 2.0
"""Seconds by which a clock may differ and be called right: `Date` is in whole seconds."""

_EXITS = {
    Verdict.KEY_REFUSED: Exit.KEY,
    Verdict.UNREACHABLE: Exit.UNREACHABLE,
    Verdict.UNEXPECTED: Exit.UNREACHABLE,
}


async def probed(accounts: Iterable[Account], keys: Mapping[str, Key], shell: Shell) -> list[Probe]:
    """What came of asking each account's gateway once, all of them at the same time."""
    asked = list(accounts)
    # Loading certificates is no part of an answer's time; where it fails, asking says why.
    for source in dict.fromkeys(each.network.trust for each in asked if keys[each.id].secret):
        with suppress(Unreachable):
            await asyncio.to_thread(trust, source)
    return await asyncio.gather(*(_probed(each, keys[each.id], shell) for each in asked))


async def _probed(account: Account, key: Key, shell: Shell) -> Probe:
    card = account.provider.card
    client = ApiClient(
        account.base, card, concurrency=1, deadline=PATIENCE, network=account.network
    )
    try:
        return await probe(account, key, client, shell.clock)
    finally:
        await client.aclose()


def exit_of(probes: Iterable[Probe]) -> Exit:
    """4 where a key was refused, or there is none at all; else 6 where a gateway was not there."""
    verdicts = {each.verdict for each in probes}
    if verdicts <= {Verdict.NO_KEY}:
        return Exit.KEY
    return first_that_applies(_EXITS[one] for one in verdicts & _EXITS.keys())


def cells(account: Account, found: Probe) -> list[str]:
    """A row of the table; the columns are COLUMNS."""
    return [account.id, found.verdict.value, *_figures(found), hide(found.said)]


def _figures(found: Probe) -> Iterator[str]:
    yield ("" if found.latency is None else f"{1000 * found.latency:.0f} ms")
    if found.skew is None:
        yield ""
    else:
        yield _("right") if abs(found.skew) < _RIGHT else f"{found.skew:+.0f} s"


def as_json(found: Probe) -> JsonObject:
    """The `check` of an account in JSON: milliseconds, and seconds by which its clock is ahead."""
    return {
        "verdict": found.verdict.value,
        "message": hide(found.said) or None,
        "latency_ms": None if found.latency is None else round(1000 * found.latency),
        "clock_skew": None if found.skew is None else round(found.skew),
    }
