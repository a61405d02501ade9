"""The README's pictures, made from the demo at a fixed clock: `python screenshots/make.py`.

Writes an SVG of each view beside this file, and a PNG of each where `rsvg-convert` is installed
(with a monospaced font; JetBrains Mono and Noto Sans Mono CJK were used for those in the tree).
"""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from svg_frame import svg_of
from textual.events import Paste
from textual.pilot import Pilot

from rushes.demo.faults import Fault
from rushes.demo.gateway import Gateway
from rushes.tui.screen.app import RushesApp
from rushes.watch.config.settings import load
from rushes.watch.desk import Desk
from rushes.watch.disk.paths import Paths
from rushes.watch.opening import open_desk
from rushes.watch.task import Entry, Ref

HERE = Path(__file__).resolve().parent
OPENED = datetime(2026, 11, 22, 12, 2, 46, tzinfo=UTC)
PLAYED = 57.0
"""Seconds of the cast that have gone by in the pictures."""

STEP = 3.0
PAUSE = 0.25
"""Seconds: lanes rest for less between two polls, everything else sleeps for as long or longer."""

ARRIVED = 0.62
"""How much of the file under way has arrived."""

SAVED = (
    "plate 14 (still)",
    "ridge, reverse",
    "storyboard, 3 panels",
    "logo, gold",
    "wedding, long table",
    "mask, bronze",
    "snow, platform 2",
    "fog bank",
)
"""What is on disk in the pictures."""

PORT = 18100
"""Ports are seen in links, so they are the same each time."""

WIDE, NARROW, WIDEST = (120, 32), (80, 24), (200, 56)


class StageClock:
    """The cast's time. It moves when it is told to; whoever sleeps on it wakes at each move."""

    def __init__(self) -> None:
        self.played = 0.0
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        """The wall clock of the pictures."""
        return OPENED + timedelta(seconds=self.played)

    def monotonic(self) -> float:
        """Seconds since the cast began."""
        return self.played

    def boottime(self) -> float:
        """The same: it never sleeps."""
        return self.played

    async def sleep(self, seconds: float) -> None:
        """Return at the next move; the pauses between polls take no time of the cast's."""
        await (asyncio.sleep(0) if seconds < PAUSE else self._moved.wait())

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Return at the next move, or when `event` is set."""
        waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(self.sleep(seconds))]
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

    def move(self, seconds: float) -> None:
        """Let so many seconds go by."""
        self.played += seconds
        self._moved.set()
        self._moved = asyncio.Event()


@dataclass(frozen=True, slots=True)
class Stage:
    """The desk in the state of the pictures, and the one who put it there."""

    desk: Desk
    gateway: Gateway

    def ref(self, label: str) -> Ref:
        """The task of that label."""
        return next(ref for ref, task in self.desk.ledger.tasks().items() if task.name == label)


@asynccontextmanager
async def stage(home: Path) -> AsyncGenerator[Stage]:
    """Play the cast up to the pictures' moment: polled over HTTP, some of it saved."""
    clock = StageClock()
    gateway = Gateway(port=PORT, clock=lambda: clock.now().timestamp(), transfer_rate=None)
    await gateway.start()
    tables = ['[download]\ndir = "~/Movies/rushes"\n']
    for name, url in gateway.base_urls.items():
        pace = 'poll_interval = "1s"\nmax_rate = 1000\n'
        tables.append(f'[providers.{name}]\nbase_url = "{url}"\n{pace}')
    (home / "config.toml").write_text("\n".join(tables))
    environ = {"RUSHES_HOME": str(home)}
    paths = Paths.find(environ)
    settings = load(paths.config, environ)
    environ |= {settings.accounts[name].key.env: gateway.api_key for name in gateway.base_urls}
    async with open_desk(paths, settings, "trailer", environ, clock=clock, rng=Random(1)) as desk:
        await desk.watchlist.add(
            Entry(
                ref=Ref(scene.provider, scene.id),
                added=clock.now(),
                label=scene.label,
                tags=scene.tags,
                model=scene.model,
                prompt=scene.prompt,
            )
            for scene in gateway.tasks
        )
        it = Stage(desk, gateway)
        while clock.played < PLAYED:
            await desk.poll_once(tuple(desk.ledger.tasks()))
            clock.move(STEP)
        await desk.poll_once(tuple(desk.ledger.tasks()))
        await _save_some(it, clock)
        yield it
    await gateway.stop()


async def _save_some(it: Stage, clock: StageClock) -> None:
    """Have a few files on disk, and one on its way."""
    for label in SAVED:
        it.desk.download_policy.queue(it.ref(label))
    await it.desk.downloads.settled()
    ref = it.ref("opening shot")
    it.desk.download_policy.queue(ref, 2)
    await it.desk.downloads.settled()
    scene = next(s for s in it.gateway.tasks if s.id == ref.id)
    there = int(scene.outputs[0].size * ARRIVED)
    it.gateway.fault("cdn", ref.id, Fault(cut=there, stall=3600))
    it.desk.download_policy.queue(ref, 1)
    while not any(part.stat().st_size >= there for part in _parts(it)):
        await asyncio.sleep(0.05)
    clock.move(0.7)
    await asyncio.sleep(0.05)


def _parts(it: Stage) -> list[Path]:
    return list(it.desk.settings.download.folder.rglob("*.part"))


Act = Callable[[Pilot[None], Stage], Awaitable[None]]


async def _main(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("g")


async def _detail(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("j", "enter")


async def _add(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("a")
    pasted = (
        "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR\n"
        "https://www.anyfast.com.cn/v1/video/generations/asyntask_jwgfhsG0m2aDjLmiiELRf74eoWmss6ya\n"
        '{"code": 200, "data": {"taskId": "tk-hiapi-01KAFR23R1AVZZEQKSGYJN8SQV"}}\n'
        "051c7b40-b2c5-4341-aee4-c11018a83f83"
    )
    if pilot.app.focused is not None:
        pilot.app.focused.post_message(Paste(pasted))


async def _filter(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("slash", *"status:failed")


async def _downloads(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("T")


async def _help(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("question_mark")


async def _light(pilot: Pilot[None], it: Stage) -> None:
    del it
    pilot.app.theme = "rushes-light"
    await pilot.press("g")


async def _dailies(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("v")
    await pilot.pause(3)  # the pictures are made by another process


async def _figures(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("F")
    await pilot.pause(1)


async def _wide(pilot: Pilot[None], it: Stage) -> None:
    del it
    await pilot.press("g", "j", "j", "j", "j")
    await pilot.pause(4)


VIEWS: dict[str, tuple[tuple[int, int], Act]] = {
    "main": (WIDE, _main),
    "detail": (WIDE, _detail),
    "add": (WIDE, _add),
    "filter": (WIDE, _filter),
    "downloads": (WIDE, _downloads),
    "help": (WIDE, _help),
    "light": (WIDE, _light),
    "80x24": (NARROW, _main),
    "wide": (WIDEST, _wide),
    "dailies": (WIDE, _dailies),
    "figures": (WIDE, _figures),
}


async def pictures() -> None:
    """Make all of them."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        async with stage(Path(folder)) as it:
            for name, (size, act) in VIEWS.items():
                app = RushesApp(it.desk)
                async with app.run_test(size=size) as pilot:
                    await act(pilot, it)
                    app.dashboard.tick()  # as each second does
                    await pilot.pause(0.4)
                    svg = svg_of(app)
                _write(name, svg)


def _write(name: str, svg: str) -> None:
    path = HERE / f"{name}.svg"
    path.write_text(svg)
    convert = shutil.which("rsvg-convert")
    if convert is None:
        print(f"{path.name}; no PNG: rsvg-convert is not installed", file=sys.stderr)
        return
    png = path.with_suffix(".png")
    subprocess.run([convert, "--zoom", "1.6", "-o", str(png), str(path)], check=True)
    print(f"{path.name} {png.name}")


if __name__ == "__main__":
    os.environ |= {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    time.tzset()
    asyncio.run(pictures())
