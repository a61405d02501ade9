"""Other programs for a terminal beside this one: their first frame, their bytes, their idleness.

Usage: by `bench/run.py`, which installs them. Each stands at a terminal of its own, all at the same
time for what they take at rest; first frames are taken in turn.
"""

import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from homes import Kind, make_home
from line import Builds, Line, paired, rushes, show
from pty_session import PtySession

ROUNDS = 5
REST, RESTED = 10.0, 20.0
"""Seconds until all are at rest, and those over which they are measured."""

TASKS = 1_000
OURS = "rushes"


@dataclass
class Program:
    """A program, the text that only its useful frame has, and what its starts cost."""

    name: str
    frame: str
    argv: Sequence[str]
    environ: Mapping[str, str]
    walls: list[float] = field(default_factory=list[float])
    cpus: list[float] = field(default_factory=list[float])

    def start(self) -> None:
        """Start it, wait for the frame, end it; nothing where no text tells the frame."""
        if not self.frame:
            return
        with PtySession(self.argv, self.environ) as session:
            wall = session.wait_for(self.frame, 30.0)
            if wall is not None:
                self.walls.append(wall)
                self.cpus.append(session.cpu())


def programs(builds: Builds, folder: Path) -> list[Program]:
    """This one, and the peers that are there."""
    environ = make_home(builds.now, folder / "home", TASKS, Kind.MIXED)
    found = [Program(OURS, "bench 000", [rushes(builds.now)], environ)]
    home = {"HOME": str(folder)}
    text, tree = folder / "text", folder / "tree"
    text.write_text("".join(f"line {n} of the file\n" for n in range(1, TASKS)))
    subprocess.run(["git", "init", "-q", str(tree)], check=True)
    wanted: tuple[tuple[str, str, str, list[str]], ...] = (
        ("toolong", "tl", "of the file", [str(text)]),
        ("harlequin", "harlequin", "Data Catalog", ["-a", "sqlite", ":memory:"]),
        ("dolphie", "dolphie", "Connect", []),
        ("lazygit", "lazygit", "", ["-p", str(tree)]),  # its first frame waits for questions
    )
    for name, command, frame, words in wanted:
        if path := builds.peer(name, command):
            found.append(Program(name, frame, [str(path), *words], home))
    if path := shutil.which("htop"):
        found.append(Program("htop", "Load average", [path], home))
    return found


def lines(builds: Builds) -> Iterator[Line]:
    """A line a peer and measure; they have no bars."""
    with tempfile.TemporaryDirectory(prefix="rushes-peers-") as made:
        found = programs(builds, Path(made))
        with PtySession(found[0].argv, found[0].environ) as session:  # it keeps its first frame
            session.wait_for(found[0].frame)
            session.drain(3.0)
            session.quit()
        for _ in range(ROUNDS):
            for program in found:
                program.start()
        yield from _frames(found)
        yield from _at_rest(found)


def _frames(found: Sequence[Program]) -> Iterator[Line]:
    ours = found[0]
    for peer in found[1:]:
        if len(peer.walls) == len(ours.walls):
            yield Line(
                target="1",
                measure=f"first useful frame, {TASKS:,} tasks",
                unit="ms",
                now=statistics.median(ours.walls) * 1e3,
                against=peer.name,
                theirs=statistics.median(peer.walls) * 1e3,
                ratio=paired(ours.walls, peer.walls),
                cpu_ratio=paired(ours.cpus, peer.cpus),
            )


def _at_rest(found: Sequence[Program]) -> Iterator[Line]:
    with ExitStack() as stack:
        sessions = [stack.enter_context(PtySession(each.argv, each.environ)) for each in found]
        _look_on(sessions, REST)
        cpus, sent = [each.cpu() for each in sessions], [each.received for each in sessions]
        _look_on(sessions, RESTED)
        shares = [
            100 * (each.cpu() - was) / RESTED for each, was in zip(sessions, cpus, strict=True)
        ]
        rates = [(each.received - was) / RESTED for each, was in zip(sessions, sent, strict=True)]
    for target, what, unit, figures in (
        ("5", f"bytes at rest, {TASKS:,} tasks", "B/s", rates),
        ("8", f"idle, {TASKS:,} tasks", "% of a core", shares),
    ):
        for peer, theirs in zip(found[1:], figures[1:], strict=True):
            yield Line(
                target=target,
                measure=what,
                unit=unit,
                now=figures[0],
                against=peer.name,
                theirs=theirs,
                ratio=figures[0] / theirs if theirs else None,
            )


def _look_on(sessions: Sequence[PtySession], seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        for session in sessions:
            session.read(0.02)
            session.painted.clear()


if __name__ == "__main__":
    show(lines(Builds.here()))
