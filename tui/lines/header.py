"""The dashboard's top line, and the lines under it about accounts and files in trouble."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.language import _, catalogued, plural
from rushes.providers.model import Status
from rushes.tui.lines.columns import urgency
from rushes.tui.lines.counts import Loss
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, fit
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.pace_words import asked_words
from rushes.tui.lines.roles import STATUS_ROLES, Ground, Role
from rushes.tui.lines.standstill import still
from rushes.tui.lines.words import clock, countdown, problem_word, rough, size
from rushes.watch.asked_every import AskedEvery
from rushes.watch.polling.account_state import AccountState

TROUBLE_LINES = 3
"""The most lines of trouble; where there are more troubles, the last line counts them."""


@frozen(kw_only=True)
class Overview:
    """What the header is made from. `rate` is bytes per second.

    `view` is the id of the command whose view is in force, "" for one of a person's own.
    `slowest` is the account whose tasks are asked about less often than they are due, the slowest
    of them; None where there is none.
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
    unsaved: int = 0
    in_trouble: int = 0
    view: str = "view_all"
    slowest: tuple[str, AskedEvery] | None = None
    unread: int = 0
    as_of: str = ""


@frozen(kw_only=True)
class _Form:
    """What of the header there is room for."""

    words: bool = True
    account: bool = True
    keys: bool = True
    clock: bool = True
    rate: bool = True
    pace: bool = True
    program: bool = True
    transfers: bool = True
    word_in_force: bool = True
    loss_name: int = 28
    list_name: int = 24
    tight: bool = False
    loss: bool = True


_LESS: tuple[Mapping[str, bool | int], ...] = (
    {},
    {"words": False},
    {"account": False},
    {"keys": False},
    {"clock": False},
    {"rate": False},
    {"pace": False},
    {"word_in_force": False},
    {"loss_name": 16},
    {"program": False},
    {"transfers": False},
    {"list_name": 10},
    {"loss_name": 8},
    {"tight": True},
    {"loss": False},
    {"list_name": 0},
)
"""What goes where room is short, in this order; a loss keeps its time and whose it is.

It goes itself only from a kept frame, whose age matters more.
"""

VIEWS: tuple[tuple[str, str], ...] = (
    ("view_all", catalogued("all")),
    ("view_active", catalogued("active")),
    ("view_succeeded", catalogued("succeeded")),
    ("view_unsaved", catalogued("not saved")),
    ("view_failed", catalogued("failed")),
    ("view_trouble", catalogued("trouble")),
)
"""The views by the ids of their commands, and what they are called here."""

_OF_VIEW: Mapping[str, tuple[Status | None, ...]] = {
    "view_active": (Status.RUNNING, Status.QUEUED, Status.FINALIZING, None),
    "view_succeeded": (Status.SUCCEEDED,),
    "view_failed": (Status.FAILED, Status.CANCELED),
    "view_trouble": (Status.UNKNOWN, Status.GONE),
}
"""Whose counts stand beside a view; each status is counted once."""


def header(view: Overview, keys: Mapping[str, str], cells: int, glyphs: Glyphs) -> Cell:
    """One line exactly `cells` wide; what matters least goes first where room is short.

    `keys` are those of the views, by the ids of their commands.
    """
    left: Cell = ()
    middle: Cell = ()
    form = _Form()
    for less in _LESS:
        form = replace(form, **less)
        left, middle, right = _parts(view, keys, form, glyphs)
        spare = cells - cell_width(left) - cell_width(middle) - cell_width(right) - 1
        if spare >= 2:
            gap = spare * 2 // 3 if middle else spare
            blanks = (Piece(" " * gap), Piece(" " * (spare - gap)))
            return (*left, blanks[0], *middle, blanks[1], *right, Piece(" "))
    rest = fit(left, max(0, cells - cell_width(middle) - 2), glyphs.ellipsis)
    return fit((*rest, Piece(" "), *middle), cells, glyphs.ellipsis)


def _parts(
    view: Overview, keys: Mapping[str, str], form: _Form, glyphs: Glyphs
) -> tuple[Cell, Cell, Cell]:
    name = clip(view.watchlist, form.list_name, glyphs.ellipsis)
    left = [Piece(f" {glyphs.brand} ", Role.ACCENT)]
    if form.program:
        left.append(Piece("rushes  ", Role.ACCENT, True))
    if name:
        left.append(Piece(f"{name} ", Role.TEXT, True))
    if view.unread:
        whole = _("reading {tasks}").format(
            tasks=plural("{n} more task", "{n} more tasks", view.unread)
        )
        text = whole if form.words or form.keys else str(view.unread)
        left.append(Piece(f"  {glyphs.ellipsis} {text}", Role.QUIET))
        return tuple(left), (), _right(view, form, glyphs)
    for command, word in VIEWS:
        left += _tab(view, command, _(word), keys.get(command, ""), form, glyphs)
    return tuple(left), _loss(view, form, glyphs), _right(view, form, glyphs)


def _tab(
    view: Overview, command: str, word: str, key: str, form: _Form, glyphs: Glyphs
) -> Iterator[Piece]:
    """A view: its key, its word and its counts, as far as there is room; a click opens it."""
    is_on = command == view.view
    named = form.words or (is_on and form.word_in_force)
    parts: list[Piece] = []
    if key and (form.keys or named):
        parts.append(Piece(f"{key} ", Role.ACCENT, True))
    if named:
        parts.append(Piece(f"{word} ", Role.TEXT if is_on else Role.QUIET, is_on))
    for sign, number, role in _counts(view, command, glyphs):
        if number and (sign or parts):
            gap = " " if sign and not form.tight else ""
            parts.append(Piece(f"{sign}{gap}{number} ", role, True))
    if parts:
        ground = Ground.CURSOR if is_on else None
        for piece in (Piece(" "), *parts):
            yield replace(piece, ground=ground, command=command)


def _counts(view: Overview, command: str, glyphs: Glyphs) -> Iterator[tuple[str, int, Role]]:
    """The signs, numbers and roles that stand beside a view."""
    if command == "view_all":
        yield "", sum(view.counts.values()), Role.TEXT
    if command == "view_unsaved":
        yield "", view.unsaved, Role.TEXT
    for status in _OF_VIEW.get(command, ()):
        yield glyphs.status(status), view.counts.get(status, 0), STATUS_ROLES[status]
    if command == "view_trouble":
        yield glyphs.alert, view.in_trouble, Role.URGENT


def _loss(view: Overview, form: _Form, glyphs: Glyphs) -> Cell:
    """What is lost next: when, and whose it is."""
    if view.loss is None or (view.as_of and not form.loss):
        return ()
    left, name = view.loss.left, clip(view.loss_name, form.loss_name, glyphs.ellipsis)
    line: Cell = (
        Piece(f"{_('next loss')} ", Role.QUIET),
        Piece(countdown(left), _loud(left), True),
        Piece(f"  {name}" if form.clock else f" {name}"),
    )
    if form.account:
        line = (*line, Piece(f" {glyphs.dot} {view.loss.ref.provider}", Role.QUIET))
    return line


def _loud(left: timedelta) -> Role:
    role = urgency(left)
    return Role.TEXT if role is Role.SUCCEEDED else role


def _right(view: Overview, form: _Form, glyphs: Glyphs) -> Cell:
    """How it goes on: transfers, the pace of polling, the time of day."""
    if view.as_of:
        return (Piece(view.as_of, Role.WARM),)
    parts: list[Piece] = []
    if view.slowest is not None and not view.paused:
        account, every = view.slowest
        short = _("every {seconds} s").format(seconds=f"{every.seconds:.3g}")
        text = f"{account} {asked_words(every)}" if form.pace and form.clock else short
        parts.append(Piece(f"{text}  ", Role.WARM))
    if view.downloading and form.transfers:
        parts.append(Piece(f"{glyphs.saving} {view.downloading}  ", Role.RUNNING, True))
        if view.rate and form.rate:
            parts.append(Piece(f"{size(view.rate)}/s  ", Role.RUNNING))
    if view.paused:
        parts.append(Piece(f"{_('polling paused')}  ", Role.WARM, True))
    if form.clock:
        parts.append(Piece(f"{view.now.astimezone():%H:%M:%S}", Role.FAINT))
    return tuple(parts)


def slowest(states: Iterable[AccountState]) -> tuple[str, AskedEvery] | None:
    """The account that is held up the most, and how often its tasks are asked about."""
    held_up = [(s.account_id, s.asked_every) for s in states if s.asked_every]
    return max(
        (one for one in held_up if one[1].held_up), key=lambda one: one[1].seconds, default=None
    )


def trouble_lines(
    states: Iterable[AccountState],
    notices: Iterable[str],
    now: datetime,
    cells: int,
    glyphs: Glyphs,
    *,
    paused: bool = False,
    held_up: Callable[[str], int] = lambda _account: 0,
) -> Sequence[Cell]:
    """A line for each trouble with our own files, then for each account that cannot be asked.

    One outage is one line, not 500; `held_up` tells of how many tasks of an account it is.
    """
    lines: list[Cell] = [
        (Piece(f" {glyphs.alert} {notice}", Role.URGENT, True),) for notice in notices
    ]
    lines += [
        _trouble(s, now, glyphs, held_up(s.account_id), paused=paused)
        for s in states
        if s.key_missing or s.trouble
    ]
    if len(lines) > TROUBLE_LINES:
        more = len(lines) - TROUBLE_LINES + 1
        words = plural("and {n} more trouble", "and {n} more troubles", more)
        rest: Cell = (Piece(f" {glyphs.alert} {words}", Role.URGENT),)
        lines = [*lines[: TROUBLE_LINES - 1], rest]
    return [fit(line, cells, glyphs.ellipsis) for line in lines]


def _trouble(
    state: AccountState, now: datetime, glyphs: Glyphs, held_up: int, *, paused: bool
) -> Cell:
    name = Piece(f" {glyphs.alert} {state.account_id}  ", Role.URGENT, True)
    if state.key_missing:
        return (name, Piece(state.key_missing, Role.URGENT))
    trouble = still(state.trouble) if state.trouble and paused else state.trouble
    if trouble is None:
        return (name,)
    said = _("{problem} since {time}").format(
        problem=_(problem_word(trouble)), time=clock(trouble.since, now)
    )
    if trouble.retry_at:
        said += _(", next try in {span}").format(span=rough(trouble.retry_at - now))
    if held_up:
        stale = plural(
            "{n} task keeps its last known state", "{n} tasks keep their last known state", held_up
        )
        said += f" {glyphs.dot} {stale}"
    return (name, Piece(said, Role.URGENT), Piece(f"   {trouble.message}", Role.QUIET))
