"""Trials: a command with one call failing, what is wrong afterwards, and a second, good run."""

import shutil
import signal
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from queue import SimpleQueue

from calls import FAILURES, LASTING, Strike
from film_server import film_of
from home import final_files, kept, unsettled, wrongs
from scenarios import OLD, Scenario, Stage, environ, unsaved
from tormentor import Outcome, Trial

from rushes.providers.exits import Exit

FILM = film_of(OLD)
"""The only file that is ever saved here."""

_NEVER_SHOWN = ("Traceback", "internal error", "Exception ignored")
_CODES = (*Exit, 128 + signal.SIGTERM)
_TRANSLATED, _LOOKS = "tui/shell/arguments.py", 3
"""argparse looks for a translation of each of its words; three of those looks are struck."""


@dataclass(frozen=True, slots=True)
class Call:
    """The `number`-th call of that name, and the line of the program that it is made from."""

    name: str
    number: int
    place: str

    def strikes(self) -> Iterator[Strike]:
        """Every way in which it can fail."""
        for failure in FAILURES[self.name]:
            yield Strike(self.name, self.number, failure.name)
            if failure.name in LASTING:
                yield Strike(self.name, self.number, failure.name, lasting=True)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a strike, made at that place of the program."""

    strike: Strike
    place: str
    done: Outcome
    wrong: tuple[str, ...]

    @property
    def struck(self) -> bool:
        """Whether there was such a call this time: threads do not always make the same."""
        return bool(self.done.calls)

    def __str__(self) -> str:
        """The strike and all that is wrong after it."""
        lasting = " from then on" if self.strike.lasting else ""
        strike = f"{self.strike.call} {self.strike.number}: {self.strike.failure}{lasting}"
        return f"{strike} at {self.place}, exit {self.done.code}: {'; '.join(self.wrong)}"


class Torture:
    """Tries strikes at one scenario in copies of its home, one at a time on each stage."""

    def __init__(self, scenario: Scenario, stages: Sequence[Stage], folder: Path) -> None:
        self._scenario = scenario
        self._free: SimpleQueue[Stage] = SimpleQueue()
        for stage in stages:
            self._free.put(stage)
        self._lanes = len(stages)
        self._folder = folder
        self._home = folder / "home"
        self._numbers = count(1)
        folder.mkdir(parents=True)
        scenario.prepare(stages[0], self._home)

    def calls(self) -> list[Call]:
        """The calls that the command makes where nothing is done to it."""
        done = self._run(self._copied(), None)
        assert done.code == 0, done
        words = (line.split("\t") for line in done.calls)
        calls = [Call(name, int(number), place) for name, number, place in words]
        looks = Counter[str]()
        for call in list(calls):
            looks[call.place] += call.place.startswith(_TRANSLATED)
            if looks[call.place] > _LOOKS:
                calls.remove(call)
        return calls

    def tried(self, strikes: Iterable[Strike]) -> list[Tried]:
        """What comes of each strike; the copy of the home stays only where something is wrong."""
        with ThreadPoolExecutor(self._lanes) as pool:
            return list(pool.map(self._tried, strikes))

    def _tried(self, strike: Strike) -> Tried:
        home = self._copied()
        done = self._run(home, strike)
        place = done.calls[0].split("\t")[2] if done.calls else ""
        wrong = tuple(self._wrongs(home, done))
        if not wrong:
            shutil.rmtree(home.parent)
        return Tried(strike, place, done, wrong)

    def _wrongs(self, home: Path, done: Outcome) -> Iterator[str]:
        yield from _wrong_words(done)
        broken = [*wrongs(home, FILM)]
        yield from broken
        if broken or done.hung:
            return
        yield from self._scenario.promises(done, kept(home))
        again = self._run(home, None)
        if again.code != 0:
            yield f"again: exit {again.code}: {again.err}"
            return
        broken = [*_wrong_words(again), *wrongs(home, FILM)]
        yield from (f"again: {wrong}" for wrong in broken)
        if broken:
            return
        yield from self._scenario.promises(again, kept(home))
        if self._scenario.fetches and not final_files(home):
            yield "again: no file"
        # A file that could not be written down is fetched once more, and the first one stays.
        forgotten = ("twice:", "unnoted:") if unsaved(done) else ()
        yield from (one for one in unsettled(home) if not one.startswith(forgotten))

    def _run(self, home: Path, strike: Strike | None) -> Outcome:
        trial = Trial(self._scenario.argv, environ(home), str(home.parent), strike)
        stage = self._free.get()
        try:
            return stage.tormentor.run(trial)
        finally:
            self._free.put(stage)

    def _copied(self) -> Path:
        folder = self._folder / f"try-{next(self._numbers)}"
        folder.mkdir()
        return Path(shutil.copytree(self._home, folder / "home"))


def _wrong_words(done: Outcome) -> Iterator[str]:
    if done.hung:
        yield "hung"
    elif done.code not in _CODES:
        yield f"exit {done.code}"
    for stream in (done.out, done.err):
        if any(words in stream for words in _NEVER_SHOWN):
            yield f"shown: {stream.strip()}"
