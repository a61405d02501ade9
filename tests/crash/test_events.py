"""`kill -9` while commands are run for events: none is begun twice, and of none all trace is lost.

A few kills in the suite; a thousand with `RUSHES_WHOLE=1`.
"""

import asyncio
import random
import time
from pathlib import Path

import pytest
from fork_server import ForkServer
from killed_commands import cut_off, drain, wrongs
from sampling import rounds, sample
from strace import SYNC, struck, traced

KILLS = rounds(6, 1000)
LONGEST = 0.15
"""Seconds after which a victim is dead at the latest."""

CALLS = ("pwrite64", SYNC, "?vfork,?clone,?clone3", "?kill,wait4,?waitid")


def promised(words: list[dict[str, str]]) -> set[str]:
    return {line["id"] for line in words if line["is"] == "done"}


def test_over_kills_at_any_time_no_command_is_begun_twice_and_no_event_is_lost(
    tmp_path: Path, forks: ForkServer
) -> None:
    chance, home, told = random.Random(23), tmp_path / "home", set[str]()
    for seed in range(KILLS):
        victim = forks.bear(home=str(home), seed=seed, films="", script="events")
        said = victim.until_ready()
        time.sleep(chance.uniform(0.001, LONGEST))
        victim.kill()
        told |= promised([*said, *victim.bury()[0]])
    asyncio.run(drain(home))
    print(f"\nevents: {KILLS} kills, {len(told)} events, {cut_off(home)} cut off")
    assert list(wrongs(home, told)) == []
    assert told


@traced
@pytest.mark.parametrize("call", sample(CALLS, 2))
def test_a_kill_at_each_system_call_of_a_command_begins_it_once_or_tells_of_it(
    forks: ForkServer, tmp_path: Path, call: str
) -> None:
    kills = 0
    for number in range(1, 60):
        home = tmp_path / str(number)
        victim = forks.bear(home=str(home), seed=1, films="", script="events", once="happen")
        one = struck(victim, call, f"signal=SIGKILL:when={number}", tmp_path / "trace")
        if not one.struck:
            break
        kills += one.killed
        asyncio.run(drain(home))
        assert list(wrongs(home, promised(list(one.words.lines)))) == []
    print(f"\nevents: killed at {kills} × {call}")
    assert kills
