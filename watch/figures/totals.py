"""Rows of the history added up: what one group of tasks comes to.

- A percentile is by nearest rank: the smallest value that at least so many per cent do not exceed.
- Waits and runs are those of tasks that succeeded: a failure may come at any time.
- Of the success rate neither what was canceled nor what is gone is a part: neither tells of it.
- A price is for what succeeded; beyond that only what a gateway's usage says was taken counts.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum

from rushes.providers.fields import field
from rushes.providers.frozen import frozen
from rushes.watch.figures.model import Model
from rushes.watch.figures.percentile import percentile
from rushes.watch.figures.price import Money, Per, Price, Prices, added, price_of


class By(Enum):
    """What figures are grouped by."""

    PROVIDER = "provider"
    MODEL = "model"
    TAG = "tag"
    DAY = "day"
    """The day on which a task ended, here."""


class Which(Enum):
    """Tasks that a report names one by one."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    LOST = "lost"
    """An output of it expired before it was saved."""


Key = tuple[str | None, ...]
"""What a group's tasks have in common, in the order in which it was asked for; None is nothing."""


@frozen(kw_only=True)
class Tally:
    """Sums over the tasks of one model in a group; `of` says how many of them a sum lacks."""

    key: Key
    model: Model
    open: int = 0
    succeeded: int = 0
    failed: int = 0
    canceled: int = 0
    gone: int = 0
    queue_ms: Sequence[int] = ()
    run_ms: Sequence[int] = ()
    files: int = 0
    saved: int = 0
    bytes: int = 0
    film_ms: int = 0
    films_measured: int = 0
    films_unknown: int = 0
    billed_ms: int = 0
    unbilled: int = 0
    tokens: int = 0
    uncounted_tokens: int = 0
    microcredits: int = 0
    uncredited: int = 0
    priced_files: int = 0
    without_files: int = 0
    failed_charged: int = 0
    failed_unknown: int = 0
    failed_billed_ms: int = 0
    failed_tokens: int = 0
    failed_microcredits: int = 0
    lost: int = 0


@frozen
class Known:
    """A sum, and how many of the tasks that belong in it do not say what they add.

    `value` is None where none of them says it.
    """

    value: int | None
    unknown: int = 0


@frozen
class Spread:
    """Half, and 95 of 100, took no longer than so many seconds."""

    p50: float
    p95: float


@frozen(kw_only=True)
class Totals:
    """What a group of tasks comes to.

    `cost` is that of all tasks, `failed_cost` what of it was for failures; `cost_unknown` are
    successes whose cost nobody says.
    """

    key: Key
    tasks: int
    open: int
    succeeded: int
    failed: int
    canceled: int
    gone: int
    queue: Spread | None
    run: Spread | None
    files: int
    saved: int
    bytes: int
    film_ms: Known
    cost: tuple[Money, ...]
    cost_unknown: int
    failed_charged: Known
    failed_cost: tuple[Money, ...]
    lost: int

    @property
    def success_rate(self) -> float | None:
        """What part succeeded of what succeeded or failed; None where neither did."""
        judged = self.succeeded + self.failed
        return self.succeeded / judged if judged else None


@frozen(kw_only=True)
class Figures:
    """All of it: the sum, and the groups in the order of their keys.

    `uncounted` are tasks that are over and could not be counted (`watch/history/figures.py`).
    """

    by: tuple[By, ...]
    total: Totals
    groups: tuple[Totals, ...] = field(default_factory=tuple)
    uncounted: int = 0


def spread(milliseconds: Iterable[int]) -> Spread | None:
    """Median and 95th percentile in seconds; None of nothing."""
    ordered = sorted(milliseconds)
    if not ordered:
        return None
    return Spread(percentile(ordered, 50) / 1000, percentile(ordered, 95) / 1000)


def figures_of(
    by: tuple[By, ...],
    whole: Sequence[Tally],
    groups: Sequence[Tally],
    prices: Prices,
    uncounted: int = 0,
) -> Figures:
    """The figures that these sums make, those of the whole and those by group."""
    return Figures(
        by=by,
        total=totals((), whole, prices),
        groups=grouped(groups, prices) if by else (),
        uncounted=uncounted,
    )


def totals(key: Key, tallies: Sequence[Tally], prices: Prices) -> Totals:
    """What these come to together, at those prices."""

    def summed(name: str) -> int:
        return sum(getattr(each, name) for each in tallies)

    costs = [_cost(each, price_of(each.model, prices)) for each in tallies]
    ended = ("succeeded", "failed", "canceled", "gone")
    counts = {name: summed(name) for name in ("open", *ended)}
    failed_unknown = summed("failed_unknown")
    return Totals(
        key=key,
        tasks=sum(counts.values()),
        **counts,
        queue=spread(ms for each in tallies for ms in each.queue_ms),
        run=spread(ms for each in tallies for ms in each.run_ms),
        files=summed("files"),
        saved=summed("saved"),
        bytes=summed("bytes"),
        film_ms=_known(
            summed("film_ms"), known=summed("films_measured"), unknown=summed("films_unknown")
        ),
        cost=added(money for found, _ in costs for money in found),
        cost_unknown=sum(unknown for _, unknown in costs),
        failed_charged=_known(
            summed("failed_charged"),
            known=counts["failed"] - failed_unknown,
            unknown=failed_unknown,
        ),
        failed_cost=added(
            money for each in tallies for money in _failed_cost(each, price_of(each.model, prices))
        ),
        lost=summed("lost"),
    )


def grouped(tallies: Iterable[Tally], prices: Prices) -> tuple[Totals, ...]:
    """A total for each key, in their order; a key that is nothing comes last."""
    found: dict[Key, list[Tally]] = {}
    for each in tallies:
        found.setdefault(each.key, []).append(each)
    keys = sorted(found, key=lambda key: [(part is None, part or "") for part in key])
    return tuple(totals(key, found[key], prices) for key in keys)


def _known(value: int, *, known: int, unknown: int) -> Known:
    return Known(None if unknown and not known else value, unknown)


def _cost(tally: Tally, price: Price | None) -> tuple[tuple[Money, ...], int]:
    """What the tasks of a model cost, and of how many successes that is not known.

    A person's price counts before a gateway's credits, which no other gateway's compare with.
    """
    if price is None:
        units, unknown = Decimal(tally.microcredits), tally.uncredited
    else:
        units, unknown = _units(tally, price.per)
    some_known = tally.succeeded > unknown or units
    return ((_money(tally, price, units),) if some_known else (), unknown)


def _failed_cost(tally: Tally, price: Price | None) -> tuple[Money, ...]:
    """What of it was for tasks that failed: what their usage says."""
    if price is None:
        units = Decimal(tally.failed_microcredits)
    elif price.per is Per.SECOND:
        units = Decimal(tally.failed_billed_ms) / 1000
    else:
        units = Decimal(tally.failed_tokens if price.per is Per.TOKEN else 0)
    return (_money(tally, price, units),) if units else ()


def _money(tally: Tally, price: Price | None, units: Decimal) -> Money:
    """So many units at their price; without one they are millionths of the gateway's credits."""
    if price is None:
        return Money(units / 10**6, f"{tally.model.provider} credits")
    return Money(units * price.cost, price.currency)


def _units(tally: Tally, per: Per) -> tuple[Decimal, int]:
    """How many are paid for, and how many successes do not say it."""
    match per:
        case Per.SECOND:
            return Decimal(tally.billed_ms) / 1000, tally.unbilled
        case Per.OUTPUT:
            return Decimal(tally.priced_files), tally.without_files
        case Per.TASK:
            return Decimal(tally.succeeded), 0
        case Per.TOKEN:
            return Decimal(tally.tokens), tally.uncounted_tokens
