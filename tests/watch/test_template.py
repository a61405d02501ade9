"""The template that names files: its fields, its faults, and where what it names is found again."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mp4_files import film
from sample_tasks import START, output, task
from sampling import rounds

from rushes.providers.model import Status
from rushes.watch.downloads.destinations import Destinations
from rushes.watch.downloads.job import Job, job_of
from rushes.watch.task import Ref
from rushes.watch.transfer.limits import Limits
from rushes.watch.transfer.part_files import settle
from rushes.watch.transfer.request import Remote, Saved, TransferRequest
from rushes.watch.transfer.template import (
    TEMPLATE_FIELDS,
    Fields,
    names_digest,
    stem_for,
    template_fault,
)
from rushes.watch.transfer.transfer import Transfer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.watch.conftest import Loopback

FILM = film(60_000)

FULL = Fields(
    provider="hiapi",
    name="opening shot",
    kind="video",
    n=3,
    id="tk-1",
    model="kling-v2/pro",
    tag="act 1",
    watchlist="trailer",
    prompt="a slow dolly through rain, neon reflections",
    upstream_id="up/77",
    ended=datetime(2026, 11, 22, 23, 4, 5, tzinfo=UTC),
    sha256="0123456789abcdef" * 4,
)

BARE = Fields(provider="hiapi", name="tk-1", kind="video", n=1, id="tk-1")


@pytest.mark.parametrize(
    ("template", "full", "bare"),
    [
        ("{model}", "kling-v2_pro", "unknown"),
        ("{tag}/{name}", "act 1/opening shot", "untagged/tk-1"),
        ("{watchlist}", "trailer", "unknown"),
        ("{prompt:12}", "a slow dolly", "unknown"),
        ("{prompt:40}", "a slow dolly through rain_ neon reflecti", "unknown"),
        ("{upstream_id}", "up_77", "unknown"),
        ("{date}", "2026-11-22", "unknown"),
        ("{date:%Y%m%d}-{time}", "20261122-230405", "unknown-unknown"),
        ("{date:%Y}/{date:%m}/{time:%H-%M}", "2026/11/23-04", "unknown/unknown/unknown"),
        ("{date:%Y/%m}/{n:02}", "2026_11/03", "unknown/01"),
        ("{n:02}", "03", "01"),
        ("{name}-{sha256:8}", "opening shot-01234567", "tk-1-sha256"),
        ("{name:4}", "open", "tk-1"),
    ],
)
def test_a_field_is_what_the_task_says_or_a_word_for_nothing(
    template: str, full: str, bare: str
) -> None:
    assert template_fault(template) is None
    assert stem_for(template, FULL) == PurePosixPath(full)
    assert stem_for(template, BARE) == PurePosixPath(bare)


@pytest.mark.parametrize(
    ("template", "fault"),
    [
        ("{modle}", "unknown field modle; did you mean model?"),
        ("{dat}", "unknown field dat; did you mean date?"),
        ("{sha}", "unknown field sha; did you mean sha256?"),
        ("{up_id}", "unknown field up_id; did you mean upstream_id?"),
        ("{n:2}", "{n:2}: expected a width, such as {n:02}"),
        ("{n:0x}", "{n:0x}: expected a width, such as {n:02}"),
        ("{ext:3}", "{ext:3}: expected a bare {ext}"),
        ("{prompt:x}", "{prompt:x}: expected a number of characters, such as {prompt:40}"),
        ("{sha256:0}", "{sha256:0}: expected a number of characters, such as {sha256:40}"),
        ("{date:Ymd}", "{date:Ymd}: expected a format of %Y %m %d"),
        ("{time:%Q}", "{time:%Q}: expected a format of %Y %m %d"),
        ("{time:%}", "{time:%}: expected a format of %Y %m %d"),
        ("{name!r}", "expected {name} without a !"),
        ("{sha256:8}/{n}", "expected {sha256} in the file's name"),
        ("{name", "expected every { to have its }"),
        ("../{name}", "expected a path inside the download folder"),
    ],
)
def test_what_is_wrong_with_a_template_is_one_sentence(template: str, fault: str) -> None:
    assert (template_fault(template) or "").startswith(fault)


@given(
    st.sampled_from(TEMPLATE_FIELDS),
    st.text(alphabet="%YmdHMS0123456789:-/. \\", max_size=8),
    st.text(max_size=20),
)
@settings(max_examples=rounds(20, 600))
def test_whatever_is_written_a_path_below_the_folder_is_made(
    name: str, spec: str, word: str
) -> None:
    said = replace(
        BARE, name=word, model=word, tag=word, prompt=word, upstream_id=word, ended=FULL.ended
    )
    stem = stem_for(f"a/{{{name}:{spec}}}", said)
    assert len(stem.parts) == 2
    assert ".." not in stem.parts
    assert not stem.is_absolute()


def test_a_date_is_of_the_tasks_end_in_the_zone_of_this_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "JST-9")
    time.tzset()
    try:
        done = task("shot", Status.SUCCEEDED, finished=0, outputs=(output(),), tags=("a", "b"))
        (asset,) = done.assets(START)
        shots = Destinations(tmp_path, "{date}/{time}/{tag}/{watchlist}/{model}", lambda _: "night")
        stem = shots.stem(job_of(done, asset))
        assert str(stem) == "2026-11-22/210000/a/night/happyhorse-1-0"
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.fixture
def job(loopback: Loopback) -> Job:
    loopback.play([loopback.answer(200, FILM)])
    where = output(url=f"{loopback.url}/film.mp4")
    return Job(ref=Ref("hiapi", "tk-1"), n=1, output=where, name="shot", expires_at=None)


@pytest.fixture
def order(tmp_path: Path, job: Job, loopback: Loopback) -> TransferRequest:
    shots = Destinations(tmp_path / "downloads", "{name}/{sha256:8}")
    return shots.request(job, Remote(f"{loopback.url}/film.mp4", loopback.url))


def fetched(order: TransferRequest) -> Saved:
    return Transfer(order, limits=Limits(tries=1, spare=0), rng=Random(1)).run()


def files(order: TransferRequest) -> Iterator[str]:
    return (str(path.relative_to(order.directory)) for path in order.directory.rglob("*.*"))


def test_a_digest_in_the_name_is_that_of_all_bytes_and_takes_no_other_files_place(
    order: TransferRequest,
) -> None:
    taken = order.directory / "shot"
    taken.mkdir(parents=True)
    digest = fetched(order).sha256
    first = taken / f"{digest[:8]}.mp4"
    assert first.read_bytes() == FILM
    settle(order.directory, next(order.directory.glob("*.part.json")).name[:-10], first)
    first.write_bytes(b"another's")
    assert fetched(order).path == taken / f"{digest[:8]}-2.mp4"
    assert first.read_bytes() == b"another's"


def test_a_file_that_was_named_is_found_again_whatever_the_template_is_now(
    order: TransferRequest, tmp_path: Path, job: Job
) -> None:
    """A kill before it was noted (row 84): the side file has the path."""
    first = fetched(order)
    other = Destinations(tmp_path / "downloads", "{date}-{sha256:4}-{n:02}")
    again = fetched(other.request(job, order.source))
    assert again.path == first.path
    assert sum(name.endswith(".mp4") for name in files(order)) == 1


def test_only_a_template_with_a_digest_waits_for_it(order: TransferRequest) -> None:
    assert names_digest("{name}-{sha256}")
    assert not names_digest("{name}-{n}")
    assert order.stem_of("f" * 64) == PurePosixPath("shot/ffffffff")
    plain = replace(order, named=None, stem=PurePosixPath("shot/1"))
    assert plain.stem_of("f" * 64) == PurePosixPath("shot/1")
