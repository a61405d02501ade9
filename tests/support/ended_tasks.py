"""Tasks that ended, as one account's history holds them: what a learned interval goes by."""

from datetime import UTC, datetime, timedelta

from fake_gateway import entry

from rushes.providers.expiry import stated
from rushes.providers.model import Link, Output, Snapshot, Status
from rushes.watch.polling.cadence import ENOUGH
from rushes.watch.task import Task, Transition

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLAIN = 10.0
MODEL = "hailuo-02"


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def ended(
    name: str,
    took: float,
    *,
    model: str | None = MODEL,
    status: Status = Status.SUCCEEDED,
    began: float = 0.0,
    every: float = PLAIN,
    states: bool = True,
    skew: float = 0.0,
    life: float | None = None,
) -> Task:
    """A task that took so long, and was asked about at that interval until it was seen to end."""
    end = began + took
    polls = int(took // every)
    claims = () if life is None else stated(at(end + life + skew))
    snapshot = Snapshot(
        status=status,
        raw_status=status.value,
        model=model,
        created_at=at(began + skew) if states else None,
        finished_at=at(end + skew) if states else None,
        outputs=(Output(kind="video", where=Link("https://a.example/1.mp4"), claims=claims),),
    )
    return Task(
        entry=entry(name),
        status=status,
        snapshot=snapshot,
        transitions=(
            Transition(Status.RUNNING, "running", at(began)),
            Transition(status, status.value, at(began + (polls + 1) * every)),
        ),
        unfinished_at=at(began + polls * every),
        skew=timedelta(seconds=skew),
    )


def many(took: float, count: int = ENOUGH, name: str = "t", **said: object) -> list[Task]:
    """Tasks that took about so long, a minute from each to the next."""
    of_these = [took * (0.8 + 0.4 * n / max(count - 1, 1)) for n in range(count)]
    made: list[Task] = []
    for n, seconds in enumerate(of_these):
        made.append(ended(f"{name}{n}", seconds, began=-100_000 + 60 * n, **said))  # pyright: ignore[reportArgumentType]
    return made
