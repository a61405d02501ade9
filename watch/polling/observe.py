"""Makes a new task of a task and the result of its poll. Pure.

Trouble with polling is not failure of the task: a Problem never touches the last snapshot, and it
changes the status in one case only, where the provider does not know the task.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from rushes.providers.card import Card
from rushes.providers.model import Output, Problem, ProblemKind, Snapshot, Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.output_numbers import numbered
from rushes.watch.polling.late_files import counted
from rushes.watch.steps import bounded, with_word
from rushes.watch.task import Task, Transition, Trouble

GONE_AFTER = 2
"""Not-found answers in a row that make a task gone, unless the documents say that one does."""


_LATER = timedelta(microseconds=1)


def observe(task: Task, result: Snapshot | Problem, card: Card, now: datetime) -> Task:
    """`task` after one poll; `now` is our wall clock (UTC)."""
    polled = replace(task, polls=task.polls + 1, last_polled_at=now)
    if isinstance(result, Problem):
        after = _with_problem(polled, result, card, now)
    else:
        after = _with_snapshot(polled, result, now)
    return counted(task, result, after, now)


def with_skew(task: Task, server_date: datetime | None, now: datetime) -> Task:
    """`task` with the skew of the server's clock.

    A `Date` header counts whole seconds, so a difference under two is taken for none.
    """
    if server_date is None:
        return task
    skew = server_date - now
    skew = skew if abs(skew) >= timedelta(seconds=2) else timedelta(0)
    return task if skew == task.skew else replace(task, skew=skew)


def _with_snapshot(task: Task, snapshot: Snapshot, now: datetime) -> Task:
    if task.trouble is not None or task.not_found_in_a_row:
        task = replace(task, trouble=None, not_found_in_a_row=0)
    if task.over:
        if snapshot.status is not task.status:
            return task
        named = replace(snapshot, outputs=_numbered(task, snapshot.outputs))
        return replace(task, snapshot=_with_known(named, task.snapshot))
    status = snapshot.status
    if status is Status.UNKNOWN and _record_over(task, now):
        status = Status.GONE
    task = replace(
        task,
        snapshot=_with_known(snapshot, task.snapshot),
        unfinished_at=task.unfinished_at if status.terminal else now,
    )
    return _into(task, status, snapshot.raw_status, now)


def with_trouble(task: Task, problem: Problem, now: datetime) -> Task:
    """`task` with the problem of its last poll, and since when there is a problem of that kind."""
    same = task.trouble is not None and task.trouble.kind is problem.kind
    since = task.trouble.since if task.trouble is not None and same else now
    trouble = Trouble(kind=problem.kind, message=problem.message, code=problem.code, since=since)
    return replace(task, trouble=trouble)


def _with_problem(task: Task, problem: Problem, card: Card, now: datetime) -> Task:
    not_found = problem.kind is ProblemKind.NOT_FOUND
    task = replace(
        with_trouble(task, problem, now),
        not_found_in_a_row=task.not_found_in_a_row + 1 if not_found else 0,
    )
    limit = 1 if card.gone_at_first_not_found else GONE_AFTER
    if not_found and not task.over and task.not_found_in_a_row >= limit:
        return _into(task, Status.GONE, problem.code, now)
    return task


def _into(task: Task, status: Status, raw_status: str | None, now: datetime) -> Task:
    if status is task.status:
        steps = with_word(task.transitions, status, raw_status)
        if steps is task.transitions and raw_status == task.raw_status:
            return task
        return replace(task, raw_status=raw_status, transitions=steps)
    # Steps are read in order of time, so none may be seen before the last: clocks are set back.
    at = max(now, task.transitions[-1].observed_at + _LATER) if task.transitions else now
    step = Transition(status, raw_status, at, _provider_time(status, task.snapshot))
    steps = bounded((*task.transitions, step))
    return replace(task, status=status, raw_status=raw_status, transitions=steps)


def _provider_time(status: Status, snapshot: Snapshot | None) -> datetime | None:
    if snapshot is None or status in (Status.GONE, Status.UNKNOWN, Status.FINALIZING):
        return None
    if status is Status.QUEUED:
        return snapshot.created_at
    return snapshot.finished_at if status.terminal else snapshot.started_at


def _numbered(task: Task, named: tuple[Output, ...]) -> tuple[Output, ...]:
    """The outputs of a task that was over before: each keeps its number, however it is listed."""
    known = task.snapshot.outputs if task.snapshot is not None else ()
    untouched = {n for n, _ in enumerate(known, start=1) if _is_untouched(task.fetches.get(n))}
    return numbered(known, named, untouched).outputs


def _is_untouched(fetch: Fetch | None) -> bool:
    if fetch is None:
        return True
    by_hand = fetch.halt is not None and fetch.halt.by_hand
    return fetch.state is OutputState.AVAILABLE and not by_hand


def _with_known(new: Snapshot, old: Snapshot | None) -> Snapshot:
    """`new` with what only earlier answers said: a gateway may drop file links from a record."""
    if old is None:
        return new
    return replace(
        new,
        created_at=new.created_at or old.created_at,
        started_at=new.started_at or old.started_at,
        prompt=new.prompt or old.prompt,
        model=new.model or old.model,
        upstream_id=new.upstream_id or old.upstream_id,
        outputs=new.outputs or old.outputs,
    )


def _record_over(task: Task, now: datetime) -> bool:
    until = task.record_expires_at
    return until is not None and until <= task.server_time(now)
