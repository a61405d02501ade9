"""A host of files that refuses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from download_rig import FILM, DownloadRig
from manual_clock import ManualClock

from rushes.providers.model import Content, Handle, Link
from rushes.watch.asset import Fetch

if TYPE_CHECKING:
    from collections.abc import Callable

    from rushes.watch.downloads.job import Job
    from tests.watch.conftest import Loopback

DAY = 24 * 60


@dataclass
class Cdn:
    """A queue on a clock moved by hand, before files that are refused for a while."""

    loopback: Loopback
    rig: DownloadRig
    clock: ManualClock
    asked: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def refuse(self, until: float, status: int = 404, body: bytes = b"", **headers: str) -> None:
        """Answer with that status for so many seconds, then with the film."""
        begun = self.clock.ticks

        def scene(heard: object) -> list[bytes]:
            self.asked.append((self.clock.ticks - begun, getattr(heard, "target", "")))
            if self.clock.ticks - begun < until:
                return [self.loopback.answer(status, body, **headers)]
            return [self.loopback.answer(200, FILM, ETag='"v1"')]

        self.loopback.play(scene)

    @property
    def times(self) -> list[float]:
        return [at for at, _ in self.asked]

    def job(
        self,
        name: str = "a",
        minutes: int | None = DAY,
        where: Link | Content | Handle | None = None,
    ) -> Job:
        return self.rig.job(name, where, expires=minutes)

    async def queue(self, *jobs: Job, patience: float | None = None) -> None:
        for job in jobs:
            self.rig.downloads.queue(job, patience=patience)
        await self.clock.settle()

    def fetch(self, name: str = "a") -> Fetch:
        fetch = self.rig.last(name)
        assert fetch is not None
        return fetch


@pytest.fixture
def cdn(loopback: Loopback, clock: ManualClock, build: Callable[..., DownloadRig]) -> Cdn:
    rig = build(loopback.url, clock=clock, parallel=1)
    clock.threads.append(lambda: rig.downloads.active > 0)
    return Cdn(loopback, rig, clock)
