"""A download that is to be done: the output, its task and its deadline."""

from datetime import datetime, timedelta

from rushes.providers.frozen import frozen
from rushes.providers.model import Output
from rushes.watch.asset import Asset
from rushes.watch.task import Ref, Task

OutputKey = tuple[Ref, int]


@frozen(kw_only=True)
class Job:
    """Output `n` of a task, to be saved; `name` is the label or the id.

    `expires_at` is by the server's clock, which is `skew` ahead of ours, `finished_at` the task's
    end by ours (UTC). `seconds` is how long the provider says that a film lasts. What follows it
    are words for the file's name, "" where nobody said them.
    """

    ref: Ref
    n: int
    output: Output
    name: str
    expires_at: datetime | None
    skew: timedelta = timedelta(0)
    finished_at: datetime | None = None
    seconds: float | None = None
    model: str = ""
    tag: str = ""
    prompt: str = ""
    upstream_id: str = ""

    @property
    def slot(self) -> OutputKey:
        """What makes two jobs the same."""
        return self.ref, self.n


def job_of(task: Task, asset: Asset) -> Job:
    """The job to save an output of a task."""
    said = task.snapshot
    return Job(
        ref=task.ref,
        n=asset.n,
        output=asset.output,
        name=task.name,
        expires_at=asset.deadline,
        skew=task.skew,
        finished_at=task.finished_at,
        seconds=promised_seconds(task, asset.output),
        model=(said and said.model) or "",
        tag=next(iter(task.entry.tags), ""),
        prompt=(said and said.prompt) or "",
        upstream_id=(said and said.upstream_id) or "",
    )


def promised_seconds(task: Task, output: Output) -> float | None:
    """How long the only film of a task lasts, as its usage says (seeds 002 and 003)."""
    said = task.snapshot
    if said is None or output.kind != "video":
        return None
    if sum(other.kind == "video" for other in said.outputs) != 1:
        return None
    found = said.usage.get("output_video_duration")
    if found is None and not said.usage.get("input_video_duration"):
        found = said.usage.get("duration")
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if found > 0 else None
