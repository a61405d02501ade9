"""The rows of a page of figures: gateways with their models, days or tags, in an order. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.tui.lines.figure_words import key_words
from rushes.watch.figures.gathered import DAYS, Gathered
from rushes.watch.figures.model import Model
from rushes.watch.figures.price import Prices
from rushes.watch.figures.totals import By, Tally, Totals, grouped, totals


class FigureSort(Enum):
    """What rows are ordered by; all but the name have the most first."""

    COST = "cost"
    TASKS = "tasks"
    RATE = "rate"
    """What fails the most first."""

    RUN = "run"
    LOST = "lost"
    CHARGED = "charged"
    NAME = "name"


@frozen(kw_only=True)
class FigureRow:
    """A group: what it is called, what it comes to, how many ended on each of the last days.

    `branch` is None for a row of its own; of one that belongs to the row above it tells whether
    it is the last of those. `asks` is the filter that lists its tasks.
    """

    name: str
    whole: str
    totals: Totals
    days: Sequence[int]
    asks: str
    branch: bool | None = None


def rows(gathered: Gathered, by: Sequence[By], prices: Prices, sort: FigureSort) -> list[FigureRow]:
    """The rows of the groups, in that order; models stand under their gateways."""
    if tuple(by) != (By.PROVIDER, By.MODEL):
        found = [_group(each, by, gathered) for each in grouped(gathered.groups, prices)]
        if sort is FigureSort.NAME and tuple(by) == (By.DAY,):
            return sorted(found, key=lambda row: row.totals.key[0] or "~", reverse=True)
        return _sorted(found, sort)
    of: dict[str, list[Tally]] = {}
    for tally in gathered.groups:
        of.setdefault(tally.model.provider, []).append(tally)
    heads = [_provider(name, its, gathered, prices) for name, its in of.items()]
    placed: list[FigureRow] = []
    for head in _sorted(heads, sort):
        models = [_group(each, by, gathered) for each in grouped(of[head.name], prices)]
        placed.append(head)
        if any(model.totals.key[-1] is not None for model in models):
            placed += _branches(_sorted(models, sort))
    return placed


def _branches(models: Sequence[FigureRow]) -> list[FigureRow]:
    return [replace(row, branch=n == len(models)) for n, row in enumerate(models, start=1)]


def _provider(name: str, its: Sequence[Tally], gathered: Gathered, prices: Prices) -> FigureRow:
    days = [each for model, each in gathered.days.items() if model.provider == name]
    return FigureRow(
        name=name,
        whole=name,
        totals=totals((name,), its, prices),
        days=[sum(day) for day in zip(*days, strict=True)] or [0] * DAYS,
        asks=f"provider:{name}",
    )


def _group(group: Totals, by: Sequence[By], gathered: Gathered) -> FigureRow:
    words = key_words(group, by)
    days: Sequence[int] = ()
    if By.MODEL in by:
        provider, model = group.key
        days = gathered.days.get(Model(provider or "", model), [0] * DAYS)
    asks = [_ask(each, part) for each, part in zip(by, group.key, strict=True)]
    return FigureRow(
        name=words[-1],
        whole=" ".join(words),
        totals=group,
        days=days,
        asks=" ".join(filter(None, asks)),
    )


def _ask(by: By, part: str | None) -> str:
    """The term of a filter that a key means; empty where no term means it."""
    if part is None:
        return {By.DAY: "is:active", By.TAG: "-tag:*"}.get(by, "")
    match by:
        case By.DAY:
            after = date.fromisoformat(part) + timedelta(days=1)
            return f"finished>{part} finished<{after}"
        case By.TAG:
            return f'tag:"{part}"'
        case By.MODEL:
            return f'model:"{part}"'
        case By.PROVIDER:
            return f"provider:{part}"


def money_of(it: Totals) -> Decimal:
    """An amount to order by, whatever its currencies."""
    return sum((each.amount for each in it.cost), Decimal())


_ORDERS: Mapping[FigureSort, Callable[[Totals], float | Decimal]] = {
    FigureSort.COST: money_of,
    FigureSort.TASKS: lambda it: it.tasks,
    FigureSort.RATE: lambda it: 0.0 if it.success_rate is None else 1 - it.success_rate,
    FigureSort.RUN: lambda it: it.run.p50 if it.run else 0.0,
    FigureSort.LOST: lambda it: it.lost,
    FigureSort.CHARGED: lambda it: sum((each.amount for each in it.failed_cost), Decimal()),
}


def _sorted(found: Sequence[FigureRow], sort: FigureSort) -> list[FigureRow]:
    named = sorted(found, key=lambda row: row.name.casefold())
    if sort is FigureSort.NAME:
        return named
    order = _ORDERS[sort]
    return sorted(named, key=lambda row: (order(row.totals), row.totals.tasks), reverse=True)
