"""The poller against any sequence of answers, edits, pauses and hours: its promises hold."""

import asyncio
from collections import deque
from dataclasses import dataclass
from random import Random
from typing import Any

from fake_gateway import KEY, account, entry, hiapi_body
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from manual_clock import ManualClock
from sampling import rounds

from rushes.providers.hiapi import CARD
from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.keys.find import Key
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.observe import observe, with_trouble
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import Session
from rushes.watch.task import Ref, Task

INTERVAL = 5.0
LANES = 2
PERIOD = 1 / 20
IDS = st.sampled_from("abcdef")


@dataclass(frozen=True)
class Said:
    """What the gateway says to everything, and how many seconds it takes."""

    status: int = 200
    word: str = "handling"
    after: str = ""
    latency: float = 0.2

    def reply(self, task_id: str) -> Reply:
        if self.status == 0:
            raise Unreachable("connection refused")
        headers = {"retry-after": self.after} if self.after else {}
        if self.status == 200:
            body = hiapi_body(task_id, self.word) if self.word else b"{"
            return Reply(200, headers, body)
        return Reply(self.status, headers, b'{"code": "x", "message": "no"}')


LATENCIES = st.sampled_from((0.01, 0.2, 3.0))
ANSWERS = st.one_of(
    st.builds(
        Said,
        word=st.sampled_from(("handling", "archiving", "some new word", "")),
        latency=LATENCIES,
    ),
    st.builds(Said, word=st.sampled_from(("success", "fail"))),
    st.builds(Said, status=st.sampled_from((0, 401, 403, 404, 408, 418, 500, 503))),
    st.builds(
        Said, status=st.just(429), after=st.sampled_from(("", "7", "45", "1e9")), latency=LATENCIES
    ),
)


class Watcher:
    """The gateway and the desk in one: every promise is looked at where a question arrives."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.tasks: dict[Ref, Task] = {}
        self.says = Said()
        self.under_way: list[str] = []
        self.not_before: dict[str, float] = {}
        self.begun: deque[float] = deque([-1.0], 1)
        self.throttled_until = 0.0
        self.early = 0.0
        self.paused = False
        self.broken: list[str] = []

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        task_id, now = path.rsplit("/", 1)[-1], self.clock.monotonic()
        task = self.tasks.get(Ref("hiapi", task_id))
        self.note(task is None, f"{task_id} is not watched")
        self.note(task is not None and task.closed, f"{task_id} is closed")
        self.note(task_id in self.under_way, f"{task_id} twice at a time")
        self.note(len(self.under_way) >= LANES, "too many at a time")
        self.note(now - self.begun[0] < PERIOD - 1e-6, "two at once")
        self.begun.append(now)
        if now < self.not_before.get(task_id, 0.0) - 1e-6:
            # In doubt about the account, one question is asked before its time (row 91).
            self.note(now - self.early < INTERVAL - 1e-6, f"{task_id} too early")
            self.early = now
        self.note(now < self.throttled_until - 1e-6, f"{task_id} before Retry-After")
        self.note(self.paused, f"{task_id} in a pause")
        said = self.says
        self.under_way.append(task_id)
        self.not_before[task_id] = now + INTERVAL
        try:
            await self.clock.sleep(said.latency)
        finally:
            self.under_way.remove(task_id)
        if said.status == 429 and said.after.isdigit():
            self.throttled_until = self.clock.monotonic() + float(said.after)
        return said.reply(task_id)

    async def aclose(self) -> None:
        pass

    def note(self, broken: bool, promise: str) -> None:
        if broken:
            self.broken.append(promise)

    async def ended(self, account: str) -> list[Task]:
        del account
        return []

    def task(self, ref: Ref) -> Task | None:
        return self.tasks.get(ref)

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        del reply, next_poll
        self.tasks[ref] = observe(self.tasks[ref], result, CARD, self.clock.now())

    def learned(self, remembered: Task, next_poll: Plan | None) -> None:
        raise AssertionError("nobody else is there")

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        del next_poll
        self.tasks[ref] = with_trouble(self.tasks[ref], problem, self.clock.now())


class PollerMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.watcher = Watcher()
        its = account(interval=INTERVAL, concurrency=LANES)

        async def find_key(_: Account) -> Key:
            return Key(KEY, "test")

        session = Session(its, self.watcher, find_key, self.watcher.clock, Random(1))
        self.poller = Poller(session, self.watcher, self.watcher.clock, Random(1))
        self.running = self.loop.create_task(self.poller.run())
        self.do(self.nothing())

    def do(self, work: Any) -> None:
        async def settled() -> None:
            await work
            await self.watcher.clock.settle()

        self.loop.run_until_complete(settled())

    async def nothing(self) -> None:
        pass

    @rule(task_id=IDS)
    def watch(self, task_id: str) -> None:
        ref = Ref("hiapi", task_id)
        if ref not in self.watcher.tasks:
            self.watcher.tasks[ref] = Task(entry=entry(task_id))
            # A task that comes back is as new here: the desk would know when it was asked about.
            if task_id not in self.watcher.under_way:
                self.watcher.not_before.pop(task_id, None)
            self.poller.watch(self.watcher.tasks[ref])
        self.do(self.nothing())

    @precondition(lambda self: not self.watcher.under_way)
    @rule(task_id=IDS)
    def forget(self, task_id: str) -> None:
        ref = Ref("hiapi", task_id)
        self.watcher.tasks.pop(ref, None)
        self.poller.forget(ref)
        self.do(self.nothing())

    @initialize(ids=st.sets(IDS, min_size=1))
    def begin(self, ids: set[str]) -> None:
        for task_id in sorted(ids):
            self.watch(task_id)

    @rule(said=ANSWERS, seconds=st.sampled_from((0.05, 1.0, 7.5, 60.0)))
    def gateway_says(self, said: Said, seconds: float) -> None:
        self.watcher.says = said
        self.do(self.watcher.clock.advance(seconds))

    @rule(seconds=st.sampled_from((7, 45)))
    def throttle(self, seconds: int) -> None:
        """Once, and then all is well again."""
        self.gateway_says(Said(429, after=str(seconds)), 6.0)
        self.gateway_says(Said(), 60.0)

    @rule(seconds=st.sampled_from((0.05, 1.0, 5.0, 7.5, 60.0)))
    def pass_time(self, seconds: float) -> None:
        self.do(self.watcher.clock.advance(seconds))

    @rule(seconds=st.sampled_from((60.0, 8 * 3600.0)))
    def suspend(self, seconds: float) -> None:
        self.watcher.clock.suspend(seconds)

    @rule(task_id=IDS)
    def poll_by_hand(self, task_id: str) -> None:
        ref = Ref("hiapi", task_id)
        task = self.watcher.tasks.get(ref)
        if task is not None and not task.over and self.poller.poll_now([ref]) is None:
            self.watcher.not_before.pop(task_id, None)
        self.do(self.nothing())

    @rule()
    def pause(self) -> None:
        self.poller.pause()
        self.watcher.paused = True

    @rule()
    def resume(self) -> None:
        self.watcher.paused = False
        self.poller.resume()
        self.do(self.nothing())

    @invariant()
    def every_promise_holds(self) -> None:
        assert self.watcher.broken == []

    def teardown(self) -> None:
        """In the end a sound gateway hears of every open task again."""

        async def end() -> None:
            watcher = self.watcher
            watcher.says, watcher.paused = Said(), False
            self.poller.resume()
            before = {ref: task.polls for ref, task in watcher.tasks.items() if not task.over}
            await watcher.clock.advance(300)
            assert watcher.broken == []
            assert [r for r, polls in before.items() if watcher.tasks[r].polls <= polls] == []
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)

        try:
            self.loop.run_until_complete(end())
        finally:
            self.loop.close()


PollerMachine.TestCase.settings = settings(
    derandomize=True, max_examples=rounds(8, 250), stateful_step_count=15, deadline=None
)
TestAnySequence = PollerMachine.TestCase
