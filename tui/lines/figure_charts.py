"""The lower part of a page of figures: tasks by hour, why they failed, what is not known. Pure."""

from collections.abc import Sequence

from rushes.providers.language import _, plural
from rushes.tui.lines.figure_words import money, number
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.watch.figures.gathered import FailedFor, Gathered
from rushes.watch.figures.totals import Totals

HEIGHT = 9
"""Rows of the lower part: its headings, the columns, the hours."""

_COLUMNS = HEIGHT - 2
_AXIS = 6
_BAR = 12
_HOURS = 24
_WALL = 3
"""Cells of the line between the two halves."""

_NARROWEST = 40
"""Cells that each half needs; where there are fewer the reasons have all of it."""


def lower_part(gathered: Gathered, total: Totals, cells: int, glyphs: Glyphs) -> list[Cell]:
    """The hours at the left, the reasons at the right; the reasons alone where room is short."""
    hours_width = _AXIS + 2 * _HOURS
    rest = cells - hours_width - _WALL
    reasons = _reasons(gathered, total, rest if rest >= _NARROWEST else cells, glyphs)
    if rest < _NARROWEST:
        return reasons
    hours = _hours(gathered.hours, hours_width, glyphs)
    wall = Piece(f" {glyphs.wall} ", Role.RULE)
    return [(*fit(left, hours_width, glyphs.ellipsis), wall, *right)
            for left, right in zip(hours, reasons, strict=True)]  # fmt: skip


def _hours(hours: Sequence[tuple[int, int]], cells: int, glyphs: Glyphs) -> list[Cell]:
    most = max((ok + failed for ok, failed in hours), default=0)
    block = glyphs.eighths[-1]
    key = (
        Piece(f"{block} ", Role.SUCCEEDED), Piece(f"{_('ok')} ", Role.QUIET),
        Piece(f"{block} ", Role.FAILED), Piece(_("failed"), Role.QUIET),
    )  # fmt: skip
    title = Piece(_("TASKS BY HOUR"), Role.FAINT, True)
    gap = Piece(" " * max(1, cells - width(title.text) - cell_width(key) - 2))
    lines: list[Cell] = [(title, gap, *key)]
    marked = {_COLUMNS - 1: most, _COLUMNS // 2: most // 2 if most > 1 else None, 0: 0}
    for row in reversed(range(_COLUMNS)):
        value = marked.get(row)
        axis = "" if value is None else number(value)
        pieces = [Piece(f"{axis:>{_AXIS - 2}}  ", Role.FAINT)]
        pieces += [_column(each, row, most, glyphs) for each in hours]
        lines.append(tuple(pieces))
    told = "".join(f"{hour:02}    " if hour % 3 == 0 else "" for hour in range(_HOURS))
    return [*lines, (Piece(" " * _AXIS), Piece(told, Role.FAINT))]


def _column(hour: tuple[int, int], row: int, most: int, glyphs: Glyphs) -> Piece:
    """One cell of an hour's column, and the blank beside it: what failed lies on the rest."""
    ok, failed = hour
    eighths = len(glyphs.eighths)
    scale = _COLUMNS * eighths / most if most else 0
    top = round((ok + failed) * scale)
    filled = min(eighths, top - row * eighths)
    if filled <= 0:
        return Piece("  ")
    middle = row * eighths + filled / 2
    role = Role.SUCCEEDED if middle <= ok * scale else Role.FAILED
    return Piece(f"{glyphs.eighths[filled - 1]} ", role)


def _reasons(gathered: Gathered, total: Totals, cells: int, glyphs: Glyphs) -> list[Cell]:
    title = Piece(_("WHY IT FAILED"), Role.FAINT, True)
    told = plural("{n} task", "{n} tasks", total.failed) if total.failed else ""
    gap = Piece(" " * max(1, cells - width(title.text) - width(told)))
    notes = list(_notes(total, cells, glyphs))
    room = HEIGHT - 1 - len(notes) - bool(notes)
    most = max((each.number for each in gathered.reasons), default=1)
    found = [_reason(each, most, cells, glyphs) for each in gathered.reasons[:room]]
    if not found:
        found = [(Piece(_("nothing failed"), Role.FAINT),)]
    blank: list[Cell] = [() for _row in range(HEIGHT - 1 - len(notes) - len(found))]
    return [(title, gap, Piece(told, Role.QUIET)), *found, *blank, *notes]


def _reason(each: FailedFor, most: int, cells: int, glyphs: Glyphs) -> Cell:
    bar = glyphs.blocks(each.number / most, _BAR)
    charged = _("{n} charged").format(n=number(each.charged)) if each.charged else ""
    room = cells - 6 - _BAR - 2 - (width(charged) + 2 if charged else 0)
    text = clip(each.reason or _("no reason given"), max(1, room), glyphs.ellipsis)
    gap = " " * (room - width(text) + 2) if charged else ""
    return (
        Piece(f"{number(each.number):>4}  ", Role.TEXT),
        Piece(bar + " " * (_BAR - width(bar)) + "  ", Role.FAILED),
        Piece(text, Role.QUIET),
        Piece(gap + charged, Role.URGENT),
    )


def _notes(total: Totals, cells: int, glyphs: Glyphs) -> Sequence[Cell]:
    """What the sums lack, and what was lost or paid for nothing."""
    notes: list[Cell] = []
    if total.cost_unknown:
        words = plural("{n} task says no price", "{n} tasks say no price", total.cost_unknown)
        notes.append(
            (
                Piece("? ", Role.WARM, True),
                Piece(f"{words}: ", Role.QUIET),
                Piece("[prices] "),
                Piece(_("in config.toml"), Role.QUIET),
            )
        )
    parts: list[Piece] = []
    if total.lost:
        words = plural("{n} task lost a file", "{n} tasks lost a file", total.lost)
        parts.append(Piece(words, Role.FAILED))
    if total.failed_cost:
        dot = f" {glyphs.dot} " if parts else ""
        words = _("{money} paid for failures").format(money=money(total.failed_cost))
        parts += [Piece(dot, Role.FAINT), Piece(words, Role.URGENT)]
    if parts:
        notes.append(tuple(parts))
    return [fit(note, cells, glyphs.ellipsis) for note in notes]
