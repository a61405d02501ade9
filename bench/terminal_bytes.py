"""Target 5: bytes a second to the terminal while nobody types, beside htop, lazygit and before.

All programs run at once, each at a terminal of 120 by 40, so that the machine is the same to all.
A terminal that knows synchronised output gets 16 bytes more for each update.

Usage: python bench/terminal_bytes.py
"""

import contextlib
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from homes import Kind, make_home
from line import Bar, Builds, Line, paired, rushes, show
from pty_session import PtySession

TASKS = 1000
SETTLED, ROUND, ROUNDS = 6.0, 8.0, 5
LIMITS = {Kind.ACTIVE: 1900.0, Kind.FINISHED: 50.0}

Measured = tuple[list[float], list[float]]
"""Bytes a second and processor seconds a second, of each round."""


def lines(builds: Builds) -> Iterator[Line]:
    """A line for each kind of home, beside the build before and beside the peer."""
    for kind, peer in ((Kind.ACTIVE, "htop"), (Kind.FINISHED, "lazygit")):
        with contextlib.ExitStack() as stack:
            programs = {
                str(build): stack.enter_context(_dashboard(build, stack, kind))
                for build in builds.measured
            }
            if session := _peer(builds, peer, stack):
                programs[peer] = session
            measured = _measured(programs)
        measure = f"bytes a second to the terminal, {TASKS:,} {kind.value} tasks"
        yield _line(measure, measured, str(builds.now), str(builds.before), "before", LIMITS[kind])
        if peer in measured:
            yield _line(measure, measured, str(builds.now), peer, peer, LIMITS[kind])


def _line(
    measure: str, measured: dict[str, Measured], now: str, other: str, name: str, limit: float
) -> Line:
    sent, cpu = measured[now]
    beside = measured.get(other)
    return Line(
        target="5",
        measure=measure,
        unit="B/s",
        now=statistics.median(sent),
        against=name if beside else "",
        theirs=statistics.median(beside[0]) if beside else None,
        ratio=paired(sent, beside[0]) if beside and all(beside[0]) else None,
        cpu_ratio=paired(cpu, beside[1]) if beside and all(beside[1]) else None,
        bar=Bar.NOW_AT_MOST,
        limit=limit,
    )


def _dashboard(build: Path, stack: contextlib.ExitStack, kind: Kind) -> PtySession:
    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    session = PtySession([rushes(build)], make_home(build, home, TASKS, kind))
    session.wait_for("bench 009")
    return session


def _peer(builds: Builds, name: str, stack: contextlib.ExitStack) -> PtySession | None:
    """A peer that idles: htop as it comes, lazygit in a repository with one commit."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    if name == "htop":
        return stack.enter_context(PtySession(["htop"], {})) if shutil.which("htop") else None
    program = builds.peer("lazygit")
    if program is None:
        return None
    git = ["git", "-C", str(home), "-c", "user.name=bench", "-c", "user.email=bench@example.com"]
    for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "first"]):
        subprocess.run([*git, *words], check=True)
    (home / ".git" / "config.yml").write_text("disableStartupPopups: true\n")
    argv = [str(program), "--path", str(home), "--use-config-dir", str(home / ".git")]
    return stack.enter_context(PtySession(argv, {"HOME": str(home)}))


def _measured(programs: dict[str, PtySession]) -> dict[str, Measured]:
    """What each of them sends and costs in the same rounds."""
    _drain(list(programs.values()), SETTLED)
    measured: dict[str, Measured] = {name: ([], []) for name in programs}
    for _ in range(ROUNDS):
        before = {name: (one.received, one.cpu()) for name, one in programs.items()}
        began = time.perf_counter()
        _drain(list(programs.values()), ROUND)
        took = time.perf_counter() - began
        for name, one in programs.items():
            received, cpu = before[name]
            measured[name][0].append((one.received - received) / took)
            measured[name][1].append((one.cpu() - cpu) / took)
    return measured


def _drain(sessions: Sequence[PtySession], seconds: float) -> None:
    """Read from all of them, as terminals do."""
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for session in sessions:
            session.read(0.01)


if __name__ == "__main__":
    show(lines(Builds.here()))
