"""What `rushes ls --summary` costs, as a status bar asks it, in processor time: beside `--version`.

Usage: python bench/summary.py     (by `bench/run.py`: target summary)
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from commands import MANY, ROUNDS, Command, cpu_line, in_turn
from homes import Kind, make_home
from line import Builds, Line, rushes, show

LIMIT = 4.0
"""Times what `rushes --version` costs."""


def lines(builds: Builds) -> Iterator[Line]:
    """The lines of target summary."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as folder:
        home = make_home(builds.now, Path(folder), MANY, Kind.MIXED)
        version = Command([rushes(builds.now), "--version"], home)
        for words in (["ls", "--summary"], ["ls", "--summary", "--json"]):
            ours, theirs = in_turn(Command([rushes(builds.now), *words], home), version, ROUNDS)
            what = f"rushes {' '.join(words)} of {MANY:,}"
            yield cpu_line("summary", what, ours, "rushes --version", theirs, LIMIT)


if __name__ == "__main__":
    show(lines(Builds.here()))
