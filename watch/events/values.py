"""What is told of a task to the commands that a person has: values by their names. Pure."""

from rushes.watch.asset import Fetch, OutputState
from rushes.watch.path_text import write_path
from rushes.watch.task import Task


def task_values(task: Task) -> dict[str, str]:
    """What there is to say of a task; "" where nobody says it."""
    said = task.snapshot
    failure = said.failure if said is not None else None
    return {
        "ref": str(task.ref),
        "label": task.entry.label,
        "status": task.status.value if task.status else "",
        "model": task.model or "",
        "prompt": task.prompt or "",
        "error": (failure.message or failure.code or "") if failure is not None else "",
    }


def output_values(task: Task, n: int) -> dict[str, str]:
    """What there is to say of output `n`."""
    outputs = task.snapshot.outputs if task.snapshot is not None else ()
    return {"n": str(n), "kind": outputs[n - 1].kind if n <= len(outputs) else ""}


def file_values(fetch: Fetch) -> dict[str, str]:
    """What there is to say of a file that is saved; nothing of one that is not."""
    if fetch.state is not OutputState.DOWNLOADED or fetch.place is None:
        return {}
    return {
        "path": write_path(fetch.path) if fetch.path else fetch.place,
        "sha256": fetch.sha256 or "",
        "bytes": str(fetch.done),
    }
