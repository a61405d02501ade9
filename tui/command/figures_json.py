"""Figures as the JSON and the CSV that scripts rely on, each field declared once."""

from collections.abc import Iterator, Sequence

from rushes.providers.as_json import Field, JsonObject, JsonValue, document
from rushes.tui.lines.figure_words import UNKNOWN, money
from rushes.tui.shell.json_output import VERSION
from rushes.watch.figures.price import Money, plain
from rushes.watch.figures.totals import Figures, Spread, Totals

GROUP: tuple[Field[Totals], ...] = (
    Field("tasks", lambda it: it.tasks, "how many, those under way too"),
    Field("open", lambda it: it.open, "not over yet"),
    Field("succeeded", lambda it: it.succeeded, "over, with outputs"),
    Field("failed", lambda it: it.failed, "over, without"),
    Field("canceled", lambda it: it.canceled, "stopped by somebody"),
    Field("gone", lambda it: it.gone, "not known at the provider any more"),
    Field(
        "success_rate",
        lambda it: None if it.success_rate is None else round(it.success_rate, 6),
        "succeeded / (succeeded + failed)",
    ),
    Field("queue_p50", lambda it: _part(it.queue, "p50"), "seconds before it ran, by nearest rank"),
    Field("queue_p95", lambda it: _part(it.queue, "p95"), "the same, of 95 in 100"),
    Field("run_p50", lambda it: _part(it.run, "p50"), "seconds of the run, as RUN shows it"),
    Field("run_p95", lambda it: _part(it.run, "p95"), "the same, of 95 in 100"),
    Field("files", lambda it: it.files, "outputs that were named"),
    Field("saved", lambda it: it.saved, "of these on disk"),
    Field("bytes", lambda it: it.bytes, "of what was saved"),
    Field(
        "film_seconds",
        lambda it: None if it.film_ms.value is None else it.film_ms.value / 1000,
        "how long the films are, as usage says",
    ),
    Field("film_unknown", lambda it: it.film_ms.unknown, "tasks whose film has no known length"),
    Field(
        "cost",
        lambda it: _money(it.cost),
        "a list of {amount, currency}, amounts as exact texts; empty where nothing is known",
    ),
    Field("cost_unknown", lambda it: it.cost_unknown, "tasks that succeeded at an unknown cost"),
    Field(
        "failed_charged",
        lambda it: it.failed_charged.value,
        "tasks that failed and were charged by their usage; null where of none it is known",
    ),
    Field(
        "failed_charge_unknown",
        lambda it: it.failed_charged.unknown,
        "tasks that failed and do not say it",
    ),
    Field(
        "failed_cost",
        lambda it: _money(it.failed_cost),
        "what of the cost was for failures, as cost",
    ),
    Field("lost", lambda it: it.lost, "tasks of which an output expired unsaved"),
)
"""What a group comes to; its keys stand before it."""


def figures_json(figures: Figures, watchlist: str | None) -> JsonObject:
    """The FIGURES of docs/interface.md."""
    return {
        "version": VERSION,
        "watchlist": watchlist,
        "by": [each.value for each in figures.by],
        "total": document(GROUP, figures.total),
        "groups": [{**_keys(figures, group), **document(GROUP, group)} for group in figures.groups],
        "uncounted": figures.uncounted,
    }


def figures_rows(figures: Figures) -> Iterator[list[str]]:
    """A head and a row for each group; for the whole where nothing is grouped."""
    yield [*(each.value for each in figures.by), *(each.name for each in GROUP)]
    for it in figures.groups if figures.by else (figures.total,):
        fields = {**_keys(figures, it), **document(GROUP, it)}
        fields["cost"] = money(it.cost) or (None if it.cost_unknown else "0")
        fields["failed_cost"] = money(it.failed_cost) or (
            None if it.failed_charged.unknown else "0"
        )
        yield [_text(value) for value in fields.values()]


def _keys(figures: Figures, group: Totals) -> JsonObject:
    return {each.value: part for each, part in zip(figures.by, group.key, strict=True)}


def _part(found: Spread | None, name: str) -> float | None:
    return None if found is None else getattr(found, name)


def _money(sums: Sequence[Money]) -> list[JsonValue]:
    return [{"amount": plain(each.amount), "currency": each.currency} for each in sums]


def _text(value: JsonValue) -> str:
    """A cell: what is not known is a question mark, and no formula of a spreadsheet begins one."""
    if value is None:
        return UNKNOWN
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text[:1] in "=+-@\t\r" else text
