"""`rushes watch` as a service through a bad day: kills, chaos, and nothing lost (row 159).

A sample; the whole day, 24 hours in ten minutes:
`RUSHES_WHOLE=1 pytest -n 0 -s tests/test_watch_day.py`.
"""

import statistics
from pathlib import Path

from sampling import WHOLE
from watch_day import Plan, play_day

PLAN = (
    Plan(hours=24, speed=144, tasks=1500, kills=100)
    if WHOLE
    else Plan(hours=0.5, speed=450, tasks=12, kills=2, seed=3, chaos=0.1)
)


async def test_no_output_is_lost_that_could_be_had(tmp_path: Path) -> None:
    day = await play_day(PLAN, tmp_path / "home")
    if WHOLE:
        starts = sorted(day.starts)
        print(f"\n{day.requests} requests, {day.outputs} outputs, {len(day.lost)} lost")
        print(f"{len(day.doubled)} fetched twice; {day.events} events, {len(day.unheard)} neither")
        print(f"begun nor kept, {len(day.begun_twice)} begun twice, {day.cut_off} cut off;")
        print(f"{len(starts)} starts, seconds to the first poll:", end=" ")
        print(f"median {statistics.median(starts):.2f}, longest {starts[-1]:.2f}")
    assert day.lost == []
    assert (day.unheard, day.begun_twice) == ([], [])
    assert day.events > day.outputs
    assert day.outputs > 0
    assert len(day.starts) == PLAN.kills + 1
