"""The dashboard's top line, and the lines under it about accounts and files in trouble."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.tui.lines.columns import urgency
from rushes.tui.lines.counts import Loss
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.standstill import still
from rushes.tui.lines.words import clock, count, countdown, problem_word, rough, size, status_word
from rushes.watch.polling.account_state import AccountState

TROUBLE_LINES = 3
"""The most lines of trouble; where there are more troubles, the last line counts them."""

_COUNTED = (
    Status.RUNNING,
    Status.FINALIZING,
    Status.QUEUED,
    None,
    Status.UNKNOWN,
    Status.SUCCEEDED,
    Status.FAILED,
    Status.CANCELED,
    Status.GONE,
)


@frozen(kw_only=True)
class Overview:
    """What the header is made from. `rate` is bytes per second.

    `unread` tasks are not read yet: until they are, nothing is counted and no loss is foretold.
    `as_of` says how old a frame is that is kept to be painted again, in place of the clock.
    """

    watchlist: str
    counts: Mapping[Status | None, int]
    loss: Loss | None
    loss_name: str
    downloading: int
    rate: float
    paused: bool
    now: datetime
    unread: int = 0
    as_of: str = ""


def header(view: Overview, cells: int, glyphs: Glyphs) -> Cell:
    """One line exactly `cells` wide; what matters least goes first where room is short."""
    for left, middle, right in _forms(view, glyphs):
        spare = cells - cell_width(left) - cell_width(middle) - cell_width(right) - 1
        if spare >= 2:
            gap = spare * 2 // 3 if middle else spare
            return (
                *left,
                Piece(" " * gap),
                *middle,
                Piece(" " * (spare - gap)),
                *right,
                Piece(" "),
            )
    return fit(
        (*_counts(view, glyphs, words=False), *_middles(view, glyphs)[-1]), cells, glyphs.ellipsis
    )


def _forms(view: Overview, glyphs: Glyphs) -> Iterator[tuple[Cell, Cell, Cell]]:
    """The left, middle and right of the line, from the fullest form to the barest."""
    name = _identity(view, glyphs)
    middles, rights = _middles(view, glyphs), _rights(view, glyphs)
    if view.as_of:
        # It says what all the rest is worth, so it is the last to go.
        middles = [*middles, ()]
    yield (*name, *_counts(view, glyphs, words=True)), middles[0], rights[0]
    counts = _counts(view, glyphs, words=False)
    for right in rights:
        for middle in middles:
            yield (*name, *counts), middle, right
    # Whose list it is goes before what is about to be lost from it.
    brand: Cell = (Piece(f" {glyphs.brand}", Role.ACCENT), *counts)
    for middle in middles:
        yield brand, middle, rights[0] if view.as_of else ()


def _identity(view: Overview, glyphs: Glyphs) -> Cell:
    return (
        Piece(f" {glyphs.brand} ", Role.ACCENT),
        Piece("rushes", Role.ACCENT, True),
        Piece(f"  {clip(view.watchlist, 24, glyphs.ellipsis)} ", Role.TEXT),
    )


def _counts(view: Overview, glyphs: Glyphs, *, words: bool) -> Cell:
    if view.unread:
        text = f"  {glyphs.ellipsis} reading {count(view.unread, 'more task')}"
        return (Piece(text if words else f"  {glyphs.ellipsis} {view.unread}", Role.QUIET),)
    line: list[Piece] = []
    for status in _COUNTED:
        number = view.counts.get(status, 0)
        if number:
            line.append(Piece(f"  {glyphs.status(status)} {number}", STATUS_ROLES[status], True))
            if words and status is not None and not status.terminal:
                line.append(Piece(f" {status_word(status)}", Role.QUIET))
    return tuple(line)


def _middles(view: Overview, glyphs: Glyphs) -> list[Cell]:
    if view.loss is None or view.unread:
        return [()]
    left = view.loss.left
    time = Piece(countdown(left), _loud(left), True)
    bare: Cell = (Piece("next loss ", Role.QUIET), time)
    named: Cell = (*bare, Piece(f"  {clip(view.loss_name, 28, glyphs.ellipsis)}"))
    via: Cell = (*named, Piece(f" {glyphs.dot} {view.loss.ref.provider}", Role.QUIET))
    return [via, named, bare]


def _loud(left: timedelta) -> Role:
    role = urgency(left)
    return Role.TEXT if role is Role.SUCCEEDED else role


def _rights(view: Overview, glyphs: Glyphs) -> list[Cell]:
    if view.as_of:
        return [(Piece(view.as_of, Role.WARM),)]
    time: Cell = (Piece(f"{view.now.astimezone():%H:%M:%S}", Role.FAINT),)
    transfers: Cell = ()
    if view.downloading:
        rate = f"  {size(view.rate)}/s" if view.rate else ""
        transfers = (Piece(f"{glyphs.saving} {view.downloading}{rate}  ", Role.RUNNING),)
    if view.paused:
        transfers = (*transfers, Piece("polling paused  ", Role.WARM, True))
    return [(*transfers, *time), transfers]


def trouble_lines(
    states: Iterable[AccountState],
    notices: Iterable[str],
    now: datetime,
    cells: int,
    glyphs: Glyphs,
    *,
    paused: bool = False,
) -> Sequence[Cell]:
    """A line for each trouble with our own files, then for each account that cannot be asked.

    One outage is one line, not 500.
    """
    lines: list[Cell] = [
        (Piece(f" {glyphs.alert} {notice}", Role.URGENT, True),) for notice in notices
    ]
    lines += [_trouble(s, now, glyphs, paused=paused) for s in states if s.key_missing or s.trouble]
    if len(lines) > TROUBLE_LINES:
        more = len(lines) - TROUBLE_LINES + 1
        rest: Cell = (Piece(f" {glyphs.alert} and {more} more troubles", Role.URGENT),)
        lines = [*lines[: TROUBLE_LINES - 1], rest]
    return [fit(line, cells, glyphs.ellipsis) for line in lines]


def _trouble(state: AccountState, now: datetime, glyphs: Glyphs, *, paused: bool) -> Cell:
    name = Piece(f" {glyphs.alert} {state.account_id}: ", Role.URGENT, True)
    if state.key_missing:
        return (name, Piece(state.key_missing, Role.URGENT))
    trouble = still(state.trouble) if state.trouble and paused else state.trouble
    if trouble is None:
        return (name,)
    again = f", next try in {rough(trouble.retry_at - now)}" if trouble.retry_at else ""
    return (
        name,
        Piece(f"{problem_word(trouble)} since {clock(trouble.since, now)}{again}", Role.URGENT),
        Piece(f"  {trouble.message}", Role.QUIET),
    )
