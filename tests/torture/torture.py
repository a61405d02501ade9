"""Trials: a command with one call failing, what is wrong afterwards, and a second, good run."""

import shutil
import signal
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from calls import FAILURES, INJECTED, LASTING, Injection, Strike
from film_server import film_of
from home import final_files, kept, unsettled, wrongs
from scenarios import OLD, Scenario, Stage, environ, unsaved
from tormentor import Outcome, Trial

from rushes.providers.exits import Exit

FILM = film_of(OLD)
"""The only file that is ever saved here."""

_NEVER_SHOWN = ("Traceback", "internal error", "Exception ignored")
_CODES = (*Exit, 128 + signal.SIGTERM, -signal.SIGTERM)
"""Also those of a command that is told to end, before or after it heeds that."""

_PATIENT = "90s"
"""The time-out of a second run: it may wait until a lease has lapsed that the first left."""

_TRANSLATED, _LOOKS = ("tui/shell/arguments.py", "tui/shell/options.py"), 3
"""argparse looks for a translation of each of its words; three of those looks are struck."""

_MANY, _EVERY = 50, 4
"""Of a system call that a thread makes more often than that, every fourth is struck."""


@dataclass(frozen=True, slots=True)
class Call:
    """The `number`-th call of that name, and the line of the program that it is made from."""

    name: str
    number: int
    place: str

    @classmethod
    def all_in(cls, done: Outcome) -> "list[Call]":
        """The calls that a command made, without most of those for translations."""
        words = (line.split("\t") for line in done.calls)
        calls, looks = list["Call"](), Counter[str]()
        for name, number, place in words:
            looks[place] += place.startswith(_TRANSLATED)
            if looks[place] <= _LOOKS:
                calls.append(cls(name, int(number), place))
        return calls

    def strikes(self) -> Iterator[Strike]:
        """Every way in which it can fail."""
        for failure in FAILURES[self.name]:
            yield Strike(self.name, self.number, failure.name)
            if failure.name in LASTING:
                yield Strike(self.name, self.number, failure.name, lasting=True)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a strike."""

    strike: Strike | Injection
    done: Outcome
    wrong: tuple[str, ...]

    @property
    def struck(self) -> bool:
        """Whether there was such a call this time: threads do not always make the same."""
        if isinstance(self.strike, Strike):
            return bool(self.done.calls)
        return any("(INJECTED)" in line for line in self.done.calls)

    @property
    def place(self) -> str:
        """The line of the program that the call was made from, where that is known."""
        is_known = isinstance(self.strike, Strike) and self.struck
        return self.done.calls[0].split("\t")[2] if is_known else "?"

    def __str__(self) -> str:
        """The strike and all that is wrong after it."""
        lasting = " from then on" if self.strike.lasting else ""
        strike = f"{self.strike.call} {self.strike.number}: {self.strike.failure}{lasting}"
        return f"{strike} at {self.place}, exit {self.done.code}: {'; '.join(self.wrong)}"


class Homes:
    """Copies of one home, each in a folder of its own."""

    def __init__(self, folder: Path, prepare: Callable[[Path], None]) -> None:
        self._folder = folder
        self._first = folder / "home"
        self._numbers = count(1)
        folder.mkdir(parents=True)
        prepare(self._first)

    def another(self) -> Path:
        """A new copy."""
        folder = self._folder / f"try-{next(self._numbers)}"
        folder.mkdir()
        return Path(shutil.copytree(self._first, folder / "home"))


class Torture:
    """Tries strikes at one scenario in copies of its home, one at a time on each stage."""

    def __init__(self, scenario: Scenario, stages: Sequence[Stage], folder: Path) -> None:
        self._scenario = scenario
        self._free: SimpleQueue[Stage] = SimpleQueue()
        for stage in stages:
            self._free.put(stage)
        self._lanes = len(stages)
        self._homes = Homes(folder, lambda home: scenario.prepare(stages[0], home))

    def calls(self) -> list[Call]:
        """The calls that the command makes where nothing is done to it."""
        done = self._run(self._homes.another())
        assert done.code == 0, done
        return Call.all_in(done)

    def injections(self, calls: Collection[str] | None = None) -> Iterator[Injection]:
        """The system calls of the command that strace makes fail: of these names, else of all."""
        for call in INJECTED if calls is None else calls:
            done = self._run(self._homes.another(), strace=(f"--trace={call}",))
            assert done.code == 0, done
            threads = Counter(line.split()[0] for line in done.calls if "(" in line)
            most = max(threads.values(), default=0)
            for number in range(1, most + 1, _EVERY if most > _MANY else 1):
                for error in INJECTED[call].split():
                    yield Injection(call, number, error)

    def tried(self, strikes: Iterable[Strike | Injection]) -> list[Tried]:
        """What comes of each strike; the copy of the home stays only where something is wrong."""
        with ThreadPoolExecutor(self._lanes) as pool:
            return list(pool.map(self.try_one, strikes))

    def try_one(self, strike: Strike | Injection) -> Tried:
        """What comes of one strike."""
        home = self._homes.another()
        if isinstance(strike, Strike):
            done = self._run(home, strike)
        else:
            done = self._run(home, strace=strike.options)
        wrong = tuple(self._wrongs(home, done))
        if not wrong:
            shutil.rmtree(home.parent)
        return Tried(strike, done, wrong)

    def _wrongs(self, home: Path, done: Outcome) -> Iterator[str]:
        yield from wrong_words(done)
        broken = [*wrongs(home, FILM)]
        yield from broken
        if broken or done.hung:
            return
        yield from self._scenario.promises(done, kept(home))
        again = self._run(home, argv=self._scenario.patient(_PATIENT))
        if again.code != 0:
            yield f"again: exit {again.code}: {again.err}"
            return
        broken = [*wrong_words(again), *wrongs(home, FILM)]
        yield from (f"again: {wrong}" for wrong in broken)
        if broken:
            return
        yield from self._scenario.promises(again, kept(home))
        if self._scenario.fetches and not final_files(home):
            yield "again: no file"
        # A file that could not be written down is fetched once more, and the first one stays.
        forgotten = ("twice:", "unnoted:") if unsaved(done) else ()
        yield from (one for one in unsettled(home) if not one.startswith(forgotten))

    def _run(
        self,
        home: Path,
        strike: Strike | None = None,
        *,
        argv: tuple[str, ...] = (),
        strace: tuple[str, ...] = (),
    ) -> Outcome:
        argv = argv or self._scenario.argv
        trial = Trial(argv, environ(home), str(home.parent), strike, strace)
        stage = self._free.get()
        try:
            return stage.tormentor.run(trial)
        finally:
            self._free.put(stage)


def wrong_words(done: Outcome) -> Iterator[str]:
    """What is wrong with how a command ended and with what it wrote."""
    if done.hung:
        yield "hung"
    elif done.code not in _CODES:
        yield f"exit {done.code}"
    for stream in (done.out, done.err):
        if any(words in stream for words in _NEVER_SHOWN):
            yield f"shown: {stream.strip()}"
