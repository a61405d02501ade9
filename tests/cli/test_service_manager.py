"""What the service manager hears, and when: the protocol of sd_notify at a socket of the test's."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from rushes.providers.model import Status
from rushes.tui.command import signs_of_life
from rushes.tui.command.signs_of_life import give_signs
from rushes.tui.lines.engine_status import engine_status
from rushes.tui.shell.service_manager import ServiceManager
from rushes.watch.changes import Readers
from rushes.watch.store import StoreBusy, StoreError

if TYPE_CHECKING:
    from manual_clock import ManualClock


@pytest.fixture
def heard() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as inbox:
        inbox.setblocking(False)
        yield inbox


def told(inbox: socket.socket) -> list[str]:
    found: list[str] = []
    while True:
        try:
            found.append(inbox.recv(4096).decode())
        except BlockingIOError:
            return found


def test_nobody_is_told_where_nobody_listens() -> None:
    manager = ServiceManager({"WATCHDOG_USEC": "1000000"})
    manager.ready()
    assert (manager.listens, manager.sign_every) == (False, None)


def test_a_socket_in_the_file_system_hears_each_datagram(
    heard: socket.socket, tmp_path: Path
) -> None:
    heard.bind(str(tmp_path / "notify"))
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "notify")})
    manager.ready()
    manager.status("12 running")
    manager.status("12 running")
    manager.reloading()
    manager.stopping()
    ready, status, reloading, stopping = told(heard)
    assert (ready, status, stopping) == ("READY=1", "STATUS=12 running", "STOPPING=1")
    assert reloading.startswith("RELOADING=1\nMONOTONIC_USEC=")


@pytest.mark.skipif(not hasattr(socket, "SO_PEERCRED"), reason="abstract names are Linux's")
def test_a_name_that_begins_with_an_at_sign_is_abstract(heard: socket.socket) -> None:
    heard.bind(f"\0rushes-test-{os.getpid()}")
    ServiceManager({"NOTIFY_SOCKET": f"@rushes-test-{os.getpid()}"}).ready()
    assert told(heard) == ["READY=1"]


@pytest.mark.parametrize(
    "name", ["/no/such/socket", "vsock:2:1234", "/" + "x" * 200, "@" + "x" * 200]
)
def test_one_that_does_not_listen_ends_nothing(name: str) -> None:
    ServiceManager({"NOTIFY_SOCKET": name}).ready()


@pytest.mark.parametrize(
    ("environ", "every"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({}, None),
    ],
)
def test_a_sign_of_life_is_due_at_half_of_what_is_allowed_to_this_process(
    environ: dict[str, str], every: float | None
) -> None:
    assert ServiceManager({"NOTIFY_SOCKET": "/run/notify", **environ}).sign_every == every


def test_the_status_says_what_is_open_and_what_is_lost_next() -> None:
    assert engine_status({}, None) == "idle"
    assert engine_status({Status.SUCCEEDED: 3}, None) == "idle"
    counts = {Status.RUNNING: 12, Status.QUEUED: 3, None: 1, Status.FAILED: 2}
    assert engine_status(counts, None) == "12 running, 3 queued, 1 waiting"


class Desk(SimpleNamespace):
    """A desk of which only what is asked about it is there."""


def a_desk(clock: ManualClock, answers: list[Exception | None]) -> Any:
    async def load(_: object) -> dict[object, object]:
        answer = answers.pop(0) if answers else None
        if answer is not None:
            raise answer
        return {}

    readers = Readers(clock)
    ledger = SimpleNamespace(readers=readers, tasks=dict[object, object])
    pollers = SimpleNamespace(work=True)
    return Desk(clock=clock, ledger=ledger, history=SimpleNamespace(load=load), pollers=pollers)


async def test_signs_come_at_half_of_the_time_and_only_while_the_work_is_done(
    heard: socket.socket, tmp_path: Path, clock: ManualClock
) -> None:
    heard.bind(str(tmp_path / "notify"))
    manager = ServiceManager(
        {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"}
    )
    desk = a_desk(clock, [None, StoreBusy("busy"), StoreError("the disk does not answer")])
    signs = asyncio.create_task(give_signs(desk, manager))
    alive: list[int] = []
    for _ in range(4):
        await clock.advance(0)
        alive.append(told(heard).count("WATCHDOG=1"))
        await clock.advance(2)
    assert alive[:3] == [1, 1, 0]
    told(heard)
    desk.pollers.work = False
    await clock.advance(20)
    assert told(heard) == []
    signs.cancel()


async def test_without_a_manager_nothing_is_counted(clock: ManualClock) -> None:
    desk = a_desk(clock, [])
    await give_signs(desk, ServiceManager({}))
    assert signs_of_life.EVERY > 0
