"""The slot beside a task's status: why it failed, what troubles it, how far it is, the usual."""

from datetime import datetime, timedelta
from decimal import Decimal

from rushes.providers.language import _
from rushes.providers.model import Status
from rushes.tui.lines.columns import problem_text
from rushes.tui.lines.fit import Cell, Piece, cell_width, clip, width
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import run_time
from rushes.watch.figures.spans import ran_for
from rushes.watch.figures.usage import used
from rushes.watch.figures.usual import Usual
from rushes.watch.task import Task, Trouble

BAR = 9
"""Cells of the bar of a run that says how far it is."""

PAST = 1.5
"""How many times as long as usual a run takes before it is said to be past the usual."""


def why_cell(
    task: Task,
    now: datetime,
    cells: int,
    glyphs: Glyphs,
    *,
    account: Trouble | None = None,
    usual: Usual | None = None,
) -> Cell:
    """The first of these that there is, at most so many cells wide.

    The reason of a failure, a trouble (its own, or its `account`'s), how far it is, how long such a
    run usually takes, the provider's own word.
    """
    if task.error and task.over and task.status is not Status.SUCCEEDED:
        return (Piece(clip(task.error, cells, glyphs.ellipsis), Role.FAILED),)
    trouble = None if task.over else task.trouble or account
    if trouble is not None:
        return (Piece(problem_text(trouble, now, cells, glyphs), Role.URGENT),)
    expected = None if task.over or usual is None else _usually(task, now, usual, cells)
    progress = task.snapshot.progress if task.snapshot else None
    if not task.over and progress is not None:
        return _beside(_bar(progress, cells, glyphs), expected, cells)
    if expected is not None:
        return _beside((), expected, cells)
    role = Role.WARM if task.status is Status.UNKNOWN else Role.FAINT
    return (Piece(clip(task.raw_status or "", cells, glyphs.ellipsis), role),)


def _bar(percent: int, cells: int, glyphs: Glyphs) -> Cell:
    done, track = glyphs.progress(percent, max(1, min(BAR, cells - 5)))
    return (
        Piece(done, Role.RUNNING),
        Piece(track, Role.RULE),
        Piece(f" {percent:3}%" if percent > 99 else f" {percent:2}%", Role.QUIET),
    )


def _usually(task: Task, now: datetime, usual: Usual, cells: int) -> Piece:
    """How long such a run usually takes, or that this one takes longer by far."""
    span = ran_for(task, now) or timedelta(0)
    half = run_time(usual.half)
    if span <= usual.half * PAST:
        return Piece(_("usually {time}").format(time=half), Role.FAINT)
    words = _("past the usual {time}").format(time=half)
    return Piece(words if width(words) <= cells else _("past {time}").format(time=half), Role.WARM)


def _beside(left: Cell, right: Piece | None, cells: int) -> Cell:
    """Both ends of the slot; the right one only where both fit."""
    used_up = cell_width(left) + (2 if left else 0)
    if right is None or used_up + width(right.text) > cells:
        return left or (() if right is None else (Piece(right.text, right.role),))
    gap = Piece(" " * (cells - cell_width(left) - width(right.text)))
    return (*left, gap, right)


def charged_words(task: Task) -> str:
    """What a failure cost, as far as its gateway says; empty where it cost nothing."""
    if task.status is not Status.FAILED or task.snapshot is None:
        return ""
    spent = used(task.snapshot.usage)
    if not spent.charged:
        return ""
    if spent.microcredits:
        amount = Decimal(spent.microcredits) / 10**6
        return _("charged {amount}").format(amount=f"{amount.normalize():f}")
    return _("charged")
