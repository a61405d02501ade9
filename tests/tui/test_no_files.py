"""A success that names no file, on the screen and to the filter (reliability.md row 97)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from fake_gateway import account
from sample_tasks import START, output, task

from rushes.providers.model import Status
from rushes.tui.actions.reasons import Situation, unfinished
from rushes.tui.lines.columns import expires_cell, files_cell
from rushes.tui.lines.details import details
from rushes.tui.lines.fit import text_of
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.lines.layout import layout
from rushes.tui.lines.roles import Role
from rushes.tui.lines.rows import Row, cells
from rushes.tui.lines.task_page import page
from rushes.tui.lines.task_sections import Frame
from rushes.watch.config.accounts import Account
from rushes.watch.query import parse
from rushes.watch.task import LATE_QUESTIONS, LateFiles, Task


def empty(asked: int = LATE_QUESTIONS, status: Status = Status.SUCCEEDED) -> Task:
    polled = START - timedelta(seconds=20)
    return replace(
        task("shot", status), late_files=LateFiles(asked), polls=3, last_polled_at=polled
    )


def row(one: Task, width: int = 120) -> str:
    return "".join(piece.text for piece in cells(one, layout(width), Row(START, UNICODE)))


def detail(one: Task) -> str:
    return text_of(details(one, Frame(START, 60, UNICODE)).lines)


def shown(one: Task, its: Account | None = None) -> str:
    return text_of(page(one, its or account(), START, UNICODE))


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_the_row_says_so_once_it_was_asked_about_often_enough(width: int) -> None:
    assert "no files" in row(empty(), width)
    assert "no files" not in row(empty(asked=4), width)
    assert "no files" not in row(empty(status=Status.FAILED), width)
    assert "no files" not in row(replace(task("shot", Status.SUCCEEDED, outputs=(output(),))))


def test_it_is_marked_where_files_would_be_counted() -> None:
    assert [piece.role for piece in files_cell(empty(), START, ASCII)] == [Role.WARM]
    assert [piece.role for piece in expires_cell(empty(), START, 14, ASCII)] == [Role.WARM]


def test_the_details_tell_how_often_it_was_asked_about_and_what_can_be_done() -> None:
    assert "no files" in detail(empty())
    assert "asked 5 times more: r asks again" in detail(empty())
    assert "no files yet" in detail(empty(asked=1))
    assert "no files  asked 5 times more" in shown(empty())
    assert "none: the task is over" in shown(empty())
    assert "no files  asked about again" in shown(empty(asked=2))
    assert "in 40s at the earliest (succeeded without files: asked again)" in shown(empty(asked=2))


def test_the_filter_finds_it() -> None:
    query = parse("is:empty")
    assert query.matches(empty(), START)
    assert not query.matches(empty(asked=4), START)
    assert not query.matches(empty(status=Status.FAILED), START)
    assert not query.matches(task("shot", Status.SUCCEEDED, outputs=(output(),)), START)


def test_it_may_be_polled_by_hand() -> None:
    def why_not(*targets: Task) -> str:
        return unfinished(
            Situation(targets=targets, current=targets[0], total=1, now=START, sought=False)
        )

    assert why_not(empty()) == ""
    assert why_not(task("shot", Status.SUCCEEDED, outputs=(output(),))) != ""
