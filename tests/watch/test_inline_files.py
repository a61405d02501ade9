"""A file that came inside a reply is kept until it is saved, and not a day longer (row 89)."""

import base64
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock
from memory_store import Memory, MemoryStore
from sample_files import chunk, png

from rushes.providers.hiapi import parse
from rushes.providers.model import Inline, Output, Problem, SavedInline, Snapshot, Status
from rushes.providers.reply import Ask, Reply
from rushes.watch import codec
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.history.schema import MIGRATIONS, teach
from rushes.watch.history.store import History
from rushes.watch.inline_files import without_long_texts
from rushes.watch.ledger import Ledger
from rushes.watch.output_numbers import numbered
from rushes.watch.polling.schedule import Plan
from rushes.watch.portable import read, write
from rushes.watch.store import Store
from rushes.watch.task import PollReason, PollWhy, Ref, Task

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
A = Ref("hiapi", "a")
NOISE = Random(1).randbytes(3_500_000)
PICTURE = png(chunk(b"noIz", NOISE))
OTHER = png(chunk(b"noIz", b"other"))
KEPT = SavedInline(Inline(PICTURE).sha256, len(PICTURE), "image/png")
PLAN = Plan(5.0, PollWhy(PollReason.INTERVAL, 5.0))

Stores = tuple[Store, Store]


@pytest.fixture(params=["sqlite", "memory"])
async def stores(
    request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock
) -> AsyncIterator[Stores]:
    """The stores of two processes."""
    memory = Memory()

    def opened() -> Store:
        if request.param == "memory":
            return MemoryStore(memory, clock)
        return History(tmp_path / "history.db", clock=clock)

    both = opened(), opened()
    yield both
    for store in both:
        await store.close()


def answer(*files: bytes) -> Reply:
    """A success with these pictures in it."""
    links = [f"data:image/png;base64,{base64.b64encode(file).decode()}" for file in files]
    output = [{"url": link, "type": "image"} for link in links]
    return Reply(200, {}, hiapi_body("a", "success", completed=1777282033, output=output))


def heard(reply: Reply) -> Snapshot:
    said = parse(reply, Ask(base="https://gateway.example", task_id="a"))
    assert not isinstance(said, Problem)
    return said


def over(*files: bytes) -> Task:
    """A task that succeeded with these pictures, of which none is saved."""
    snapshot = heard(answer(*files))
    return Task(entry=entry("a"), status=Status.SUCCEEDED, snapshot=snapshot, last_polled_at=NOW)


def saved(file: bytes = PICTURE) -> Fetch:
    return Fetch(
        state=OutputState.DOWNLOADED,
        path=Path("/x/image-1.png"),
        done=len(file),
        sha256=Inline(file).sha256,
    )


def places(task: Task | None) -> list[object]:
    assert task is not None
    assert task.snapshot is not None
    return [output.where for output in task.snapshot.outputs]


async def kept(store: Store, task: Task, reply: Reply | None = None) -> list[object]:
    """Where the outputs of the task are by the store, once it has saved it."""
    store.save(task, reply)
    await store.flush()
    return places((await store.load([entry("a")]))[A])


async def test_until_it_is_saved_it_is_kept_whole(stores: Stores) -> None:
    failed = Fetch(state=OutputState.FAILED, sha256=KEPT.sha256)
    for task in (over(PICTURE), over(PICTURE).with_fetch(1, failed)):
        assert await kept(stores[0], task, answer(PICTURE)) == [Inline(PICTURE, "image/png")]


async def test_once_it_is_saved_only_what_tells_it_from_others_is_kept(stores: Stores) -> None:
    task = over(OTHER, PICTURE).with_fetch(2, saved())
    assert await kept(stores[0], task) == [Inline(OTHER, "image/png"), KEPT]


async def test_who_does_not_know_that_it_is_saved_does_not_bring_it_back(stores: Stores) -> None:
    one, other = stores
    await kept(one, over(PICTURE), answer(PICTURE))
    await kept(one, over(PICTURE).with_fetch(1, saved()))
    assert await kept(other, replace(over(PICTURE), polls=9), answer(PICTURE)) == [KEPT]
    assert await kept(other, over(OTHER), answer(OTHER)) == [Inline(OTHER, "image/png")]


async def test_of_a_saved_one_history_grows_by_less_than_10_kib(tmp_path: Path) -> None:
    """Five megabytes of it were kept for good."""
    path = tmp_path / "history.db"
    history = History(path)
    history.save(replace(over(), entry=entry("b")))
    await history.close()
    before, history = path.stat().st_size, History(path)
    await kept(history, over(PICTURE), answer(PICTURE))
    await kept(history, over(PICTURE).with_fetch(1, saved()))
    await kept(history, replace(over(PICTURE), polls=2), answer(PICTURE))
    body = await history.last_body(A)
    await history.close()
    assert path.stat().st_size - before < 10 * 1024
    assert body is not None
    assert json.loads(body.body)["data"]["output"][0]["url"].endswith(" bytes left out]")


async def test_what_an_older_rushes_kept_of_it_goes_as_the_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    snapshot = json.dumps(codec.write(over(PICTURE, OTHER).snapshot))
    with closing(sqlite3.connect(path)) as db, db:
        teach(db)
        db.executescript("".join(MIGRATIONS[:8]))
        db.execute("PRAGMA user_version = 8")
        row = ("hiapi:a", "succeeded", "success", 1, snapshot, None, 1, 0, None, None, 0.0)
        db.execute("INSERT INTO task VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)
        broken = ("hiapi:b", "running", "x", 0, '{"inline": [1', None, 1, 0, None, None, 0.0)
        db.execute("INSERT INTO task VALUES (?,?,?,?,?,?,?,?,?,?,?)", broken)
        for ref in ("hiapi:a", "hiapi:b"):
            db.execute(
                "INSERT INTO download (ref, n, state, path, done, sha256, note)"
                " VALUES (?, 1, 'downloaded', '/x/a.png', 9, ?, '')",
                (ref, KEPT.sha256),
            )
        body = answer(PICTURE).body[: 1 << 20]
        db.execute("INSERT INTO body VALUES ('hiapi:a', 200, '{}', ?, 'now')", (body,))
    history = History(path)
    found = await history.load([entry("a"), entry("b")])
    last = await history.last_body(A)
    await history.close()
    assert places(found[A]) == [KEPT, Inline(OTHER, "image/png")]
    assert last is not None
    assert len(last.body) < 1024
    assert b"bytes left out" in last.body


async def test_it_leaves_memory_too_and_a_poll_brings_nothing_back_to_history(
    tmp_path: Path, clock: ManualClock
) -> None:
    its = session(clock, Gateway(clock, lambda _: ""))
    history = History(tmp_path / "history.db")
    ledger = Ledger({"hiapi": its.account}, history, lambda _: its.condition.state, clock)
    await ledger.adopt([entry("a")])
    ledger.heard(A, heard(answer(PICTURE)), answer(PICTURE), PLAN)
    task = ledger.task(A)
    assert task is not None
    ledger.moved_on(task.with_fetch(1, saved()), lasting=True)
    assert places(ledger.task(A)) == [KEPT]
    ledger.heard(A, heard(answer(PICTURE)), answer(PICTURE), PLAN)
    await history.flush()
    assert places((await history.load([entry("a")]))[A]) == [KEPT]
    await history.close()


def test_an_export_takes_along_what_is_kept() -> None:
    task = over(PICTURE)
    assert places(read(write(task))) == [Inline(PICTURE, "image/png")]
    snapshot = replace(heard(answer()), outputs=(Output(kind="image", where=KEPT),))
    line = write(replace(task, snapshot=snapshot))
    assert len(line) < 2000
    assert places(read(line)) == [KEPT]


@pytest.mark.parametrize(
    ("body", "short"),
    [
        (b'{"a": "b", "c": [1, "\\"d\\\\"]}', b'{"a": "b", "c": [1, "\\"d\\\\"]}'),
        (b'{"a": "%s", "b": 1}' % (b"x" * 1024), b'{"a": "%s", "b": 1}' % (b"x" * 1024)),
        (b'{"a": "%s", "b": 1}' % (b"x" * 1025), b'{"a": "[1025 bytes left out]", "b": 1}'),
        (b'{"a": "%s"}' % (b"x\\/" * 5000), b'{"a": "[15000 bytes left out]"}'),
        (b'{"a": "%s", "b": "c"}' % (rb"\"" * 700), b'{"a": "[1400 bytes left out]", "b": "c"}'),
        (b"<html>" * 5000, b"<html>" * 5000),
        (b"", b""),
    ],
)
def test_a_long_text_is_left_out_of_a_reply(body: bytes, short: bytes) -> None:
    assert without_long_texts(body) == short


def test_a_reply_that_was_cut_within_a_text_is_shortened_as_well() -> None:
    cut = b'{"a": 1, "url": "data:' + b"QUJD" * 250_000
    assert without_long_texts(cut).startswith(b'{"a": 1, "url": "[')
    assert len(without_long_texts(cut)) < 64


def test_its_digest_tells_which_one_it_is_among_others() -> None:
    """A reply that lists them the other way round changes no number (row 82)."""
    first, second = (Output(kind="image", where=Inline(file)) for file in (PICTURE, OTHER))
    released = Output(kind="image", where=SavedInline(KEPT.sha256, KEPT.size))
    found = numbered([released, second], [second, first])
    assert (found.numbers, found.outputs) == ((2, 1), (first, second))
