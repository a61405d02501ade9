"""Tasks made by hand, as they stand when the manual clock begins."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rushes.providers.model import (
    Basis,
    ExpiryClaim,
    Failure,
    Link,
    Output,
    Problem,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.polling.account_state import AccountState
from rushes.watch.task import Entry, Ref, Task, Transition, Trouble

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
"""Where the manual clock stands at the beginning."""


def ago(seconds: float) -> datetime:
    """That long before the start."""
    return START - timedelta(seconds=seconds)


def output(
    kind: str = "video", *, expires_in: float | None = None, url: str | None = None
) -> Output:
    """An output behind a presigned link; `expires_in` seconds from the start, as stated."""
    at = None if expires_in is None else START + timedelta(seconds=expires_in)
    return Output(
        kind=kind,
        where=Link(url or f"https://cdn.example/{kind}.mp4?signature=s3cret"),
        claims=() if at is None else (ExpiryClaim(Basis.STATED, at),),
    )


def trouble(
    kind: ProblemKind = ProblemKind.RATE_LIMITED, *, since: float = 120, again: float | None = 39
) -> Trouble:
    """A problem that began `since` seconds before the start and is tried again in `again`."""
    return Trouble(
        kind=kind,
        message="the gateway said so",
        since=ago(since),
        retry_at=None if again is None else START + timedelta(seconds=again),
    )


def held_by(account: str, trouble: Trouble | None = None, key_missing: str = "") -> AccountState:
    """The state of an account that is in trouble, or has no key, or is well."""
    well = AccountState(account_id=account, key_missing=key_missing, polled_at=ago(2))
    if trouble is None:
        return well
    problem = Problem(kind=trouble.kind, message=trouble.message, code=trouble.code)
    return replace(well, problem=problem, since=trouble.since, retry_at=trouble.retry_at)


def task(
    name: str = "opening shot",
    status: Status | None = Status.RUNNING,
    *,
    provider: str = "hiapi",
    task_id: str = "",
    raw: str | None = None,
    progress: int | None = None,
    started: float = 60,
    finished: float = 20,
    outputs: tuple[Output, ...] = (),
    fetches: Mapping[int, Fetch] | None = None,
    prompt: str | None = None,
    model: str | None = "happyhorse-1-0",
    tags: tuple[str, ...] = (),
    problem: Trouble | None = None,
    failure: Failure | None = None,
    added: float = 600,
) -> Task:
    """A task seen `started` seconds ago, over `finished` seconds ago if it is over."""
    task_id = task_id or f"tk-{provider}-{name.replace(' ', '-') or 'nameless'}"
    word = raw if raw is not None else (status.value.upper() if status else None)
    over = status is not None and status.terminal
    steps: list[Transition] = []
    if status is not None:
        steps.append(Transition(Status.QUEUED, "QUEUED", ago(started)))
        if status is not Status.QUEUED:
            steps.append(Transition(status, word, ago(finished if over else started - 5)))
    snapshot = None
    if status is not None:
        snapshot = Snapshot(
            status=status,
            raw_status=word or "",
            progress=progress,
            model=model,
            prompt=prompt,
            created_at=ago(started),
            finished_at=ago(finished) if over else None,
            outputs=outputs,
            failure=failure,
        )
    return Task(
        entry=Entry(ref=Ref(provider, task_id), added=ago(added), label=name, tags=tags),
        status=status,
        raw_status=word,
        snapshot=snapshot,
        transitions=tuple(steps),
        trouble=problem,
        fetches=fetches or {},
    )


def saved(path: Path | None = None) -> Fetch:
    """A file on disk."""
    return Fetch(
        state=OutputState.DOWNLOADED,
        path=path or Path("/videos/opening shot/video-1.mp4"),
        done=12_400_000,
        total=12_400_000,
    )


def arriving(done: int = 620, total: int | None = 1000) -> Fetch:
    """A file that is coming in."""
    return Fetch(state=OutputState.DOWNLOADING, done=done, total=total, rate=8_300_000.0)


def finish(running: Task, *outputs: Output) -> Task:
    """The same task, succeeded at the start."""
    done = Transition(Status.SUCCEEDED, "SUCCESS", START)
    old = running.snapshot or Snapshot(status=Status.SUCCEEDED, raw_status="SUCCESS")
    snapshot = replace(old, status=Status.SUCCEEDED, finished_at=START, outputs=outputs)
    return replace(
        running,
        status=Status.SUCCEEDED,
        raw_status="SUCCESS",
        snapshot=snapshot,
        transitions=(*running.transitions, done),
    )


def a_day() -> tuple[Task, ...]:
    """Thirteen tasks in every state there is."""
    return (
        task(
            "opening shot",
            Status.SUCCEEDED,
            raw="success",
            tags=("trailer",),
            started=86,
            finished=20,
            outputs=(output(expires_in=702), output("first_frame", expires_in=702)),
            fetches={1: arriving(7_700_000, 12_400_000), 2: saved()},
            prompt="dawn over the harbour, slow dolly in, gulls, anamorphic flare",
        ),
        task("rain on glass", provider="anyfast", raw="IN_PROGRESS", progress=47, started=48),
        task("harbour, dusk", Status.QUEUED, provider="ttapi", raw="PENDING", started=9),
        task(
            "plate 14 (still)",
            Status.SUCCEEDED,
            provider="dimilinks",
            raw="succeeded",
            started=1231,
            finished=1200,
            outputs=(output("image", expires_in=85_260), output("image", expires_in=85_260)),
            fetches={2: saved()},
        ),
        task(
            "chase, wide",
            Status.FAILED,
            provider="gptge",
            raw="Failed",
            started=150,
            failure=Failure("1027", "the output was refused by the content filter"),
        ),
        task("market 3", Status.FINALIZING, raw="archiving", started=62),
        task(
            "b-roll 7", provider="anyfast", raw="IN_PROGRESS", started=151, problem=trouble(since=9)
        ),
        task(
            "雨中的玻璃窗",
            Status.SUCCEEDED,
            provider="gptge",
            raw="Success",
            started=600,
            finished=480,
            outputs=(output(expires_in=3130), output("image", expires_in=3130)),
            fetches={1: saved()},
        ),
        task(
            "drone over ridge",
            Status.SUCCEEDED,
            provider="ttapi",
            raw="SUCCEEDED",
            outputs=(output(expires_in=80_000),),
            fetches={1: saved()},
        ),
        task("kitchen, hands", provider="dimilinks", raw="processing", progress=35, started=22),
        task("old take 2", Status.CANCELED, provider="ttapi", raw="CANCELED", started=23),
        task(
            "night market",
            Status.SUCCEEDED,
            raw="success",
            started=9058,
            finished=9000,
            outputs=(output(expires_in=-7300),),
        ),
        task(
            "",
            None,
            task_id="tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR",
        ),
    )
