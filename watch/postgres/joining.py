"""What becomes of a task that several processes saw, by the rules of `Store.save`. Pure."""

from dataclasses import replace

from rushes.watch import ratings
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.inline_files import without_saved_files
from rushes.watch.steps import merged_steps
from rushes.watch.task import LateFiles, Task

_PASSING = (OutputState.DOWNLOADING, OutputState.UNRESOLVED)


def joined(before: Task, task: Task) -> Task:
    """What is saved as `task` is, where `before` is what was saved of it by anybody."""
    steps = merged_steps(before.transitions, task.transitions)
    is_first_end = not steps or not steps[-1].status.terminal or steps[-1].status is task.status
    stands = task if (is_first_end if task.over else not before.over) else before
    late, known = task.late_files, before.late_files
    return without_saved_files(
        replace(
            stands,
            transitions=steps,
            fetches={**before.fetches, **_fetches(before, task)},
            polls=max(before.polls, task.polls) if stands is task else before.polls,
            late_files=LateFiles(
                max(late.asked, known.asked), reported=late.reported or known.reported
            ),
            ratings=ratings.latest(task.ratings, before.ratings),
        )
    )


def _fetches(before: Task, task: Task) -> dict[int, Fetch]:
    """What is settled of ours; a saved file of another's stays, but for its successor."""
    return {
        n: _reported(fetch, before.fetches.get(n))
        for n, fetch in task.fetches.items()
        if fetch.state not in _PASSING and not _is_kept(before.fetches.get(n), fetch)
    }


def _is_kept(before: Fetch | None, fetch: Fetch) -> bool:
    is_saved = before is not None and before.state is OutputState.DOWNLOADED
    return is_saved and fetch.state is not OutputState.DOWNLOADED


def _reported(fetch: Fetch, before: Fetch | None) -> Fetch:
    """What was reported stays so while the failure is the same."""
    if before is None or not before.reported or fetch.reported:
        return fetch
    is_same = (before.state, before.reasons) == (fetch.state, fetch.reasons)
    return replace(fetch, reported=True) if is_same else fetch
