"""What the dashboard's memory does: 330 tasks at 2 s over five gateways, in a terminal of its own.

Usage: python bench/dashboard_memory.py [MINUTES] [--rushes PATH] [--csv PATH]
       (125 minutes; the `rushes` beside this Python; the samples, one each 10 s, also as a file)

The tasks live as in life: they wait, run, say how far they are, end and are taken off the list
while others are added, with `rushes add` and `rushes rm`. Each minute a person moves the cursor and
looks into a task. Then a line: polls so far and a second, resident memory, descriptors, threads,
the size of history.db; at the end the slope of the second half by least squares.
"""

import argparse
import contextlib
import csv
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TextIO

from five_gateways import GATEWAYS

INTERVAL, LANES = 2.0, 16
SAMPLED, LINE = 10.0, 6
"""Seconds between two samples, and how many of them make a line."""

MIB = 1 << 20
KEY = "sk-bench-0123456789"


# -- the dashboard and its person -----------------------------------------------------------------


class Dashboard:
    """The program in a terminal of 120 × 40 whose text is read and dropped."""

    def __init__(self, rushes: str, environ: dict[str, str]) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
            os.execve(rushes, [rushes], environ)
        threading.Thread(target=self._drain, daemon=True).start()

    def _drain(self) -> None:
        with contextlib.suppress(OSError):
            while select.select([self._fd], [], []) and os.read(self._fd, 65536):
                pass

    def look_around(self, minute: int) -> None:
        """Move the cursor, open a task, read it for a second, go back."""
        for keys in ("j" * (1 + minute % 7), "k", "\r", "j", "\x1b"):
            os.write(self._fd, keys.encode())
            time.sleep(1.0)

    def end(self) -> None:
        """Quit as a person does; by a signal where that is not enough."""
        os.write(self._fd, b"q")
        time.sleep(3.0)
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


@dataclass(frozen=True)
class Sample:
    """What was seen of the process at a time; memory in bytes."""

    minutes: float
    polls: int
    resident: int
    anonymous: int
    descriptors: int
    threads: int
    history: int


class Run:
    """The whole: a home, the gateways, the dashboard, and who adds and removes tasks."""

    def __init__(self, rushes: str, home: Path, ports: Sequence[int]) -> None:
        self._rushes, self._home, self._port = rushes, home, ports[0]
        keys = {f"{each.name.upper()}_API_KEY": KEY for each in GATEWAYS}
        kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        self._environ = {
            **kept,
            **keys,
            "TERM": "xterm-256color",
            "HOME": str(home),
            "RUSHES_HOME": str(home),
        }
        (home / "config.toml").write_text(
            "".join(
                f'[providers.{each.name}]\nbase_url = "http://127.0.0.1:{port}"\n'
                f'poll_interval = "{INTERVAL:g}s"\nmax_concurrency = {LANES}\nmax_rate = 200\n'
                for each, port in zip(GATEWAYS, ports, strict=True)
            )
        )
        self._watched = {each: range(each.count) for each in GATEWAYS}
        self._began = time.monotonic()
        for each, numbers in self._watched.items():
            self._command("add", each.name, *map(each.id, numbers))
        self.dashboard = Dashboard(rushes, self._environ)

    def _command(self, *words: str) -> None:
        subprocess.run(
            [self._rushes, *words],
            env=self._environ,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )

    def relieve(self) -> None:
        """Take the tasks off the list that are over, and add as many."""
        for each, numbers in self._watched.items():
            over = [n for n in numbers if each.ends(n) + 30 < time.monotonic() - self._began]
            if over:
                new = range(numbers.stop, numbers.stop + len(over))
                self._command("rm", *(f"{each.name}:{each.id(n)}" for n in over))
                self._command("add", each.name, *map(each.id, new))
                self._watched[each] = range(over[-1] + 1, new.stop)

    def sample(self) -> Sample:
        """What is to be seen now."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/polls") as reply:
            polls = int(reply.read())
        process = Path(f"/proc/{self.dashboard.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        return Sample(
            minutes=(time.monotonic() - self._began) / 60,
            polls=polls,
            resident=int(status["VmRSS"].split()[0]) * 1024,
            anonymous=int(status["RssAnon"].split()[0]) * 1024,
            descriptors=len(list((process / "fd").iterdir())),
            threads=int(status["Threads"]),
            history=sum(file.stat().st_size for file in self._home.glob("history.db*")),
        )


def _observed(run: Run, minutes: float, written: TextIO | None) -> Iterator[Sample]:
    """A sample each 10 s; after six of them the person looks around and changes the list."""
    began, rows = time.monotonic(), csv.writer(written) if written else None
    for seen in count(1):
        time.sleep(SAMPLED)
        sample = run.sample()
        if rows and written:
            rows.writerow(vars(sample).values())
            written.flush()
        yield sample
        if time.monotonic() - began > minutes * 60:
            return
        if seen % LINE == 0:
            run.dashboard.look_around(seen // LINE)
            run.relieve()


def _slope(samples: Sequence[Sample], of: Callable[[Sample], int]) -> float:
    """MiB an hour."""
    hours = [sample.minutes / 60 for sample in samples]
    return statistics.linear_regression(hours, [of(each) / MIB for each in samples]).slope


def _measure(run: Run, minutes: float, written: TextIO | None) -> None:
    print("minute    polls  a second    RSS  RssAnon  descriptors  threads  history KiB")
    samples: list[Sample] = []
    before: Sample | None = None
    for sample in _observed(run, minutes, written):
        samples.append(sample)
        if len(samples) % LINE:
            continue
        gone = (sample.minutes - before.minutes) * 60 if before else sample.minutes * 60
        rate = (sample.polls - (before.polls if before else 0)) / gone
        print(
            f"{sample.minutes:6.1f}  {sample.polls:7}  {rate:8.1f}"
            f"  {sample.resident / MIB:5.1f}  {sample.anonymous / MIB:7.1f}"
            f"  {sample.descriptors:11}  {sample.threads:7}  {sample.history / 1024:11.0f}",
            flush=True,
        )
        before = sample
    half = samples[len(samples) // 2 :]
    print(f"the second half: RSS {_slope(half, lambda each: each.resident):+.2f} MiB/h,", end=" ")
    print(f"RssAnon {_slope(half, lambda each: each.anonymous):+.2f} MiB/h")


def main() -> None:
    """Run it, or be its gateways."""
    words = argparse.ArgumentParser()
    words.add_argument("minutes", nargs="?", type=float, default=125.0)
    words.add_argument("--rushes", default=str(Path(sys.executable).parent / "rushes"))
    words.add_argument("--csv", type=Path)
    said = words.parse_args()
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rushes-memory-")))
        argv = [sys.executable, str(Path(__file__).with_name("five_gateways.py"))]
        pipe = subprocess.PIPE
        gateways = stack.enter_context(subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True))
        assert gateways.stdout is not None
        run = Run(said.rushes, home, json.loads(gateways.stdout.readline()))
        stack.callback(run.dashboard.end)
        written = stack.enter_context(said.csv.open("w")) if said.csv else None
        _measure(run, said.minutes, written)


if __name__ == "__main__":
    main()
