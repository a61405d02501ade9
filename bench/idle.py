"""What a dashboard costs that nobody looks at: processor time while nothing comes due.

Usage: python bench/idle.py [SECONDS]      (a round of so many, 20 by default; three rounds)

All programs stand at terminals of their own at the same time and are measured over the same
seconds, so that a busy machine disturbs all of them alike. Nothing is asked: the tasks are over, or
their interval is an hour. What is counted is processor time of the process with all its threads;
reading the terminals is this process's own.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from homes import Kind, make_home
from line import Bar, Builds, Line, paired, rushes, show
from pty_session import PtySession

SECONDS, ROUNDS = 20.0, 3
SETTLED, SETTLES_WITHIN = 5.0, 240.0
"""Per cent of a core below which a program counts as settled, and the seconds it may take to be."""

TIDIED = 70.0
"""Seconds after which the history was tidied up, which is done once a day."""

SIZES = (1_000, 10_000)
FEW, MANY = 1_000, 50_000
TIMES, SHARE = 1.3, 0.3
"""The bars: how much more MANY may cost than FEW, and how many per cent of a core idleness may."""

LAZYGIT = "lazygit"


@dataclass(frozen=True)
class Idler:
    """A program that stands idle: which build it is of, or which peer."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str]


class Ended(Exception):
    """A program ended by itself; the text is the last that it wrote."""


def watching(build: Path, folder: Path, tasks: int, kind: Kind) -> Idler:
    """The dashboard of a build over a home with so many tasks."""
    home = folder / f"{build.name}-{kind.value}-{tasks}"
    home.mkdir()
    return Idler(f"{tasks} {kind.value}", [rushes(build)], make_home(build, home, tasks, kind))


def lazygit(builds: Builds, folder: Path) -> Idler | None:
    """Lazygit in a repository of one commit, where it is installed."""
    program = builds.peer(LAZYGIT)
    if program is None:
        return None
    tree = folder / LAZYGIT
    tree.mkdir()
    who = {"GIT_CONFIG_GLOBAL": os.devnull, "HOME": str(tree), "GIT_AUTHOR_NAME": "bench"}
    who |= {"GIT_AUTHOR_EMAIL": "b@example.org", "GIT_COMMITTER_NAME": "bench"}
    who |= {"GIT_COMMITTER_EMAIL": "b@example.org", "PATH": os.environ["PATH"]}
    for words in (("init", "-q"), ("commit", "-q", "--allow-empty", "-m", "first")):
        subprocess.run(["git", *words], cwd=tree, env=who, check=True)
    return Idler(LAZYGIT, [str(program), "-p", str(tree)], who)


def shares(idlers: Sequence[Idler], seconds: float, rounds: int) -> list[list[float]]:
    """The per cent of a core that each takes, round by round."""
    with ExitStack() as stack:
        sessions = [stack.enter_context(PtySession(idler.argv, idler.environ)) for idler in idlers]
        settle(sessions)
        spent = [measured(sessions, seconds) for _ in range(rounds)]
        for idler, session in zip(idlers, sessions, strict=True):
            if not session.cpu():
                raise Ended(f"{idler.name}: {session.text()[-300:].decode(errors='replace')}")
    return [[one[place] for one in spent] for place in range(len(idlers))]


def settle(sessions: Sequence[PtySession]) -> None:
    """Return once all have painted, and none of them has been busy for a while."""
    began, quiet = time.monotonic(), 0
    for session in sessions:
        session.wait_for_quiet(2.0, 10.0)
    while (passed := time.monotonic() - began) < SETTLES_WITHIN:
        quiet = quiet + 1 if max(measured(sessions, 3.0)) < SETTLED else 0
        if quiet >= 3 and passed > TIDIED:
            return


def measured(sessions: Sequence[PtySession], seconds: float) -> list[float]:
    """The per cent of a core that each takes in the same seconds."""
    before, began = [session.cpu() for session in sessions], time.monotonic()
    while time.monotonic() < began + seconds:
        for session in sessions:
            session.read(0.0)
            del session.painted[:-4096]
        time.sleep(0.1)
    passed = time.monotonic() - began
    return [
        100 * (session.cpu() - was) / passed for session, was in zip(sessions, before, strict=True)
    ]


def lines(builds: Builds, seconds: float = SECONDS, rounds: int = ROUNDS) -> Iterator[Line]:
    """Target 8."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-idle-") as made:
        folder = Path(made)
        yield from _by_size(builds, folder, seconds, rounds)
        yield from _finished(builds, folder, seconds, rounds)


def _by_size(builds: Builds, folder: Path, seconds: float, rounds: int) -> Iterator[Line]:
    for build in builds.measured:
        is_now = build == builds.now
        idlers = [watching(build, folder, tasks, Kind.ACTIVE) for tasks in (FEW, MANY)]
        try:
            few, many = shares(idlers, seconds, rounds)
        except Ended as error:
            if is_now:
                raise
            # On a busy machine it takes more than its five seconds to read so many.
            print(f"the build before ended: {error}", file=sys.stderr)
            continue
        yield Line(
            target="8",
            measure=f"idle, {MANY:,} watched{'' if is_now else ', the build before'}",
            unit="% of a core",
            now=statistics.median(many),
            against=f"{FEW:,} watched",
            theirs=statistics.median(few),
            cpu_ratio=paired(many, few),
            ratio=paired(many, few),
            bar=Bar.RATIO_AT_MOST if is_now else None,
            limit=TIMES if is_now else None,
        )


def _finished(builds: Builds, folder: Path, seconds: float, rounds: int) -> Iterator[Line]:
    peer = lazygit(builds, folder)
    for tasks in SIZES:
        idlers = [watching(build, folder, tasks, Kind.FINISHED) for build in builds.measured]
        spent = shares([*idlers, *([peer] if peer else [])], seconds, rounds)
        others = {"the build before": spent[1]} if builds.before is not None else {}
        others |= {LAZYGIT: spent[-1]} if peer else {}
        yield from _beside(tasks, spent[0], others)


def _beside(tasks: int, ours: list[float], others: Mapping[str, list[float]]) -> Iterator[Line]:
    alone = Line(
        target="8",
        measure=f"idle, {tasks:,} finished",
        unit="% of a core",
        now=statistics.median(ours),
        bar=Bar.NOW_AT_MOST,
        limit=SHARE,
    )
    for against, theirs in others.items():
        ratio = paired(ours, theirs)
        beside = statistics.median(theirs)
        yield replace(alone, against=against, theirs=beside, ratio=ratio, cpu_ratio=ratio)
    if not others:
        yield alone


if __name__ == "__main__":
    show(lines(Builds.here(), float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
