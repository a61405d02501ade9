"""`get` asks first about what is not over as it was last heard of (row 341)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from rushes.watch.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Play, Rushes


def an_hour_passes(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every task ends at its gateway, and every interval passes here."""
    play.offset = 400
    monkeypatch.setattr(SystemClock, "now", _in_an_hour)
    for counts in ("monotonic", "boottime"):
        monkeypatch.setattr(SystemClock, counts, _an_hour_later(getattr(SystemClock, counts)))


def _in_an_hour(_clock: SystemClock) -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


def _an_hour_later(counts: Callable[[SystemClock], float]) -> Callable[[SystemClock], float]:
    return lambda clock: counts(clock) + 3600


@pytest.mark.parametrize("every", [True, False])
def test_a_task_that_ended_since_is_fetched(
    staged: Rushes, play: Play, monkeypatch: pytest.MonkeyPatch, every: bool
) -> None:
    ref = play.ref("opening shot")
    staged.watch(ref)
    staged("ls", "--poll")
    assert staged("show", ref, "--json").json()["status"] == "running"
    an_hour_passes(play, monkeypatch)
    done = staged("get", "--all" if every else ref)
    assert done.code == 0
    assert len(done.out.splitlines()) == 4, done.err


def test_trouble_of_an_earlier_command_is_not_told_as_if_it_were_now(
    staged: Rushes, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    staged.watch(play.ref("opening shot"))
    assert staged("get", "--all", HIAPI_API_KEY="refused-key").code == 4
    an_hour_passes(play, monkeypatch)
    assert staged("get", "--all").code == 0
