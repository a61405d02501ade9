"""Figures in words: as facts of a whole, and as the columns of a table of groups.

What is not known is `?`, and never 0; a sum of which a part is not known ends with `+ ?`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import timedelta

from rushes.providers.frozen import frozen
from rushes.providers.language import Words, _, plural
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import run_time, size
from rushes.watch.figures.price import Money
from rushes.watch.figures.totals import By, Known, Spread, Totals

UNKNOWN = "?"

NOTHING: Mapping[By, str] = Words(
    {By.PROVIDER: UNKNOWN, By.MODEL: UNKNOWN, By.TAG: "no tag", By.DAY: "under way"}
)
"""What stands for a key that is nothing."""


_HEADS: Mapping[By, str] = Words(
    {By.PROVIDER: "PROVIDER", By.MODEL: "MODEL", By.TAG: "TAG", By.DAY: "DAY"}
)

_NAMES: Mapping[By, str] = Words(
    {By.PROVIDER: "provider", By.MODEL: "model", By.TAG: "tag", By.DAY: "day"}
)


def key_heading(by: By) -> str:
    """The heading of a column of keys."""
    return _HEADS[by]


def key_name(by: By) -> str:
    """What groups are made by, in a sentence."""
    return _NAMES[by]


LOW = 0.8
"""A success rate below this stands out."""


def _never(_: Totals) -> bool:
    return False


def is_low(it: Totals) -> bool:
    """Whether so much fails that it should be seen."""
    return it.success_rate is not None and it.success_rate < LOW


@frozen
class FigureColumn:
    """A column of the table: its heading and what stands there of a group.

    Where there is too little room the one with the highest `leaves` goes first; 0 stays. `alarms`
    tells what a person should see.
    """

    english: str
    text: Callable[[Totals], str]
    leaves: int = 0
    alarms: Callable[[Totals], bool] = _never

    @property
    def heading(self) -> str:
        """Its heading, in the language in force."""
        return _(self.english)

    def role(self, it: Totals) -> Role:
        """How it is shown: what is not known stands out, too."""
        if self.alarms(it):
            return Role.FAILED
        return Role.WARM if UNKNOWN in self.text(it) else Role.TEXT


def key_words(group: Totals, by: Sequence[By]) -> tuple[str, ...]:
    """What the group is called, a word for each key."""
    return tuple(
        NOTHING[each] if part is None else part for each, part in zip(by, group.key, strict=True)
    )


def number(value: int) -> str:
    """`1,204`."""
    return f"{value:,}"


def rate(it: Totals) -> str:
    """`97.3 %`, rounded so that only all is 100 and only none is 0."""
    found = it.success_rate
    if found is None:
        return UNKNOWN
    shown = round(100 * found, 1)
    if found not in (0, 1):
        shown = min(99.9, max(0.1, shown))
    return f"{shown:g} %"


def times(found: Spread | None) -> str:
    """Median and 95th percentile: `1m 40s / 3m 10s`."""
    return UNKNOWN if found is None else f"{seconds(found.p50)} / {seconds(found.p95)}"


def seconds(value: float) -> str:
    """As all times are, but with a tenth below ten seconds, where waits differ by less than one."""
    return f"{value:.1f}s" if value < 9.95 else run_time(timedelta(seconds=round(value)))


def film(it: Totals) -> str:
    """How long all films are together."""
    return _sum(it.film_ms, lambda ms: seconds(ms / 1000) if ms else "0")


def cost(it: Totals) -> str:
    """The money, by currency."""
    known = money(it.cost)
    if not known:
        return UNKNOWN if it.cost_unknown else "0"
    return f"{known} + {UNKNOWN}" if it.cost_unknown else known


def money(sums: Sequence[Money]) -> str:
    """`0.70 USD, 12 dimilinks credits`."""
    return ", ".join(map(str, sums))


def charged(it: Totals) -> str:
    """How many failed and were charged all the same."""
    return _sum(it.failed_charged, number)


def _sum(found: Known, words: Callable[[int], str]) -> str:
    if found.value is None:
        return UNKNOWN
    return f"{words(found.value)} + {UNKNOWN}" if found.unknown else words(found.value)


COLUMNS: tuple[FigureColumn, ...] = (
    FigureColumn("TASKS", lambda it: number(it.tasks)),
    FigureColumn("OPEN", lambda it: number(it.open), 7),
    FigureColumn("FAILED", lambda it: number(it.failed), 6),
    FigureColumn("SUCCESS", rate, alarms=is_low),
    FigureColumn("QUEUE 50/95", lambda it: times(it.queue), 4),
    FigureColumn("RUN 50/95", lambda it: times(it.run), 1),
    FigureColumn("SAVED", lambda it: f"{number(it.saved)}/{number(it.files)}", 5),
    FigureColumn("SIZE", lambda it: size(it.bytes), 8),
    FigureColumn("FILM", film, 9),
    FigureColumn("COST", cost),
    FigureColumn("CHARGED", charged, 3, lambda it: bool(it.failed_charged.value)),
    FigureColumn("LOST", lambda it: number(it.lost), 2, lambda it: it.lost > 0),
)
"""The columns of a table, in this order; CHARGED counts what failed and was charged."""


def facts(it: Totals) -> Iterator[tuple[str, str]]:
    """What a group comes to, as names and sentences."""
    ends = (
        (it.succeeded, _("succeeded")),
        (it.failed, _("failed")),
        (it.canceled, _("canceled")),
        (it.gone, _("gone")),
        (it.open, _("under way")),
    )
    told = _(", ").join(f"{number(n)} {word}" for n, word in ends if n)
    yield _("tasks"), f"{number(it.tasks)}: {told}" if told else number(it.tasks)
    yield _("success"), _("{rate} of those that succeeded or failed").format(rate=rate(it))
    yield _("queue"), _within(it.queue)
    yield _("run"), _within(it.run)
    yield (
        _("files"),
        _("{files}, {saved} of them saved ({size})").format(
            files=number(it.files), saved=number(it.saved), size=size(it.bytes)
        ),
    )
    yield _("film"), _with_unknown(film(it), it.film_ms.unknown)
    yield _("cost"), _with_unknown(cost(it), it.cost_unknown)
    paid = f", {money(it.failed_cost)}" if it.failed_cost else ""
    failed = charged(it) + (_(" of those that failed{paid}").format(paid=paid) if it.failed else "")
    yield _("charged"), _with_unknown(failed, it.failed_charged.unknown)
    yield (
        _("lost"),
        _("{lost} of which a file is lost").format(lost=plural("{n} task", "{n} tasks", it.lost))
        if it.lost
        else "0",
    )


def _within(found: Spread | None) -> str:
    if found is None:
        return UNKNOWN
    return _("half within {half}, 95 of 100 within {late}").format(
        half=seconds(found.p50), late=seconds(found.p95)
    )


def _with_unknown(words: str, unknown: int) -> str:
    return (
        _("{words}  (of {unknown} nobody says it)").format(
            words=words, unknown=plural("{n} task", "{n} tasks", unknown)
        )
        if unknown
        else words
    )
