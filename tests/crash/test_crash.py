"""`kill -9` at random times and at every step of a save: nothing broken, nothing promised is lost.

`RUSHES_CRASH_ROUNDS=1000 pytest -s tests/crash` is the whole of it (reliability.md 4.4, M12).
"""

import os
import random
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crashing import Kept, LastWords, bury, found, recovery, start, wait_until_ready, wrongs

ROUNDS = int(os.environ.get("RUSHES_CRASH_ROUNDS", "30"))
LONGEST = 0.3
"""Seconds after which a victim is dead at the latest."""


@dataclass
class Tally:
    kills: int = 0
    hits: int = 0
    wrong: list[str] = field(default_factory=list[str])

    def __str__(self) -> str:
        broken = sum(one.startswith("broken") for one in self.wrong)
        lost = sum(one.startswith("lost") for one in self.wrong)
        share = 100 * self.hits / self.kills
        return f"{self.kills} kills, {share:.0f} % in a save, {broken} broken, {lost} lost"


def killed(home: Path, seed: int, chance: random.Random, *options: str) -> LastWords:
    """Start a victim, kill it at a random time, and hear what it had said."""
    victim = start(home, seed, *options)
    said = wait_until_ready(victim)
    try:
        # Not sleeping on purpose: the victim says nothing at the moment of its death.
        victim.wait(chance.uniform(0.001, LONGEST))
    except subprocess.TimeoutExpired:
        victim.kill()
    return bury(victim, said)


def test_a_kill_at_any_time_breaks_nothing_and_loses_nothing_that_was_promised(
    tmp_path: Path,
) -> None:
    """Two lives to a home: the second begins with what the first one's death left behind."""
    tally, chance = Tally(), random.Random(7)
    for seed in range(ROUNDS // 2):
        home, kept = tmp_path / str(seed), Kept()
        for _ in range(2):
            said = killed(home, seed, chance)
            tally.kills += 1
            tally.hits += said.hit_a_save
            tally.wrong += wrongs(home, said.possible(kept), f"v{seed}")
            kept = found(home)
        tally.wrong += recovery(home)
        shutil.rmtree(home)
    print(f"\natomic: {tally}")
    assert tally.wrong == []
    assert tally.hits > 0.2 * tally.kills


def test_the_same_kills_catch_a_writer_that_writes_in_place(tmp_path: Path) -> None:
    """The control: a harness that finds nothing here would find nothing anywhere."""
    tally, chance = Tally(), random.Random(7)
    for seed in range(max(10, ROUNDS // 10)):
        home = tmp_path / str(seed)
        said = killed(home, seed, chance, "--in-place")
        tally.kills += 1
        tally.hits += said.hit_a_save
        tally.wrong += list(wrongs(home, said.possible(Kept()), f"v{seed}"))[:1]
        shutil.rmtree(home)
    print(f"\nin place: {tally}")
    assert sum(one.startswith(("broken", "lost")) for one in tally.wrong) >= 0.5 * tally.kills


def test_two_victims_of_one_home_keep_their_promises_side_by_side(tmp_path: Path) -> None:
    tally, chance = Tally(), random.Random(11)
    for seed in range(max(3, ROUNDS // 20)):
        home = tmp_path / str(seed)
        pair = [start(home, number) for number in (1, 2)]
        said = [wait_until_ready(victim) for victim in pair]
        for victim in pair:
            with pytest.raises(subprocess.TimeoutExpired):
                victim.wait(chance.uniform(0.05, LONGEST))
            victim.kill()
        for number, (victim, before) in enumerate(zip(pair, said, strict=True), start=1):
            words = bury(victim, before)
            tally.kills += 1
            tally.hits += words.hit_a_save
            tally.wrong += wrongs(home, words.possible(Kept()), f"v{number}")
        tally.wrong += recovery(home)
        shutil.rmtree(home)
    print(f"\npairs: {tally}")
    assert tally.wrong == []


# -- at every system call ---------------------------------------------------------------------

RENAME = "?rename,?renameat,renameat2"
LINK = "?link,linkat"
UNLINK = "?unlink,unlinkat"
SYNC = "fsync,fdatasync"


def _strace() -> str:
    found = shutil.which("strace")
    if found is None:
        return "strace is not installed: kills at each system call are not tried"
    try:
        done = subprocess.run([found, "-o", os.devnull, "true"], capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return "strace hangs here"
    return "" if done.returncode == 0 else f"strace may not trace here: {done.stderr.decode()}"


UNTRACEABLE = _strace()
traced = pytest.mark.skipif(bool(UNTRACEABLE), reason=UNTRACEABLE)


@dataclass(frozen=True)
class Injected:
    """A single step with something done to its N-th call: what was said, and whether it came."""

    said: LastWords
    struck: bool


def injected(home: Path, step: str, calls: str, doing: str, log: Path) -> Injected:
    """Let a victim get ready, then trace its one step with `doing` injected."""
    victim = start(home, 1, "--once", step)
    said = wait_until_ready(victim)
    options = ["-f", "-o", str(log), "-e", f"trace={calls}", "-e", f"inject={calls}:{doing}"]
    tracer = subprocess.Popen(
        ["strace", *options, "-p", str(victim.pid)], stderr=subprocess.PIPE, bufsize=0
    )
    assert tracer.stderr is not None
    assert b"attached" in tracer.stderr.readline()
    assert victim.stdin is not None
    victim.stdin.write(b"now\n")
    words = bury(victim, said)
    tracer.communicate(timeout=20)
    struck = victim.returncode == -signal.SIGKILL or "(INJECTED)" in log.read_text()
    return Injected(words, struck)


def every_call(
    tmp_path: Path, step: str, call: str, doing: str
) -> list[tuple[Injected, list[str]]]:
    """Strike the first, the second, … call of that name, until the step has no more of them."""
    struck: list[tuple[Injected, list[str]]] = []
    for number in range(1, 40):
        home = tmp_path / f"{call}-{number}"
        log = tmp_path / "trace"
        done = injected(home, step, call, f"{doing}:when={number}", log)
        if not done.struck:
            return struck
        wrong = [*wrongs(home, done.said.possible(Kept()), "v1"), *recovery(home)]
        struck.append((done, wrong))
    raise AssertionError(f"{step} has no end of {call}")


@traced
@pytest.mark.parametrize(
    ("step", "call"),
    [
        *(("add", call) for call in ("openat", "write", SYNC, LINK, RENAME, UNLINK)),
        *(("finish", call) for call in ("pwrite64", SYNC)),
    ],
)
def test_a_kill_at_each_system_call_of_a_save_leaves_the_old_or_the_new(
    tmp_path: Path, step: str, call: str
) -> None:
    kills = every_call(tmp_path, step, call, "signal=SIGKILL")
    print(f"\n{step}: killed at {len(kills)} × {call}")
    assert kills
    assert [wrong for _, wrong in kills if wrong] == []


@traced
@pytest.mark.parametrize(
    ("step", "call", "error"),
    [
        ("add", "openat", "ENOSPC"),
        ("add", "write", "ENOSPC"),
        ("add", "write", "EIO"),
        ("add", SYNC, "EIO"),
        ("add", LINK, "EIO"),
        ("add", RENAME, "EIO"),
        ("finish", "pwrite64", "ENOSPC"),
        ("finish", SYNC, "EIO"),
    ],
)
def test_an_error_at_each_system_call_is_never_reported_as_saved(
    tmp_path: Path, step: str, call: str, error: str
) -> None:
    errors = every_call(tmp_path, step, call, f"error={error}")
    said = sum(bool(done.said.failures) for done, _ in errors)
    print(f"\n{step}: {error} at {len(errors)} × {call}, {said} reported as not saved")
    assert errors
    assert [wrong for _, wrong in errors if wrong] == []
