"""The downloads sheet as lines: what all of it comes to, a line for each output, and its facts.

The name of a file wins over a sentence that is as long as it likes: that is cut, and told in full
for the file under the cursor.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.providers.language import _, plural
from rushes.providers.text import clean
from rushes.tui.lines.columns import progress_bar, transferred, urgency
from rushes.tui.lines.download_words import fetch_note, state_word
from rushes.tui.lines.fit import Cell, Piece, cell_width, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.transfers import Stage, Totals, TransferRow
from rushes.tui.lines.words import countdown, rough, shown_path, size

_BAR = 16
_RATE = 11
_TO_GO = 16
_EXPIRY = 14
_GAP = 2
_SHORTEST_STATE = 16
"""Cells that how far it is keeps beside the longest name."""

_ROLES: Mapping[Stage, Role] = MappingProxyType(
    {
        Stage.UNDER_WAY: Role.RUNNING,
        Stage.WAITING: Role.QUEUED,
        Stage.REFUSED: Role.WARM,
        Stage.SET_ASIDE: Role.QUIET,
        Stage.OVER: Role.FAILED,
        Stage.SAVED: Role.SUCCEEDED,
        Stage.UNTOUCHED: Role.FAINT,
    }
)


@frozen
class Columns:
    """Cells of the name, of how far it is, and of the link's end; 0 for one that is not there."""

    name: int
    state: int
    expiry: int


def columns(rows: Sequence[TransferRow], cells: int) -> Columns:
    """The columns in a room of that many cells: the name goes up to the longest."""
    longest = max((width(_name(row)) for row in rows), default=0)
    expiry = _EXPIRY if cells >= 48 else 0
    others = _GAP + _SHORTEST_STATE + (expiry + _GAP if expiry else 0)
    name = max(1, min(longest, cells - others))
    state = max(0, cells - name - _GAP - (expiry + _GAP if expiry else 0))
    return Columns(name, state, expiry)


def lines(rows: Sequence[TransferRow], cells: int, glyphs: Glyphs) -> tuple[Cell, ...]:
    """A line for each; or that there is nothing to see."""
    if not rows:
        return ((Piece(_("nothing is being downloaded"), Role.QUIET),),)
    places = columns(rows, cells)
    return tuple(fit(_line(row, places, glyphs), cells, glyphs.ellipsis) for row in rows)


def _line(row: TransferRow, places: Columns, glyphs: Glyphs) -> Cell:
    cut, gap = glyphs.ellipsis, Piece(" " * _GAP)
    quiet = Role.QUIET if row.stage is Stage.SAVED else Role.TEXT
    line = (*fit((Piece(_name(row), quiet),), places.name, cut), gap)
    line += fit(_state(row, places.state, glyphs), places.state, cut)
    if places.expiry:
        line += (gap, *fit((_expiry(row),), places.expiry, cut, right=True))
    return line


def _name(row: TransferRow) -> str:
    return f"{row.task.name} {row.asset.output.kind} {row.asset.n}"


def _state(row: TransferRow, room: int, glyphs: Glyphs) -> Cell:
    """How far it is; what there is no room for is left out from the end."""
    if row.stage is not Stage.UNDER_WAY or row.asset.fetch is None:
        sign = f"{glyphs.saved} " if row.stage is Stage.SAVED else ""
        return (Piece(f"{sign}{_word(row)}", _ROLES[row.stage]),)
    parts = list(_progress(row, glyphs))
    line: Cell = ()
    for part in parts:
        if cell_width(line) + cell_width(part) > room:
            break
        line += part
    return line


def _progress(row: TransferRow, glyphs: Glyphs) -> Iterator[Cell]:
    """Progress, rate, time to go, each as wide whatever it says."""
    fetch, cut = row.asset.fetch, glyphs.ellipsis
    if fetch is None:
        return
    if fetch.total:
        yield progress_bar(min(99, fetch.done * 100 // fetch.total), _BAR, glyphs)
    else:
        yield fit((Piece(transferred((row.asset,)), Role.RUNNING),), _BAR, cut)
    yield fit((Piece(f"{size(fetch.rate)}/s", Role.QUIET),), _RATE, cut, right=True)
    to_go = row.to_go
    words = _("{time} to go").format(time=countdown(to_go)) if to_go is not None else ""
    yield fit((Piece(words, Role.QUIET),), _TO_GO, cut, right=True)


def _word(row: TransferRow) -> str:
    note = fetch_note(row.asset.fetch)
    if row.stage is Stage.SAVED:
        fetch = row.asset.fetch
        return _("saved") + (f"  {size(fetch.done)}" if fetch is not None and fetch.done else "")
    if row.stage is Stage.WAITING:
        return note or _("waits its turn")
    if row.stage is Stage.REFUSED and row.again is not None:
        return _("{why}, next try in {time}").format(why=note, time=rough(row.again))
    return note or state_word(row.asset.state)


def _expiry(row: TransferRow) -> Piece:
    if row.left is None or row.stage is Stage.SAVED:
        return Piece("", Role.FAINT)
    if row.left <= timedelta(0):
        return Piece(_("expired"), Role.FAILED)
    text = _("{time} left").format(time=countdown(row.left))
    return Piece(text, Role.URGENT if row.lost else urgency(row.left), row.lost)


def total_line(found: Totals) -> Cell:
    """What all of it comes to; nothing of no files, which the rows say."""
    if not found.files:
        return ()
    saved = plural(
        "{saved} of {n} file saved", "{saved} of {n} files saved", found.files, saved=found.saved
    )
    pieces = [Piece(saved, Role.TEXT, True)]
    if found.stopped:
        pieces.append(Piece(_("{n} stopped").format(n=found.stopped), Role.FAILED))
    if found.size:
        amount = _("{done} of {size}").format(done=size(found.done), size=size(found.size))
        pieces.append(Piece(amount, Role.QUIET))
    elif found.done:
        pieces.append(Piece(size(found.done), Role.QUIET))
    if found.rate:
        pieces.append(Piece(f"{size(found.rate)}/s", Role.RUNNING))
    if found.to_go is not None:
        pieces.append(Piece(_("{time} to go").format(time=countdown(found.to_go)), Role.QUIET))
    gaps = [Piece(" " * _GAP)] * len(pieces)
    return tuple(each for pair in zip(pieces, gaps, strict=True) for each in pair)[:-1]


def facts(row: TransferRow) -> tuple[str, Role]:
    """What there is to say of one row in full: why it stopped, or where the file is."""
    fetch = row.asset.fetch
    if fetch is not None and row.stage is Stage.SAVED and fetch.place is not None:
        return shown_path(fetch.path) if fetch.path else clean(fetch.place), Role.QUIET
    return _word(row) if row.stage is not Stage.UNDER_WAY else "", _ROLES[row.stage]
