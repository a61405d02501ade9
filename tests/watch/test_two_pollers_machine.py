"""Two processes on one home against any sequence of answers: together they keep one's promises."""

import asyncio
import sqlite3
import tempfile
from collections import deque
from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

from counted_history import CountedHistory
from fake_gateway import KEY, account, entry, hiapi_body
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from manual_clock import ManualClock
from sampling import rounds

from rushes.providers.hiapi import CARD
from rushes.providers.model import Problem, Snapshot
from rushes.providers.reply import Reply
from rushes.providers.secret import Secret
from rushes.watch.config.accounts import Account
from rushes.watch.history import thread
from rushes.watch.keys.find import Key
from rushes.watch.network.unreachable import Unreachable
from rushes.watch.polling.observe import observe, with_trouble
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.schedule import Plan
from rushes.watch.polling.session import Session
from rushes.watch.polling.turns import Shared
from rushes.watch.steps import merged
from rushes.watch.task import Ref, Task

INTERVAL = 5.0
LANES = 2
PERIOD = 1 / 20
PROCESSES = 2
IDS = [f"t{n}" for n in range(8)]


class Gateway:
    """Where all promises are looked at, whoever asks."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.status, self.word, self.latency = 200, "handling", 0.2
        self.under_way: list[str] = []
        self.begun: deque[float] = deque([-1.0], 1)
        self.not_before: dict[str, float] = {}
        self.early: deque[float] = deque([-INTERVAL] * (PROCESSES + 1), PROCESSES + 1)
        self.over: set[str] = set()
        self.asked = 0
        self.broken: list[str] = []

    async def get(self, path: str, key: Secret) -> Reply:
        del key
        task_id, now = path.rsplit("/", 1)[-1], self.clock.monotonic()
        self.note(task_id in self.over, f"{task_id} is over")
        self.note(task_id in self.under_way, f"{task_id} twice at a time")
        self.note(len(self.under_way) >= LANES, "too many at a time")
        self.note(now - self.begun[0] < PERIOD - 1e-6, "two at once")
        self.note(self._too_early(task_id, now), f"{task_id} too early")
        self.begun.append(now)
        self.under_way.append(task_id)
        self.not_before[task_id] = now + INTERVAL
        self.asked += 1
        status, word = self.status, self.word
        try:
            await self.clock.sleep(self.latency)
        finally:
            self.under_way.remove(task_id)
        if status == 0:
            raise Unreachable("connection refused")
        if status != 200:
            return Reply(status, {"retry-after": "20"}, b'{"message": "no"}')
        if word != "success":
            return Reply(200, {}, hiapi_body(task_id, word))
        self.over.add(task_id)
        film = {"url": "https://cdn.example/film.mp4", "type": "video"}
        return Reply(200, {}, hiapi_body(task_id, word, output=[film]))

    async def aclose(self) -> None:
        pass

    def _too_early(self, task_id: str, now: float) -> bool:
        """A process in doubt about the account asks one question before its time (row 91)."""
        if now >= self.not_before.get(task_id, 0.0) - 1e-6:
            return False
        self.early.append(now)
        return now - self.early[0] < INTERVAL

    def note(self, broken: bool, promise: str) -> None:
        if broken:
            self.broken.append(f"{self.clock.monotonic():.2f}: {promise}")


class Process:
    """A poller with what it knows, as the desk would keep it."""

    def __init__(self, folder: Path, gateway: Gateway) -> None:
        self.clock = gateway.clock
        self.history = CountedHistory(folder / "history.db", clock=self.clock)
        self.clock.threads.append(self.history.busy)
        self.tasks = {e.ref: Task(entry=e) for e in map(entry, IDS)}

        async def find_key(_: Account) -> Key:
            return Key(KEY, "test")

        its = account(interval=INTERVAL, concurrency=LANES)
        session = Session(its, gateway, find_key, self.clock, Random(1))
        sharing = Shared("hiapi", self.history, self.clock, Random(2))
        self.poller = Poller(session, self, self.clock, Random(1), sharing)

    def start(self) -> None:
        self.running = asyncio.get_running_loop().create_task(self.poller.run())
        for task in self.tasks.values():
            self.poller.watch(task)

    async def stop(self) -> None:
        self.running.cancel()
        await asyncio.gather(self.running, return_exceptions=True)
        await self.history.close()

    async def ended(self, account: str) -> list[Task]:
        del account
        return []

    def task(self, ref: Ref) -> Task | None:
        return self.tasks.get(ref)

    def heard(
        self, ref: Ref, result: Snapshot | Problem, reply: Reply | None, next_poll: Plan | None
    ) -> None:
        del next_poll
        self.tasks[ref] = observe(self.tasks[ref], result, CARD, self.clock.now())
        self.history.save(self.tasks[ref], reply)

    def learned(self, remembered: Task, next_poll: Plan | None) -> None:
        del next_poll
        self.tasks[remembered.ref] = merged(self.tasks[remembered.ref], remembered)

    def postponed(self, ref: Ref, problem: Problem, next_poll: Plan) -> None:
        del next_poll
        self.tasks[ref] = with_trouble(self.tasks[ref], problem, self.clock.now())


class TwoPollers(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.folder = tempfile.TemporaryDirectory()
        self.gateway = Gateway(ManualClock())
        self.processes = [self.opened(), self.opened()]

    def opened(self) -> Process:
        process = Process(Path(self.folder.name), self.gateway)
        self.do(self.started(process))
        return process

    async def started(self, process: Process) -> None:
        known = await process.history.load(task.entry for task in process.tasks.values())
        process.tasks.update(known)
        process.start()

    def do(self, work: Any) -> None:
        async def settled() -> None:
            await work
            await self.gateway.clock.settle()

        self.loop.run_until_complete(settled())

    async def passing(self, seconds: float) -> None:
        """Commits take a quarter of a second that no manual clock knows of."""
        for _ in range(round(seconds * 2)):
            await self.gateway.clock.advance(0.5)
            for process in self.processes:
                await process.history.flush()

    @rule(
        status=st.sampled_from((200, 200, 0, 429, 500)),
        word=st.sampled_from(("handling", "archiving", "", "success")),
        latency=st.sampled_from((0.01, 0.2, 3.0)),
        seconds=st.sampled_from((0.5, 3.0, 8.0)),
    )
    def gateway_says(self, status: int, word: str, latency: float, seconds: float) -> None:
        self.gateway.status, self.gateway.word = status, word
        self.gateway.latency = latency
        self.do(self.passing(seconds))

    @rule(seconds=st.sampled_from((1.0, 6.0, 20.0)))
    def all_is_well(self, seconds: float) -> None:
        self.gateway.status, self.gateway.word = 200, "handling"
        self.do(self.passing(seconds))

    @rule(seconds=st.sampled_from((1.0, 7.0, 12.0)))
    def another_program_writes(self, seconds: float) -> None:
        """Nobody can take a turn meanwhile, so nobody asks (row 121)."""
        path = Path(self.folder.name) / "history.db"
        with (
            closing(sqlite3.connect(path, isolation_level=None)) as db,
            # The clock is moved by hand, and would not notice that others are waited for.
            patch.object(thread, "AT_ONCE", 0.0),
        ):
            db.execute("BEGIN IMMEDIATE")
            self.do(self.gateway.clock.advance(seconds))

    @rule(seconds=st.sampled_from((60.0, 8 * 3600.0)))
    def suspend(self, seconds: float) -> None:
        self.gateway.clock.suspend(seconds)

    @rule(which=st.sampled_from((0, 1)))
    def restart(self, which: int) -> None:
        self.do(self.processes[which].stop())
        self.processes[which] = self.opened()

    @invariant()
    def every_promise_holds(self) -> None:
        assert self.gateway.broken == []

    def teardown(self) -> None:
        """In the end both know the same, and go on."""

        async def end() -> None:
            gateway = self.gateway
            gateway.status, gateway.word, gateway.latency = 200, "handling", 0.2
            await self.passing(100)
            assert gateway.broken == []
            before = gateway.asked
            await self.passing(20)
            assert gateway.asked - before >= 3 * len(set(IDS) - gateway.over)
            one, other = ({r: t.status for r, t in p.tasks.items()} for p in self.processes)
            assert one == other
            for process in self.processes:
                await process.stop()

        try:
            self.loop.run_until_complete(end())
        finally:
            self.loop.close()
            self.folder.cleanup()


TwoPollers.TestCase.settings = settings(
    derandomize=True, max_examples=rounds(3, 200), stateful_step_count=8, deadline=None
)
TestTwoProcesses = TwoPollers.TestCase
