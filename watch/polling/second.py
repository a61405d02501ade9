"""What two answers about a task say together, where the first named a second question. Pure."""

from dataclasses import replace

from rushes.providers.model import Problem, Snapshot

WHICH = "result"
"""How the second answer is called in troubles and drift."""


def together(first: Snapshot, second: Snapshot | Problem) -> Snapshot | Problem:
    """The snapshot of both answers; the problem of the second, as the task is not over before it.

    Status, failure and outputs are the second's. Of the rest the second's counts where it says any.
    """
    if isinstance(second, Problem):
        return replace(second, message=f"{WHICH}: {second.message}")
    drift = (f"{WHICH}.{it.removeprefix('$.')}" for it in second.drift)
    return replace(
        first,
        status=second.status,
        raw_status=second.raw_status or first.raw_status,
        progress=second.progress if second.progress is not None else first.progress,
        model=second.model or first.model,
        prompt=second.prompt or first.prompt,
        created_at=second.created_at or first.created_at,
        started_at=second.started_at or first.started_at,
        finished_at=second.finished_at or first.finished_at,
        request_id=second.request_id or first.request_id,
        upstream_id=second.upstream_id or first.upstream_id,
        usage={**first.usage, **second.usage},
        failure=second.failure,
        outputs=second.outputs,
        drift=(*first.drift, *drift),
        then=None,
    )
