"""`kill -9` at random times: nothing broken, nothing promised is lost (rows 49 to 51, 64).

The whole of it (reliability.md M12) is `RUSHES_WHOLE=1 pytest -n 0 -s tests/crash`:
kills at random, during recovery and of pairs here, at each system call and with errors in
`test_each_call.py`, power cuts in `test_power_cut.py`.
"""

import random
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

from crash_checks import Kept, LastWords, Recovery, found, missing, wrongs
from film_server import FilmServer
from fork_server import ForkServer
from killed_process import PACE
from sampling import rounds

ROUNDS = rounds(12, 1000)
LONGEST = 0.3
"""Seconds after which a victim is dead at the latest."""

GATHERING = 0.8
"""The same where what is looked at is how far behind a commit each quarter of a second may be."""

BEHIND = 1.0
"""Seconds of history that a kill may cost at most (row 51)."""

ENOUGH = 0.1 * ROUNDS
"""Kills that met what a test kills for: fewer would show nothing."""


@dataclass
class Tally:
    kills: int = 0
    hits: int = 0
    fetching: int = 0
    early: int = 0
    wrong: list[str] = field(default_factory=list[str])
    recovered: list[float] = field(default_factory=list[float])

    def heard(self, words: LastWords) -> None:
        self.kills += 1
        self.hits += words.hit_a_save
        self.fetching += words.hit_a_download
        self.early += not words.recovered
        self.recovered += words.recovered

    def __str__(self) -> str:
        kinds = ("broken", "lost", "loose", "left behind", "unsettled")
        counts = (f"{sum(one.startswith(kind) for one in self.wrong)} {kind}" for kind in kinds)
        slowest = 1000 * quantiles(self.recovered, n=100)[-1] if len(self.recovered) > 1 else 0
        shares = f"{self._share(self.hits)} in a save, {self._share(self.fetching)} in a download"
        told = f"{self.kills} kills, {shares}, {', '.join(counts)}"
        return f"{told}, recovery p99 {slowest:.0f} ms"

    def _share(self, count: int) -> str:
        return f"{100 * count / self.kills:.0f} %"


def until_shown(least: int, shown: Callable[[], bool]) -> Iterator[int]:
    """Numbers of rounds: so many, and more while the kills met too little of what they are for.

    That is for chance and the machine to decide; after ten times as many it is given up.
    """
    for number in range(10 * least):
        if number >= least and shown():
            return
        yield number


def test_a_kill_at_any_time_breaks_nothing_and_loses_nothing_that_was_promised(
    tmp_path: Path, forks: ForkServer, films: FilmServer
) -> None:
    """Two lives to a home: the second begins with what the first one's death left behind."""
    tally, chance = Tally(), random.Random(7)
    for seed in until_shown(ROUNDS // 2, lambda: min(tally.hits, tally.fetching) > ENOUGH):
        home, kept, tried = tmp_path / str(seed), Kept(), frozenset[str]()
        for _ in range(2):
            victim = forks.bear(home=str(home), seed=seed, films=films.url)
            said = victim.until_ready()
            time.sleep(chance.uniform(0.001, LONGEST))
            victim.kill()
            words = LastWords([*said, *victim.bury()[0]])
            tally.heard(words)
            tally.wrong += wrongs(home, words.possible(kept), f"v{seed}")
            tally.wrong += missing(home, words)
            kept, tried = found(home), tried | words.tried
        tally.wrong += Recovery(home, films.url, tried).wrongs()
        shutil.rmtree(home)
    print(f"\natomic: {tally}")
    assert tally.wrong == []
    assert min(tally.hits, tally.fetching) > ENOUGH


def test_a_kill_while_the_last_one_is_recovered_from_breaks_nothing_either(
    tmp_path: Path, forks: ForkServer, films: FilmServer
) -> None:
    tally, chance = Tally(), random.Random(13)
    for seed in until_shown(max(10, ROUNDS // 3), lambda: tally.early > ENOUGH):
        home, tried, possible = tmp_path / str(seed), frozenset[str](), [Kept()]
        for life in range(3):
            victim = forks.bear(home=str(home), seed=seed, films=films.url)
            said = [] if life else victim.until_ready()
            time.sleep(chance.uniform(0.001, 0.01 if life else LONGEST / 2))
            victim.kill()
            words = LastWords([*said, *victim.bury()[0]])
            tally.heard(words)
            possible = [after for kept in possible for after in words.possible(kept)]
            tally.wrong += wrongs(home, possible, f"v{seed}")
            tally.wrong += missing(home, words)
            possible, tried = [found(home)], tried | words.tried
        tally.wrong += Recovery(home, films.url, tried).wrongs()
        shutil.rmtree(home)
    print(f"\ndouble: {tally}, {tally.early} before it had recovered")
    assert tally.wrong == []
    assert tally.early > ENOUGH


def test_the_same_kills_catch_a_writer_that_writes_in_place(
    tmp_path: Path, forks: ForkServer
) -> None:
    """The control: a harness that finds nothing here would find nothing anywhere."""
    tally, chance = Tally(), random.Random(7)
    for seed in until_shown(max(10, ROUNDS // 10), lambda: caught(tally) > ENOUGH):
        home = tmp_path / str(seed)
        # SQLite does not write in place: this is about the watchlist.
        wanted = {"home": str(home), "seed": seed, "films": "", "script": "edits"}
        victim = forks.bear(**wanted, writer="in place")
        said = victim.until_ready()
        time.sleep(chance.uniform(0.001, LONGEST))
        victim.kill()
        words = LastWords([*said, *victim.bury()[0]])
        tally.heard(words)
        tally.wrong += list(wrongs(home, words.possible(Kept()), f"v{seed}"))[:1]
        shutil.rmtree(home)
    print(f"\nin place: {tally}")
    assert caught(tally) > ENOUGH


def caught(tally: Tally) -> int:
    """How many lists were found broken, or without what had been promised."""
    return sum(one.startswith(("broken", "lost")) for one in tally.wrong)


def test_two_victims_of_one_home_keep_their_promises_side_by_side(
    tmp_path: Path, forks: ForkServer
) -> None:
    tally, chance = Tally(), random.Random(11)
    for seed in range(max(3, ROUNDS // 20)):
        home = tmp_path / str(seed)
        wanted = {"home": str(home), "films": "", "script": "saves"}
        pair = [forks.bear(**wanted, seed=number) for number in (1, 2)]
        said = [victim.until_ready() for victim in pair]
        for victim in pair:
            time.sleep(chance.uniform(0.05, LONGEST))
            victim.kill()
        for number, (victim, before) in enumerate(zip(pair, said, strict=True), start=1):
            words = LastWords([*before, *victim.bury()[0]])
            tally.heard(words)
            tally.wrong += wrongs(home, words.possible(Kept()), f"v{number}")
        tally.wrong += Recovery(home, "").wrongs()
        shutil.rmtree(home)
    print(f"\npairs: {tally}")
    assert tally.wrong == []


# -- history alone (row 51) -------------------------------------------------------------------


def test_a_kill_while_polls_are_committed_corrupts_nothing_and_loses_none_that_was(
    tmp_path: Path, forks: ForkServer
) -> None:
    tally, chance, kept = Tally(), random.Random(17), Kept()
    for _ in until_shown(ROUNDS // 2, lambda: tally.hits > ENOUGH):
        victim = forks.bear(home=str(tmp_path / "home"), seed=1, films="", script="polls")
        said = victim.until_ready()
        time.sleep(chance.uniform(0.001, LONGEST / 3))
        victim.kill()
        words = LastWords([*said, *victim.bury()[0]])
        tally.heard(words)
        tally.wrong += wrongs(tmp_path / "home", words.possible(kept), "v1")
        kept = found(tmp_path / "home")
    print(f"\nhistory: {tally}")
    assert tally.wrong == []
    assert tally.hits > ENOUGH


def test_what_was_gathered_for_a_commit_is_at_most_a_second_behind_a_kill(
    tmp_path: Path, forks: ForkServer
) -> None:
    """Several live at once: each has to live for longer than it gathers."""
    chance, behind, kept = random.Random(19), list[float](), 0
    for batch in range(max(1, ROUNDS // 20)):
        homes = [tmp_path / f"{batch}-{number}" for number in range(8)]
        wanted = {"seed": 1, "films": "", "script": "polls", "gathering": True}
        lives = [forks.bear(home=str(home), **wanted) for home in homes]
        for victim in lives:
            victim.until_ready()
        for victim, home in zip(lives, homes, strict=True):
            time.sleep(chance.uniform(0, 2 * GATHERING / len(homes)))
            victim.kill()
            words = LastWords(victim.bury()[0])
            there = found(home)
            assert not list(wrongs(home, [there], "v1"))
            lost = sum(polls > there.polls.get("v1-1", 0) for polls in handed(words))
            # In the victim's own time: it may have been stopped, or late, for longer than that.
            behind.append(PACE * lost)
            kept += bool(there.polls)
    print(f"\ngathered: {len(behind)} kills, at most {1000 * max(behind):.0f} ms behind")
    assert max(behind) <= BEHIND
    assert kept


def handed(words: LastWords) -> list[int]:
    """Which polls of the one task were handed over."""
    begun = (line for line in words.lines if line["is"] == "begun" and line["step"] == "poll")
    return [line["polls"] for line in begun]
