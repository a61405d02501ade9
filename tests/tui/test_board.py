"""Nothing moves under the finger: the cursor and the marks belong to tasks."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_tasks import START, ago, arriving, finish, output, saved, task, trouble
from sampling import rounds

from rushes.providers.model import Status
from rushes.tui.actions.board import Board
from rushes.tui.actions.views import VIEWS
from rushes.watch.query import parse
from rushes.watch.sorting import SortKey
from rushes.watch.task import Ref, Task

A, B, C, D = (task(name, added=added) for name, added in zip("abcd", (40, 30, 20, 10), strict=True))


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


class Bench:
    """A board and the tasks it is shown."""

    def __init__(self, *tasks: Task) -> None:
        self.board = Board()
        self.tasks: dict[Ref, Task] = {}
        self.put(*tasks)
        self.board.order_by(SortKey.NAME, START, descending=False)
        self.board.move_to(0)

    def put(self, *tasks: Task, now: datetime = START) -> set[Ref]:
        new = any(one.ref not in self.tasks for one in tasks)
        self.tasks |= {one.ref: one for one in tasks}
        return self.board.take(self.tasks, [one.ref for one in tasks], new, now)

    def drop(self, *tasks: Task) -> None:
        for one in tasks:
            del self.tasks[one.ref]
        self.board.take(self.tasks, (), True, START)

    @property
    def shown(self) -> str:
        return "".join(self.tasks[ref].name for ref in self.board.order)

    @property
    def here(self) -> str:
        return self.board.current.name if self.board.current else ""


@pytest.fixture
def bench() -> Bench:
    return Bench(A, B, C, D)


def named(refs: Iterable[Ref]) -> str:
    return "".join(sorted(ref.id[-1] for ref in refs))


def test_the_newest_task_is_on_top_at_first() -> None:
    board = Board()
    board.take({one.ref: one for one in (A, B, C)}, (), True, START)
    assert [ref.id[-1] for ref in board.order] == ["c", "b", "a"]
    assert board.cursor == C.ref


def test_the_cursor_stays_on_its_task_when_the_order_turns_round(bench: Bench) -> None:
    bench.board.move_to(1)
    bench.board.order_by(SortKey.NAME, START, descending=True)
    assert (bench.shown, bench.here, bench.board.current_row) == ("dcba", "b", 2)


def test_the_cursor_stays_on_its_task_when_others_come_and_go(bench: Bench) -> None:
    bench.board.move_to(2)
    bench.drop(A)
    assert (bench.shown, bench.here) == ("bcd", "c")
    bench.put(task("aa", added=0))
    assert (bench.here, bench.board.current_row) == ("c", 2)


def test_when_its_task_is_removed_the_cursor_goes_to_the_next_one(bench: Bench) -> None:
    bench.board.move_to(1)
    bench.drop(B)
    assert bench.here == "c"
    bench.drop(C, D)
    assert bench.here == "a"
    bench.drop(A)
    assert (bench.here, bench.board.cursor) == ("", None)


def test_a_cursor_that_a_filter_hides_waits_nearby_and_comes_back(bench: Bench) -> None:
    bench.board.move_to(1)
    bench.board.set_filter(parse("-b"), START)
    assert (bench.shown, bench.here) == ("acd", "c")
    bench.board.set_filter(parse(""), START)
    assert bench.here == "b"


def test_a_cursor_that_was_moved_meanwhile_stays_where_it_was_moved(bench: Bench) -> None:
    bench.board.set_filter(parse('-"tk-hiapi-a"'), START)
    bench.board.move(1)
    bench.board.set_filter(parse(""), START)
    assert bench.here == "c"


def test_marks_survive_sort_filter_and_refresh_and_go_with_their_task(bench: Bench) -> None:
    bench.board.mark()
    bench.board.move_to(2)
    bench.board.mark()
    bench.board.order_by(SortKey.NAME, START, descending=True)
    bench.board.set_filter(parse('-"tk-hiapi-a"'), START)
    bench.put(finish(C))
    assert named(bench.board.marks) == "ac"
    bench.drop(C)
    assert named(bench.board.marks) == "a"


def test_an_action_is_for_the_marked_tasks_in_sight_else_for_the_current_one(bench: Bench) -> None:
    assert [one.name for one in bench.board.targets()] == ["a"]
    bench.board.mark()
    bench.board.move_to(3)
    assert [one.name for one in bench.board.targets()] == ["a"]
    bench.board.set_filter(parse('-"tk-hiapi-a"'), START)
    assert [one.name for one in bench.board.targets()] == ["d"]


def test_a_range_is_marked_from_the_last_mark_to_the_cursor(bench: Bench) -> None:
    bench.board.move_to(3)
    bench.board.mark()
    bench.board.move_to(1)
    bench.board.mark_range()
    assert named(bench.board.marks) == "bcd"
    bench.board.unmark()
    assert bench.board.marks == set()


def test_a_change_of_the_sorted_column_waits_three_seconds(bench: Bench) -> None:
    bench.board.order_by(SortKey.STATUS, START, descending=False)
    assert bench.shown == "abcd"
    bench.put(finish(A), now=at(10))
    bench.board.tick(at(12.9))
    assert bench.shown == "abcd"
    bench.board.tick(at(13))
    assert bench.shown == "bcda"


def test_a_key_press_ends_the_waiting(bench: Bench) -> None:
    bench.board.order_by(SortKey.STATUS, START, descending=False)
    assert not bench.board.apply_waiting(at(1))
    bench.put(finish(A), now=at(1))
    assert bench.board.apply_waiting(at(1))
    assert bench.shown == "bcda"
    assert bench.here == "a"


def test_a_change_of_another_column_moves_nothing_ever(bench: Bench) -> None:
    before = bench.board.arranged
    bench.put(finish(A), now=at(1))
    bench.board.tick(at(9))
    assert bench.board.arranged == before


def test_a_row_that_no_longer_matches_leaves_only_after_the_rest(bench: Bench) -> None:
    bench.board.set_view(VIEWS["active"], START)
    bench.put(finish(A), now=at(1))
    assert bench.shown == "abcd"
    bench.board.tick(at(4))
    assert bench.shown == "bcd"


def test_a_filter_on_the_time_is_asked_again_as_time_goes_by(bench: Bench) -> None:
    bench.put(replace(finish(A, output(expires_in=3605)), trouble=None))
    bench.board.set_filter(parse("expires<1h"), START)
    assert bench.shown == ""
    bench.board.tick(at(6))
    bench.board.tick(at(9))
    assert bench.shown == "a"


@pytest.mark.parametrize(
    "change",
    [
        finish(A),
        replace(A, trouble=trouble()),
        replace(A, entry=replace(A.entry, label="a2")),
        replace(A, fetches={1: saved()}),
    ],
)
def test_a_row_that_changed_glows_for_two_seconds(bench: Bench, change: Task) -> None:
    assert bench.put(change, now=at(5)) == {A.ref}
    assert bench.board.glows(A.ref, at(6.9))
    assert not bench.board.glows(A.ref, at(7))
    assert bench.board.tick(at(7)) == {A.ref}
    assert bench.board.tick(at(8)) == set()


def test_neither_the_first_sight_nor_a_poll_without_news_glows(bench: Bench) -> None:
    bench.put(replace(A, polls=7, last_polled_at=ago(0)), now=at(5))
    assert not any(bench.board.glows(one.ref, at(5)) for one in (A, B))


def test_bytes_coming_in_do_not_glow(bench: Bench) -> None:
    bench.put(replace(A, fetches={1: arriving(1)}), now=at(1))
    bench.put(replace(A, fetches={1: arriving(2)}), now=at(5))
    assert not bench.board.glows(A.ref, at(5))


def test_next_and_previous_go_round_what_the_last_filter_matched(bench: Bench) -> None:
    bench.board.set_filter(parse('"tk-hiapi-b"'), START)
    bench.board.set_filter(parse(""), START)
    bench.board.move_to(3)
    assert bench.board.seek(1, START)
    assert bench.here == "b"
    assert bench.board.seek(-1, START)
    assert bench.here == "b"


@pytest.mark.parametrize(
    ("view", "shown"),
    [
        ("all", "abcdef"),
        ("active", "ad"),
        ("succeeded", "bc"),
        ("not saved yet", "b"),
        ("failed or canceled", "ef"),
        ("in trouble", "d"),
    ],
)
def test_the_views_show_what_they_are_called_after(view: str, shown: str) -> None:
    bench = Bench(
        A,
        finish(B, output(expires_in=60)),
        replace(finish(C, output()), fetches={1: saved()}),
        replace(D, trouble=trouble()),
        task("e", Status.FAILED),
        task("f", Status.CANCELED),
    )
    bench.board.set_view(VIEWS[view], START)
    assert bench.shown == shown


MOVES = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(-3, 3)),
        st.tuples(st.just("sort"), st.sampled_from(list(SortKey))),
        st.tuples(st.just("filter"), st.sampled_from(["", "-b", "-b -c", "zz", "status:succ"])),
        st.tuples(st.just("finish"), st.sampled_from([A, B, C, D])),
        st.tuples(st.just("drop"), st.sampled_from([A, B, C, D])),
        st.tuples(st.just("put"), st.sampled_from([A, B, C, D])),
        st.tuples(st.just("rest"), st.integers(0, 9)),
    ),
    max_size=20,
)


@settings(max_examples=rounds(15, 400), deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from([*Status])), min_size=1, max_size=12),
    st.sampled_from([(SortKey.ADDED, True), (SortKey.ADDED, False), (SortKey.STATUS, False)]),
    st.sampled_from(["", "succeeded", "hiapi"]),
)
def test_a_list_that_is_read_in_slices_is_the_list_that_is_read_at_once(
    seen: list[tuple[int, Status]], order: tuple[SortKey, bool], text: str
) -> None:
    all_tasks = [
        task(f"{n}", status, added=60 * minute, outputs=(output(),))
        for n, (minute, status) in enumerate(seen)
    ]
    newest_first = sorted(all_tasks, key=lambda one: one.entry.added, reverse=True)
    at_once, sliced = Board(), Board()
    read = {one.ref: one for one in newest_first[:2]}
    whole = {one.ref: one for one in all_tasks}
    at_once.take(whole, (), layout=True, now=START)
    sliced.take(read, (), layout=True, now=START)
    for board in (at_once, sliced):
        board.order_by(order[0], START, descending=order[1])
        board.set_filter(parse(text), START)
    for start in range(2, len(newest_first), 3):
        more = [one.ref for one in newest_first[start : start + 3]]
        read |= {ref: whole[ref] for ref in more}
        sliced.extend(read, more, START)
    sliced.extend(whole, (), START)
    sliced.tick(START)
    assert sliced.order == at_once.order
    assert [sliced.row(ref) for ref in sliced.order] == list(range(len(sliced.order)))
    assert sliced.total == at_once.total
    assert not any(sliced.glows(ref, START) for ref in whole)


def test_rows_that_come_below_move_nothing_and_the_last_row_stays_the_last() -> None:
    board, read = Board(), {one.ref: one for one in (C, D)}
    board.take(read, (), layout=True, now=START)
    board.move_to(1)
    rest = {one.ref: one for one in (B, A)}
    board.extend(read | {B.ref: B}, [B.ref], START)
    assert (board.order, board.cursor) == ([D.ref, C.ref, B.ref], C.ref)
    board.move_to_end()
    board.extend(read | rest, [A.ref], START)
    assert (board.order[-1], board.cursor) == (A.ref, A.ref)
    assert board.arranged == 1


@given(MOVES)
def test_whatever_happens_the_cursor_is_on_a_shown_task_or_nothing_is_shown(
    moves: list[tuple[str, object]],
) -> None:
    bench, seconds = Bench(A, B, C, D), 0
    for verb, what in moves:
        match verb, what:
            case "move", int(by):
                bench.board.move(by)
            case "sort", SortKey() as key:
                bench.board.order_by(key, at(seconds), descending=seconds % 2 == 0)
            case "filter", str(text):
                bench.board.set_filter(parse(text), at(seconds))
            case "finish", Task() as one if one.ref in bench.tasks:
                bench.put(finish(one), now=at(seconds))
            case "drop", Task() as one if one.ref in bench.tasks:
                bench.drop(one)
            case "put", Task() as one:
                bench.put(one, now=at(seconds))
            case "rest", int(more):
                seconds += more
                bench.board.tick(at(seconds))
            case _:
                pass
        board = bench.board
        assert len(set(board.order)) == len(board.order)
        assert set(board.order) <= bench.tasks.keys()
        assert board.marks <= bench.tasks.keys()
        assert (board.cursor in board.order) if board.order else board.cursor is None
