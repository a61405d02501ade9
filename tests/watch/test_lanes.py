"""Tasks in trouble, and slow ones, leave lanes to those that answer well."""

import asyncio
from collections.abc import Sequence

import pytest

from rushes.watch.polling.lanes import AT_HAND, BATCH, OVERTAKEN, SLOW, Health, Lanes
from rushes.watch.polling.turns import Turn
from rushes.watch.task import Ref


def ref(name: str) -> Ref:
    return Ref("hiapi", name)


def turn(name: str) -> Turn:
    return Turn(ref(name), granted=True)


def put(lanes: Lanes, kind: Health, count: int, place: float = 0.0) -> None:
    for n in range(count):
        lanes.put(turn(f"{kind.value}{n}"), kind, place)


def taken(lanes: Lanes) -> list[Health]:
    """The kinds that are taken up until no more may be, in order."""
    kinds: list[Health] = []
    while (one := lanes.take()) is not None:
        kinds.append(one[1])
    return kinds


def with_a_good_task(count: int) -> Lanes:
    lanes = Lanes(count)
    lanes.note(ref("good"), well=True, seconds=0.1)
    return lanes


def test_a_task_is_known_by_its_last_question() -> None:
    lanes = Lanes(8)
    assert lanes.health(ref("a")) is Health.UNKNOWN
    lanes.note(ref("a"), well=True, seconds=0.1)
    assert lanes.health(ref("a")) is Health.GOOD
    lanes.note(ref("a"), well=True, seconds=SLOW + 0.1)
    assert lanes.health(ref("a")) is Health.POOR
    lanes.note(ref("a"), well=True, seconds=SLOW)
    assert lanes.health(ref("a")) is Health.GOOD
    lanes.note(ref("a"), well=False, seconds=0.1)
    assert lanes.health(ref("a")) is Health.POOR
    lanes.forget(ref("a"))
    assert lanes.health(ref("a")) is Health.UNKNOWN


@pytest.mark.parametrize(
    ("kind", "count", "expected"),
    [
        (Health.POOR, 8, 4),
        (Health.UNKNOWN, 8, 6),
        (Health.POOR, 32, 16),
        (Health.UNKNOWN, 32, 24),
        (Health.POOR, 2, 1),
        (Health.UNKNOWN, 2, 1),
        (Health.POOR, 1, 1),
        (Health.UNKNOWN, 1, 1),
    ],
)
def test_poor_tasks_hold_half_of_the_lanes_and_unknown_ones_all_but_a_quarter(
    kind: Health, count: int, expected: int
) -> None:
    lanes = with_a_good_task(count)
    put(lanes, kind, 2 * count)
    assert len(taken(lanes)) == expected


def test_poor_and_unknown_tasks_together_leave_a_quarter_to_the_good() -> None:
    lanes = with_a_good_task(8)
    put(lanes, Health.POOR, 8, place=1.0)
    put(lanes, Health.UNKNOWN, 8, place=2.0)
    put(lanes, Health.GOOD, 8, place=3.0)
    kinds = taken(lanes)
    assert kinds.count(Health.POOR) == 4
    assert kinds.count(Health.UNKNOWN) == 2
    assert kinds[6:] == [Health.GOOD] * 2


@pytest.mark.parametrize("kind", [Health.POOR, Health.UNKNOWN])
def test_where_no_task_answers_well_any_may_have_every_lane(kind: Health) -> None:
    lanes = Lanes(8)
    put(lanes, kind, 8)
    assert len(taken(lanes)) == 8


def test_once_the_last_good_task_is_gone_the_others_have_every_lane() -> None:
    lanes = with_a_good_task(8)
    put(lanes, Health.POOR, 8)
    assert len(taken(lanes)) == 4
    lanes.forget(ref("good"))
    assert len(taken(lanes)) == 4


def test_of_those_that_may_be_taken_up_the_one_that_waited_longest_comes_first() -> None:
    lanes = with_a_good_task(8)
    order = [Health.GOOD, Health.UNKNOWN, Health.POOR, Health.GOOD, Health.UNKNOWN]
    for n, kind in enumerate(order):
        lanes.put(turn(f"t{n}"), kind, place=n)
    assert taken(lanes) == order


def test_a_lane_that_is_free_again_is_for_whoever_waits() -> None:
    lanes = with_a_good_task(2)
    put(lanes, Health.POOR, 2)
    assert lanes.take() == ((turn("poor0"),), Health.POOR)
    assert lanes.take() is None
    lanes.free([turn("poor0")], Health.POOR)
    assert lanes.take() == ((turn("poor1"),), Health.POOR)


def test_no_more_turns_are_taken_up_than_there_are_lanes() -> None:
    lanes = Lanes(2)
    put(lanes, Health.GOOD, 4)
    assert taken(lanes) == [Health.GOOD] * 2
    lanes.free([turn("good0")], Health.GOOD)
    assert taken(lanes) == [Health.GOOD]


def test_no_more_turns_are_wanted_of_a_kind_than_there_are_lanes() -> None:
    lanes = with_a_good_task(2)
    put(lanes, Health.GOOD, 2)
    assert not lanes.wants(Health.GOOD, place=9)
    assert lanes.wants(Health.POOR, place=-1)
    lanes.take()
    assert lanes.wants(Health.GOOD, place=9)


def test_of_two_kinds_the_task_that_has_waited_longer_comes_first() -> None:
    lanes = Lanes(8)
    put(lanes, Health.GOOD, 1, place=20.0)
    put(lanes, Health.POOR, 1, place=10.0)
    put(lanes, Health.UNKNOWN, 1, place=15.0)
    assert taken(lanes) == [Health.POOR, Health.UNKNOWN, Health.GOOD]


def test_nothing_is_wanted_while_enough_is_at_hand_that_has_waited_longer() -> None:
    lanes = with_a_good_task(4)
    put(lanes, Health.GOOD, 4, place=10.0)
    assert not lanes.wants(Health.POOR, place=20.0)
    assert lanes.wants(Health.POOR, place=5.0)
    lanes.take()
    assert lanes.wants(Health.POOR, place=20.0)


def test_what_may_not_have_every_lane_is_never_enough() -> None:
    lanes = with_a_good_task(4)
    put(lanes, Health.POOR, 4, place=10.0)
    assert lanes.wants(Health.GOOD, place=20.0)


# -- new tasks that answer well -----------------------------------------------------------------


def answered_new(lanes: Lanes, count: int, *, well: bool = True) -> None:
    """So many new tasks were asked about and answered, one after another."""
    put(lanes, Health.UNKNOWN, count, place=-1.0)
    for _ in range(count):
        one = lanes.take()
        assert one is not None
        lanes.note(ref(f"new {one[0][0].ref.id}"), well=well, seconds=0.1)
        lanes.free(*one)


def test_new_tasks_have_every_lane_while_they_answer_well() -> None:
    """Row 89: else a quarter of the questions were about tasks that were asked about already."""
    lanes = with_a_good_task(8)
    answered_new(lanes, 5)
    put(lanes, Health.UNKNOWN, 8)
    assert len(taken(lanes)) == 8


def test_they_leave_a_quarter_again_once_most_answers_are_others() -> None:
    lanes = with_a_good_task(8)
    answered_new(lanes, 8)
    for _ in range(4):
        lanes.note(ref("good"), well=True, seconds=0.1)
    put(lanes, Health.UNKNOWN, 8)
    assert len(taken(lanes)) == 6


def test_they_leave_a_quarter_again_once_most_of_them_answer_badly() -> None:
    lanes = with_a_good_task(8)
    answered_new(lanes, 8)
    answered_new(lanes, 4, well=False)
    put(lanes, Health.UNKNOWN, 8)
    assert len(taken(lanes)) == 6


def test_they_leave_a_quarter_again_where_one_of_them_does_not_answer() -> None:
    """Row 92: before it is known to be slow, and before others like it have every lane."""
    lanes = with_a_good_task(8)
    answered_new(lanes, 5)
    lanes.put(turn("silent"), Health.UNKNOWN, place=-2.0)
    silent = (turn("silent"),), Health.UNKNOWN
    assert lanes.take() == silent
    answered_new(lanes, OVERTAKEN * 8 + 1)
    put(lanes, Health.UNKNOWN, 8)
    assert len(taken(lanes)) == 5
    lanes.free(*silent)
    assert len(taken(lanes)) == 3


# -- how many turns are leased together ---------------------------------------------------------


def test_more_turns_are_leased_together_as_long_as_they_find_a_lane_at_once() -> None:
    lanes = Lanes(4)
    assert lanes.batch == 4
    for _ in range(100):
        lanes.used(0.0)
    assert lanes.batch == BATCH * 4


def test_fewer_turns_are_leased_together_where_they_wait_for_a_lane() -> None:
    lanes = Lanes(4)
    for _ in range(100):
        lanes.used(0.0)
    lanes.used(AT_HAND)
    assert lanes.batch == BATCH * 4
    lanes.used(AT_HAND + 0.1)
    assert lanes.batch == BATCH * 2
    for _ in range(9):
        lanes.used(AT_HAND + 0.1)
    assert lanes.batch == 4


async def test_lanes_end_where_there_is_nothing_to_ask_and_never_are_more_than_allowed() -> None:
    lanes, under_way, most, used = Lanes(3), 0, 0, list[str]()
    put(lanes, Health.GOOD, 10)

    async def use(turns: Sequence[Turn]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        used.extend(one.ref.id for one in turns)

    async with asyncio.TaskGroup() as group:
        lanes.start(group, use)
    assert most == 3
    assert used == [f"good{n}" for n in range(10)]


# -- several tasks in one question --------------------------------------------------------------


def test_a_lane_takes_as_many_turns_at_a_time_as_one_request_can_be_about() -> None:
    lanes = Lanes(2, 3, lambda ref: ref.id != "good1")
    put(lanes, Health.GOOD, 6)
    put(lanes, Health.UNKNOWN, 1, place=-1.0)
    taken = [one for _ in range(2) if (one := lanes.take()) is not None]
    assert [[turn.ref.id for turn in turns] for turns, _ in taken] == [
        ["unknown0"],
        ["good0", "good2", "good3"],
    ]
    lanes.free(*taken[0])
    alone = lanes.take()
    assert alone is not None
    assert [turn.ref.id for turn in alone[0]] == ["good1"]


def test_full_requests_are_leased_together() -> None:
    lanes = Lanes(4, 3, lambda _: True)
    assert lanes.leased == 6
    assert Lanes(4).leased == 4
