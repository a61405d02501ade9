"""A poller whose interval is learned, from its first question to the end of its tasks."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from random import Random

from desk_rig import desk_with
from ended_tasks import PLAIN, many
from fake_gateway import KEY, Gateway, account, entry, hiapi_body
from manual_clock import ManualClock
from poller_rig import Tasks, at_work

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.config.accounts import Account
from rushes.watch.history.store import History
from rushes.watch.keys.find import Key
from rushes.watch.polling.cadence import ENOUGH
from rushes.watch.polling.poller import Poller
from rushes.watch.polling.session import Session
from rushes.watch.task import Task

MODEL = "happyhorse-1-0"


class Rig:
    """A poller of one task that is created now and succeeds after so many seconds."""

    def __init__(self, clock: ManualClock, took: float, *, learns: bool = True) -> None:
        self.clock, self.took, self.began = clock, took, clock.monotonic()
        self.created = int(clock.now().timestamp())
        self.gateway = Gateway(clock, self.answer)
        self.tasks = Tasks(clock, "a")
        its = replace(account(interval=PLAIN), learns_interval=learns)
        self.session = Session(its, self.gateway, self.key, clock, Random(1))
        self.poller = Poller(self.session, self.tasks, clock, Random(1))

    async def key(self, _: Account) -> Key:
        return Key(KEY, "test", "")

    def answer(self, task_id: str) -> Reply:
        age = self.clock.monotonic() - self.began
        done = {"completed": int(self.created + self.took)} if age >= self.took else {}
        word = "success" if done else "handling"
        return Reply(200, {}, hiapi_body(task_id, word, created=self.created, output=[], **done))

    async def run(self, seconds: float) -> list[float]:
        """The seconds at which it was asked."""
        async with at_work(self.poller, self.tasks):
            await self.clock.advance(seconds)
        return [round(at - self.began, 1) for at, _ in self.gateway.asked]


async def test_a_task_is_asked_about_sparsely_then_densely_then_sparsely(
    clock: ManualClock,
) -> None:
    rig = Rig(clock, took=100_000)
    rig.tasks.before = many(300, model=MODEL)
    asked = await rig.run(900)
    waits = [later - before for before, later in pairwise(asked)]
    # The first answer comes before anything was read; 240 to 360 s is how long the others took.
    early = [wait for at, wait in zip(asked, waits, strict=False) if at and at < 190]
    dense = [wait for at, wait in zip(asked, waits, strict=False) if 300 < at < 360]
    late = [wait for at, wait in zip(asked, waits, strict=False) if at > 375]
    assert all(40 <= wait <= 44.1 for wait in (*early, *late))
    assert all(10 <= wait <= 11.1 for wait in dense)
    assert len(asked) < 900 / PLAIN / 2


async def test_without_the_setting_every_wait_is_the_plain_one(clock: ManualClock) -> None:
    rig = Rig(clock, took=100_000, learns=False)
    rig.tasks.before = many(300, model=MODEL)
    asked = await rig.run(300)
    assert all(b - a <= 11.1 for a, b in pairwise(asked))


async def test_tasks_that_end_teach_the_next_ones(clock: ManualClock) -> None:
    rig = Rig(clock, took=300)
    rig.tasks.before = many(300, ENOUGH - 1, model=MODEL)
    await rig.run(400)
    assert rig.tasks.status("a") is Status.SUCCEEDED
    assert rig.poller.session.intervals.learned is not None
    fresh = replace(rig.tasks.known[entry("a").ref], status=Status.RUNNING, unfinished_at=None)
    young = replace(fresh, snapshot=replace(fresh.snapshot, created_at=clock.now()))  # pyright: ignore[reportArgumentType]
    assert rig.session.intervals.of(replace(young, transitions=())) == 4 * PLAIN


async def test_what_cannot_be_read_stops_no_account(clock: ManualClock) -> None:
    async def ended(account: str) -> list[Task]:
        raise RuntimeError(account)

    rig = Rig(clock, took=100_000)
    rig.tasks.ended = ended  # pyright: ignore[reportAttributeAccessIssue]
    assert len(await rig.run(60)) >= 5


async def test_a_restart_goes_on_with_what_the_history_tells(
    clock: ManualClock, tmp_path: Path
) -> None:
    history = History(tmp_path / "history.db", clock=clock)
    for task in many(300, model=MODEL):
        history.save(task)
    await history.close()
    rig = Rig(clock, took=100_000)
    desk = await desk_with(tmp_path, clock, {"hiapi": rig.session})
    try:
        await desk.watchlist.add([entry("a")])
        desk.start()
        await clock.advance(60)
        asked = [at - rig.began for at, _ in rig.gateway.asked]
        assert asked[-1] - asked[-2] >= 40
    finally:
        await desk.close()
