"""What one task cost, by the rules of the figures (`totals.py`)."""

from decimal import Decimal

from rushes.providers.model import Status
from rushes.watch.figures.model import model_of
from rushes.watch.figures.price import Money, Per, Prices, price_of
from rushes.watch.figures.usage import used
from rushes.watch.task import Task


def cost_of(task: Task, prices: Prices) -> Money | None:
    """What a task that is over cost; None where nobody says it.

    A person's price counts before a gateway's credits. What failed costs what its usage says.
    """
    said = task.snapshot
    if said is None or not task.over:
        return None
    model, record = model_of(task), used(said.usage)
    price = price_of(model, prices)
    if price is None:
        if record.microcredits is None:
            return None
        return Money(Decimal(record.microcredits) / 10**6, f"{model.provider} credits")
    succeeded = task.status is Status.SUCCEEDED
    match price.per:
        case Per.SECOND:
            units = None if record.billed_ms is None else Decimal(record.billed_ms) / 1000
        case Per.TOKEN:
            units = None if record.tokens is None else Decimal(record.tokens)
        case Per.OUTPUT:
            units = Decimal(len(said.outputs)) if succeeded else None
        case Per.TASK:
            units = Decimal(1) if succeeded else None
    return None if units is None else Money(units * price.cost, price.currency)
