"""A desk over a home of the test and a gateway that a test writes the answers of."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from counted_history import CountedHistory
from fake_gateway import Gateway, account, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.reply import Reply
from rushes.watch.changes import Event
from rushes.watch.config.downloads import Auto, DownloadSettings
from rushes.watch.config.settings import GlyphSet, Settings
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref

A, B = Ref("hiapi", "a"), Ref("hiapi", "b")
PNG = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUB"
    "AScY42YAAAAASUVORK5CYII="
)


def reply(status: str, task_id: str = "a", **more: object) -> Reply:
    return Reply(
        200, {"date": "Sun, 22 Nov 2026 12:00:00 GMT"}, hiapi_body(task_id, status, **more)
    )


class Home:
    """A home of its own, and the desks opened over it."""

    def __init__(self, folder: Path, clock: ManualClock) -> None:
        self.folder = folder
        self.clock = clock
        self.list_path = folder / "watchlists" / "default.toml"
        self.gateway = Gateway(clock, lambda task_id: reply("handling", task_id))
        self.opened: list[Desk] = []

    async def open(self, auto: Auto = Auto.OFF, key: str | None = "k") -> Desk:
        its = session(self.clock, self.gateway) if key else session(self.clock, self.gateway, None)
        settings = Settings(
            glyphs=GlyphSet.UNICODE,
            download=DownloadSettings(
                dir=self.folder / "downloads", staging=self.folder / "staging", auto=auto
            ),
            accounts={"hiapi": account()},
            keys={},
        )
        history = CountedHistory(self.folder / "history.db", clock=self.clock)
        self.clock.threads.append(history.busy)
        desk = Desk(
            settings=settings,
            paths=Paths.under(self.folder),
            watchlist="default",
            history=history,
            connect=lambda _: its,
            clock=self.clock,
            rng=Random(1),
        )
        self.opened.append(desk)
        await desk.watchlist.load()
        return desk


@pytest.fixture
async def home(tmp_path: Path, clock: ManualClock) -> AsyncIterator[Home]:
    it = Home(tmp_path, clock)
    yield it
    for desk in it.opened:
        await desk.close()


def kinds(events: tuple[Event, ...]) -> list[EventKind]:
    return [event.kind for event in events]


async def undone(desk: Desk) -> tuple[Ref, ...]:
    done = await desk.watchlist.undo()
    return done.refs if done else ()


def success(task_id: str, expires_in: float, home: Home, url: str = PNG) -> Reply:
    at = int((home.clock.now() + timedelta(seconds=expires_in)).timestamp())
    output = [{"url": url, "type": "image", "expireAt": at}]
    return reply("success", task_id, completed=at - 100, output=output)
