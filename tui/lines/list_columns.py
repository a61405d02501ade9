"""The columns of `rushes ls`: each as data for a program, as words, and as a cell on a terminal."""

from collections.abc import Callable, Mapping
from datetime import datetime
from types import MappingProxyType

from rushes.providers.frozen import frozen
from rushes.providers.rfc3339 import rfc3339
from rushes.tui.lines.columns import NO_FILES, expires_cell, files_cell, ran_for, run_cell
from rushes.tui.lines.columns import status_cell as cell_of_status
from rushes.tui.lines.fit import Cell, Piece
from rushes.tui.lines.glyphs import Glyphs
from rushes.tui.lines.roles import Role
from rushes.tui.lines.words import clock, countdown, run_time, size
from rushes.watch.config.listing import ListColumn
from rushes.watch.task import Task

_STATUS, _EXPIRES = 28, 16
"""Cells of the widest status and expiry."""

Text = Callable[[Task, datetime], str]


@frozen
class Rendering:
    """How a column is written: `data` for programs, `words` for people; a cell where it has one.

    What is not known is empty.
    """

    data: Text
    words: Text
    cell: Callable[[Task, datetime, Glyphs], Cell] | None = None
    right: bool = False

    def shown(self, task: Task, now: datetime, glyphs: Glyphs) -> Cell:
        """The cell on a terminal."""
        if self.cell is not None:
            return self.cell(task, now, glyphs)
        words = self.words(task, now)
        return (Piece(words, Role.TEXT),) if words else (Piece(glyphs.nothing, Role.FAINT),)


def _same(text: Callable[[Task], str | None]) -> Rendering:
    """A column whose text is the same everywhere."""

    def data(task: Task, _: datetime) -> str:
        return text(task) or ""

    return Rendering(data, data)


def _time(
    of: Callable[[Task], datetime | None], ours: Callable[[Task], datetime | None]
) -> Rendering:
    """A time: as it was said for programs, by our clock for people."""

    def words(task: Task, now: datetime) -> str:
        moment = ours(task)
        return "" if moment is None else clock(moment, now)

    return Rendering(lambda task, _: rfc3339(of(task)) or "", words)


def _created(task: Task) -> datetime | None:
    return task.snapshot.created_at if task.snapshot else None


def _finished(task: Task) -> datetime | None:
    return task.snapshot.finished_at if task.snapshot else None


def _our_created(task: Task) -> datetime | None:
    created = _created(task)
    return None if created is None else task.our_time(created)


def _run_data(task: Task, now: datetime) -> str:
    span = ran_for(task, now)
    return "" if span is None else str(int(span.total_seconds()))


def _run_words(task: Task, now: datetime) -> str:
    span = ran_for(task, now)
    return "" if span is None else run_time(span)


def _expires_data(task: Task, now: datetime) -> str:
    loss = task.next_loss(now)
    return (rfc3339(loss.deadline) if loss else None) or ""


def _expires_words(task: Task, now: datetime) -> str:
    loss = task.next_loss(now)
    if loss is None or loss.deadline is None:
        return ""
    return countdown(loss.deadline - task.server_time(now))


def _files(task: Task, now: datetime) -> str:
    if assets := list(task.assets(now)):
        return f"{sum(asset.saved for asset in assets)}/{len(assets)}"
    return NO_FILES if task.without_files else ""


def _progress(task: Task) -> str:
    said = task.snapshot
    return str(said.progress) if said and said.progress is not None else ""


RENDERINGS: Mapping[ListColumn, Rendering] = MappingProxyType(
    {
        ListColumn.TASK: _same(lambda task: task.name),
        ListColumn.VIA: _same(lambda task: task.ref.provider),
        ListColumn.STATUS: Rendering(
            lambda task, _: task.status.value if task.status else "",
            lambda task, _: task.status.value if task.status else "waiting",
            lambda task, now, glyphs: cell_of_status(task, now, _STATUS, glyphs, raw=False),
        ),
        ListColumn.RUN: Rendering(_run_data, _run_words, run_cell, right=True),
        ListColumn.EXPIRES: Rendering(
            _expires_data,
            _expires_words,
            lambda task, now, glyphs: expires_cell(task, now, _EXPIRES, glyphs),
        ),
        ListColumn.FILES: Rendering(_files, _files, files_cell),
        ListColumn.MODEL: _same(lambda task: task.model),
        ListColumn.PROMPT: _same(lambda task: task.prompt),
        ListColumn.ERROR: _same(lambda task: task.error),
        ListColumn.TAGS: _same(lambda task: ",".join(task.entry.tags)),
        ListColumn.ADDED: _time(lambda task: task.entry.added, lambda task: task.entry.added),
        ListColumn.CREATED: _time(_created, _our_created),
        ListColumn.FINISHED: _time(_finished, lambda task: task.finished_at),
        ListColumn.SIZE: Rendering(
            lambda task, _: str(task.saved_bytes or ""),
            lambda task, _: size(task.saved_bytes) if task.saved_bytes else "",
            right=True,
        ),
        ListColumn.RATING: _same(lambda task: None if task.rating is None else str(task.rating)),
        ListColumn.ID: _same(lambda task: task.ref.id),
        ListColumn.REF: _same(lambda task: str(task.ref)),
        ListColumn.LABEL: _same(lambda task: task.entry.label),
        ListColumn.RAW: _same(lambda task: task.raw_status),
        ListColumn.PROGRESS: _same(_progress),
        ListColumn.PROBLEM: _same(lambda task: task.trouble.kind.value if task.trouble else None),
    }
)
"""Every column; `finished` for programs is what the provider says, as `created` is."""
