"""What short commands cost, in processor time: beside Python itself, a shorter list, the old build.

Usage: python bench/commands.py     (by `bench/run.py`: targets 4 and 11)

Each command is a process of its own whose output goes nowhere; those that are compared take turns.
The first round is not counted: it compiles what is imported, and keeps the entries of the lists.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from homes import PROVIDER, Kind, make_home, task_id
from line import Bar, Builds, Line, paired, python, rushes, show

ROUNDS = 15
LONG_ROUNDS = 3
FEW, MANY, ALL = 1_000, 10_000, 50_000
KIB = 1024


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, and the variables to run it with."""

    argv: Sequence[str]
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of processor time, seconds on the clock, and bytes of memory at most."""

    cpu: float
    wall: float
    memory: float


def lines(builds: Builds) -> Iterator[Line]:
    """The lines of targets 4 and 11."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        yield from _short(builds, Path(folder))
        yield from _one_of_many(builds, Path(folder))
        yield from _all_as_json(builds, Path(folder))


def _short(builds: Builds, folder: Path) -> Iterator[Line]:
    home = make_home(builds.now, folder / "few", FEW, Kind.MIXED)
    bare = Command([python(builds.now), "-c", "pass"], home)
    for words, limit in ((["--version"], 1.6), (["--help"], 3.0), (["ls"], 10.0)):
        ours, theirs = in_turn(Command([rushes(builds.now), *words], home), bare, ROUNDS)
        what = f"{words[0]} of {FEW:,}" if words == ["ls"] else words[0]
        yield cpu_line("4", f"rushes {what}", ours, "python -c pass", theirs, limit)


def _one_of_many(builds: Builds, folder: Path) -> Iterator[Line]:
    homes = {n: make_home(builds.now, folder / f"one-of-{n}", n, Kind.MIXED) for n in (FEW, MANY)}
    for command in (["show"], ["label"]):
        more = ["a new name"] if command == ["label"] else []
        words = [*command, f"{PROVIDER}:{task_id(FEW // 2)}", *more]
        many, few = (Command([rushes(builds.now), *words], homes[n]) for n in (MANY, FEW))
        ours, theirs = in_turn(many, few, ROUNDS)
        what = f"rushes {command[0]} of one among {MANY:,}"
        limit = 1.2 if command == ["show"] else None
        yield cpu_line("4", what, ours, f"one among {FEW:,}", theirs, limit)


def _all_as_json(builds: Builds, folder: Path) -> Iterator[Line]:
    words = ["ls", "--json"]
    home = make_home(builds.now, folder / "all", ALL, Kind.MIXED)
    ours = Command([rushes(builds.now), *words], home)
    what = f"rushes ls --json of {ALL:,}"
    if builds.before is None:
        found, old = [cost(ours) for _ in range(LONG_ROUNDS + 1)][1:], None
    else:
        # A home of its own: it has the older form of what is kept.
        older = make_home(builds.before, folder / "all-before", ALL, Kind.MIXED)
        found, old = in_turn(ours, Command([rushes(builds.before), *words], older), LONG_ROUNDS)
        yield cpu_line("11", what, found, "the build before", old, 0.6)
    yield Line(
        target="11",
        measure=f"{what}: memory a task",
        unit="kB",
        now=median(cost.memory for cost in found) / ALL / 1000,
        against="the build before" if old else "",
        theirs=median(cost.memory for cost in old) / ALL / 1000 if old else None,
        bar=Bar.NOW_AT_MOST,
        limit=2.0,
    )


def cpu_line(
    target: str,
    measure: str,
    ours: Sequence[Cost],
    against: str,
    theirs: Sequence[Cost],
    limit: float | None,
) -> Line:
    """A line whose ratio is that of processor time."""
    ratio = paired([cost.cpu for cost in ours], [cost.cpu for cost in theirs])
    return Line(
        target=target,
        measure=f"{measure}, CPU",
        unit="ms",
        now=1000 * median(cost.cpu for cost in ours),
        against=against,
        theirs=1000 * median(cost.cpu for cost in theirs),
        ratio=ratio,
        cpu_ratio=ratio,
        bar=None if limit is None else Bar.RATIO_AT_MOST,
        limit=limit,
    )


def in_turn(ours: Command, theirs: Command, rounds: int) -> tuple[list[Cost], list[Cost]]:
    """What both cost in each round but the first."""
    found = [(cost(ours), cost(theirs)) for _ in range(rounds + 1)][1:]
    return [one for one, _ in found], [other for _, other in found]


def cost(command: Command) -> Cost:
    """What one run costs; raises RuntimeError where it fails."""
    # Without compiled modules it would be measured how fast they are compiled.
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = os.times()
    process = subprocess.Popen(
        command.argv,
        env={**kept, **command.environ},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command.argv)}: {process.returncode}, {said.decode()}")
    # Linux counts kibibytes, macOS bytes.
    memory = used.ru_maxrss * (1 if sys.platform == "darwin" else KIB)
    return Cost(used.ru_utime + used.ru_stime, os.times().elapsed - before.elapsed, memory)


if __name__ == "__main__":
    show(lines(Builds.here()))
