"""What figures cost: `rushes stats` over 50,000 tasks beside `rushes ls` of 1,000, and its query.

Usage: python bench/figures.py     (by `bench/run.py`: target stats)

The query alone is timed in a process of its own: python figures.py HISTORY prints milliseconds, a
line for each way of grouping, the best of several runs.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from commands import Command, cpu_line, in_turn
from homes import Kind, make_home
from line import Bar, Builds, Line, python, rushes, show

ROUNDS = 9
FEW, ALL = 1_000, 50_000
QUERIES = ("", "provider", "provider,model", "day", "tag")
LONGEST = 50.0
"""Milliseconds that a query may take."""


def lines(builds: Builds) -> Iterator[Line]:
    """The lines of the target."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        few = make_home(builds.now, Path(folder) / "few", FEW, Kind.MIXED)
        full = make_home(builds.now, Path(folder) / "all", ALL, Kind.MIXED)
        theirs = Command([rushes(builds.now), "ls"], few)
        for words in ([], ["--by", "provider,model"], ["--by", "day"]):
            ours = Command([rushes(builds.now), "stats", *words], full)
            found, beside = in_turn(ours, theirs, ROUNDS)
            what = f"rushes {' '.join(['stats', *words])} over {ALL:,}"
            limit = None if words else 1.0
            yield cpu_line("stats", what, found, f"ls of {FEW:,}", beside, limit)
        yield from _queries(builds, Path(full["RUSHES_HOME"]) / "history.db")


def _queries(builds: Builds, history: Path) -> Iterator[Line]:
    said = subprocess.run(
        [python(builds.now), __file__, str(history)],
        check=True,
        cwd=builds.now,
        stdout=subprocess.PIPE,
        text=True,
    )
    for by, took in zip(QUERIES, said.stdout.split(), strict=True):
        yield Line(
            target="stats",
            measure=f"the query over {ALL:,}, by {by or 'nothing'}",
            unit="ms",
            now=float(took),
            bar=Bar.NOW_AT_MOST,
            limit=LONGEST,
        )


def measure(history: Path) -> Iterator[float]:
    """The CPU milliseconds of each query on that file."""
    from rushes.watch.figures.totals import By
    from rushes.watch.history import figures
    from rushes.watch.history.reader import HistoryReader

    reader = HistoryReader(history)
    tags = dict.fromkeys(reader.ask(figures.refs)[::10], ("trailer",))
    for words in QUERIES:
        keys = [By(word) for word in words.split(",") if word]
        took: list[float] = []
        for _ in range(7):
            before = time.process_time()
            reader.ask(lambda db, by=keys: figures.tallies(db, by, time.time(), None, tags))
            took.append(1000 * (time.process_time() - before))
        yield min(took)
    reader.close()


if __name__ == "__main__":
    if len(sys.argv) > 1:
        for milliseconds in measure(Path(sys.argv[1])):
            print(milliseconds)
    else:
        show(lines(Builds.here()))
