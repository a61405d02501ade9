"""What `rushes watch` costs beside the dashboard that does the same, at the same time.

Usage: python bench/watch.py [SECONDS]      (a round of so many, 20 by default; three rounds)

Each watches 1,000 running tasks of two accounts in a home of its own, asked about every 5 seconds
at a gateway that answers after 300 ms. Processor time is that of each process with all its threads,
over the same seconds, once every task was asked about and the start is long over; memory is what is
resident at the end.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway import GATEWAY
from homes import KEY, PROVIDER
from line import Bar, Builds, Line, paired, python, rushes, show
from pty_session import PtySession

TASKS, INTERVAL, LATENCY = 1000, 5, 0.3
SECONDS, ROUNDS = 20.0, 3
WARM_UP = 40.0
"""Seconds until both run as they will: imports, the first frame, the first polls are behind."""

CPU, MEMORY = 0.9, 0.85
"""The bars: what the watch may take of what the dashboard takes."""

LEAST = 0.8
"""The part of the questions due that has to be asked; the jitter takes a twentieth."""

NAMES = ("watch", "dashboard")
SECOND = "studio-b"


@dataclass(frozen=True)
class Costs:
    """Per cent of a core round by round, and resident MiB at the end."""

    cpu: list[float]
    memory: float


def costs(build: Path, folder: Path, seconds: float, rounds: int) -> tuple[Costs, Costs]:
    """What the watch and the dashboard cost, in this order."""
    code = f"LATENCY = {LATENCY}\n{GATEWAY}"
    gateway = subprocess.Popen([python(build), "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert gateway.stdout is not None
        base = f"http://127.0.0.1:{int(gateway.stdout.readline())}"
        environs = [home(folder / name, f"{base}/{name}") for name in NAMES]
        with (
            PtySession([rushes(build), "watch"], environs[0]) as watch,
            PtySession([rushes(build)], environs[1]) as dashboard,
        ):
            sessions = (watch, dashboard)
            over(sessions, WARM_UP)
            before, began = asked(base), time.monotonic()
            spent = [over(sessions, seconds) for _ in range(rounds)]
            due = TASKS / INTERVAL * (time.monotonic() - began)
            for name, number in asked(base).items():
                if number - before[name] < LEAST * due:
                    raise SystemExit(f"{name} asked {number - before[name]} of {due:.0f} questions")
            cpus = [[each[place] for each in spent] for place in range(2)]
            return Costs(cpus[0], watch.memory()), Costs(cpus[1], dashboard.memory())
    finally:
        gateway.kill()


def asked(base: str) -> dict[str, int]:
    """How many questions came from each so far."""
    with urllib.request.urlopen(f"{base}/asked") as answer:
        return json.load(answer)


def over(sessions: tuple[PtySession, PtySession], seconds: float) -> list[float]:
    """The per cent of a core that each takes in these seconds."""
    before, began = [session.cpu() for session in sessions], time.monotonic()
    while time.monotonic() < began + seconds:
        for session in sessions:
            session.read(0.0)
            del session.painted[:-4096]
        time.sleep(0.05)
    passed = time.monotonic() - began
    return [100 * (it.cpu() - was) / passed for it, was in zip(sessions, before, strict=True)]


def home(folder: Path, base: str) -> dict[str, str]:
    """A home with that many tasks of two accounts; the variables to run with."""
    (folder / "watchlists").mkdir(parents=True)
    how = (
        f'base_url = "{base}"\npoll_interval = "{INTERVAL}s"\nmax_rate = 200\n'
        'max_concurrency = 48\napi_key_env = "BENCH_KEY"\n'
    )
    (folder / "config.toml").write_text(
        f'[providers.{PROVIDER}]\n{how}\n[providers.{SECOND}]\ndialect = "{PROVIDER}"\n{how}'
    )
    entries = (
        f"[[task]]\nprovider = {json.dumps((PROVIDER, SECOND)[n % 2])}\n"
        f'id = "task-hiapi-bench-{n:06d}"\nlabel = "bench {n:05d}"\n'
        "added = 2026-11-22T07:00:00Z\n"
        for n in range(TASKS)
    )
    (folder / "watchlists" / "default.toml").write_text("version = 1\n\n" + "\n".join(entries))
    return {"RUSHES_HOME": str(folder), "HOME": str(folder), "BENCH_KEY": KEY}


def lines(builds: Builds, seconds: float = SECONDS, rounds: int = ROUNDS) -> Iterator[Line]:
    """The lines of the target `watch`."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-watch-") as made:
        watch, dashboard = costs(builds.now, Path(made), seconds, rounds)
    ratio = paired(watch.cpu, dashboard.cpu)
    yield Line(
        target="watch",
        measure=f"{TASKS:,} running tasks every {INTERVAL} s, CPU",
        unit="% of a core",
        now=statistics.median(watch.cpu),
        against="the dashboard",
        theirs=statistics.median(dashboard.cpu),
        ratio=ratio,
        cpu_ratio=ratio,
        bar=Bar.RATIO_AT_MOST,
        limit=CPU,
    )
    yield Line(
        target="watch",
        measure="the same, resident memory",
        unit="MiB",
        now=watch.memory,
        against="the dashboard",
        theirs=dashboard.memory,
        ratio=watch.memory / dashboard.memory,
        bar=Bar.RATIO_AT_MOST,
        limit=MEMORY,
    )


if __name__ == "__main__":
    show(lines(Builds.here(), float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
