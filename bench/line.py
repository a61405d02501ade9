"""What every benchmark of `bench/run.py` gives: lines of one form, measured side by side."""

import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Bar(Enum):
    """What is held against a bar, and from which side."""

    RATIO_AT_MOST = "ratio ≤"
    RATIO_AT_LEAST = "ratio ≥"
    NOW_AT_MOST = "now ≤"
    NOW_AT_LEAST = "now ≥"


@dataclass(frozen=True, slots=True)
class Builds:
    """The programs that are measured: folders of virtual environments.

    `before` is the build before this one, or None. `peers` holds a virtual environment for each
    peer that comes from the package index, by its name; what is missing is left out and said.
    """

    now: Path
    before: Path | None = None
    peers: Path | None = None

    @staticmethod
    def here() -> "Builds":
        """Only the build of the Python that runs this."""
        return Builds(now=Path(sys.prefix))

    @property
    def measured(self) -> tuple[Path, ...]:
        """This build and, where there is one, the build before it."""
        return (self.now,) if self.before is None else (self.now, self.before)

    def peer(self, name: str, command: str | None = None) -> Path | None:
        """The command of a peer from the package index; None where it is not installed."""
        if self.peers is None:
            return None
        path = self.peers / name / "bin" / (command or name)
        return path if path.exists() else None


def python(build: Path) -> str:
    """The Python of a build."""
    return str(build / "bin" / "python")


def rushes(build: Path) -> str:
    """The program of a build."""
    return str(build / "bin" / "rushes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One measure beside its peer or the build before.

    `target` is the number of the target, `against` names what it is compared with. `ratio` is the
    median of the ratios of each round, ours to theirs, of wall time unless `measure` says another
    thing; `cpu_ratio` is the same of processor time. None is what was not measured.
    """

    target: str
    measure: str
    unit: str
    now: float
    against: str = ""
    theirs: float | None = None
    ratio: float | None = None
    cpu_ratio: float | None = None
    bar: Bar | None = None
    limit: float | None = None

    @property
    def held(self) -> bool | None:
        """Whether the bar is kept; None where there is none, or nothing to hold against it."""
        if self.bar is None or self.limit is None:
            return None
        value = self.ratio if self.bar in (Bar.RATIO_AT_MOST, Bar.RATIO_AT_LEAST) else self.now
        if value is None:
            return None
        if self.bar in (Bar.RATIO_AT_MOST, Bar.NOW_AT_MOST):
            return value <= self.limit
        return value >= self.limit


def paired(ours: Sequence[float], theirs: Sequence[float]) -> float | None:
    """The median of the ratios round by round: what the machine did meanwhile cancels out.

    None where theirs is nothing at all, as the idle time of a program that never wakes is.
    """
    if not all(theirs):
        return None
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


HEAD = "| # | measure | now | against | theirs | ratio | CPU ratio | bar | held |"
RULE = "|---|---|---|---|---|---|---|---|---|"


def row(line: Line) -> str:
    """The line as a row of a Markdown table."""
    bar = f"{line.bar.value} {line.limit:g}" if line.bar and line.limit is not None else ""
    held = {True: "yes", False: "**no**", None: ""}[line.held]
    cells = (
        line.target,
        line.measure,
        f"{_number(line.now)} {line.unit}",
        line.against,
        f"{_number(line.theirs)} {line.unit}" if line.theirs is not None else "",
        _number(line.ratio),
        _number(line.cpu_ratio),
        bar,
        held,
    )
    return "| " + " | ".join(cells) + " |"


def show(lines: Iterable[Line]) -> None:
    """Print lines as they come."""
    print(HEAD, RULE, sep="\n", flush=True)
    for line in lines:
        print(row(line), flush=True)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
