"""What is kept of an order and a filter gives what making both anew would give (row 154)."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_tasks import START, finish, output, saved, task
from sampling import rounds

from rushes.tui.actions import sorted_tasks
from rushes.tui.actions.board import Board
from rushes.tui.actions.sorted_tasks import RECHECK
from rushes.tui.actions.views import VIEWS
from rushes.watch.query import Query, read
from rushes.watch.search_texts import FOLDED_AT_ONCE, fold_texts
from rushes.watch.sorting import SortKey, SortValue, arranged, sort_value
from rushes.watch.task import Ref, Task

NAMES = ("rain", "rainy day", "drain", "dawn", "twin", "twin")
SHOTS = [task(name, task_id=f"tk-{n}", added=60 * n) for n, name in enumerate(NAMES)]
ENDED = [finish(shot, output(expires_in=600 * n)) for n, shot in enumerate(SHOTS)]
KEPT = [replace(shot, fetches={1: saved()}) for shot in ENDED]
NAMED = [replace(shot, entry=replace(shot.entry, label="raja")) for shot in SHOTS]
TEXTS = ("", "r", "ra", "rai", "rain", "rain d", "-rain", "twin OR dawn", "is:active", "is:act r")

PUTS = st.tuples(st.just("put"), st.sampled_from([*ENDED[:4], *SHOTS, *ENDED, *KEPT, *NAMED]))
STEPS = st.lists(
    st.one_of(
        *[PUTS] * 5,
        st.tuples(st.just("drop"), st.sampled_from(SHOTS)),
        st.tuples(st.just("filter"), st.sampled_from(TEXTS)),
        st.tuples(st.just("view"), st.sampled_from(sorted(VIEWS))),
        st.tuples(st.just("sort"), st.sampled_from(list(SortKey)), st.booleans()),
        st.tuples(st.just("key")),
    ),
    max_size=14,
)


class List:
    """A board over tasks that come, change and go while time stands still."""

    def __init__(self) -> None:
        self.board = Board()
        self.tasks = {shot.ref: shot for shot in SHOTS[:4]}
        self.board.take(self.tasks, (), True, START)

    def step(self, what: str, *more: object) -> None:
        match what, *more:
            case "put", Task() as one:
                came = one.ref not in self.tasks
                self.tasks = {**self.tasks, one.ref: one} if came else self.tasks
                self.tasks[one.ref] = one
                self.board.take(self.tasks, [one.ref], came, START)
            case "drop", Task() as one:
                self.tasks = {ref: it for ref, it in self.tasks.items() if ref != one.ref}
                self.board.take(self.tasks, (), True, START)
            case "filter", str(text):
                self.board.set_filter(read(text)[0], START)
            case "view", str(name):
                self.board.set_view(VIEWS[name], START)
            case "sort", SortKey() as key, bool(down):
                self.board.order_by(key, START, descending=down)
            case _:
                self.board.apply_waiting(START)

    @property
    def anew(self) -> list[Ref]:
        board = self.board
        shown = [
            ref
            for ref, one in self.tasks.items()
            if board.view.matches(one, START) and board.filter.matches(one, START)
        ]
        return arranged(
            shown,
            lambda ref: sort_value(board.sort, self.tasks[ref], START),
            board.sort,
            descending=board.descending,
        )


@settings(derandomize=True, max_examples=rounds(25, 800), deadline=None)
@given(st.sampled_from(list(SortKey)), st.booleans(), STEPS)
def test_the_rows_are_those_of_a_list_that_is_made_anew(
    key: SortKey, down: bool, steps: list[tuple[object, ...]]
) -> None:
    tasks = List()
    tasks.step("sort", key, down)
    for what, *more in steps:
        tasks.step(str(what), *more)
        before = list(tasks.board.order)
        if not tasks.board.apply_waiting(START):
            assert before == tasks.anew
        assert tasks.board.order == tasks.anew
        assert [tasks.board.row(ref) for ref in tasks.anew] == list(range(len(tasks.anew)))


def test_of_equals_the_list_decides() -> None:
    tasks = List()
    tasks.step("put", ENDED[0])
    tasks.step("sort", SortKey.STATUS, False)
    assert tasks.board.order[-1] == ENDED[0].ref
    tasks.step("put", SHOTS[0])
    tasks.step("key")
    assert tasks.board.order == tasks.anew == list(tasks.tasks)


WORDS = st.sampled_from(["r", "ra", "rain", "twin", '"rainy d"', "-rain", "day", "OR", "tag:act"])


@settings(derandomize=True, max_examples=rounds(25, 800), deadline=None)
@given(st.lists(WORDS, max_size=3), st.text('rainy dOR-:"', max_size=4))
def test_what_narrows_a_filter_matches_nothing_new(words: list[str], typed: str) -> None:
    text = " ".join(words)
    queries = [read(text + typed[:length])[0] for length in range(len(typed) + 1)]
    for before, after in pairwise(queries):
        for one in SHOTS:
            if after.narrows(before) and after.matches(one, START):
                assert before.matches(one, START)
        refs = [one.ref for one in SHOTS]
        asked = [one.ref for one in SHOTS if after.matches(one, START)]
        assert list(after.among({one.ref: one for one in SHOTS}, refs, START)) == asked


def test_a_word_that_is_typed_on_narrows_and_nothing_else_does() -> None:
    def narrows(before: str, after: str) -> bool:
        return read(after)[0].narrows(read(before)[0])

    assert narrows("", "r")
    assert narrows("status:failed ra", "status:failed rain")
    assert narrows("ra", "ra status:failed")
    assert not narrows("rain", "rai")
    assert not narrows("-ra", "-rain")
    assert not narrows("rain", "rain OR dawn")
    assert not narrows("rain OR d", "rain OR dawn")
    assert not narrows("tag:a", "tag:act")
    assert not narrows("expires<1h", "expires<1h rain")


def test_no_word_is_found_across_two_texts() -> None:
    one = replace(task("ab", task_id="cd"), snapshot=None)
    assert one.search_text == "ab\0hiapi:cd\0\0"
    assert read("hiapi:cd")[0].matches(one, START)
    assert not read("abhi")[0].matches(one, START)


def test_the_text_of_a_task_follows_its_entry_and_its_snapshot() -> None:
    one = task("rain", prompt="Harbour", task_id="tk-1")
    assert read("harbour")[0].matches(one, START)
    other = replace(one, entry=replace(one.entry, label="snow"))
    assert not read("rain")[0].matches(replace(other, snapshot=None), START)
    assert not read("harbour")[0].matches(replace(other, snapshot=None), START)
    assert read("SNOW")[0].matches(other, START)


@pytest.fixture
def valued(monkeypatch: pytest.MonkeyPatch) -> list[Ref]:
    """The tasks whose value of the sort key was asked for, as often as it was."""
    asked = list[Ref]()
    made: Callable[[SortKey, Task, datetime], SortValue] = sort_value

    def noted(key: SortKey, one: Task, now: datetime) -> SortValue:
        asked.append(one.ref)
        return made(key, one, now)

    monkeypatch.setattr(sorted_tasks, "sort_value", noted)
    return asked


def test_a_key_of_the_filter_sorts_nothing_anew(valued: list[Ref]) -> None:
    tasks = List()
    valued.clear()
    for text in ("r", "ra", "r", "", "-rain", "status:run"):
        tasks.step("filter", text)
    assert valued == []


def test_the_first_key_finds_what_was_read_in_slices_sorted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    board, newest_first = Board(), sorted(SHOTS, key=lambda one: one.entry.added, reverse=True)
    read_so_far = {one.ref: one for one in newest_first[:2]}
    board.take(read_so_far, (), layout=True, now=START)
    read_so_far |= {one.ref: one for one in newest_first}
    board.extend(read_so_far, [one.ref for one in newest_first[2:]], START)
    whole = {one.ref: one for one in SHOTS}
    board.extend(whole, (), START)
    board.prepare(START)
    monkeypatch.delattr(sorted_tasks, "arranged")
    board.set_filter(read("rain")[0], START)
    assert board.order == [one.ref for one in newest_first if "rain" in one.name]


def test_while_a_word_is_typed_on_only_what_is_shown_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tasks, asked, among = List(), list[int](), Query.among

    def noted(
        query: Query, known: "dict[Ref, Task]", refs: list[Ref], now: datetime
    ) -> "list[Ref]":
        asked.append(len(refs))
        return list(among(query, known, refs, now))

    monkeypatch.setattr(Query, "among", noted)
    for text in ("d", "dr", "dra"):
        tasks.step("filter", text)
    assert asked[::2] == [4, 3, 1]


def test_how_long_tasks_ran_is_looked_at_again_for_those_that_run(valued: list[Ref]) -> None:
    tasks = List()
    tasks.step("put", ENDED[0])
    tasks.step("sort", SortKey.RUN, True)
    valued.clear()
    tasks.board.tick(START + RECHECK + timedelta(seconds=1))
    assert sorted(valued) == sorted(ref for ref, one in tasks.tasks.items() if not one.over)


async def test_texts_are_folded_a_few_at_a_time_so_that_a_key_is_not_kept_waiting() -> None:
    shots = [task(f"Rain {n}", task_id=f"tk-{n}") for n in range(2 * FOLDED_AT_ONCE)]
    folded = list[int]()

    async def press_keys() -> None:
        while len(folded) < 2:
            folded.append(sum(bool(kept_of(shot)) for shot in shots))
            await asyncio.sleep(0)

    await asyncio.gather(fold_texts(shots), press_keys())
    assert folded == [FOLDED_AT_ONCE, 2 * FOLDED_AT_ONCE]


def kept_of(shot: Task) -> object:
    """What is kept of the task's text."""
    return getattr(shot, "_search_text")  # noqa: B009 - it is private
