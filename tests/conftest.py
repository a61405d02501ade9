"""What every test stands on: nothing reaches the person's own home, keys or settings."""

import gc
import os
import re
import signal
import sys
from itertools import count
from pathlib import Path
from types import FrameType

import pytest
from hypothesis import HealthCheck, settings
from manual_clock import ManualClock
from memory_disk import in_memory
from postgres_fixtures import postgres_servers as postgres_servers
from postgres_fixtures import store_url as store_url
from sampling import left_out, rounds

# A busy machine is slow; that is no fault of the example that it was slow with.
settings.register_profile(
    "patient",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    max_examples=rounds(40, 1000),
)
settings.load_profile("patient")


# Most of a test's time goes into syncs, so files are made in memory where there is room for them.
if folder := in_memory():
    os.environ["TMPDIR"] = folder

# Where no byte-code is kept, each worker rewrites every assertion anew, and each program that a
# test starts compiles all of ours again.
sys.dont_write_bytecode = False

_numbers = count()

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def pytest_configure() -> None:
    """Have programs that tests start heed the signals that end them.

    And files that tests make are nobody else's to change, whatever umask we were started with.
    Who runs us by nohup, or as a shell's background job, has some of them ignored, and that is
    inherited, unlike a handler. They stay without effect here.
    """
    for number in _ENDING:
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, _take_no_notice)
    os.umask(0o022)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is sampled and not in the sample (`sampling.py`)."""
    if left := left_out(items):
        config.hook.pytest_deselected(items=[*left])
        items[:] = [item for item in items if item not in left]


def pytest_collection_finish() -> None:
    """Have what was collected looked through for garbage no more: all of it stays to the end."""
    gc.freeze()


def _take_no_notice(_number: int, _frame: FrameType | None) -> None:
    """A handler, which other programs do not inherit."""


def pytest_xdist_auto_num_workers() -> int:
    """More than cores: many a test waits for a process of its own, or for a gateway."""
    cores = os.cpu_count() or 1
    return max(cores, min(3 * cores, 16))


@pytest.fixture
def tmp_path(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the test's own.

    pytest's has a link to the latest one, which is removed and made anew for each: that costs more
    than most tests do.
    """
    name = re.sub(r"\W", "_", request.node.name)[:30]
    return tmp_path_factory.mktemp(f"{name}{next(_numbers)}", numbered=False)


@pytest.fixture(autouse=True)
def own_home(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A home of the test's own, and no variable that could lead out of it.

    It is made by those that use it. So is the folder around it: most tests need none.
    """
    for name in list(os.environ):
        if name.endswith("_API_KEY") or name.startswith(("XDG_", "RUSHES_")):
            monkeypatch.delenv(name)
        if name.lower().endswith("_proxy") or name in ("NO_COLOR", "FORCE_COLOR"):
            monkeypatch.delenv(name)
    if "tmp_path" in request.fixturenames:
        around: Path = request.getfixturevalue("tmp_path")
    else:
        around = tmp_path_factory.getbasetemp() / f"none{next(_numbers)}"
    monkeypatch.setenv("HOME", str(around / "home"))
    monkeypatch.setenv("RUSHES_HOME", str(around / "rushes"))


@pytest.fixture(autouse=True)
def no_keys_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys are hidden for the rest of a process: those that another test found are not this one's.

    "abcdef" is a key in one test, and the end of an id in the next.
    """
    monkeypatch.setattr("rushes.watch.keys.known_keys._forms", {})


@pytest.fixture
def clock() -> ManualClock:
    """Time that the test moves by hand."""
    return ManualClock()
