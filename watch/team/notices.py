"""What people have to know of the team's store while a process works on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rushes.watch.durations import duration
from rushes.watch.postgres.store import PostgresStore
from rushes.watch.store_condition import StoreNotice, StoreReason

SAID_AFTER = 1.0
"""Seconds for which it has to be away before that is said: a restart is often shorter."""

CLOCKS_APART = timedelta(seconds=5)
"""How much clocks have to be apart for a notice."""


def notices(
    shared: PostgresStore, where: str, now: datetime, waiting: int, *, alone: bool, polls: bool
) -> tuple[StoreNotice, ...]:
    """Whether it is away, may only be read, or has another clock; nothing where all is well.

    `alone`: it is asked without it by now; `waiting` tasks are to be saved there; this machine
    `polls`, or looks on.
    """
    set_to_look_on = () if polls else (StoreNotice(StoreReason.ASKS_NOTHING, where),)
    standing = _standing(shared, where, now, waiting, alone=alone)
    return (*set_to_look_on, *standing, *_clocks(shared, where))


def _standing(
    shared: PostgresStore, where: str, now: datetime, waiting: int, *, alone: bool
) -> Iterator[StoreNotice]:
    refused, trouble, away = shared.refused, shared.trouble, shared.away_for
    if refused is not None:
        yield StoreNotice(StoreReason.LOOKS_ON, where, refused.message)
    elif trouble is not None and away is not None and away >= SAID_AFTER:
        yield StoreNotice(
            StoreReason.ALONE if alone else StoreReason.AWAY,
            where,
            str(trouble),
            since=now - timedelta(seconds=away),
            count=waiting,
        )


def _clocks(shared: PostgresStore, where: str) -> Iterator[StoreNotice]:
    if abs(shared.ahead) >= CLOCKS_APART:
        behind = shared.ahead > timedelta(0)
        reason = StoreReason.CLOCK_BEHIND if behind else StoreReason.CLOCK_AHEAD
        yield StoreNotice(reason, where, duration(abs(shared.ahead).total_seconds()))
