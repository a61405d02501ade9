"""Tasks in trouble, and slow ones, leave lanes to those that answer well."""

import asyncio

import pytest

from rushes.watch.polling.lanes import SLOW, Lanes, Repute
from rushes.watch.polling.turns import Turn
from rushes.watch.task import Ref


def ref(name: str) -> Ref:
    return Ref("hiapi", name)


def turn(name: str) -> Turn:
    return Turn(ref(name), granted=True)


def put(lanes: Lanes, kind: Repute, count: int) -> None:
    for n in range(count):
        lanes.put(turn(f"{kind.value}{n}"), kind)


def taken(lanes: Lanes) -> list[Repute]:
    """The kinds that are taken up until no more may be, in order."""
    kinds: list[Repute] = []
    while (one := lanes.take()) is not None:
        kinds.append(one[1])
    return kinds


def with_sound_ones(count: int) -> Lanes:
    lanes = Lanes(count)
    lanes.note(ref("good"), well=True, seconds=0.1)
    return lanes


def test_a_task_is_known_by_its_last_question() -> None:
    lanes = Lanes(8)
    assert lanes.repute(ref("a")) is Repute.UNTRIED
    lanes.note(ref("a"), well=True, seconds=0.1)
    assert lanes.repute(ref("a")) is Repute.SOUND
    lanes.note(ref("a"), well=True, seconds=SLOW + 0.1)
    assert lanes.repute(ref("a")) is Repute.TROUBLED
    lanes.note(ref("a"), well=True, seconds=SLOW)
    assert lanes.repute(ref("a")) is Repute.SOUND
    lanes.note(ref("a"), well=False, seconds=0.1)
    assert lanes.repute(ref("a")) is Repute.TROUBLED
    lanes.forget(ref("a"))
    assert lanes.repute(ref("a")) is Repute.UNTRIED


@pytest.mark.parametrize(
    ("kind", "count", "expected"),
    [
        (Repute.TROUBLED, 8, 4),
        (Repute.UNTRIED, 8, 6),
        (Repute.TROUBLED, 32, 16),
        (Repute.UNTRIED, 32, 24),
        (Repute.TROUBLED, 2, 1),
        (Repute.UNTRIED, 2, 1),
        (Repute.TROUBLED, 1, 1),
        (Repute.UNTRIED, 1, 1),
    ],
)
def test_the_troubled_hold_half_of_the_lanes_and_the_untried_all_but_a_quarter(
    kind: Repute, count: int, expected: int
) -> None:
    lanes = with_sound_ones(count)
    put(lanes, kind, 2 * count)
    assert len(taken(lanes)) == expected


def test_troubled_and_untried_together_leave_a_quarter_to_the_sound() -> None:
    lanes = with_sound_ones(8)
    put(lanes, Repute.TROUBLED, 8)
    put(lanes, Repute.UNTRIED, 8)
    put(lanes, Repute.SOUND, 8)
    kinds = taken(lanes)
    assert kinds.count(Repute.TROUBLED) == 4
    assert kinds.count(Repute.UNTRIED) == 2
    assert kinds[6:] == [Repute.SOUND] * 2


@pytest.mark.parametrize("kind", [Repute.TROUBLED, Repute.UNTRIED])
def test_where_no_task_answers_well_any_may_have_every_lane(kind: Repute) -> None:
    lanes = Lanes(8)
    put(lanes, kind, 8)
    assert len(taken(lanes)) == 8


def test_once_the_last_sound_task_is_gone_the_others_have_every_lane() -> None:
    lanes = with_sound_ones(8)
    put(lanes, Repute.TROUBLED, 8)
    assert len(taken(lanes)) == 4
    lanes.forget(ref("good"))
    assert len(taken(lanes)) == 4


def test_of_those_that_may_be_taken_up_the_one_that_waited_longest_comes_first() -> None:
    lanes = with_sound_ones(8)
    order = [Repute.SOUND, Repute.UNTRIED, Repute.TROUBLED, Repute.SOUND, Repute.UNTRIED]
    for n, kind in enumerate(order):
        lanes.put(turn(f"t{n}"), kind)
    assert taken(lanes) == order


def test_a_lane_that_is_free_again_is_for_whoever_waits() -> None:
    lanes = with_sound_ones(2)
    put(lanes, Repute.TROUBLED, 2)
    assert lanes.take() == (turn("troubled0"), Repute.TROUBLED)
    assert lanes.take() is None
    lanes.free(Repute.TROUBLED)
    assert lanes.take() == (turn("troubled1"), Repute.TROUBLED)


def test_no_more_turns_are_taken_up_than_there_are_lanes() -> None:
    lanes = Lanes(2)
    put(lanes, Repute.SOUND, 4)
    assert taken(lanes) == [Repute.SOUND] * 2
    lanes.free(Repute.SOUND)
    assert taken(lanes) == [Repute.SOUND]


def test_no_more_turns_are_wanted_of_a_kind_than_there_are_lanes() -> None:
    lanes = with_sound_ones(2)
    put(lanes, Repute.SOUND, 2)
    assert not lanes.wants(Repute.SOUND)
    assert lanes.wants(Repute.TROUBLED)
    lanes.take()
    assert lanes.wants(Repute.SOUND)


async def test_lanes_end_where_there_is_nothing_to_ask_and_never_are_more_than_allowed() -> None:
    lanes, under_way, most, used = Lanes(3), 0, 0, list[str]()
    put(lanes, Repute.SOUND, 10)

    async def use(one: Turn) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        used.append(one.ref.id)

    async with asyncio.TaskGroup() as group:
        lanes.start(group, use)
    assert most == 3
    assert used == [f"sound{n}" for n in range(10)]
