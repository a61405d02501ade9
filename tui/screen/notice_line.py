"""The line above the footer: what happened last, worst first, on a ground of its own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from rushes.providers.language import _, plural
from rushes.providers.model import Status
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, clip_middle
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Ground, Role
from rushes.tui.lines.words import size
from rushes.tui.screen.notice_log import TONES, Item, Notice, Standing
from rushes.watch.event_kinds import EventKind

TIMED_FROM = 100
"""Columns from which the line says when the newest of it happened."""

_SHORTEST = 8
"""Cells that the name of something keeps at least where it is said at all."""

ROLES: Mapping[Tone, Role] = {
    Tone.CALM: Role.SUCCEEDED,
    Tone.WARNING: Role.URGENT,
    Tone.ERROR: Role.FAILED,
}

_GROUNDS: Mapping[Tone, Ground] = {
    Tone.CALM: Ground.NOTICE_SAVED,
    Tone.WARNING: Ground.NOTICE_ENDING,
    Tone.ERROR: Ground.NOTICE_FAILED,
}

_STATUSES: Mapping[EventKind, Status] = {
    EventKind.FAILED: Status.FAILED,
    EventKind.SUCCEEDED: Status.SUCCEEDED,
    EventKind.CANCELED: Status.CANCELED,
    EventKind.GONE: Status.GONE,
}

_COUNTED: Mapping[EventKind, Callable[[int], str]] = {
    EventKind.FAILED: lambda n: plural("{n} failed", "{n} failed", n),
    EventKind.DOWNLOAD_FAILED: lambda n: plural("{n} download failed", "{n} downloads failed", n),
    EventKind.EXPIRED: lambda n: plural("{n} file lost", "{n} files lost", n),
    EventKind.EXPIRING: lambda n: plural(
        "{n} file ends in under 10 min", "{n} files end in under 10 min", n
    ),
    EventKind.COMMAND_FAILED: lambda n: plural("{n} command failed", "{n} commands failed", n),
    EventKind.SAVED: lambda n: plural("{n} saved", "{n} saved", n),
    EventKind.SUCCEEDED: lambda n: plural("{n} succeeded", "{n} succeeded", n),
    EventKind.CANCELED: lambda n: plural("{n} canceled", "{n} canceled", n),
    EventKind.GONE: lambda n: plural("{n} gone", "{n} gone", n),
}
"""What so many of a kind are called, in front of the newest."""

_SELF_SAID = frozenset({EventKind.EXPIRING, EventKind.EXPIRED, EventKind.COMMAND_FAILED})
"""What says itself where it is the only one."""

_STATES = frozenset({EventKind.DISK_FULL, EventKind.SHORTFALL, EventKind.RESUMED})
"""What is not counted: the newest of it holds."""

_DOT = " · "


def notice_line(standing: Standing, cells: int, glyphs: Glyphs, key: str = "") -> Cell:
    """One line exactly `cells` wide; `key` opens all notices, "" where it does nothing.

    Where room is short the names of what is least urgent go first, then what is least urgent.
    """
    role, ground = ROLES[standing.tone], _GROUNDS[standing.tone]
    begin: Cell = (Piece(f"{glyphs.cursor} ", role),)
    if cells >= TIMED_FROM:
        begin = (*begin, Piece(f"{standing.at.astimezone():%H:%M:%S} ", Role.QUIET))
    spoken = [_spoken(notice, glyphs) for notice in standing.said]
    alone = len(standing.items) == 1 and not spoken
    segments = [(each, each) for each in spoken]
    segments += [_item(item, glyphs, alone=alone) for item in standing.items]
    whole = cell_width(begin) + _width([full for full, _short in segments])
    right = next(
        (each for each in _ends(standing, key) if whole + cell_width(each) + 2 <= cells),
        _ends(standing, key)[-1],
    )
    room = cells - cell_width(begin) - cell_width(right) - 2
    middle = _fitted(segments, room, glyphs)
    gap = Piece(" " * (room - cell_width(middle) + 2))
    return tuple(replace(piece, ground=ground) for piece in (*begin, *middle, gap, *right))


def _ends(standing: Standing, key: str) -> list[Cell]:
    """What may stand at the right, the longest first."""
    opens: Cell = (Piece(key, Role.ACCENT, True), Piece(f" {_('all')} ", Role.QUIET)) if key else ()
    if key:
        opens = tuple(replace(piece, command="notices") for piece in opens)
    if not standing.more or standing.since is None:
        return [opens]
    since = _time(standing.since, standing.at)
    more = _("{n} more since {time}").format(n=standing.more, time=since)
    return [(Piece(f"{more}   ", Role.QUIET), *opens), opens]


def _time(since: datetime, now: datetime) -> str:
    local = since.astimezone()
    today = local.date() == now.astimezone().date()
    return local.strftime("%H:%M" if today else _("%d %b"))


def _spoken(notice: Notice, glyphs: Glyphs) -> Cell:
    """The answer to a key; a sign says that something is wrong, beside the colour."""
    if notice.tone is Tone.CALM:
        return (Piece(notice.text),)
    return (Piece(f"{glyphs.alert} ", ROLES[notice.tone], True), Piece(notice.text))


def _item(item: Item, glyphs: Glyphs, *, alone: bool) -> tuple[Cell, Cell]:
    """An item with the newest named, and without."""
    role = ROLES[TONES[item.kind]]
    sign, number = _sign(item.kind, glyphs), item.number
    if item.kind in _STATES:
        state: Cell = (Piece(sign, role, True), Piece(f" {item.newest}"))
        return state, state
    words = _COUNTED[item.kind](number)
    short: Cell = (Piece(f"{sign} {words}", role, True),)
    if number == 1 and item.kind in _SELF_SAID:
        return (Piece(sign, role, True), Piece(f" {item.newest}")), short
    if alone and number == 1:
        words = words.removeprefix("1 ")
    named: Cell = (Piece(f"{sign} {words}", role, True), Piece(f" {item.newest}"))
    if item.size:
        named = (*named, Piece(f"  {size(item.size)}", Role.QUIET))
    return named, short


def _sign(kind: EventKind, glyphs: Glyphs) -> str:
    if kind in _STATUSES:
        return glyphs.status(_STATUSES[kind])
    if kind in (EventKind.DOWNLOAD_FAILED, EventKind.EXPIRED):
        return glyphs.status(Status.FAILED)
    return glyphs.saved if TONES[kind] is Tone.CALM else glyphs.alert


def _fitted(segments: Sequence[tuple[Cell, Cell]], room: int, glyphs: Glyphs) -> Cell:
    """As much as fits: first the names go from the end, then what they belong to."""
    shown = [full for full, _short in segments]
    for n in reversed(range(1, len(shown))):
        if _width(shown) <= room:
            break
        shown[n] = segments[n][1]
    while len(shown) > 1 and _width(shown[1:]) + cell_width(segments[0][1]) + _SHORTEST > room:
        shown.pop()
    rest = shown[1:]
    left = room - (_width(rest) + len(_DOT) if rest else 0)
    first, without_name = segments[0]
    line = list(_cut(shown[0], left, glyphs.ellipsis, in_middle=first is without_name))
    for each in rest:
        line += [Piece(_DOT.replace("·", glyphs.dot), Role.FAINT), *each]
    return tuple(line)


def _width(shown: Sequence[Cell]) -> int:
    return sum(map(cell_width, shown)) + len(_DOT) * max(0, len(shown) - 1)


def _cut(cell: Cell, room: int, ellipsis: str, *, in_middle: bool) -> Cell:
    """The pieces that fit, the last one cut: `in_middle` where a path begins and a reason ends."""
    kept: list[Piece] = []
    for piece in cell:
        if room <= 0:
            break
        text = (clip_middle if in_middle else clip)(piece.text, room, ellipsis)
        kept.append(replace(piece, text=text))
        room -= cell_width((kept[-1],))
    return tuple(kept)
