"""How a run stands beside earlier ones of its model, and beside those that run now, in words."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from rushes.providers.language import _, plural
from rushes.tui.lines.words import run_time
from rushes.watch.figures.usual import Usual

SHOWN = 4
"""Runs beside a task that are told one by one."""


def usual_words(usual: Usual, ran: timedelta | None) -> Iterator[tuple[str, bool]]:
    """What is usual, and where it is so that this one takes longer; which of both is True there."""
    late = (
        _(", 95 of 100 within {time}").format(time=run_time(usual.late))
        if usual.late is not None
        else ""
    )
    yield (
        _("{time}{late} ({tasks})").format(
            time=run_time(usual.half), late=late, tasks=plural("{n} task", "{n} tasks", usual.tasks)
        ),
        False,
    )
    if usual.is_late(ran):
        yield _("takes longer than 95 of 100 did"), True


def beside_words(spans: Sequence[timedelta]) -> str:
    """How many others of the model run now, and for how long."""
    told = _(", ").join(map(run_time, spans[:SHOWN]))
    more = _(" and {spans} more").format(spans=len(spans) - SHOWN) if len(spans) > SHOWN else ""
    number = plural("{n} of the same model runs", "{n} of the same model run", len(spans))
    return _("{number}, for {told}{more}").format(number=number, told=told, more=more)
