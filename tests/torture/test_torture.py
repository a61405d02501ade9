"""Every call of a save, a poll and a download is made to fail once, in turn (P11).

Files, sockets, SQLite, threads and memory, each with every error that it can give. In the suite a
sample of it; all of it with `RUSHES_TORTURE=whole`.
"""

from __future__ import annotations

import os
from random import Random
from typing import TYPE_CHECKING

import pytest
from scenarios import SCENARIOS, Scenario, Stage
from torture import Call, Torture

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from calls import Strike

WHOLE = os.environ.get("RUSHES_TORTURE") == "whole"
SAMPLE = 4
"""Strikes of each scenario in the suite."""


def chosen(calls: Sequence[Call], name: str) -> Iterator[Strike]:
    """All strikes, or in the suite one at each of a few calls that are alike to none before."""
    if WHOLE:
        for call in calls:
            yield from call.strikes()
        return
    rng = Random(name)
    kinds = {call.name: call for call in rng.sample(calls, len(calls))}
    for call in rng.sample(sorted(kinds.values(), key=lambda call: call.name), SAMPLE):
        yield rng.choice([strike for strike in call.strikes() if not strike.lasting])


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_whatever_call_fails_nothing_is_broken_lost_or_shown_as_a_trace(
    scenario: Scenario, stages: Sequence[Stage], tmp_path: Path
) -> None:
    torture = Torture(scenario, stages, tmp_path / "torture")
    calls = torture.calls()
    tried = torture.tried(chosen(calls, scenario.name))
    struck = sum(one.struck for one in tried)
    wrong = [str(one) for one in tried if one.wrong]
    print(f"\n{scenario.name}: {len(calls)} calls, {struck} struck, wrong {len(wrong)}")
    assert tried
    assert wrong == []
