"""The lines above and below the cards of the dailies."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.tui.lines.columns import urgency
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.header import Overview
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import countdown, size


@frozen(kw_only=True)
class Shown:
    """What the header counts: cards shown and all, those with a rating, rejected, not judged."""

    cards: int
    all: int
    rated: int
    rejected: int
    unrated: int


def title(glyphs: Glyphs, *more: Piece) -> Cell:
    """The beginning of each header here."""
    return (Piece(f" {glyphs.brand} ", Role.ACCENT), Piece(_("dailies"), Role.ACCENT, True), *more)


def header(shown: Shown, view: Overview, cells: int, glyphs: Glyphs) -> Cell:
    """The top line: what matters least goes first where room is short."""
    name = Piece(f"  {clip(view.watchlist, 24, glyphs.ellipsis)}", Role.TEXT, True)
    for left, right in _forms(shown, view, glyphs):
        line = title(glyphs, name, *left)
        spare = cells - cell_width(line) - cell_width(right) - 1
        if spare >= 2:
            return (*line, Piece(" " * spare), *right, Piece(" "))
    return fit(title(glyphs, name), cells, glyphs.ellipsis)


def _forms(shown: Shown, view: Overview, glyphs: Glyphs) -> Iterator[tuple[Cell, Cell]]:
    of = Piece(
        "   " + _("{shown} of {all} shown").format(shown=shown.cards, all=shown.all), Role.QUIET
    )
    rated: Cell = (
        Piece(f"   {glyphs.rated} ", Role.ACCENT),
        Piece(plural("{n} rated", "{n} rated", shown.rated), Role.ACCENT),
    )
    out = Piece("   " + plural("{n} rejected", "{n} rejected", shown.rejected), Role.QUIET)
    left = Piece("   " + plural("{n} to judge", "{n} to judge", shown.unrated))
    clock: Cell = (Piece(f"{view.now.astimezone():%H:%M:%S}", Role.FAINT),)
    loss, coming = _loss(view), _coming(view, glyphs)
    yield (of, *rated, out, left), (*loss, *coming, *clock)
    yield (of, *rated, out, left), (*loss, *coming)
    yield (of, *rated, left), (*loss, *coming)
    yield (of, left), loss
    yield (of, left), ()
    yield (of,), ()


def _loss(view: Overview) -> Cell:
    if view.loss is None:
        return ()
    role = urgency(view.loss.left)
    return (
        Piece(_("next loss") + " ", Role.QUIET),
        Piece(
            f"{countdown(view.loss.left)}  ", Role.TEXT if role is Role.SUCCEEDED else role, True
        ),
    )


def _coming(view: Overview, glyphs: Glyphs) -> Cell:
    if not view.downloading:
        return ()
    rate = f"  {size(view.rate)}/s" if view.rate else ""
    return (Piece(f"{glyphs.saving} {view.downloading}{rate}  ", Role.RUNNING),)


def asked(text: str, glyphs: Glyphs) -> Cell:
    """The filter in force, or how to begin one."""
    words = Piece(text) if text else Piece(_("filter"), Role.FAINT)
    return (Piece(" / ", Role.ACCENT, True), words)


def head(words: Cell, right: Cell, cells: int, glyphs: Glyphs) -> Cell:
    """The line above a section, ruled as far as there is room."""
    spare = cells - cell_width(words) - cell_width(right) - 3
    rule = glyphs.rule * (spare - 1) + " " if spare > 1 else " " * spare
    return fit(
        (Piece(" "), *words, Piece(" "), Piece(rule, Role.RULE), *right), cells, glyphs.ellipsis
    )


def day_words(at: datetime, now: datetime) -> str:
    """A day as people call it."""
    day, today = at.astimezone().date(), now.astimezone().date()
    if day == today:
        return _("today")
    if day == today - timedelta(days=1):
        return _("yesterday")
    form = _("%a %d %b") if day.year == today.year else _("%d %b %Y")
    return at.astimezone().strftime(form)


def order_words(grouped: str, glyphs: Glyphs) -> Cell:
    """The order in force, and what cards stand together by."""
    return (
        Piece(_("newest first") + " ", Role.QUIET),
        Piece(glyphs.descending, Role.ACCENT),
        Piece(f"  {grouped} ", Role.QUIET),
    )
