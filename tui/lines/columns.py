"""A task as the cells of its row, computed from the task and the time alone."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Status
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, clip_middle, fit, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.layout import MARKS, RIGHT_ALIGNED, Column, ColumnPlace, Layout
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import countdown, problem_word, rough, run_time, size, status_word
from rushes.watch.asset import Asset, OutputState
from rushes.watch.sorting import SortKey
from rushes.watch.task import Task, Trouble

URGENT_UNDER = timedelta(minutes=10)
WARM_UNDER = timedelta(hours=1)


NO_FILES = "no files"
"""What is said of a success whose provider names no file, however often it was asked."""

SORTED_BY: Mapping[SortKey, Column] = {
    SortKey.NAME: Column.TASK,
    SortKey.VIA: Column.VIA,
    SortKey.STATUS: Column.STATUS,
    SortKey.RUN: Column.RUN,
    SortKey.EXPIRES: Column.EXPIRES,
}


def provider_tags(accounts: Iterable[str]) -> dict[str, str]:
    """Two letters for each account, different ones as long as their letters allow."""
    tags: dict[str, str] = {}
    for account in accounts:
        pairs = [account[0] + other for other in account[1:]] or [account]
        free = (pair for pair in pairs if pair not in tags.values())
        tags[account] = next(free, pairs[0])
    return tags


def task_cell(task: Task, cells: int, glyphs: Glyphs, *, bold: bool = False) -> Cell:
    """The label, else the id cut in its middle; quiet once nothing is left to do for it."""
    label = task.entry.label
    text = (
        clip(label, cells, glyphs.ellipsis)
        if label
        else clip_middle(task.ref.id, cells, glyphs.ellipsis)
    )
    return (Piece(text, Role.TEXT, bold),)


def status_cell(
    task: Task,
    now: datetime,
    cells: int,
    glyphs: Glyphs,
    *,
    account: Trouble | None = None,
    raw: bool = True,
) -> Cell:
    """Glyph and word; then the problem there is, else (with `raw`) the provider's own word."""
    role = STATUS_ROLES[task.status]
    shown: Cell = (Piece(f"{glyphs.status(task.status)} {status_word(task.status)}", role),)
    trouble = None if task.over else task.trouble or account
    if trouble is not None:
        room = cells - cell_width(shown) - 2
        return (*shown, Piece("  "), Piece(problem_text(trouble, now, room, glyphs), Role.URGENT))
    if raw and task.raw_status:
        return (*shown, Piece(f"  {task.raw_status}", Role.FAINT))
    return shown


def problem_text(trouble: Trouble, now: datetime, cells: int, glyphs: Glyphs) -> str:
    """A problem, how long it has lasted and when it is tried next, as far as there is room."""
    word = f"{glyphs.alert} {problem_word(trouble)}"
    age = rough(now - trouble.since)
    again = rough(trouble.retry_at - now) if trouble.retry_at is not None else ""
    forms = [f"{word} {age}, next in {again}"] if again else []
    forms += [f"{word} {age}", word, glyphs.alert]
    return next((form for form in forms if width(form) <= cells), glyphs.alert)


def run_cell(task: Task, now: datetime, glyphs: Glyphs) -> Cell:
    """How long the run has taken; `~` where its start is only our first sight of it."""
    span = ran_for(task, now)
    if span is None:
        return (Piece(glyphs.no_time, Role.FAINT),)
    started = task.started_at
    about = "" if started is not None and started[1] else "~"
    return (Piece(about + run_time(span), Role.QUIET),)


def ran_for(task: Task, now: datetime) -> timedelta | None:
    """How long the run took or has taken so far; None where its start was never seen."""
    if task.started_at is None:
        return None
    start, stated = task.started_at
    if not stated and task.transitions[0].status.terminal:
        return None
    return max(timedelta(0), (task.finished_at or now) - start)


def expires_cell(task: Task, now: datetime, cells: int, glyphs: Glyphs) -> Cell:
    """The progress of a run; after it the soonest loss, or that nothing is left to lose."""
    progress = task.snapshot.progress if task.snapshot else None
    if not task.over and progress is not None:
        return progress_bar(progress, cells, glyphs)
    assets = tuple(task.assets(now))
    loss = task.next_loss(now)
    if loss is not None and loss.deadline is not None:
        return _gauge(task, loss.deadline, now, glyphs)
    lost = [asset.expires_at for asset in assets if asset.lost and asset.expires_at]
    if lost:
        ago = rough(task.server_time(now) - max(lost))
        text = f"expired {ago} ago"
        return (Piece(text if width(text) <= cells else f"expired {ago}", Role.FAILED),)
    if assets and all(asset.saved for asset in assets):
        return (Piece(f"{glyphs.saved} saved", Role.QUIET),)
    if task.without_files:
        return (Piece(NO_FILES, Role.WARM),)
    return (Piece(glyphs.no_time, Role.FAINT),)


def progress_bar(percent: int, cells: int, glyphs: Glyphs) -> Cell:
    """A bar and its percentage, `cells` wide together."""
    done, track = glyphs.progress(percent, max(1, cells - 4))
    return (
        Piece(done, Role.RUNNING),
        Piece(track, Role.RULE),
        Piece(f"{percent:3}%", Role.QUIET),
    )


def urgency(left: timedelta) -> Role:
    """The role of a time that is running out: calm above an hour, urgent under ten minutes."""
    if left < URGENT_UNDER:
        return Role.URGENT
    return Role.WARM if left < WARM_UNDER else Role.SUCCEEDED


def _gauge(task: Task, expires_at: datetime, now: datetime, glyphs: Glyphs) -> Cell:
    left = expires_at - task.server_time(now)
    born = task.finished_at
    life = task.our_time(expires_at) - born if born is not None else left
    role = urgency(left)
    lit, dark = glyphs.gauge(left / life if life > timedelta(0) else 0.0)
    time = Piece(
        f"  {countdown(left)}",
        Role.QUIET if role is Role.SUCCEEDED else role,
        role is Role.URGENT,
    )
    return (Piece(lit, role), Piece(dark, Role.RULE), time)


def files_cell(task: Task, now: datetime, glyphs: Glyphs) -> Cell:
    """What of the outputs is on disk."""
    assets = tuple(task.assets(now))
    if not assets:
        if task.status is Status.FAILED or task.without_files:
            role = Role.WARM if task.without_files else Role.FAILED
            return (Piece(glyphs.alert, role),)
        return (Piece(glyphs.nothing, Role.FAINT),)
    saving = [asset for asset in assets if asset.state is OutputState.DOWNLOADING]
    if saving:
        return (Piece(f"{glyphs.saving} {transferred(saving)}", Role.RUNNING),)
    if any(asset.lost for asset in assets):
        return (Piece("lost", Role.FAILED),)
    if any(asset.state is OutputState.FAILED for asset in assets):
        return (Piece(glyphs.alert, Role.FAILED),)
    saved = sum(asset.saved for asset in assets)
    if saved == len(assets):
        return (Piece(f"{glyphs.saved} {saved}", Role.SUCCEEDED),)
    return (Piece(f"{saved}/{len(assets)}", Role.WARM if saved else Role.TEXT),)


def transferred(assets: Sequence[Asset]) -> str:
    """How far transfers are: a percentage (100 only once verified), bytes if no total is known."""
    fetches = [asset.fetch for asset in assets if asset.fetch is not None]
    done = sum(fetch.done for fetch in fetches)
    totals = [fetch.total for fetch in fetches]
    total = sum(known for known in totals if known)
    if total and None not in totals:
        return f"{min(99, done * 100 // total)}%"
    return size(done).replace(" ", "")


@frozen
class Row:
    """What a row needs besides its task: the time, the signs, trouble of its account, its tag."""

    now: datetime
    glyphs: Glyphs
    account: Trouble | None = None
    tag: str = ""
    current: bool = False
    marked: bool = False


def cells(task: Task, place: Layout, row: Row) -> tuple[Piece, ...]:
    """A whole line for the task: marks, then every column at its place, exactly as wide."""
    glyphs = row.glyphs
    line: list[Piece] = [
        Piece(glyphs.cursor if row.current else " ", Role.ACCENT),
        Piece(glyphs.mark if row.marked else " ", Role.ACCENT),
        Piece(" "),
    ]
    x = MARKS
    for spot in place.places:
        if spot.x > x:
            line.append(Piece(" " * (spot.x - x)))
        cell = _cell(task, spot, place, row)
        line += fit(cell, spot.width, glyphs.ellipsis, right=spot.column in RIGHT_ALIGNED)
        x = spot.x + spot.width
    if place.width > x:
        line.append(Piece(" " * (place.width - x)))
    return tuple(line)


def _cell(task: Task, spot: ColumnPlace, place: Layout, row: Row) -> Cell:
    match spot.column:
        case Column.TASK:
            return task_cell(task, spot.width, row.glyphs, bold=row.current)
        case Column.TAG:
            return (Piece(row.tag, Role.FAINT),)
        case Column.VIA:
            return (Piece(task.ref.provider, Role.QUIET),)
        case Column.STATUS:
            return status_cell(
                task,
                row.now,
                spot.width,
                row.glyphs,
                account=row.account,
                raw=not place.compact,
            )
        case Column.RUN:
            return run_cell(task, row.now, row.glyphs)
        case Column.EXPIRES:
            return expires_cell(task, row.now, spot.width, row.glyphs)
        case Column.FILES:
            return files_cell(task, row.now, row.glyphs)


def headings(place: Layout, sort: SortKey, descending: bool, glyphs: Glyphs) -> tuple[Piece, ...]:
    """The line of headings, with the sorted column's arrow."""
    line: list[Piece] = [Piece(" " * MARKS)]
    x = MARKS
    for spot in place.places:
        if spot.x > x:
            line.append(Piece(" " * (spot.x - x)))
        sorted_by = SORTED_BY.get(sort) is spot.column
        arrow = (glyphs.descending if descending else glyphs.ascending) if sorted_by else ""
        heading = (Piece(spot.column.value, Role.FAINT, True), Piece(arrow, Role.ACCENT))
        line += fit(heading, spot.width, glyphs.ellipsis, right=spot.column in RIGHT_ALIGNED)
        x = spot.x + spot.width
    if place.width > x:
        line.append(Piece(" " * (place.width - x)))
    return tuple(line)
