"""By day the sums are those of a plain count, in zones with days of 23 and 25 hours, too."""

import random
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from rushes.watch.figures.totals import By
from rushes.watch.history import figures
from rushes.watch.history.reader import HistoryReader

SPRING = datetime(2026, 3, 1, tzinfo=UTC).timestamp()
DAYS = 250  # both changes of the year are among them
HALF_HOURS = DAYS * 48

INSERT = """
INSERT INTO figure (ref, provider, model, status, ended, files, films, saved, bytes)
VALUES (?, 'hiapi', ?, ?, ?, 1, 0, 0, 0)
"""


@pytest.fixture(params=["UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The zone of the machine; in Havana summer time begins and ends at midnight."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("since", [None, SPRING + 60 * 86_400])
def test_each_task_counts_on_the_day_on_which_it_ended(
    tmp_path: Path, zone: str, since: float | None
) -> None:
    path, chance = tmp_path / "history.db", random.Random(zone)
    HistoryReader(path).close()
    ends = [SPRING + 1800.0 * n for n in chance.sample(range(HALF_HOURS), 2_000)]
    rows = [
        (f"hiapi:{n}", chance.choice(("a", None)), chance.choice(("succeeded", "failed")), end)
        for n, end in enumerate(ends)
    ]
    with closing(sqlite3.connect(path)) as db, db:
        db.executemany(INSERT, [*rows, ("hiapi:open", "a", "open", None)])
    wanted = Counter(
        (str(datetime.fromtimestamp(end).date()), model, status)
        for _ref, model, status, end in rows
        if since is None or end >= since
    )
    reader = HistoryReader(path)
    tallies = reader.ask(lambda db: figures.tallies(db, (By.DAY,), 0.0, since=since))
    reader.close()
    found: Counter[tuple[object, ...]] = Counter()
    for it in tallies:
        found[*it.key, it.model.name, "succeeded"] += it.succeeded
        found[*it.key, it.model.name, "failed"] += it.failed
    assert +found == wanted
    assert [it.key for it in tallies if it.open] == [(None,)]
