"""A desk without an engine, and a time zone that is the same everywhere."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from pressed_keys import WRITES, Pressed, noted, write
from shown_dailies import open_dailies as open_dailies
from shown_dashboard import start as start
from watchlists_shown import lists as lists


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of day are shown in local time: here that is UTC."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def all_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal that the tests are started from is none of theirs, nor are its few colours."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")


@pytest.fixture(autouse=True)
def no_fault_of_ours(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """The dashboard lives on after a fault of ours, so that a test might not notice it."""
    yield
    logged = caplog.get_records("call")
    assert [record.getMessage() for record in logged if record.levelname == "ERROR"] == []


@pytest.fixture
def desk(tmp_path: Path, clock: ManualClock) -> FakeDesk:
    """A desk that holds nothing yet."""
    return FakeDesk(settings_of(tmp_path), clock)


PRESSED: Pressed = {}


@pytest.fixture(autouse=WRITES)
def keys_noted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Has the table of keys written by what the tests press, where it is asked for."""
    test = f"{request.path.name}::{request.node.name.partition('[')[0]}"
    with noted(PRESSED, test):
        yield


def pytest_sessionfinish() -> None:
    """Write the table of keys."""
    if WRITES and PRESSED:
        write(PRESSED)
