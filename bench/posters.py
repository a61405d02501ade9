"""What posters of 1080p films cost: time, the loop's lag, memory here and in the process beside.

Usage: python bench/posters.py     (by hand; takes the extra `preview`, and writes to a temporary
folder)

Cold is with the start of the process that decodes; kept is what was made before, as after a
restart. 100 names of one film are 100 films to it.
"""

import asyncio
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rushes.providers.model import Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.clock import SystemClock
from rushes.watch.disk.ownership import OURS
from rushes.watch.posters.posters import Posters
from rushes.watch.posters.workshop import workshop_in
from rushes.watch.task import Entry, Ref, Task

FILMS = 100
TICK = 0.001


def make_film(path: Path) -> None:
    """Five seconds of 1080p, a key frame each second, with something to encode in each frame."""
    import av
    from PIL import Image

    frames: Any = av.VideoFrame
    opened: Any = av.open(str(path), "w")
    noise = random.Random(1)
    with opened as film:
        stream = film.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 1920, 1080, "yuv420p", 24
        small: Any = Image.frombytes("RGB", (64, 36), noise.randbytes(64 * 36 * 3))
        for n in range(120):
            turned = small.rotate(3 * n).resize((1920, 1080))
            film.mux(stream.encode(frames.from_image(turned)))
        film.mux(stream.encode(None))


def task_of(path: Path) -> Task:
    """A task that saved this film."""
    fetch = Fetch(state=OutputState.DOWNLOADED, path=path, done=path.stat().st_size)
    entry = Entry(ref=Ref("bench", path.stem), added=SystemClock().now())
    return Task(entry=entry, status=Status.SUCCEEDED).with_fetch(1, fetch)


def resident(process: str) -> float:
    """MiB that are resident of a process, by its number; of this one for `self`."""
    status = Path("/proc", process, "status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line) / 1024


def children() -> list[str]:
    """The numbers of the processes that this one started."""
    threads = Path("/proc/self/task").glob("*/children")
    return [number for thread in threads for number in thread.read_text().split()]


async def measure(what: str, tasks: list[Task], folder: Path) -> None:
    """Ask for all posters at once, and print a line once all are there."""
    posters = Posters(workshop_in(folder, OURS), SystemClock())
    pile, lags, done = posters.changed.new(), list[float](), set[Ref]()
    watching = asyncio.create_task(_note_lags(lags))
    began = time.perf_counter()
    first = 0.0
    for task in tasks:
        posters.of(task)
    while len(done) < len(tasks):
        done |= await pile.next()
        first = first or time.perf_counter() - began
    took = time.perf_counter() - began
    beside = sum(map(resident, children()))
    watching.cancel()
    await posters.close()
    lag = sorted(lags)[int(len(lags) * 0.99)] if lags else 0.0
    print(
        f"{what}: the first after {1000 * first:.0f} ms, {1000 * took / len(tasks):.1f} ms each of"
        f" {len(tasks)}; the loop's lag p99 {1000 * lag:.1f} ms; resident here"
        f" {resident('self'):.1f} MiB, beside it {beside:.0f} MiB"
    )


async def _note_lags(lags: list[float]) -> None:
    while True:
        began = time.perf_counter()
        await asyncio.sleep(TICK)
        lags.append(time.perf_counter() - began - TICK)


def main() -> None:
    """Make the film in a process of its own, so that its memory is not counted here; measure."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as home:
        film = Path(home) / "film.mp4"
        subprocess.run([sys.executable, __file__, str(film)], check=True)
        films = [film.with_name(f"{n}.mp4") for n in range(FILMS)]
        for each in films:
            each.hardlink_to(film)
        tasks, kept = [task_of(each) for each in films], Path(home) / "posters"
        print(f"resident before: {resident('self'):.1f} MiB")
        asyncio.run(measure("one, cold", tasks[:1], Path(home) / "one"))
        asyncio.run(measure("all, none kept", tasks, kept))
        asyncio.run(measure("all, kept", tasks, kept))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        make_film(Path(sys.argv[1]))
    else:
        main()
