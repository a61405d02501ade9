"""What a query adds up over figures, and the `Tally` that it is."""

from typing import NamedTuple

from rushes.providers.fields import replace
from rushes.providers.model import Status
from rushes.watch.figures.model import Model
from rushes.watch.figures.totals import Tally
from rushes.watch.history import figure_rows
from rushes.watch.history.step_rows import Row

# By status as well: to sum up under a condition takes twice the time.
SUMS = """
status, count(*), sum(files), sum(saved), sum(bytes), sum(files = 0), sum(films > 0),
count(film_ms), ifnull(sum(film_ms), 0), count(billed_ms), ifnull(sum(billed_ms), 0),
count(tokens), ifnull(sum(tokens), 0), count(microcredits), ifnull(sum(microcredits), 0),
count(charged), ifnull(sum(charged), 0), sum(ifnull(lost_from <= :now, 0)),
group_concat(queue_ms), group_concat(run_ms)
"""
"""The columns of one status; `:now` is Unix seconds."""


class _Row(NamedTuple):
    """The columns of the sums of one status, in the order of the query."""

    status: str
    tasks: int
    files: int
    saved: int
    size: int
    without_files: int
    with_films: int
    films: int
    film_ms: int
    billed: int
    billed_ms: int
    counted: int
    tokens: int
    credited: int
    microcredits: int
    told: int
    charged: int
    lost: int
    queue_ms: str | None
    run_ms: str | None


def tally(row: Row, count: int) -> Tally:
    """What tasks of one status come to; the row begins with `count` keys and the model."""
    it = _Row(*row[count + 2 :])
    sums = Tally(
        key=row[:count],
        model=Model(row[count], row[count + 1]),
        files=it.files,
        saved=it.saved,
        bytes=it.size,
        film_ms=it.film_ms,
        films_measured=it.films,
        films_unknown=it.with_films - it.films,
        billed_ms=it.billed_ms,
        tokens=it.tokens,
        microcredits=it.microcredits,
        lost=it.lost,
    )
    if it.status == figure_rows.OPEN:
        return replace(sums, open=it.tasks)
    return _of_status(Status(it.status), it, sums)


def _of_status(status: Status, it: _Row, sums: Tally) -> Tally:
    match status:
        case Status.SUCCEEDED:
            return replace(
                sums,
                succeeded=it.tasks,
                queue_ms=_numbers(it.queue_ms),
                run_ms=_numbers(it.run_ms),
                unbilled=it.tasks - it.billed,
                uncounted_tokens=it.tasks - it.counted,
                uncredited=it.tasks - it.credited,
                priced_files=it.files,
                without_files=it.without_files,
            )
        case Status.FAILED:
            return replace(
                sums,
                failed=it.tasks,
                failed_charged=it.charged,
                failed_unknown=it.tasks - it.told,
                failed_billed_ms=it.billed_ms,
                failed_tokens=it.tokens,
                failed_microcredits=it.microcredits,
            )
        case Status.CANCELED:
            return replace(sums, canceled=it.tasks)
        case _:
            return replace(sums, gone=it.tasks)


def _numbers(text: str | None) -> list[int]:
    return [int(part) for part in text.split(",")] if text else []
