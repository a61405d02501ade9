"""Prices that a person writes down, and money: exact decimals, never of two currencies together."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.watch.figures.model import ANY, Model


class Per(Enum):
    """What a price is for one of."""

    SECOND = "second"
    """A second that is paid for, as the gateway's usage says it."""

    OUTPUT = "output"
    """A file of a task that succeeded."""

    TASK = "task"
    """A task that succeeded."""

    TOKEN = "token"  # noqa: S105 - a piece of text, as models count them


@frozen
class Price:
    """What one of these costs, in a currency."""

    per: Per
    cost: Decimal
    currency: str


Prices = Mapping[Model, Price]


def price_of(model: Model, prices: Prices) -> Price | None:
    """What a model costs; None where nobody says it."""
    return prices.get(model) or prices.get(Model(model.provider, ANY))


@frozen
class Money:
    """An amount; `currency` is a person's word, or whose credits they are."""

    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{plain(self.amount)} {self.currency}"


def added(sums: Iterable[Money]) -> tuple[Money, ...]:
    """The amounts added up by currency, which are in the order of their names."""
    found: dict[str, Decimal] = {}
    for each in sums:
        found[each.currency] = found.get(each.currency, Decimal()) + each.amount
    return tuple(Money(found[currency], currency) for currency in sorted(found))


def plain(amount: Decimal) -> str:
    """An amount without an exponent, with two places at least where it has any: 0.70, 12."""
    text = format(amount.normalize(), "f")
    whole, dot, places = text.partition(".")
    return f"{whole}.{places:0<2}" if dot else whole
