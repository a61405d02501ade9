"""What was saved once, and is elsewhere now."""

from __future__ import annotations

import asyncio
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from manual_clock import ManualClock
from sample_tasks import START, output, task
from waiting import PATIENCE

from rushes.providers.model import Status
from rushes.watch import moved_files
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.downloads.moved_look import AT_ONCE, ROUND_EVERY, MovedLook
from rushes.watch.downloads.standing import Standing, standing
from rushes.watch.moved_files import FileLook
from rushes.watch.query import parse
from rushes.watch.task import Ref, Task

if TYPE_CHECKING:
    from collections.abc import Mapping


def saved(folder: Path, name: str = "a", *, there: bool = True) -> Task:
    path = folder / f"{name}.mp4"
    if there:
        path.write_bytes(b"film")
    fetch = Fetch(state=OutputState.DOWNLOADED, path=path, done=4, sha256="0" * 64)
    return task(name, Status.SUCCEEDED, outputs=(output(expires_in=-5),), fetches={1: fetch})


def state(of: Task) -> OutputState:
    return next(iter(of.assets(START))).state


class Table:
    """Tasks, and how often they were changed."""

    def __init__(self, *tasks: Task) -> None:
        self.clock = ManualClock()
        self.known = {one.ref: one for one in tasks}
        self.changes = 0

    def tasks(self) -> Mapping[Ref, Task]:
        return self.known

    def task(self, ref: Ref) -> Task | None:
        return self.known.get(ref)

    def moved_on(self, task: Task, *, lasting: bool) -> None:
        assert not lasting
        self.known[task.ref] = task
        self.changes += 1


def looking(table: Table) -> MovedLook:
    return MovedLook(table)  # pyright: ignore[reportArgumentType]  it needs no more of a keeper


async def test_a_file_that_was_moved_is_marked_and_one_that_came_back_is_not(
    tmp_path: Path,
) -> None:
    table = Table(saved(tmp_path, "a"), saved(tmp_path, "b", there=False), task("c"))
    a, b, _ = table.known
    look = looking(table)
    await look.look()
    assert [state(table.known[ref]) for ref in (a, b)] == [
        OutputState.DOWNLOADED,
        OutputState.MOVED,
    ]
    (tmp_path / "a.mp4").rename(tmp_path / "b.mp4")
    await look.look()
    assert table.changes == 1  # a file is looked at once a minute
    table.clock.ticks += ROUND_EVERY
    await look.look()
    assert [state(table.known[ref]) for ref in (a, b)] == [
        OutputState.MOVED,
        OutputState.DOWNLOADED,
    ]


async def test_one_look_sees_some_and_the_next_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = list[int]()
    missing = moved_files.missing

    def counted(paths: frozenset[Path]) -> frozenset[Path]:
        seen.append(len(paths))
        return missing(paths)

    monkeypatch.setattr("rushes.watch.downloads.moved_look.missing", counted)
    table = Table(*(saved(tmp_path, str(n), there=False) for n in range(AT_ONCE + 3)))
    look = looking(table)
    for _ in range(4):
        await look.look()
    assert seen == [AT_ONCE, 3]
    assert all(state(one) is OutputState.MOVED for one in table.known.values())


async def test_a_disk_that_does_not_answer_holds_up_the_look_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def hung(_: object) -> frozenset[Path]:
        answers.wait(PATIENCE)
        return frozenset()

    monkeypatch.setattr("rushes.watch.downloads.moved_look.missing", hung)
    look = asyncio.create_task(looking(Table(saved(tmp_path))).look())
    await asyncio.sleep(0)
    assert not look.done()
    answers.set()
    await look


async def test_what_was_saved_anew_meanwhile_is_not_judged_by_the_look_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = Table(saved(tmp_path, "a", there=False))
    (ref,) = table.known

    def meanwhile(paths: frozenset[Path]) -> frozenset[Path]:
        fetch = Fetch(state=OutputState.DOWNLOADED, path=tmp_path / "a-2.mp4", done=4)
        table.known[ref] = table.known[ref].with_fetch(1, fetch)
        return paths

    monkeypatch.setattr("rushes.watch.downloads.moved_look.missing", meanwhile)
    await looking(table).look()
    assert state(table.known[ref]) is OutputState.DOWNLOADED


def test_a_command_that_prints_looks_once(tmp_path: Path) -> None:
    there, gone = saved(tmp_path, "a"), saved(tmp_path, "b", there=False)
    assert [
        *map(state, FileLook().at([there, gone, task("c", Status.RUNNING, outputs=(output(),))]))
    ][:2] == [OutputState.DOWNLOADED, OutputState.MOVED]
    query = parse("is:moved")
    assert [one.ref for one in FileLook().at([there, gone]) if query.matches(one, START)] == [
        gone.ref
    ]


def test_a_command_waits_a_moment_for_a_disk_and_then_shows_what_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = threading.Event()

    def hung(_: object) -> None:
        answers.wait(PATIENCE)

    monkeypatch.setattr(moved_files, "missing", hung)
    tasks = [saved(tmp_path, str(n), there=False) for n in range(600)]
    began = time.monotonic()
    assert list(FileLook(0.02).at(tasks)) == tasks
    assert time.monotonic() - began < PATIENCE
    answers.set()


def test_what_cannot_be_told_is_not_called_moved(tmp_path: Path) -> None:
    locked = tmp_path / ("x" * 300)  # a name that no file can have: an error of the system
    (one,) = FileLook().at([replace(saved(tmp_path), fetches={1: Fetch(
        state=OutputState.DOWNLOADED, path=locked, done=4)})])  # fmt: skip
    assert state(one) is OutputState.DOWNLOADED
    (tmp_path / "file").touch()
    (one,) = FileLook().at([replace(saved(tmp_path), fetches={1: Fetch(
        state=OutputState.DOWNLOADED, path=tmp_path / "file" / "film", done=4)})])  # fmt: skip
    assert state(one) is OutputState.MOVED


def test_moved_and_given_up_are_no_loss_and_nothing_to_save(tmp_path: Path) -> None:
    (moved,) = FileLook().at([saved(tmp_path, there=False)])
    off = Fetch(state=OutputState.AVAILABLE, halt=Halt.CANCELED)
    given_up = task("b", Status.SUCCEEDED, outputs=(output(expires_in=60),), fetches={1: off})
    for one, word in ((moved, OutputState.MOVED), (given_up, OutputState.GIVEN_UP)):
        assert state(one) is word
        assert one.next_loss(START) is None
        assert one.ends_of_unsaved == ()
        assert not parse("is:unsaved OR is:lost").matches(one, START)
    late = replace(given_up, fetches={1: replace(off, reported=True)})
    assert state(late) is OutputState.GIVEN_UP


@pytest.mark.parametrize(
    ("fetch", "expected"),
    [
        (None, Standing.OPEN),
        (Fetch(state=OutputState.FAILED), Standing.OPEN),
        (Fetch(state=OutputState.FAILED, reported=True), Standing.REPORTED),
        (Fetch(state=OutputState.AVAILABLE, halt=Halt.PAUSED), Standing.OPEN),
        (Fetch(state=OutputState.AVAILABLE, halt=Halt.CANCELED), Standing.GIVEN_UP),
        (Fetch(state=OutputState.DOWNLOADED, path=Path("/nowhere/x")), Standing.MOVED),
        (Fetch(state=OutputState.DOWNLOADED, path=Path(__file__)), Standing.ON_DISK),
    ],
)
def test_how_an_output_stands(fetch: Fetch | None, expected: Standing) -> None:
    over = task("a", Status.SUCCEEDED, outputs=(output(),), fetches={1: fetch} if fetch else {})
    assert standing(next(iter(over.assets(START)))) is expected


def test_a_link_that_lives_on_makes_a_reported_expiry_no_news_of_before(tmp_path: Path) -> None:
    """What was called expired, and is not: it is fetched like any other."""
    late = Fetch(state=OutputState.EXPIRED, reported=True)
    alive = task("a", Status.SUCCEEDED, outputs=(output(expires_in=60),), fetches={1: late})
    assert standing(next(iter(alive.assets(START)))) is Standing.OPEN
