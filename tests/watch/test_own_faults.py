"""A fault of ours ends at the task or the look it befell (reliability.md row 68, S8)."""

import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Any

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.model import Status
from rushes.providers.reply import Reply
from rushes.watch.desk import Desk
from rushes.watch.history.store import History
from rushes.watch.polling.poller import Poller
from rushes.watch.task import Ref

BAD, GOOD = Ref("hiapi", "bad"), Ref("hiapi", "good")
HELD = "sk-held-in-a-variable"


def breaks_for_bad(known: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, with a fault that one task brings out."""

    def some(*args: Any, **named: Any) -> Any:
        key = HELD
        # Without addresses: some of them spell it as well.
        if "bad" in re.sub(r" at 0x[0-9a-f]+", "", repr((args, named))):
            raise ZeroDivisionError(f"a fault of {len(key)}")
        return known(*args, **named)

    return some


@pytest.fixture
async def gateway(clock: ManualClock) -> Gateway:
    return Gateway(clock, lambda task_id: Reply(200, {}, hiapi_body(task_id, "handling")))


@pytest.fixture
async def desk(tmp_path: Path, clock: ManualClock, gateway: Gateway) -> AsyncIterator[Desk]:
    desk = await desk_with(tmp_path, clock, {"hiapi": session(clock, gateway)})
    await desk.watchlist.add([entry("bad"), entry("good")])
    yield desk
    await desk.close()


@pytest.mark.parametrize(
    "place",
    [
        "rushes.watch.polling.session.Session.ask",
        "rushes.watch.ledger.observe",
        "rushes.watch.ledger.with_skew",
        "rushes.watch.polling.planning.Planning.after",
    ],
)
async def test_the_task_that_brings_out_a_fault_is_alone_with_it(
    desk: Desk,
    gateway: Gateway,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    monkeypatch.setattr(place, breaks_for_bad(resolve_name(place)))
    desk.start()
    await clock.advance(60)
    asked = [task_id for _, task_id in gateway.asked]
    assert asked.count("good") >= 9
    assert asked.count("bad") <= 13, "once an interval, as ever"
    good, bad = desk.ledger.task(GOOD), desk.ledger.task(BAD)
    assert good is not None
    assert bad is not None
    assert good.status is Status.RUNNING
    assert good.trouble is None
    assert bad.trouble is not None
    assert bad.trouble.message == "internal error (ZeroDivisionError)"
    assert "ZeroDivisionError" in caplog.text
    assert HELD not in caplog.text
    caplog.clear()


@pytest.mark.parametrize(
    "place",
    [
        "rushes.watch.downloads.policy.DownloadPolicy.look",
        "rushes.watch.suspension.Suspension.look",
    ],
)
async def test_a_look_that_fails_is_logged_and_comes_again(
    desk: Desk,
    gateway: Gateway,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    place: str,
) -> None:
    looks: list[float] = []

    def broken(*_: object) -> None:
        looks.append(clock.monotonic())
        raise ZeroDivisionError

    monkeypatch.setattr(place, broken)
    desk.start()
    await clock.advance(20)
    assert len(looks) >= 9
    assert len(gateway.asked) >= 4, "polling goes on"
    assert "a regular look failed" in caplog.text


async def test_what_ends_a_poller_is_logged(
    desk: Desk,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def ends(_: Poller) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(Poller, "run", ends)
    desk.start()
    await clock.advance(1.0)
    assert "a part of the desk ended" in caplog.text
    assert "ZeroDivisionError" in caplog.text


async def test_a_connection_that_cannot_be_let_go_keeps_nothing_from_being_saved(
    tmp_path: Path,
    desk: Desk,
    gateway: Gateway,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(_: Gateway) -> None:
        raise OSError

    monkeypatch.setattr(Gateway, "aclose", fails)
    desk.start()
    await clock.advance(1.0)
    assert len(gateway.asked) == 2
    await desk.close()
    again = History(tmp_path / "history.db")
    tasks = await again.load([entry("good")])
    await again.close()
    assert tasks[GOOD].polls == 1
