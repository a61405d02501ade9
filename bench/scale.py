"""How the program grows with the list: 100 to 50,000 watched tasks, as a table and a picture.

Usage: python bench/scale.py [--before COMMIT] [--folder FOLDER] [--picture docs/scale.png]

A fifth of the tasks run, the others are over; nothing comes due. The picture is drawn by matplotlib
(`pip install '.[bench]'`); without `--picture` it is not needed.
"""

import argparse
import random
import statistics
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from builds import ROOT, make_builds
from commands import Command, cost
from homes import Kind, make_home
from idle import measured, settle
from keys import typist, walk
from line import Builds, rushes
from pty_session import PtySession

SIZES = (100, 1_000, 10_000, 50_000)
ROUNDS, KEYS, IDLE = 3, 20, 20.0
"""Starts of each kind, cursor keys, and seconds over which idleness is measured."""

ROW = "bench 000"
"""What every first frame shows."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of the table: a name, and the unit that its figures are in."""

    name: str
    unit: str


KEPT = Measure("first frame, kept", "ms CPU")
LIVE = Measure("first frame, live", "ms CPU")
MEMORY = Measure("memory", "MiB")
RESTING = Measure("idle", "% of a core")
CURSOR = Measure("cursor key, p50", "ms")
LISTED = Measure("ls --json", "ms CPU")
PEAK = Measure("ls --json, peak", "MiB")
HISTORY = Measure("history.db", "MiB")
MEASURES = (KEPT, LIVE, MEMORY, RESTING, CURSOR, LISTED, PEAK, HISTORY)

Figures = Mapping[Measure, float]


def figures(build: Path, tasks: int) -> Figures:
    """All measures of one build over a list of so many tasks."""
    with tempfile.TemporaryDirectory(prefix="rushes-scale-") as made:
        home = Path(made)
        environ = make_home(build, home, tasks, Kind.MIXED)
        found: dict[Measure, float] = {}
        found[LIVE] = _first_frame(build, environ, home)
        found |= _standing(build, environ)
        if (home / "frames").exists():
            found[KEPT] = _first_frame(build, environ, None)
        listed = [cost(Command([rushes(build), "ls", "--json"], environ)) for _ in range(ROUNDS)]
        found[LISTED] = 1000 * statistics.median(each.cpu for each in listed)
        found[PEAK] = max(each.memory for each in listed) / (1 << 20)
        found[HISTORY] = sum(file.stat().st_size for file in home.glob("history.db*")) / (1 << 20)
        return found


def _first_frame(build: Path, environ: Mapping[str, str], home: Path | None) -> float:
    """Milliseconds of processor time until there are rows; where a home is given, the live ones."""
    spent: list[float] = []
    for _ in range(ROUNDS):
        for kept in home.glob("frames/*") if home else ():
            kept.unlink()
        with PtySession([rushes(build)], environ) as session:
            if session.wait_for(ROW, 120.0) is None:
                raise RuntimeError(f"no frame came: {session.text()[-300:]!r}")
            spent.append(1000 * session.cpu())
    return statistics.median(spent)


def _standing(build: Path, environ: Mapping[str, str]) -> Figures:
    """What a dashboard takes that stands there, and how soon it answers; it keeps its frame."""
    with typist(build, dict(environ)) as person:
        settle([person.session])
        (idle,) = measured([person.session], IDLE)
        walk(person, KEYS, random.Random(1))
        memory = person.session.memory()
        person.session.quit()
    return {RESTING: idle, CURSOR: statistics.median(person.milliseconds), MEMORY: memory}


def table(found: Mapping[int, Figures]) -> Iterator[str]:
    """The figures as the rows of a Markdown table."""
    yield "| tasks | " + " | ".join(f"{each.name} ({each.unit})" for each in MEASURES) + " |"
    yield "|---" * (len(MEASURES) + 1) + "|"
    for tasks, measures in found.items():
        cells = (f"{measures[each]:.3g}" if each in measures else "–" for each in MEASURES)
        yield f"| {tasks:,} | " + " | ".join(cells) + " |"


def draw(found: Mapping[str, Mapping[int, Figures]], picture: Path) -> None:
    """One small chart a measure, a line a build; both axes are logarithmic."""
    matplotlib: Any = import_module("matplotlib")
    matplotlib.use("agg")
    pyplot: Any = import_module("matplotlib.pyplot")
    figure, places = pyplot.subplots(2, 4, figsize=(14, 6.5), constrained_layout=True)
    for place, measure in zip(places.flat, MEASURES, strict=True):
        for (build, by_size), style in zip(found.items(), ("o-", "s--"), strict=False):
            points = [(n, each[measure]) for n, each in by_size.items() if measure in each]
            if points:
                place.plot(*zip(*points, strict=True), style, label=build)
        place.set(title=measure.name, xlabel="watched tasks", ylabel=measure.unit)
        place.set_xscale("log")
        place.set_yscale("log")
        low, high = place.get_ylim()
        place.set_ylim(low / 2, high * 2)  # what hardly grows is to look so
        place.grid(visible=True, which="major", alpha=0.3)
    places.flat[1].legend()
    figure.savefig(picture, dpi=100)


def _all(builds: Builds, sizes: Sequence[int]) -> Mapping[str, Mapping[int, Figures]]:
    names = ("now", "before")
    found: dict[str, dict[int, Figures]] = {}
    for name, build in zip(names, builds.measured, strict=False):
        found[name] = {}
        for tasks in sizes:
            found[name][tasks] = figures(build, tasks)
        print(name, "", *table(found[name]), "", sep="\n", flush=True)
    return found


def main() -> None:
    """Measure, print the tables, draw the picture."""
    words = argparse.ArgumentParser()
    words.add_argument("--before")
    words.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    words.add_argument("--picture", type=Path)
    said = words.parse_args()
    found = _all(make_builds(said.folder, said.before, with_peers=False), SIZES)
    if said.picture:
        draw(found, said.picture)


if __name__ == "__main__":
    main()
