"""What an answer makes of a task."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rushes.providers.dimilinks import CARD as DIMILINKS
from rushes.providers.hiapi import CARD as HIAPI
from rushes.providers.model import (
    Basis,
    ExpiryClaim,
    Link,
    Output,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.watch.asset import OutputState
from rushes.watch.polling.observe import observe, with_skew
from rushes.watch.task import Entry, Ref, Task

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
NOT_FOUND = Problem(kind=ProblemKind.NOT_FOUND, message="task not found", code="404")
OFFLINE = Problem(kind=ProblemKind.UNAVAILABLE, message="connection refused")


def task() -> Task:
    return Task(entry=Entry(ref=Ref("hiapi", "tk-hiapi-1"), added=NOW))


def said(status: Status, raw: str = "word", **more: object) -> Snapshot:
    return replace(Snapshot(status=status, raw_status=raw), **more)  # type: ignore[arg-type]


def test_the_first_answer_is_a_transition() -> None:
    seen = observe(task(), said(Status.QUEUED, "queued"), HIAPI, NOW)
    assert [(t.status, t.raw_status, t.observed_at) for t in seen.transitions] == [
        (Status.QUEUED, "queued", NOW)
    ]
    assert (seen.polls, seen.last_polled_at) == (1, NOW)


def test_the_same_status_again_is_none() -> None:
    seen = observe(task(), said(Status.RUNNING, "processing"), HIAPI, NOW)
    seen = observe(seen, said(Status.RUNNING, "in_progress"), HIAPI, NOW)
    assert len(seen.transitions) == 1
    assert seen.raw_status == "in_progress"


def test_an_answer_that_says_the_same_changes_nothing_but_times_and_their_count() -> None:
    seen, later = observe(task(), said(Status.RUNNING), HIAPI, NOW), NOW + timedelta(seconds=5)
    again = observe(seen, said(Status.RUNNING), HIAPI, later)
    assert again == replace(seen, polls=2, last_polled_at=later, unfinished_at=later)
    assert again.transitions is seen.transitions


def test_a_transition_has_the_providers_own_time_where_it_says_one() -> None:
    end = NOW - timedelta(seconds=9)
    seen = observe(task(), said(Status.SUCCEEDED, finished_at=end), HIAPI, NOW)
    assert seen.transitions[0].provider_at == end


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_a_problem_never_touches_status_or_snapshot(kind: ProblemKind) -> None:
    running = observe(task(), said(Status.RUNNING), HIAPI, NOW)
    troubled = observe(running, Problem(kind=kind, message="no"), HIAPI, NOW)
    assert (troubled.status, troubled.snapshot) == (Status.RUNNING, running.snapshot)
    assert troubled.trouble is not None
    assert troubled.trouble.kind is kind


def test_trouble_counts_from_its_first_time_and_ends_with_an_answer() -> None:
    seen = observe(task(), OFFLINE, HIAPI, NOW)
    seen = observe(seen, OFFLINE, HIAPI, NOW + timedelta(minutes=3))
    assert seen.trouble is not None
    assert seen.trouble.since == NOW
    assert observe(seen, said(Status.QUEUED), HIAPI, NOW).trouble is None


def test_not_found_makes_a_task_gone_at_the_second_time_in_a_row() -> None:
    once = observe(task(), NOT_FOUND, HIAPI, NOW)
    assert once.status is None
    twice = observe(once, NOT_FOUND, HIAPI, NOW)
    assert twice.status is Status.GONE
    between = observe(observe(once, OFFLINE, HIAPI, NOW), NOT_FOUND, HIAPI, NOW)
    assert between.status is None


def test_dimilinks_says_to_stop_at_the_first() -> None:
    assert observe(task(), NOT_FOUND, DIMILINKS, NOW).status is Status.GONE


def test_the_first_terminal_status_stands() -> None:
    done = observe(task(), said(Status.SUCCEEDED), HIAPI, NOW)
    for later in (said(Status.RUNNING), said(Status.FAILED), NOT_FOUND):
        after = observe(done, later, HIAPI, NOW)
        assert after.status is Status.SUCCEEDED
        assert after.snapshot == done.snapshot
        assert len(after.transitions) == 1


def test_asked_again_a_finished_task_may_give_fresh_links() -> None:
    old = Output(kind="image", where=Link("https://a.example/1?exp=1"))
    new = Output(kind="image", where=Link("https://a.example/1?exp=2"))
    done = observe(task(), said(Status.SUCCEEDED, outputs=(old,)), HIAPI, NOW)
    again = observe(done, said(Status.SUCCEEDED, outputs=(new,)), HIAPI, NOW)
    assert again.snapshot is not None
    assert again.snapshot.outputs == (new,)


def test_an_unknown_word_ends_nothing_until_the_record_has_expired() -> None:
    waiting = replace(task(), record_lifetime=timedelta(hours=24))
    early = observe(waiting, said(Status.UNKNOWN, "UNKNOWN"), HIAPI, NOW)
    assert early.status is Status.UNKNOWN
    late = observe(early, said(Status.UNKNOWN, "UNKNOWN"), HIAPI, NOW + timedelta(hours=25))
    assert late.status is Status.GONE


def test_what_earlier_answers_said_of_the_beginning_is_kept() -> None:
    first = observe(task(), said(Status.RUNNING, created_at=NOW, prompt="a fox"), HIAPI, NOW)
    then = observe(first, said(Status.UNKNOWN, "?"), HIAPI, NOW)
    assert then.snapshot is not None
    assert (then.snapshot.created_at, then.snapshot.prompt) == (NOW, "a fox")


def test_countdowns_follow_the_servers_clock() -> None:
    ends = NOW + timedelta(minutes=10)
    claim = ExpiryClaim(Basis.STATED, at=ends)
    output = Output(kind="video", where=Link("https://a.example/v"), claims=(claim,))
    done = observe(task(), said(Status.SUCCEEDED, outputs=(output,)), HIAPI, NOW)
    fast = with_skew(done, NOW + timedelta(hours=1), NOW)
    assert [a.state for a in done.assets(NOW)] == [OutputState.AVAILABLE]
    assert [a.state for a in fast.assets(NOW)] == [OutputState.EXPIRED]
    assert with_skew(done, NOW + timedelta(seconds=1), NOW).skew == timedelta(0)


def test_a_documented_life_counts_from_the_last_unfinished_sighting_where_no_end_is_said() -> None:
    claim = ExpiryClaim(Basis.DOCUMENTED, lifetime=timedelta(hours=24))
    output = Output(kind="video", where=Link("https://a.example/v"), claims=(claim,))
    running = observe(task(), said(Status.RUNNING), HIAPI, NOW)
    later = NOW + timedelta(minutes=5)
    done = observe(running, said(Status.SUCCEEDED, outputs=(output,)), HIAPI, later)
    (asset,) = done.assets(later)
    assert asset.expires_at == NOW + timedelta(hours=24)


def test_what_counts_from_a_sighting_of_ours_counts_by_the_servers_clock() -> None:
    claim = ExpiryClaim(Basis.DOCUMENTED, lifetime=timedelta(hours=24))
    output = Output(kind="video", where=Link("https://a.example/v"), claims=(claim,))
    running = observe(task(), said(Status.RUNNING), HIAPI, NOW)
    done = observe(running, said(Status.SUCCEEDED, outputs=(output,)), HIAPI, NOW)
    ahead = replace(done, skew=timedelta(hours=1), record_lifetime=timedelta(hours=24))
    (asset,) = ahead.assets(NOW)
    assert asset.expires_at == NOW + timedelta(hours=25)
    assert ahead.record_expires_at == ahead.entry.added + timedelta(hours=25)


def test_nothing_known_of_the_end_makes_no_countdown() -> None:
    claim = ExpiryClaim(Basis.DOCUMENTED, lifetime=timedelta(hours=24))
    output = Output(kind="video", where=Link("https://a.example/v"), claims=(claim,))
    done = observe(task(), said(Status.SUCCEEDED, outputs=(output,)), HIAPI, NOW)
    (asset,) = done.assets(NOW)
    assert asset.expires_at is None
