"""A task as the cells of its row, computed from the task and the time alone."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from rushes.providers.language import _, catalogued
from rushes.providers.model import Status
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, clip_middle, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import STATUS_ROLES, Role
from rushes.tui.lines.words import countdown, problem_word, rough, run_time, size, status_word
from rushes.watch.asset import Asset, OutputState
from rushes.watch.figures.spans import ran_for
from rushes.watch.figures.usual import Usual
from rushes.watch.task import Task, Trouble

URGENT_UNDER = timedelta(minutes=10)
WARM_UNDER = timedelta(hours=1)


NO_FILES = catalogued("no files")
"""What is said of a success whose provider names no file, however often it was asked."""


def provider_tags(accounts: Iterable[str]) -> dict[str, str]:
    """Two letters for each account, different ones as long as their letters allow."""
    tags: dict[str, str] = {}
    for account in accounts:
        pairs = [account[0] + other for other in account[1:]] or [account]
        free = (pair for pair in pairs if pair not in tags.values())
        tags[account] = next(free, pairs[0])
    return tags


def task_cell(task: Task, cells: int, glyphs: Glyphs, *, bold: bool = False) -> Cell:
    """The label, else the id cut in its middle; quiet where nothing is left to do for it."""
    label = task.entry.label
    text = (
        clip(label, cells, glyphs.ellipsis)
        if label
        else clip_middle(task.ref.id, cells, glyphs.ellipsis)
    )
    quiet = task.status is Status.SUCCEEDED and is_settled(task)
    return (Piece(text, Role.QUIET if quiet and not bold else Role.TEXT, bold),)


def is_settled(task: Task) -> bool:
    """Whether it has files, and each of them is on disk or was given up."""
    fetches = task.fetches
    return bool(fetches) and all(asset.settled for asset in task.assets(task.entry.added))


def status_word_cell(task: Task, glyphs: Glyphs) -> Cell:
    """The sign and the word of a status."""
    word = f"{glyphs.status(task.status)} {status_word(task.status)}"
    return (Piece(word, STATUS_ROLES[task.status]),)


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
    shown = status_word_cell(task, glyphs)
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
    aged = f"{word} {rough(now - trouble.since)}"
    again = rough(trouble.retry_at - now) if trouble.retry_at is not None else ""
    forms = [_("{problem}, next in {time}").format(problem=aged, time=again)] if again else []
    forms += [aged, word, glyphs.alert]
    return next((form for form in forms if width(form) <= cells), glyphs.alert)


def run_cell(task: Task, now: datetime, glyphs: Glyphs, usual: Usual | None = None) -> Cell:
    """How long the run has taken; `~` where its start is only our first sight of it.

    A run that takes longer than nearly all of its model did has a sign.
    """
    shown = ran_words(task, now)
    if shown is None:
        return (Piece(glyphs.no_time, Role.FAINT),)
    if _is_late(task, now, usual):
        return (Piece(glyphs.alert + shown, Role.WARM),)
    return (Piece(shown, Role.QUIET),)


def ran_words(task: Task, now: datetime) -> str | None:
    """How long a run has taken, with `~` as in `run_cell`; None before its start is known."""
    span, started = ran_for(task, now), task.started_at
    if span is None:
        return None
    return ("" if started is not None and started[1] else "~") + run_time(span)


def _is_late(task: Task, now: datetime, usual: Usual | None) -> bool:
    return usual is not None and not task.over and usual.is_late(ran_for(task, now))


def expires_cell(
    task: Task, now: datetime, cells: int, glyphs: Glyphs, usual: Usual | None = None
) -> Cell:
    """The progress of a run; after it the soonest loss, or that nothing is left to lose.

    Where a gateway tells no progress, how long such a run usually takes.
    """
    progress = task.snapshot.progress if task.snapshot else None
    if not task.over and progress is not None:
        return progress_bar(progress, cells, glyphs)
    if not task.over and usual is not None:
        return (_usually(usual, late=_is_late(task, now, usual)),)
    if cell := loss_cell(task, now, cells, glyphs):
        return cell
    return (Piece(glyphs.no_time, Role.FAINT),)


def loss_cell(task: Task, now: datetime, cells: int, glyphs: Glyphs) -> Cell:
    """The soonest loss, or that nothing is left to lose; empty while nothing can expire yet."""
    assets = tuple(task.assets(now))
    loss = task.next_loss(now)
    if loss is not None and loss.deadline is not None:
        return _gauge(task, loss.deadline, now, cells, glyphs)
    lost = [asset.expires_at for asset in assets if asset.lost and asset.expires_at]
    if lost:
        ago = rough(task.server_time(now) - max(lost))
        forms = (
            _("expired {time} ago").format(time=ago),
            _("expired {time}").format(time=ago),
            _("expired"),
        )
        return (
            Piece(next(it for it in forms if width(it) <= cells or it == forms[-1]), Role.FAILED),
        )
    if assets and all(asset.settled for asset in assets):
        return _settled(assets, cells, glyphs)
    if task.without_files:
        return (Piece(_(NO_FILES), Role.WARM),)
    return (Piece(glyphs.no_time, Role.FAINT),) if task.status is Status.SUCCEEDED else ()


def _settled(assets: Sequence[Asset], cells: int, glyphs: Glyphs) -> Cell:
    """That nothing of a task can be lost any more."""
    if any(asset.state is OutputState.MOVED for asset in assets):
        since = _("moved since")
        return (Piece(since if cells >= width(since) else _("moved"), Role.QUIET),)
    is_saved = any(asset.saved for asset in assets)
    return (Piece(f"{glyphs.saved} {_('saved')}" if is_saved else _("given up"), Role.QUIET),)


def _usually(usual: Usual, *, late: bool) -> Piece:
    if late and usual.late is not None:
        return Piece(_("over {time}").format(time=run_time(usual.late)), Role.WARM)
    return Piece(_("usually {time}").format(time=run_time(usual.half)), Role.FAINT)


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


GAUGE = 5
"""Cells of the gauge that shows how much of a file's life is left."""


def _gauge(task: Task, expires_at: datetime, now: datetime, cells: int, glyphs: Glyphs) -> Cell:
    """What is left of a file's life, and how long that is; the time alone where room is short."""
    left = expires_at - task.server_time(now)
    role = urgency(left)
    ink = Role.QUIET if role is Role.SUCCEEDED else role
    time = countdown(left)
    blanks = min(9 - width(time), cells - GAUGE - width(time))
    if blanks < 1:
        return (Piece(time.rjust(cells), ink, role is Role.URGENT),)
    born = task.finished_at
    life = task.our_time(expires_at) - born if born is not None else left
    lit, dark = glyphs.gauge(left / life if life > timedelta(0) else 0.0, GAUGE)
    return (
        Piece(lit, role),
        Piece(dark, Role.RULE),
        Piece(" " * blanks + time, ink, role is Role.URGENT),
    )


def files_cell(task: Task, now: datetime, glyphs: Glyphs) -> Cell:
    """What of the outputs is on disk; empty where there are none."""
    assets = tuple(task.assets(now))
    if not assets:
        return (Piece(glyphs.alert, Role.WARM),) if task.without_files else ()
    saving = [asset for asset in assets if asset.state is OutputState.DOWNLOADING]
    if saving:
        return (Piece(f"{glyphs.saving} {transferred(saving)}", Role.RUNNING),)
    if any(asset.lost for asset in assets):
        return (Piece(_("lost"), Role.FAILED),)
    if any(asset.state is OutputState.FAILED for asset in assets):
        return (Piece(glyphs.alert, Role.FAILED),)
    saved = sum(asset.saved for asset in assets)
    wanted = sum(asset.state is not OutputState.GIVEN_UP for asset in assets)
    if saved == wanted and any(asset.state is OutputState.MOVED for asset in assets):
        return (Piece(_("moved"), Role.QUIET),)
    return files_ratio(saved, wanted, (), now, glyphs)


def files_ratio(
    saved: int, wanted: int, saving: Sequence[Task], now: datetime, glyphs: Glyphs
) -> Cell:
    """What of the files of several tasks is on disk; empty where there are none."""
    if saving:
        assets = [asset for task in saving for asset in task.assets(now)]
        moving = [asset for asset in assets if asset.state is OutputState.DOWNLOADING]
        if moving:
            return (Piece(f"{glyphs.saving} {transferred(moving)}", Role.RUNNING),)
    if not wanted:
        return ()
    if saved == wanted:
        return (Piece(f"{glyphs.saved} {saved}", Role.SUCCEEDED),)
    return (Piece(f"{saved}/{wanted}", Role.WARM if saved else Role.TEXT),)


def transferred(assets: Sequence[Asset]) -> str:
    """How far transfers are: a percentage (100 only once verified), bytes if no total is known."""
    fetches = [asset.fetch for asset in assets if asset.fetch is not None]
    done = sum(fetch.done for fetch in fetches)
    totals = [fetch.total for fetch in fetches]
    total = sum(known for known in totals if known)
    if total and None not in totals:
        return f"{min(99, done * 100 // total)}%"
    return size(done).replace(" ", "")
