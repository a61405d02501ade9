"""A task of which everything is known that can be remembered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from fake_gateway import entry

from rushes.providers.model import (
    Basis,
    Content,
    ExpiryClaim,
    Failure,
    Handle,
    Inline,
    Link,
    Output,
    ProblemKind,
    Snapshot,
    Status,
)
from rushes.providers.text_media import Page
from rushes.watch.asset import Check, Fetch, OutputState
from rushes.watch.ratings import Rating
from rushes.watch.reasons import CameInstead
from rushes.watch.task import Task, Transition, Trouble

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
SNAPSHOT = Snapshot(
    status=Status.SUCCEEDED,
    raw_status="success",
    task_id="a",
    progress=100,
    model="happyhorse-1-0",
    prompt="雨中的玻璃窗",
    created_at=NOW,
    started_at=NOW + timedelta(seconds=6),
    finished_at=NOW + timedelta(seconds=66, milliseconds=250),
    request_id="r-1",
    upstream_id="u-1",
    usage={"duration": 5, "ratio": "16:9", "free": False, "note": None},
    failure=Failure("E1", "no"),
    outputs=(
        Output(
            kind="video",
            where=Link("https://cdn.example/a.mp4?Expires=1&Signature=%2B%3D"),
            claims=(ExpiryClaim(Basis.STATED, at=NOW), ExpiryClaim(Basis.SIGNED, at=NOW, note="x")),
            width=768,
            height=1152,
            note="cut",
        ),
        Output(kind="video", where=Content("/v1/videos/a/content")),
        Output(
            kind="video",
            where=Handle("314"),
            file_id="314",
            claims=(ExpiryClaim(Basis.DOCUMENTED, lifetime=timedelta(hours=9)),),
        ),
        Output(kind="image", where=Inline(b"\x89PNG\x00\xff", "image/png")),
    ),
    drift=("$.data.new",),
)


def full_task() -> Task:
    return Task(
        entry=entry("a"),
        status=Status.SUCCEEDED,
        raw_status="success",
        snapshot=SNAPSHOT,
        transitions=(
            Transition(Status.QUEUED, "queued", NOW, NOW),
            Transition(Status.SUCCEEDED, "success", NOW + timedelta(seconds=70)),
        ),
        trouble=Trouble(kind=ProblemKind.AUTH, message="no", since=NOW, code="401"),
        fetches={
            1: Fetch(
                state=OutputState.DOWNLOADED,
                path=Path("/x/a.mp4"),
                done=9,
                total=9,
                sha256="ab",
                checked=(Check.LENGTH, Check.TYPE),
            ),
            2: Fetch(state=OutputState.FAILED, reasons=(CameInstead(Page.WEB),)),
        },
        polls=7,
        not_found_in_a_row=1,
        last_polled_at=NOW + timedelta(seconds=70),
        unfinished_at=NOW + timedelta(seconds=60),
        skew=timedelta(seconds=-3600),
        ratings={1: Rating(4, NOW), 2: Rating(None, NOW)},
    )
