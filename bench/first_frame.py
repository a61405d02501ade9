"""How soon there is a frame, and somebody who obeys keys, after the program was started.

Usage: python bench/first_frame.py     (by `bench/run.py`: targets 1, 2 and 3)

Each round starts all programs in turn: a plain Textual table (`table_app.py`), this build with the
frame of the last time at 1,000, 10,000 and 50,000 saved tasks, this build and the one before
without it. A key is pressed when a frame is seen. All are killed, so none keeps another frame.
"""

import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from homes import Kind, make_home, task_id
from line import Bar, Builds, Line, paired, python, rushes, show
from pty_session import PtySession
from screen import Screen

ROUNDS = 9
SIZES = (1_000, 10_000, 50_000)
FRAME, KEY, LIVE, GROWTH = 0.12, 1.3, 1.3, 1.3
"""The bars."""

COLUMNS, LINES = 120, 40
QUIET, WITHIN = 1.0, 30.0
"""Seconds of one read, and of one start, at most."""

ROW = "bench 00000"
"""The label in the first row of every home."""

SECOND = task_id(5)[-6:]
"""What the details show when the cursor was moved down once: every fifth task is active.

It is the end of an id: a pane cuts one in the middle, and labels have fewer digits.
"""


@dataclass
class Case:
    """A program that is started again and again: seconds and processor seconds of each time."""

    argv: Sequence[str]
    environ: Mapping[str, str]
    frame: str
    answer: str
    frames: Path | None = None
    """The folder of kept frames, which is removed before each start."""

    seen: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])
    answered: list[tuple[float, float]] = field(default_factory=list[tuple[float, float]])

    def start(self, *, counts: bool) -> None:
        """Start it, wait for the frame, press j, wait for its answer."""
        if self.frames is not None:
            shutil.rmtree(self.frames, ignore_errors=True)
        with PtySession(self.argv, self.environ, columns=COLUMNS, rows=LINES) as session:
            wall = session.wait_for(self.frame)
            if wall is None:
                raise RuntimeError(f"{self.frame} never came: {session.text()[-300:]!r}")
            seen = wall, session.cpu()
            session.send("j")
            answered = self._answered(session)
        if counts:
            self.seen.append(seen)
            self.answered.append(answered)

    def _answered(self, session: PtySession) -> tuple[float, float]:
        """When the answer stood on the screen; the times are taken before the screen is read."""
        screen = Screen(COLUMNS, LINES)
        screen.feed(bytes(session.painted))
        while time.perf_counter() - session.began < WITHIN:
            data = session.read(QUIET)
            wall, cpu = time.perf_counter() - session.began, session.cpu()
            screen.feed(data)
            if any(self.answer in line for line in screen.lines):
                return wall, cpu
        raise RuntimeError(f"{self.answer} never came: {screen.lines!r}")


def lines(builds: Builds) -> Iterator[Line]:
    """The lines of the targets 1, 2 and 3."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-") as made:
        cases = _cases(builds, Path(made))
        for number in range(ROUNDS + 1):  # the first one fills caches
            for case in cases.values():
                case.start(counts=number > 0)
        yield from _lines(cases)


def _cases(builds: Builds, folder: Path) -> dict[str, Case]:
    app = str(Path(__file__).with_name("table_app.py"))
    cases = {"table": Case([python(builds.now), app], {}, "READYMARK", "KEYMARK")}
    for tasks in SIZES:
        home = folder / f"now-{tasks}"
        environ = make_home(builds.now, home, tasks, Kind.MIXED)
        cases[f"kept {tasks}"] = _case(builds.now, environ)
        _keep_a_frame(builds.now, environ)
        if tasks < SIZES[-1]:
            again = folder / f"live-{tasks}"
            environ = make_home(builds.now, again, tasks, Kind.MIXED)
            cases[f"live {tasks}"] = _case(builds.now, environ, again / "frames")
    if builds.before is not None:
        for tasks in SIZES[:2]:
            environ = make_home(builds.before, folder / f"before-{tasks}", tasks, Kind.MIXED)
            cases[f"before {tasks}"] = _case(builds.before, environ)
    return cases


def _case(build: Path, environ: Mapping[str, str], frames: Path | None = None) -> Case:
    return Case([rushes(build)], environ, ROW, SECOND, frames)


def _keep_a_frame(build: Path, environ: Mapping[str, str]) -> None:
    """Have a dashboard show all of its tasks, and end it."""
    screen, until = Screen(COLUMNS, LINES), time.perf_counter() + WITHIN
    with PtySession([rushes(build)], environ, columns=COLUMNS, rows=LINES) as session:
        while time.perf_counter() < until:
            screen.feed(session.read(QUIET))
            if ROW in "".join(screen.lines) and "reading" not in screen.line(0):
                break
        session.quit()


def _lines(cases: Mapping[str, Case]) -> Iterator[Line]:
    table = cases["table"]
    for tasks in SIZES:
        measure = f"exec to the first useful frame, {tasks:,} saved tasks"
        yield _line("1", measure, cases[f"kept {tasks}"].seen, table.seen, FRAME)
    if "before 1000" in cases:
        measure, before = "the same, 1,000, against the build before", cases["before 1000"]
        yield _line("1", measure, cases["kept 1000"].seen, before.seen, against="before")
    measure = "exec to the first key answered, 1,000 saved tasks"
    yield _line("2", measure, cases["kept 1000"].answered, table.answered, KEY)
    if "before 1000" in cases:
        measure, before = "the same before this build", cases["before 1000"]
        yield _line("2", measure, before.answered, table.answered)
    measure = "exec to the live frame, 1,000 saved tasks, none kept"
    yield _line("3", measure, cases["live 1000"].seen, table.seen, LIVE)
    live = cases["live 10000"].seen
    yield _line("3", "the same, 10,000", live, cases["live 1000"].seen, GROWTH, "1,000")
    if "before 1000" in cases:
        before = cases["before 1000"]
        yield _line("3", "1,000, before this build", before.seen, table.seen)
        many = cases["before 10000"].seen
        yield _line("3", "10,000, before this build", many, before.seen, against="1,000")


def _line(
    target: str,
    measure: str,
    ours: Sequence[tuple[float, float]],
    theirs: Sequence[tuple[float, float]],
    limit: float | None = None,
    against: str = "a plain Textual table",
) -> Line:
    (wall, cpu), (their_wall, their_cpu) = zip(*ours, strict=True), zip(*theirs, strict=True)
    return Line(
        target=target,
        measure=measure,
        unit="ms",
        now=statistics.median(wall) * 1e3,
        against=against,
        theirs=statistics.median(their_wall) * 1e3,
        ratio=paired(wall, their_wall),
        cpu_ratio=paired(cpu, their_cpu),
        bar=None if limit is None else Bar.RATIO_AT_MOST,
        limit=limit,
    )


if __name__ == "__main__":
    found = Builds.here()
    if len(sys.argv) > 1:
        found = Builds(now=found.now, before=Path(sys.argv[1]))
    show(lines(found))
