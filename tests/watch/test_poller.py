"""How an account's tasks are polled, on a clock that the test moves."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from fake_gateway import Gateway, entry, hiapi_body, session, session_with
from manual_clock import ManualClock
from poller_rig import Tasks, failing, polling, running

from rushes.providers.model import ProblemKind, Status
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.polling.due import DueTasks
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.turns import NOT_KNOWN, Alone, Turns
from rushes.watch.refusals import Throttled
from rushes.watch.task import Ref, Task


def gaps(gateway: Gateway, task_id: str) -> list[float]:
    times = [at for at, asked in gateway.asked if asked == task_id]
    return [b - a for a, b in pairwise(times)]


async def test_a_task_is_asked_about_at_its_interval_and_never_sooner(clock: ManualClock) -> None:
    async with polling(clock, Tasks(clock, "a", "b"), running) as (_, gateway, _):
        await clock.advance(60.0)
        for task_id in ("a", "b"):
            assert len(gaps(gateway, task_id)) >= 9
            assert all(5.0 <= gap <= 5.6 for gap in gaps(gateway, task_id))


async def test_after_the_end_nothing_is_asked_any_more(clock: ManualClock) -> None:
    tasks = Tasks(clock, "a")
    done = Reply(200, {}, hiapi_body("a", "fail", error={"code": "E", "message": "no"}))
    async with polling(clock, tasks, lambda _: done) as (_, gateway, _):
        await clock.advance(120.0)
        assert tasks.status("a") is Status.FAILED
        assert len(gateway.asked) == 1


async def test_a_task_asked_about_before_a_restart_waits_out_its_interval(
    clock: ManualClock,
) -> None:
    tasks = Tasks(clock, "a")
    ref = Ref("hiapi", "a")
    polled = clock.now() - timedelta(seconds=2)
    tasks.known[ref] = replace(tasks.known[ref], last_polled_at=polled)
    async with polling(clock, tasks, running) as (_, gateway, _):
        await clock.advance(2.9)
        assert gateway.asked == []
        await clock.advance(0.2)
        assert len(gateway.asked) == 1


async def test_retry_after_holds_back_the_whole_account_to_the_second(clock: ManualClock) -> None:
    answers: list[Reply] = [failing(429, retry_after="30")]

    def answer(task_id: str) -> Reply:
        return answers.pop() if answers else running(task_id)

    tasks = Tasks(clock, *"abcdefgh")
    async with polling(clock, tasks, answer) as (_, gateway, _):
        await clock.advance(29.5)
        began = gateway.asked[0][0]
        assert len(gateway.asked) <= 2  # the one that was throttled and the one beside it
        await clock.advance(10.0)
        later = [at - began for at, _ in gateway.asked if at > began]
        assert min(later) >= 30.0
        assert {task_id for _, task_id in gateway.asked} == set("abcdefgh")


async def test_an_answer_that_names_its_pace_puts_off_the_next_question_of_its_task(
    clock: ManualClock,
) -> None:
    def answer(task_id: str) -> Reply:
        paced = {"openai-poll-after-ms": "20000"} if task_id == "a" else {}
        return Reply(200, paced, running(task_id).body)

    async with polling(clock, Tasks(clock, "a", "b"), answer) as (_, gateway, _):
        await clock.advance(59.0)
        assert gaps(gateway, "a") == [pytest.approx(20.0, abs=0.6)] * 2
        assert len(gaps(gateway, "b")) >= 9


async def test_an_outage_is_tried_by_one_poll_at_a_time_and_then_all_go_on(
    clock: ManualClock,
) -> None:
    down = True

    def answer(task_id: str) -> Reply | str:
        return "connection refused" if down else running(task_id)

    ids = [f"t{n}" for n in range(40)]
    tasks = Tasks(clock, *ids)
    async with polling(clock, tasks, answer) as (_, gateway, its):
        await clock.advance(60.0)
        assert not its.condition.open
        assert len(gateway.asked) < 15
        down = False
        await clock.advance(130.0)
        assert its.condition.open
        assert {task_id for _, task_id in gateway.asked} == set(ids)
        assert all(tasks.status(task_id) is Status.RUNNING for task_id in ids)


async def test_one_tasks_server_errors_do_not_hold_up_the_others(clock: ManualClock) -> None:
    def answer(task_id: str) -> Reply:
        return failing(500) if task_id == "bad" else running(task_id)

    async with polling(clock, Tasks(clock, "bad", "good", "fine"), answer) as (_, gateway, _):
        await clock.advance(60.0)
        assert all(gap <= 5.6 for gap in gaps(gateway, "good"))
        assert max(gaps(gateway, "bad")) > 5.6


async def test_a_refused_key_is_sent_again_after_1_2_4_minutes_only_and_another_one_at_once(
    clock: ManualClock,
) -> None:
    key = Secret("old")

    def answer(task_id: str) -> Reply:
        return running(task_id) if gateway.keys[-1] == Secret("new") else failing(401)

    gateway = Gateway(clock, answer)
    tasks = Tasks(clock, *"abcd")
    its = session_with(clock, gateway, lambda: key)
    poller = Poller(its, tasks, clock, Random(1))
    for task in tasks.known.values():
        poller.watch(task)
    run = asyncio.create_task(poller.run())
    await clock.advance(1.0)
    # Two are refused, and a third one decides.
    assert len(gateway.asked) == 3
    assert not its.condition.open
    await clock.advance(600.0)
    trials = gateway.asked[3:]
    times = [gateway.asked[2][0], *(at for at, _ in trials)]
    assert [round(b - a) // 60 for a, b in pairwise(times)] == [1, 2, 4]
    assert len({task_id for _, task_id in trials}) == 3
    key = Secret("new")
    await clock.advance(1000.0)
    assert all(tasks.status(task_id) is Status.RUNNING for task_id in "abcd")
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_one_tasks_refusal_is_that_tasks_and_the_others_are_asked_on_time(
    clock: ManualClock,
) -> None:
    def answer(task_id: str) -> Reply:
        return failing(401) if task_id == "bad" else running(task_id)

    async with polling(clock, Tasks(clock, "bad", "good", "fine"), answer) as (_, gateway, its):
        await clock.advance(60.0)
        assert its.condition.open
        assert all(gap <= 5.6 for gap in gaps(gateway, "good"))
        assert max(gaps(gateway, "bad")) > 5.6


async def test_without_a_key_nothing_is_sent_and_the_row_says_what_to_set(
    clock: ManualClock,
) -> None:
    gateway = Gateway(clock, running)
    tasks = Tasks(clock, "a")
    its = session(clock, gateway, key=None)
    poller = Poller(its, tasks, clock, Random(1))
    poller.watch(next(iter(tasks.known.values())))
    run = asyncio.create_task(poller.run())
    await clock.advance(300.0)
    assert gateway.asked == []
    trouble = tasks.known[Ref("hiapi", "a")].trouble
    assert trouble is not None
    assert (trouble.kind, trouble.message) == (ProblemKind.AUTH, "set A_TEST_KEY")
    assert its.condition.state.key_missing == "set A_TEST_KEY"
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


async def test_polling_by_hand_beats_the_interval_but_not_retry_after(clock: ManualClock) -> None:
    throttled = False

    def answer(task_id: str) -> Reply:
        return failing(429, retry_after="60") if throttled else running(task_id)

    async with polling(clock, Tasks(clock, "a"), answer) as (poller, gateway, _):
        await clock.advance(1.0)
        assert poller.poll_now([Ref("hiapi", "a")]) is None
        throttled = True
        await clock.advance(0.2)
        assert len(gateway.asked) == 2
        assert isinstance(poller.poll_now([Ref("hiapi", "a")]), Throttled)
        await clock.advance(59.0)
        assert len(gateway.asked) == 2


async def test_a_paused_poller_asks_nothing_and_goes_on_where_it_was(clock: ManualClock) -> None:
    async with polling(clock, Tasks(clock, "a"), running) as (poller, gateway, _):
        await clock.advance(1.0)
        poller.pause()
        await clock.advance(60.0)
        assert len(gateway.asked) == 1
        poller.resume()
        await clock.advance(1.0)
        assert len(gateway.asked) == 2


async def test_a_forgotten_task_is_asked_about_no_more(clock: ManualClock) -> None:
    tasks = Tasks(clock, "a", "b")
    async with polling(clock, tasks, running) as (poller, gateway, _):
        await clock.advance(1.0)
        del tasks.known[Ref("hiapi", "a")]
        poller.forget(Ref("hiapi", "a"))
        await clock.advance(30.0)
        assert len([task_id for _, task_id in gateway.asked if task_id == "a"]) == 1


async def test_a_bug_in_reading_one_task_is_that_tasks_trouble(clock: ManualClock) -> None:
    tasks = Tasks(clock, "bad", "good")

    def broken(task_id: str) -> Reply:
        if task_id == "bad":
            raise ZeroDivisionError
        return running(task_id)

    async with polling(clock, tasks, broken) as (_, gateway, _):
        await clock.advance(20.0)
        trouble = tasks.known[Ref("hiapi", "bad")].trouble
        assert trouble is not None
        assert "internal error (ZeroDivisionError)" in trouble.message
        assert len(gaps(gateway, "good")) >= 2


async def test_who_gives_out_keys_is_asked_ever_less_often_and_at_once_by_hand(
    clock: ManualClock,
) -> None:
    """A command like `op read` asks a person each time."""
    looks: list[float] = []

    def look() -> Secret:
        looks.append(clock.monotonic())
        return Secret("old")

    gateway = Gateway(clock, lambda _: failing(401))
    tasks = Tasks(clock, *(f"t{n}" for n in range(100)))
    its = session_with(clock, gateway, look)
    poller = Poller(its, tasks, clock, Random(1))
    for task in tasks.known.values():
        poller.watch(task)
    run = asyncio.create_task(poller.run())
    await clock.advance(2 * 3600.0)
    # Two are refused, a third one decides; then a trial after 1, 2, 4, 8, 15, 15 … minutes.
    assert 3 + 10 <= len(gateway.asked) <= 3 + 11
    assert 10 <= len(looks) <= 14
    between = [b - a for a, b in pairwise(looks)]
    assert min(between) >= 30.0
    assert 900.0 <= between[-1] <= 1000.0
    asked = len(gateway.asked)
    assert poller.poll_now([Ref("hiapi", "t0")]) is None
    await clock.advance(1.0)
    assert clock.monotonic() - looks[-1] <= 1.0
    assert len(gateway.asked) == asked + 1
    run.cancel()
    await asyncio.gather(run, return_exceptions=True)


class Slow(Alone):
    """Each agreement on turns waits until it is let go."""

    def __init__(self, clock: ManualClock) -> None:
        super().__init__(clock)
        self.waiting: list[asyncio.Event] = []

    async def take(
        self,
        tasks: Sequence[Task],
        interval: float,
        key: str,
        by_hand: frozenset[Ref],
        waited: Mapping[Ref, float] = NOT_KNOWN,
    ) -> Turns:
        self.waiting.append(asyncio.Event())
        await self.waiting[-1].wait()
        return await super().take(tasks, interval, key, by_hand, waited)

    def let_go(self) -> None:
        for agreement in self.waiting:
            agreement.set()


async def test_a_task_brought_back_while_turns_are_agreed_upon_is_asked_about(
    clock: ManualClock,
) -> None:
    tasks, slow = Tasks(clock, "first"), Slow(clock)
    async with polling(clock, tasks, running, slow) as (poller, gateway, _):
        await clock.advance(0.2)
        late = Task(entry=entry("late"))
        tasks.bring_back(late)
        poller.watch(late)
        await clock.advance(0.2)
        poller.forget(tasks.remove("late").ref)
        slow.let_go()
        await clock.settle()
        tasks.bring_back(late)
        poller.watch(late)
        for _ in range(10):
            slow.let_go()
            await clock.advance(1)
        assert {task_id for _, task_id in gateway.asked} == {"first", "late"}


async def test_an_answer_wakes_the_loop_only_where_something_is_due_sooner(
    clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []
    look = DueTasks.look

    def counted(due: DueTasks) -> float | None:
        looks.append(clock.monotonic())
        return look(due)

    monkeypatch.setattr(DueTasks, "look", counted)
    names = [f"t{n}" for n in range(20)]
    async with polling(clock, Tasks(clock, *names), running) as (poller, gateway, _):
        await clock.advance(20.0)
        asked, looks[:] = len(gateway.asked), []
        await clock.advance(20.0)
        assert len(looks) < 2 * (len(gateway.asked) - asked)
        poller.poll_now([Ref("hiapi", "t7")])
        before = len(gateway.asked)
        await clock.advance(0.1)
        assert "t7" in [name for _, name in gateway.asked[before:]]
