"""Every call of a save, a poll and a download is made to fail once, in turn (P11).

Files, sockets, SQLite, threads and memory, each with every error that it can give. In the suite a
sample of three commands; all of it with `RUSHES_WHOLE=1`.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

import pytest
from on_screen import Screen
from sampling import WHOLE, sample
from scenarios import SCENARIOS, Scenario, Stage
from strace import traced
from task_server import TaskServer
from torture import Call, Torture, Tried

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from calls import Strike
    from certificate import Certificate

SAMPLE = 1
"""Strikes of each scenario in the suite."""

DOWNLOAD = SCENARIOS[-1]


def chosen(calls: Sequence[Call], name: str, count: int = SAMPLE) -> Iterator[Strike]:
    """All strikes, or in the suite one at each of a few calls that are not alike."""
    if WHOLE:
        for call in calls:
            yield from call.strikes()
        return
    rng = Random(name)
    kinds = {call.name: call for call in rng.sample(calls, len(calls))}
    for call in rng.sample(sorted(kinds.values(), key=lambda call: call.name), count):
        yield rng.choice([strike for strike in call.strikes() if not strike.lasting])


def judged(name: str, tried: Sequence[Tried]) -> None:
    """Say how many were struck; raises AssertionError where anything is wrong."""
    wrong = [str(one) for one in tried if one.wrong]
    struck = sum(one.struck for one in tried)
    print(f"\n{name}: {struck} of {len(tried)} struck, {len(wrong)} wrong")
    assert struck
    assert wrong == []


@pytest.mark.sampled(3)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whatever_call_fails_nothing_is_broken_lost_or_shown_as_a_trace(
    scenario: Scenario, stages: Sequence[Stage], tmp_path: Path
) -> None:
    torture = Torture(scenario, stages, tmp_path / "torture")
    calls = torture.calls()
    print(f"\n{scenario.name}: {len(calls)} calls")
    judged(scenario.name, torture.tried(chosen(calls, scenario.name)))


@traced
def test_nor_where_a_system_call_fails_below_python(
    stages: Sequence[Stage], tmp_path: Path
) -> None:
    torture = Torture(DOWNLOAD, stages, tmp_path / "torture")
    some = [*torture.injections(None if WHOLE else ("pwrite64", "fsync,fdatasync", "sendto"))]
    judged("system calls", torture.tried(sample(some, 2)))


def test_nor_where_tls_fails(
    certificate: Certificate, stages: Sequence[Stage], tmp_path: Path
) -> None:
    server = TaskServer(certificate)
    secure = [replace(one, url=server.url, ca_file=str(certificate.file)) for one in stages]
    try:
        torture = Torture(DOWNLOAD, secure, tmp_path / "torture")
        calls = [call for call in torture.calls() if call.name.startswith("ssl.")]
        print(f"\nTLS: {len(calls)} calls")
        judged("TLS", torture.tried(chosen(calls, "TLS")))
    finally:
        server.stop()


def test_nor_on_the_screen_of_the_dashboard(stages: Sequence[Stage], tmp_path: Path) -> None:
    screen = Screen(stages[0], tmp_path / "screen")
    calls = screen.calls()
    print(f"\nthe dashboard: {len(calls)} calls")
    judged("the dashboard", [screen.tried(one) for one in chosen(calls, "the dashboard")])
