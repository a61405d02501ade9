"""Tasks that share a tag fold into one row, which speaks and acts for all of them."""

from dataclasses import replace
from datetime import timedelta

import pytest
from rich.cells import cell_len
from sample_tasks import START, finish, output, saved, task

from rushes.providers.model import Status
from rushes.tui.actions.batches import Batch, Branch
from rushes.tui.actions.board import Board
from rushes.tui.lines.batch_row import batch_cells
from rushes.tui.lines.batch_summary import BatchSummary, summary
from rushes.tui.lines.extents import Extents
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.layout import Column, layout
from rushes.tui.lines.rows import Row
from rushes.watch.query import parse
from rushes.watch.sorting import SortKey
from rushes.watch.task import Ref, Task

ACT = Batch("act-1")


def tagged(name: str, *tags: str, added: float = 0) -> Task:
    one = task(name, added=added)
    return replace(one, entry=replace(one.entry, tags=tags))


A = tagged("a", "film")
B = tagged("b", "film", "act-1")
C = tagged("c", "film")
D = tagged("d", "film", "act-1")
E = tagged("e")


class Bench:
    """A board of tasks in the order of their names."""

    def __init__(self, *tasks: Task, which: str = "act-*") -> None:
        self.board = Board(batch=which)
        self.tasks = {one.ref: one for one in tasks}
        self.board.take(self.tasks, (), True, START)
        self.board.order_by(SortKey.NAME, START, descending=False)
        self.board.move_to(0)

    def put(self, one: Task) -> None:
        self.tasks[one.ref] = one
        self.board.take(self.tasks, [one.ref], False, START)

    @property
    def rows(self) -> list[str]:
        lines = (self.board.line(row) for row in range(len(self.board)))
        return [f"#{it}" if isinstance(it, Batch) else self.name(it) for it in lines]

    def name(self, ref: Ref) -> str:
        return self.tasks[ref].name


@pytest.fixture
def bench() -> Bench:
    bench = Bench(A, B, C, D, E)
    bench.board.fold(START)
    return bench


def test_a_batch_stands_in_the_place_of_its_first_task(bench: Bench) -> None:
    assert bench.rows == ["a", "#act-1", "c", "e"]
    bench.board.order_by(SortKey.NAME, START, descending=True)
    assert bench.rows == ["e", "#act-1", "c", "a"]


def test_without_a_pattern_the_tag_that_the_fewest_have_folds() -> None:
    bench = Bench(A, B, C, D, E, which="tag")
    bench.board.fold(START)
    assert bench.rows == ["#film", "#act-1", "e"]


def test_a_tag_that_one_task_alone_has_folds_nothing() -> None:
    bench = Bench(A, tagged("b", "act-1"))
    bench.board.fold(START)
    assert bench.rows == ["a", "b"]
    assert not bench.board.has_batches


def test_unfolding_shows_the_tasks_as_they_were_with_the_cursor_on_its_own() -> None:
    bench = Bench(A, B, C, D)
    bench.board.move_to(3)
    bench.board.fold(START)
    assert bench.board.current_batch == ACT
    bench.board.fold(START)
    assert bench.rows == ["a", "b", "c", "d"]
    assert bench.board.cursor == D.ref


def test_an_open_batch_has_its_tasks_below_it_and_the_cursor_stays_in_its_row(
    bench: Bench,
) -> None:
    board = bench.board
    board.move_to(1)
    board.switch_batch(START)
    assert bench.rows == ["a", "#act-1", "b", "d", "c", "e"]
    assert board.current_row == 1
    assert [board.branch(it.ref) for it in (A, B, D)] == [Branch.NONE, Branch.CHILD, Branch.LAST]
    board.move(1)
    assert board.cursor == B.ref
    assert board.current_batch is None
    board.move(-1)
    board.switch_batch(START)
    assert bench.rows == ["a", "#act-1", "c", "e"]
    assert board.current_row == 1


def test_a_command_on_a_batch_is_for_all_of_its_tasks_that_are_shown(bench: Bench) -> None:
    board = bench.board
    board.move_to(1)
    assert [one.name for one in board.targets()] == ["b", "d"]
    board.mark()
    assert board.marks == {B.ref, D.ref}
    board.move_to(0)
    assert [one.name for one in board.targets()] == ["b", "d"]
    board.move_to(1)
    board.mark()
    assert not board.marks


def test_a_filter_that_leaves_one_of_a_batch_shows_that_one(bench: Bench) -> None:
    bench.board.move_to(1)
    bench.board.set_filter(parse("label:d"), START)
    assert bench.rows == ["d"]
    assert bench.board.cursor == D.ref
    bench.board.set_filter(parse(""), START)
    assert bench.board.current_batch == ACT


def test_another_tag_moves_a_task_at_the_next_key(bench: Bench) -> None:
    bench.put(replace(C, entry=replace(C.entry, tags=("act-1",))))
    assert bench.rows == ["a", "#act-1", "c", "e"]
    assert bench.board.apply_waiting(START)
    assert bench.rows == ["a", "#act-1", "e"]


def test_a_batch_glows_with_its_tasks_and_loses_those_that_go(bench: Bench) -> None:
    board = bench.board
    board.move_to(1)
    bench.put(finish(D))
    assert board.glows(ACT, START)
    assert board.row(D.ref) == 1
    assert board.tick(START + timedelta(seconds=2)) == {ACT, D.ref}
    del bench.tasks[B.ref]
    board.take(bench.tasks, (), True, START)
    assert bench.rows == ["a", "c", "d", "e"]
    assert board.current_row == 1


def test_searching_finds_a_task_in_a_shut_batch(bench: Bench) -> None:
    bench.board.set_filter(parse("label:d"), START)
    bench.board.set_filter(parse(""), START)
    bench.board.move_to(0)
    assert bench.board.seek(1, START)
    assert bench.board.current_batch == ACT


def test_a_range_over_a_batch_marks_its_tasks(bench: Bench) -> None:
    bench.board.mark()
    bench.board.move_to(2)
    bench.board.mark_range()
    assert bench.board.marks == {A.ref, B.ref, C.ref, D.ref}


# -- what a batch says ------------------------------------------------------------------------


def text(cell: Cell) -> str:
    return "".join(piece.text for piece in cell)


def prompted(one: Task, prompt: str) -> Task:
    return replace(one, entry=replace(one.entry, prompt=prompt))


def some() -> BatchSummary:
    """Four tasks: one saved, one that goes within the hour, one that runs, one that failed."""
    done = finish(prompted(task("done"), "ridge at first light, calm"), output())
    tasks = (
        replace(done, fetches={1: saved()}),
        finish(prompted(task("goes"), "ridge at first light, wind"), output(expires_in=3000)),
        prompted(task("runs"), "ridge at first sight"),
        task("fails", Status.FAILED),
    )
    return summary("act-2", tasks, START)


def test_a_batch_counts_its_statuses_and_files_and_names_the_soonest_end() -> None:
    place = layout(159, Extents(label=20, account=9, model=14, prompt=40))
    said = text(batch_cells(some(), place, Row(START, UNICODE), is_open=False))
    assert "⊞ #act-2  4 tasks" in said
    assert "▸ 1  ✓ 2  ✗ 1" in said
    assert "━━━━━━━━━" in said
    assert "50:00" in said
    assert " 1/2 " in said


def test_a_batch_shows_the_common_beginning_of_prompts() -> None:
    tasks = [prompted(task(n), p) for n, p in (("a", "ridge at first light"), ("b", "ridge at fi"))]
    assert summary("x", tasks, START).prompt == "ridge at"


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_a_batch_is_as_wide_as_its_list_and_touches_nothing(glyphs: Glyphs) -> None:
    for cells in range(59, 250):
        place = layout(cells, Extents(label=20, account=9, model=14, prompt=60, tags=9))
        said = text(batch_cells(some(), place, Row(START, glyphs, current=True), is_open=True))
        assert cell_len(said) == cells
        for spot in place.places:
            if spot.column not in (Column.TASK, Column.WHY):
                assert said[spot.x - 2 : spot.x].isspace()
