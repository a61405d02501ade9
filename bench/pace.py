"""Target 7: one account with a stated rate, and as much due as the rate allows.

A thousand tasks are due each 5 s at one account, whose gateway answers after 300 ms. It is a
process of its own, which notes when each question came. A live dashboard at a pseudo-terminal asks,
at 200 a second. The build before this one knows no `max_rate`; it gets as many lanes.

Usage: python bench/pace.py [seconds that are measured]
"""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

from homes import Kind, make_home
from line import Bar, Builds, Line, paired, rushes, show
from loopback import GATEWAY
from pty_session import PtySession

TASKS, INTERVAL, RATE, LATENCY = 1000, 5.0, 200, 0.3
LANES = 64
"""What a rate of 200 and answers of 300 ms take is 60 questions under way."""

WARM_UP, MEASURED, ROUNDS = 75.0, 20.0, 2
"""Seconds: the limit of questions under way grows by one a second."""


class Gateway:
    """A gateway in a process of its own."""

    def __init__(self) -> None:
        argv = [sys.executable, "-c", GATEWAY, str(LATENCY)]
        self._process = subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{int(self._line())}"

    def came(self) -> list[float]:
        """When the questions came since the last call, in monotonic seconds."""
        self._process.send_signal(signal.SIGUSR1)
        return json.loads(self._line())

    def close(self) -> None:
        self._process.kill()
        self._process.wait()

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


class Run:
    """A dashboard of a build, once it runs warm: what it asked, and what that cost."""

    def __init__(self, build: Path, seconds: float, *, knows_rate: bool) -> None:
        gateway, more = Gateway(), f"max_concurrency = {LANES}\n"
        more += f"max_rate = {RATE}\n" if knows_rate else ""
        try:
            with tempfile.TemporaryDirectory(prefix="rushes-pace-") as folder:
                environ = make_home(
                    build,
                    Path(folder),
                    TASKS,
                    Kind.ACTIVE,
                    base_url=gateway.url,
                    interval=f"{INTERVAL:g}s",
                    more=more,
                )
                with PtySession([rushes(build)], environ) as session:
                    session.drain(WARM_UP)
                    gateway.came()
                    cpu = session.cpu()
                    session.drain(seconds)
                    self.core = (session.cpu() - cpu) / seconds
                    came = sorted(gateway.came())
        finally:
            gateway.close()
        self.polls = len(came)
        self.due = self.polls / (seconds * TASKS / INTERVAL)
        self.cost = 1e6 * self.core * seconds / max(self.polls, 1)
        gaps = sorted(b - a for a, b in pairwise(came))
        self.closest = gaps[0] if gaps else 0.0
        self.close = sum(gap < 0.8 / RATE for gap in gaps) / max(len(gaps), 1)


def lines(builds: Builds, seconds: float = MEASURED) -> Iterator[Line]:
    ours: list[Run] = []
    theirs: list[Run] = []
    for _ in range(ROUNDS):
        ours.append(Run(builds.now, seconds, knows_rate=True))
        if builds.before is not None:
            theirs.append(Run(builds.before, seconds, knows_rate=False))
    against = "the build before" if theirs else ""

    def line(measure: str, unit: str, of: str, bar: Bar | None, limit: float | None) -> Line:
        values = [getattr(run, of) for run in ours]
        before = [getattr(run, of) for run in theirs]
        return Line(
            target="7",
            measure=measure,
            unit=unit,
            now=sorted(values)[len(values) // 2],
            against=against,
            theirs=sorted(before)[len(before) // 2] if before else None,
            ratio=paired(values, before) if before and all(before) else None,
            bar=bar,
            limit=limit,
        )

    yield line(
        "1,000 due each 5 s, 300 ms: asked, of what is due", "", "due", Bar.NOW_AT_LEAST, 0.95
    )
    yield line("share of a core at that, dashboard included", "", "core", Bar.NOW_AT_MOST, 0.20)
    yield line("CPU of a poll, dashboard included", "µs", "cost", None, None)
    yield line("two questions that came within 4 ms", "of all", "close", None, None)


if __name__ == "__main__":
    show(lines(Builds.here(), float(sys.argv[1]) if len(sys.argv) > 1 else MEASURED))
