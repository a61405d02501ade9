"""From a key to what it changes on the screen: the cursor under load and at rest, and the filter.

Usage: python bench/keys.py

A key counts as answered when the bytes have come after which the screen shows what it does: the
cursor in the next row, or the first row that the filter leaves. Load is a gateway in a process of
its own whose tasks are asked about 200 times a second. Beside the filter stands fzf over the same
texts, where it is installed. Times are of the clock; the CPU ratio compares what the builds spent
from the key until they were quiet again.
"""

import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from homes import Kind, make_home, task_id
from line import Bar, Builds, Line, paired, rushes, show
from loopback import served
from pty_session import PtySession
from screen import Screen

COLUMNS, ROWS = 120, 40
FIRST_ROW = 3
"""The screen's line with the first row of the list."""

POLLS = 200.0
LOADED, KEYS_UNDER_LOAD = (1_000, 10_000), 120
RESTING, KEYS_AT_REST = 10_000, 30
FILTERED = {10_000: 33.0, 50_000: 100.0}
"""Rows that are filtered, and the most milliseconds that a key may take with as many."""

TYPED = ("9", "9", "7", "\x7f", "\x7f", "\x7f")
ROUNDS = 3
DOWN, UP = "j", "k"
QUIET, PATIENCE = 0.025, 8.0
"""Seconds without a byte after which a key has had its effect, and for which one is waited for."""

GATEWAY = r"""
import asyncio, json
class Answering(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport, self.rest = transport, b""
    def data_received(self, data):
        *heads, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for head in heads:
            task = head.split(None, 2)[1].rsplit(b"/", 1)[-1].decode()
            said = {"taskId": task, "model": "m", "status": "handling", "output": []}
            body = json.dumps({"code": 200, "message": "success", "data": said}).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body) + body)
async def main():
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()
asyncio.run(main())
"""


@dataclass
class Typist:
    """A person at a terminal: what was typed, how long each key took, and the CPU seconds of it."""

    session: PtySession
    screen: Screen = field(default_factory=lambda: Screen(COLUMNS, ROWS))
    milliseconds: list[float] = field(default_factory=list[float])
    cpu: list[float] = field(default_factory=list[float])

    def wait(self, shows: Callable[[Screen], bool], within: float = 180.0) -> None:
        """Return once the screen shows that; raises TimeoutError."""
        until = time.perf_counter() + within
        while not shows(self.screen):
            if time.perf_counter() > until:
                raise TimeoutError("\n".join(self.screen.lines))
            self.screen.feed(self.session.read(0.1))

    def rest(self, seconds: float) -> None:
        """Only look on."""
        until = time.perf_counter() + seconds
        while (left := until - time.perf_counter()) > 0:
            self.screen.feed(self.session.read(left))

    def settle(self, within: float = 60.0) -> None:
        """Look on until the program is not busy any more; one that always is, for so long."""
        quiet, until = 0, time.perf_counter() + within
        while quiet < 4 and time.perf_counter() < until:
            before = self.session.cpu()
            self.rest(1.0)
            quiet = quiet + 1 if self.session.cpu() - before < 0.1 else 0

    def press(self, key: str, shows: Callable[[Screen], bool]) -> None:
        """Press a key, and note when the screen shows what it does; raises TimeoutError."""
        spent, pressed = self.session.cpu(), time.perf_counter()
        self.session.send(key)
        while (now := time.perf_counter()) < pressed + PATIENCE:
            # What came is looked at later: that takes time in which more may come.
            came = list[tuple[float, bytes]]()
            while time.perf_counter() < now + 0.1 and (data := self.session.read(QUIET)):
                came.append((time.perf_counter(), data))
            for at, data in came:
                self.screen.feed(data)
                if shows(self.screen):
                    self.milliseconds.append(1000 * (at - pressed))
                    for _, more in came[came.index((at, data)) + 1 :]:
                        self.screen.feed(more)
                    self.cpu.append(self.session.cpu() - spent)
                    return
        raise TimeoutError(f"{key!r}\n" + "\n".join(self.screen.lines))


def label(n: int) -> str:
    """What row `n` of an unfiltered list is called."""
    return f"bench {n:05d}"


def _at(n: int) -> Callable[[Screen], bool]:
    """Whether the cursor is on that row of a list that does not scroll."""
    return lambda screen: screen.line(FIRST_ROW + n).startswith("▌")


def _first(n: int) -> Callable[[Screen], bool]:
    """Whether that task is the first in the list."""
    return lambda screen: label(n) in screen.line(FIRST_ROW)[:30]


@contextmanager
def typist(build: Path, environ: dict[str, str]) -> Generator[Typist]:
    """A person before the dashboard of that build, once its list stands and it is quiet."""
    argv = [rushes(build)]
    with PtySession(argv, environ, columns=COLUMNS, rows=ROWS) as session:
        person = Typist(session)
        person.wait(_first(0))
        person.rest(5.0)
        yield person


def walk(person: Typist, keys: int, chance: random.Random) -> None:
    """Move the cursor down and up again, with pauses as of a person."""
    row, step = 0, 1
    for _ in range(keys):
        step = 1 if row == 0 else -1 if row == ROWS - 12 else step
        row += step
        person.press(DOWN if step > 0 else UP, _at(row))
        person.rest(chance.uniform(0.05, 0.15))


def lines(builds: Builds) -> Iterator[Line]:
    """Targets 9 and 9b."""
    with tempfile.TemporaryDirectory(prefix="rushes-bench-keys-") as made:
        folder = Path(made)
        yield from under_load(builds, folder)
        yield from at_rest(builds, folder)
        for rows, limit in FILTERED.items():
            yield from filtering(builds, folder, rows, limit)


def under_load(builds: Builds, folder: Path) -> Iterator[Line]:
    """The cursor while 200 answers come a second."""
    for tasks in LOADED:
        people = list[Typist]()
        for build in builds.measured:
            home = folder / f"{build.name}-load-{tasks}"
            home.mkdir()
            with served(GATEWAY) as base:
                interval = f"{tasks / POLLS:g}s"
                more = "max_concurrency = 32" + ("\nmax_rate = 200" if _has_rate(build) else "")
                environ = make_home(
                    build, home, tasks, Kind.ACTIVE, base_url=base, interval=interval, more=more
                )
                try:
                    people.append(_under_load(build, environ, tasks))
                except (TimeoutError, OSError) as error:
                    if build == builds.now:
                        raise
                    # On a busy machine it takes more than its five seconds to read so many.
                    print(f"the build before ended: {error}", file=sys.stderr)
        what = f"cursor key at 200 polls/s, {tasks:,} rows"
        yield _line("9", f"{what}, p50", people, statistics.median, 5.0)
        yield _line("9", f"{what}, p99", people, _worst(0.99), 25.0)


def _under_load(build: Path, environ: dict[str, str], tasks: int) -> Typist:
    """A person who walked while answers came; raises TimeoutError or OSError where it ended."""
    with typist(build, environ) as person:
        # All were asked just now: no answer comes before an interval has passed.
        person.rest(tasks / POLLS + 15.0)
        walk(person, KEYS_UNDER_LOAD, random.Random(tasks))
        return person


def at_rest(builds: Builds, folder: Path) -> Iterator[Line]:
    """The cursor while nothing else happens."""
    people = list[Typist]()
    for build in builds.measured:
        home = folder / f"{build.name}-rest"
        home.mkdir()
        with typist(build, make_home(build, home, RESTING, Kind.FINISHED)) as person:
            person.settle()
            walk(person, KEYS_AT_REST, random.Random(1))
            people.append(person)
    what = f"cursor key at rest, {RESTING:,} rows"
    yield _line("9b", f"{what}, p50", people, statistics.median, 3.5)
    yield _line("9b", f"{what}, second worst of {KEYS_AT_REST}", people, _second_worst, 8.0)


def filtering(builds: Builds, folder: Path, rows: int, limit: float) -> Iterator[Line]:
    """A filter that is typed and taken back, letter by letter."""
    people = list[Typist]()
    with ExitStack() as stack:
        for build in builds.measured:
            home = folder / f"{build.name}-filter-{rows}"
            home.mkdir()
            environ = make_home(build, home, rows, Kind.FINISHED)
            person = stack.enter_context(typist(build, environ))
            person.settle()
            person.session.send("/")
            person.rest(1.0)
            people.append(person)
        beside = [stack.enter_context(fuzzy(folder, rows))] if shutil.which("fzf") else []
        for _ in range(ROUNDS):
            for person in people:
                _type(person, lambda text: _first(next(_holding(text, rows))))
            for person in beside:
                _type(person, lambda text: _counted(len(list(_holding(text, rows))), rows))
    what = f"key of the filter, {rows:,} rows"
    yield _line("9b", f"{what}, worst", people, max, limit)
    if beside:
        ours, theirs = people[0].milliseconds, beside[0].milliseconds
        yield Line(
            target="9b",
            measure=f"{what}, median",
            unit="ms",
            now=statistics.median(ours),
            against="fzf",
            theirs=statistics.median(theirs),
            ratio=paired(ours, theirs),
            cpu_ratio=paired(people[0].cpu, beside[0].cpu),
        )


def _type(person: Typist, shows: Callable[[str], Callable[[Screen], bool]]) -> None:
    text = ""
    for key in TYPED:
        text = text[:-1] if key == "\x7f" else text + key
        person.press(key, shows(text))
        person.rest(0.2)


@contextmanager
def fuzzy(folder: Path, rows: int) -> Generator[Typist]:
    """A person before fzf, over the texts of as many tasks."""
    texts = folder / f"texts-{rows}"
    texts.write_text("".join(f"{_text(n)}\n" for n in range(rows)))
    argv = ["sh", "-c", f"exec fzf --exact --no-sort < {texts}"]
    with PtySession(argv, {}, columns=COLUMNS, rows=ROWS) as session:
        person = Typist(session)
        person.wait(_counted(rows, rows))
        yield person


def _counted(found: int, rows: int) -> Callable[[Screen], bool]:
    """Whether fzf has found so many."""
    words = re.compile(rf"(?<!\d){found}/{rows}(?!\d)")
    return lambda screen: any(words.search(line) for line in screen.lines)


def _text(n: int) -> str:
    """All that a word is looked for in."""
    return f"{label(n)} {task_id(n)} hiapi model-{n % 4} a lighthouse in the rain, take {n}"


def _holding(text: str, rows: int) -> Iterator[int]:
    return (n for n in range(rows) if text in _text(n))


def _line(
    target: str,
    measure: str,
    people: Sequence[Typist],
    figure: Callable[[Sequence[float]], float],
    limit: float,
) -> Line:
    ours, *others = people
    alone = {"target": target, "measure": measure, "unit": "ms"}
    theirs = others[0] if others else None
    now = figure(ours.milliseconds)
    was = figure(theirs.milliseconds) if theirs else None
    return Line(
        **alone,
        now=now,
        against="the build before" if theirs else "",
        theirs=was,
        ratio=now / was if was else None,
        cpu_ratio=statistics.median(ours.cpu) / statistics.median(theirs.cpu) if theirs else None,
        bar=Bar.NOW_AT_MOST,
        limit=limit,
    )


def _worst(share: float) -> Callable[[Sequence[float]], float]:
    return lambda taken: sorted(taken)[min(len(taken) - 1, int(share * len(taken)))]


def _second_worst(taken: Sequence[float]) -> float:
    return sorted(taken)[-2]


def _has_rate(build: Path) -> bool:
    """Whether that build has a setting for how often an account may be asked."""
    words = subprocess.run([rushes(build), "help", "config"], capture_output=True, text=True)
    return "max_rate" in words.stdout


if __name__ == "__main__":
    show(lines(Builds.here()))
