"""A page of figures as lines: the totals, and the table that fits the width. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued, plural_form
from rushes.tui.lines.figure_groups import FigureRow, FigureSort
from rushes.tui.lines.figure_words import UNKNOWN, is_low, money, number, rate
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import run_time, size
from rushes.watch.figures.totals import Spread, Totals

GAP = 2
SHORT_NAME = 20
"""Cells of a name that columns give way to; where there is room it has all that it needs."""

_HALF = 0.5
"""A success rate below this is as bad as a failure."""

Fact = tuple[str, str, Role, int]
"""A number of the whole, its name, its colour, and when it goes: the highest first, 0 never."""


def total_lines(it: Totals, cells: int) -> tuple[Cell, Cell]:
    """The numbers of the whole, and their names under them; what matters least goes first."""
    facts = list(_facts(it))
    while len(facts) > 1 and _facts_width(facts) > cells:
        facts.remove(max(facts, key=lambda fact: fact[3]))
    spare = cells - sum(max(width(value), width(name)) for value, name, _r, _l in facts)
    gap = min(4, spare // max(1, len(facts) - 1))
    values: list[Piece] = []
    names: list[Piece] = []
    for n, (value, name, role, _leaves) in enumerate(facts, start=1):
        room = max(width(value), width(name)) + (gap if n < len(facts) else 0)
        values.append(Piece(value + " " * (room - width(value)), role, True))
        names.append(Piece(name + " " * (room - width(name)), Role.QUIET))
    return tuple(values), tuple(names)


def _facts(it: Totals) -> Sequence[Fact]:
    run = it.run
    cost, unit = _amount(it)
    lost = Role.FAILED if it.lost else Role.TEXT
    charged = money(it.failed_cost) or ("0" if it.failed_charged.value == 0 else UNKNOWN)
    amount, _blank, currency = charged.partition(" ")
    return (
        (number(it.tasks), _("tasks"), Role.TEXT, 0),
        (rate(it), _("succeeded"), Role.FAILED if is_low(it) else Role.SUCCEEDED, 0),
        (_span(run.p50 if run else None), _("run p50"), Role.TEXT, 3),
        (_span(run.p95 if run else None), _("run p95"), Role.TEXT, 4),
        (_film(it), _("of film"), Role.TEXT, 6),
        (size(it.bytes), _("saved"), Role.TEXT, 5),
        (cost, unit, Role.WARM, 0),
        (number(it.lost), _("lost"), lost, 1),
        (amount, _("{currency} for failures").format(currency=currency).strip(), Role.URGENT, 2),
    )


def _facts_width(facts: Sequence[Fact]) -> int:
    return sum(max(width(f[0]), width(f[1])) for f in facts) + GAP * (len(facts) - 1)


def _amount(it: Totals) -> tuple[str, str]:
    """The first sum of money, and what belongs to it: its currency, the others, what lacks."""
    if not it.cost:
        return (UNKNOWN, _("cost")) if it.cost_unknown else ("0", _("cost"))
    first, *others = it.cost
    amount = str(first).partition(" ")[0]
    unit = ", ".join([first.currency, *map(str, others)])
    if it.cost_unknown:
        unit = _("{currency} and {n} ?").format(currency=unit, n=it.cost_unknown)
    return amount, unit


def _film(it: Totals) -> str:
    if it.film_ms.value is None:
        return UNKNOWN
    seconds = it.film_ms.value / 1000
    more = f" + {UNKNOWN}" if it.film_ms.unknown else ""
    return (_("{n} min").format(n=round(seconds / 60)) if seconds >= 600 else _span(seconds)) + more


def _span(seconds: float | None) -> str:
    return UNKNOWN if seconds is None else run_time(timedelta(seconds=round(seconds)))


@frozen
class _Scale:
    """What the bars and sparklines of a table are measured by."""

    tasks: int
    glyphs: Glyphs


@frozen
class _Column:
    """A column: its head, what a click on that sorts by, its cells, and when it goes."""

    head: str
    sort: FigureSort | None
    width: int
    draw: Callable[[FigureRow, _Scale], Cell]
    leaves: int
    left: bool = False


def _value(text: str, role: Role = Role.TEXT, *, bold: bool = False) -> Cell:
    return (Piece(text, Role.WARM if text == UNKNOWN else role, bold),)


def _dim(row: FigureRow) -> bool:
    return row.branch is not None


def _tasks_bar(row: FigureRow, scale: _Scale) -> Cell:
    role = Role.RUNNING_DIM if _dim(row) else Role.RUNNING
    return (Piece(scale.glyphs.blocks(row.totals.tasks / max(1, scale.tasks), 12), role),)


def _rate_role(row: FigureRow) -> Role:
    found = row.totals.success_rate
    if found is None or not is_low(row.totals):
        return Role.SUCCEEDED
    return Role.FAILED if found < _HALF or _dim(row) else Role.WARM


def _rate(row: FigureRow, scale: _Scale) -> Cell:
    found = row.totals.success_rate
    if found is None:
        return _value(scale.glyphs.no_time, Role.FAINT)
    shown = round(100 * found) if found in (0, 1) else min(99, max(1, round(100 * found)))
    return (Piece(f"{shown} %", _rate_role(row), not _dim(row)),)


def _rate_bar(row: FigureRow, scale: _Scale) -> Cell:
    role = _rate_role(row)
    dim = Role.SUCCEEDED_DIM if role is Role.SUCCEEDED and _dim(row) else role
    return (Piece(scale.glyphs.blocks(row.totals.success_rate or 0.0, 5), dim),)


def _of(of: Callable[[Spread], float], which: str) -> Callable[[FigureRow, _Scale], Cell]:
    def draw(row: FigureRow, scale: _Scale) -> Cell:
        found: Spread | None = getattr(row.totals, which)
        if found is None:
            unknown = UNKNOWN if row.totals.succeeded else scale.glyphs.no_time
            return _value(unknown, Role.FAINT)
        return _value(_span(of(found)), Role.QUIET if _dim(row) or which == "queue" else Role.TEXT)

    return draw


def _sparkline(row: FigureRow, scale: _Scale) -> Cell:
    """Each day in proportion to the row's own greatest; a day without any is a dot."""
    most = max(row.days, default=0)
    role = Role.RUNNING_DIM if _dim(row) else Role.RUNNING
    pieces: list[Piece] = []
    for day in row.days:
        level = -(-day * len(scale.glyphs.sparks) // most) if most else 0
        sign = scale.glyphs.sparks[level - 1] if level else scale.glyphs.dot
        pieces.append(Piece(sign, role if level else Role.FAINT))
    return tuple(pieces)


def _cost(row: FigureRow, scale: _Scale) -> Cell:
    it = row.totals
    role = Role.QUIET if _dim(row) else Role.TEXT
    if not it.cost:
        return _value(UNKNOWN if it.cost_unknown else scale.glyphs.no_time, Role.FAINT)
    amount = ", ".join(str(each).partition(" ")[0] for each in it.cost)
    more = (Piece(f" + {UNKNOWN}", Role.WARM),) if it.cost_unknown else ()
    return (Piece(amount, role), *more)


def _lost(row: FigureRow, scale: _Scale) -> Cell:
    it = row.totals
    return _value(number(it.lost), Role.FAILED, bold=True) if it.lost else (
        Piece(scale.glyphs.no_time, Role.FAINT),
    )  # fmt: skip


def _charged(row: FigureRow, scale: _Scale) -> Cell:
    it = row.totals
    if it.failed_cost:
        amount = ", ".join(str(each).partition(" ")[0] for each in it.failed_cost)
        return _value(amount, Role.URGENT)
    if it.failed_charged.value is None:
        return _value(UNKNOWN)
    if it.failed_charged.value:
        return _value(f"{number(it.failed_charged.value)}x", Role.URGENT)
    return _value(scale.glyphs.no_time, Role.FAINT)


_COLUMNS: tuple[_Column, ...] = (
    _Column(catalogued("TASKS"), FigureSort.TASKS, 5, lambda row, _s: _value(
        number(row.totals.tasks), Role.QUIET if _dim(row) else Role.TEXT), 0),
    _Column("", None, 12, _tasks_bar, 7, left=True),
    _Column(catalogued("OK"), FigureSort.RATE, 5, _rate, 0),
    _Column("", None, 5, _rate_bar, 8, left=True),
    _Column(catalogued("QUEUE"), None, 5, _of(lambda it: it.p50, "queue"), 9),
    _Column(catalogued("P50"), FigureSort.RUN, 6, _of(lambda it: it.p50, "run"), 2),
    _Column(catalogued("P95"), None, 6, _of(lambda it: it.p95, "run"), 5),
    _Column(catalogued("14 DAYS"), None, 14, _sparkline, 6, left=True),
    _Column(catalogued("COST"), FigureSort.COST, 6, _cost, 0),
    _Column(catalogued("LOST"), FigureSort.LOST, 4, _lost, 1),
    _Column(catalogued("CHARGED"), FigureSort.CHARGED, 7, _charged, 3),
)  # fmt: skip


@frozen
class FigureTable:
    """The heads, which name what a click sorts by, and a line for each row."""

    head: Cell
    lines: tuple[Cell, ...]


def table(
    rows: Sequence[FigureRow], title: str, cells: int, glyphs: Glyphs, sort: FigureSort
) -> FigureTable:
    """The table in a room of that many cells; `title` stands over the names.

    Columns that are missed least go first where the room is short.
    """
    names = [_name(row, glyphs) for row in rows]
    scale = _Scale(max((row.totals.tasks for row in rows), default=1), glyphs)
    longest = max((*map(cell_width, names), width(title) + GAP), default=0)
    columns = [it for it in _COLUMNS if it.draw is not _sparkline or any(r.days for r in rows)]
    columns = [_widened(each, rows, scale) for each in columns]
    while _table_width(min(longest, SHORT_NAME), columns) > cells and any(
        each.leaves for each in columns
    ):
        columns.remove(max(columns, key=lambda each: each.leaves))
    wide = max(8, min(longest + GAP, cells - _table_width(0, columns)))
    mark = glyphs.descending
    head: list[Piece] = list(_head(title, FigureSort.NAME, sort, wide, mark, left=True))
    for each in columns:
        head += [Piece(" " * _gap(each)), *_head(_(each.head) if each.head else "", each.sort, sort,
                                                 each.width, mark, left=each.left)]  # fmt: skip
    lines = tuple(
        _line(row, name, wide, columns, scale) for row, name in zip(rows, names, strict=True)
    )
    return FigureTable(tuple(head), lines)


def _widened(column: _Column, rows: Sequence[FigureRow], scale: _Scale) -> _Column:
    drawn = max((cell_width(column.draw(row, scale)) for row in rows), default=0)
    needed = max(drawn, width(_(column.head)) if column.head else 0)
    return column if needed <= column.width else replace(column, width=needed)


def _gap(column: _Column) -> int:
    """Cells before a column: a bar stands near its number."""
    return GAP if column.head else 1


def _table_width(name: int, columns: Sequence[_Column]) -> int:
    return name + sum(each.width + _gap(each) for each in columns)


def _head(
    text: str, own: FigureSort | None, sort: FigureSort, cells: int, mark: str, *, left: bool
) -> Cell:
    is_on = own is sort
    shown = f"{text} {mark}" if is_on and width(text) + 2 <= cells else text
    role = Role.ACCENT if is_on else Role.FAINT
    piece = Piece(shown, role, True, command=own.value if own else "")
    return fit((piece,), cells, "", right=not left)


def _name(row: FigureRow, glyphs: Glyphs) -> Cell:
    if row.branch is None:
        return (Piece(row.name, Role.TEXT, True),)
    sign = glyphs.branch_end if row.branch else glyphs.branch
    return (Piece(f"{sign} ", Role.FRAME), Piece(row.name, Role.QUIET))


def _line(
    row: FigureRow, name: Cell, cells: int, columns: Sequence[_Column], scale: _Scale
) -> Cell:
    pieces: list[Piece] = list(fit(name, cells, scale.glyphs.ellipsis))
    for each in columns:
        pieces.append(Piece(" " * _gap(each)))
        pieces += fit(each.draw(row, scale), each.width, scale.glyphs.ellipsis, right=not each.left)
    return tuple(pieces)


def row_words(row: FigureRow) -> str:
    """The row under the cursor in a sentence."""
    it = row.totals
    parts = [plural_form("{n} task", "{n} tasks", it.tasks).format(n=number(it.tasks))]
    if it.failed:
        parts.append(_("{n} failed").format(n=number(it.failed)))
    if it.failed_charged.value:
        parts.append(_("{n} of them charged").format(n=number(it.failed_charged.value)))
    if it.cost:
        parts.append(money(it.cost))
    if it.cost_unknown:
        parts.append(_("of {n} nobody says the cost").format(n=number(it.cost_unknown)))
    return _(", ").join(parts)


def as_tsv(rows: Sequence[FigureRow], title: str) -> str:
    """The table as text for a spreadsheet, with every column."""
    heads = (title, "tasks", "succeeded", "failed", "rate", "queue_p50_s", "run_p50_s",
             "run_p95_s", "cost", "cost_unknown", "lost", "charged")  # fmt: skip
    lines = ["\t".join(heads)]
    for row in rows:
        it = row.totals
        shown = (
            row.whole,
            it.tasks,
            it.succeeded,
            it.failed,
            UNKNOWN if it.success_rate is None else f"{it.success_rate:.4f}",
            *(UNKNOWN if each is None else f"{each:g}" for each in (
                it.queue and it.queue.p50, it.run and it.run.p50, it.run and it.run.p95)),
            money(it.cost) or (UNKNOWN if it.cost_unknown else "0"),
            it.cost_unknown,
            it.lost,
            UNKNOWN if it.failed_charged.value is None else it.failed_charged.value,
        )  # fmt: skip
        lines.append("\t".join(map(str, shown)))
    return "\n".join(lines)
