"""What was not understood is counted by account, a word once for all the places it stood in."""

from dataclasses import replace
from datetime import UTC, datetime

from rushes.providers.model import Snapshot, Status
from rushes.watch.drift import counts
from rushes.watch.task import Entry, Ref, Task


def task(provider: str, *drift: str) -> Task:
    entry = Entry(ref=Ref(provider, "x"), added=datetime(2026, 4, 27, tzinfo=UTC))
    snapshot = Snapshot(status=Status.UNKNOWN, raw_status="x", drift=drift)
    return Task(entry=entry, snapshot=snapshot)


def test_tasks_are_counted_by_account_and_oddity() -> None:
    tasks = [task("hiapi", "$.data.status: unmapped status warming")] * 14
    tasks += [task("hiapi", "$.data.extra"), task("studio-b", "$.data.extra")]
    assert counts(tasks) == {
        "hiapi": {"unmapped status warming": 14, "$.data.extra": 1},
        "studio-b": {"$.data.extra": 1},
    }


def test_one_word_in_two_places_is_one_word_of_one_task() -> None:
    word = ("$.state: unmapped status warming", "$.data.status: unmapped status warming")
    assert counts([task("gptge", *word)]) == {"gptge": {"unmapped status warming": 1}}


def test_a_word_that_looks_like_a_place_is_still_a_word() -> None:
    found = counts([task("gptge", "$.status: unmapped status a: b")])
    assert found == {"gptge": {"unmapped status a: b": 1}}


def test_what_was_understood_or_never_answered_counts_nothing() -> None:
    assert counts([task("hiapi"), replace(task("hiapi"), snapshot=None)]) == {}
