"""A thread beside a transfer: the order of its jobs, how many wait, what an error of one does."""

from __future__ import annotations

import hashlib
import threading
from functools import partial
from typing import TYPE_CHECKING

import pytest
from waiting import PATIENCE

from rushes.watch.network.direct import LENT
from rushes.watch.transfer.digest import Digest
from rushes.watch.transfer.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def worker() -> Iterator[Worker]:
    made = Worker(2)
    made.begin()
    yield made
    made.close()


def failing() -> None:
    raise OSError(5, "I/O error")


def test_jobs_are_done_in_their_order_by_one_thread_that_is_not_ours(worker: Worker) -> None:
    done: list[tuple[int, int]] = []
    for number in range(50):
        worker.do(lambda number=number: done.append((number, threading.get_ident())))
    worker.settle()
    assert [number for number, _ in done] == list(range(50))
    assert {thread for _, thread in done} != {threading.get_ident()}
    assert len({thread for _, thread in done}) == 1


def test_no_more_wait_than_are_allowed(worker: Worker) -> None:
    held, given = threading.Event(), list[int]()

    def wait() -> None:
        held.wait(PATIENCE)

    def give() -> None:
        for number in range(4):
            worker.do(wait)
            given.append(number)

    giving = threading.Thread(target=give)
    giving.start()
    giving.join(0.05)
    assert len(given) <= 2
    held.set()
    giving.join()
    assert len(given) == 4


def test_an_error_is_told_with_the_next_job_and_no_job_is_done_after_it(worker: Worker) -> None:
    done: list[int] = []
    worker.do(failing)
    with pytest.raises(OSError, match="I/O error"):
        worker.settle()
    for _ in range(5):
        with pytest.raises(OSError, match="I/O error"):
            worker.do(lambda: done.append(1))
    with pytest.raises(OSError, match="I/O error"):
        worker.settle()
    assert done == []


def test_before_it_begins_each_job_is_done_at_once() -> None:
    done: list[int] = []
    worker = Worker(1)
    worker.do(partial(done.append, threading.get_ident()))
    assert done == [threading.get_ident()]
    with pytest.raises(OSError, match="I/O error"):
        worker.do(failing)
    worker.settle()
    worker.close()


def test_so_it_is_where_no_thread_can_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    done: list[int] = []
    worker = Worker(1)
    monkeypatch.setattr(threading.Thread, "start", none)
    worker.begin()
    worker.do(lambda: done.append(1))
    assert done == [1]
    worker.close()


def test_its_thread_ends(worker: Worker) -> None:
    before = threading.active_count()
    worker.do(lambda: None)
    worker.close()
    assert threading.active_count() == before - 1


class TestADigest:
    def test_is_that_of_all_bytes_whatever_pieces_they_came_in(self) -> None:
        digest, whole = Digest(), hashlib.sha256()
        digest.begin()
        for size in (10, 100_000, 5, 200_000, 70_000, 0, 300_000):
            digest.add(bytes([size % 251]) * size)
            whole.update(bytes([size % 251]) * size)
        assert digest.hexdigest() == whole.hexdigest()
        digest.close()

    def test_is_done_with_a_lent_chunk_before_its_buffer_is_used_again(self) -> None:
        digest, whole = Digest(), hashlib.sha256()
        digest.begin()
        buffers = [bytearray(100_000) for _ in range(LENT + 1)]
        for number in range(200):
            buffer = buffers[number % len(buffers)]
            buffer[:] = bytes([number]) * len(buffer)
            digest.add(memoryview(buffer))
            whole.update(buffer)
        assert digest.hexdigest() == whole.hexdigest()
        digest.close()
