"""A seeded sample of the weeks of `bench/soak.py`: nothing that is kept grows with age (row 62)."""

import base64
from datetime import timedelta
from pathlib import Path
from random import Random

from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock
from sample_files import chunk, png

from rushes.providers.hiapi import parse
from rushes.providers.model import Inline, Problem, ProblemKind, Snapshot, Status
from rushes.providers.reply import Ask, Reply
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.history.store import History
from rushes.watch.ledger import Ledger
from rushes.watch.polling.schedule import Plan
from rushes.watch.steps import EACH_END, changes
from rushes.watch.task import PollReason, PollWhy, Ref, Task

EVERY = timedelta(seconds=5)
PLAN = Plan(5.0, PollWhy(PollReason.INTERVAL, 5.0))
FLAPPING, COUNTING = Ref("hiapi", "flapping"), Ref("hiapi", "counting")
DOWN = Problem(kind=ProblemKind.UNAVAILABLE, message="connection refused")


class Weeks:
    """A ledger over a history, told of polls as a gateway with bad minutes would answer them."""

    def __init__(self, path: Path, clock: ManualClock) -> None:
        its = session(clock, Gateway(clock, lambda _: ""))
        self.path = path
        self.clock = clock
        self.history = History(path)
        self.ledger = Ledger(
            {"hiapi": its.account}, self.history, lambda _: its.condition.state, clock
        )
        self.chance = Random(62)

    async def pass_by(self, polls: int) -> None:
        await self.ledger.adopt([entry(ref.id) for ref in (FLAPPING, COUNTING)])
        for n in range(polls):
            self.clock.wall += EVERY
            self._hear(FLAPPING, (Status.QUEUED, Status.RUNNING)[n % 2], "word")
            self._hear(COUNTING, Status.UNKNOWN, f"waiting at place {self.chance.randrange(999)}")
            if n % 100 == 0:
                await self._see_a_picture_through(f"p{self.clock.wall.timestamp():.0f}")
        await self.history.flush()

    def _hear(self, ref: Ref, status: Status, word: str) -> None:
        if self.chance.random() < 0.05:
            self.ledger.heard(ref, DOWN, None, PLAN)
        else:
            said = Snapshot(status=status, raw_status=word)
            self.ledger.heard(ref, said, Reply(200, {}, word.encode()), PLAN)

    async def _see_a_picture_through(self, task_id: str) -> None:
        """One more task, which ends with a picture inside the reply: it is saved, and taken off."""
        watched = list(self.ledger.tasks())
        await self.ledger.adopt([entry(ref.id) for ref in (*watched, Ref("hiapi", task_id))])
        picture = png(chunk(b"noIz", self.chance.randbytes(200_000)))
        link = f"data:image/png;base64,{base64.b64encode(picture).decode()}"
        output = [{"url": link, "type": "image"}]
        reply = Reply(200, {}, hiapi_body(task_id, "success", completed=1777282033, output=output))
        said = parse(reply, Ask(base="https://gateway.example", task_id=task_id))
        assert not isinstance(said, Problem)
        ref = Ref("hiapi", task_id)
        self.ledger.heard(ref, said, reply, PLAN)
        await self.history.flush()
        saved = Fetch(state=OutputState.DOWNLOADED, path=self.path, sha256=Inline(picture).sha256)
        self.ledger.moved_on(self._task(ref).with_fetch(1, saved), lasting=True)
        await self.history.flush()
        await self.ledger.adopt([entry(it.id) for it in watched])

    def _task(self, ref: Ref) -> Task:
        task = self.ledger.task(ref)
        assert task is not None
        return task

    def steps(self, ref: Ref) -> tuple[int, int]:
        """How many are kept of a task, and for how many changes they stand."""
        its = self._task(ref).transitions
        return len(its), changes(its)


async def test_nothing_grows_with_age(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "history.db"
    weeks = Weeks(path, clock)
    await weeks.pass_by(600)
    await weeks.history.close()
    size = path.stat().st_size
    kept, before = weeks.steps(FLAPPING)
    assert kept == 2 * EACH_END + 1
    weeks = Weeks(path, clock)
    await weeks.pass_by(300)
    await weeks.history.close()
    kept, after = weeks.steps(FLAPPING)
    assert (kept, after > before + 200) == (2 * EACH_END + 1, True)
    assert weeks.steps(COUNTING) == (1, 1)
    # Three more tasks with their pictures, of which 10 KiB each may stay.
    assert path.stat().st_size - size < 3 * 10 * 1024
