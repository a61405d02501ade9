"""Ten thousand tasks on a list: it stays quick, and is never written because of a poll."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from desk_rig import desk_with
from fake_gateway import Gateway, entry, hiapi_body, session
from manual_clock import ManualClock

from rushes.providers.reply import Reply
from rushes.watch.disk.atomic import atomic_write
from rushes.watch.watchlist.entries import Watchlist
from rushes.watch.watchlist.file import WatchlistFile
from rushes.watch.watchlist.saved import save

MANY = 10_000
SECONDS = 6.0
"""Of processor time, in which any edit of so many is done, on a slow machine; here it is 0.5."""


async def test_polls_and_changes_of_status_write_nothing_to_the_list(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = iter(["waiting", "handling", "fail"])
    gateway = Gateway(clock, lambda task_id: Reply(200, {}, hiapi_body(task_id, next(answers))))
    desk = await desk_with(tmp_path, clock, {"hiapi": session(clock, gateway)})
    saved: list[Path] = []

    def spy(path: Path, data: bytes) -> None:
        saved.append(path)
        atomic_write(path, data)

    monkeypatch.setattr("rushes.watch.watchlist.saved.atomic_write", spy)
    await desk.watchlist.add([entry("t1")])
    assert saved == [tmp_path / "watchlists" / "default.toml"]
    desk.start()
    await clock.advance(60)
    await desk.close()
    assert len(gateway.asked) == 3
    assert len(saved) == 1


def test_edits_of_a_long_list_stay_quick(tmp_path: Path) -> None:
    tasks = [entry(f"tk-hiapi-{n:026}", label=f"take {n}") for n in range(MANY)]
    save(tmp_path / "default.toml", Watchlist(entries=tuple(tasks)))
    file, other = (WatchlistFile(tmp_path / "default.toml") for _ in range(2))
    acts: dict[str, Callable[[], object]] = {
        "read": other.read,
        "add": lambda: file.add([entry("one-more")]),
        "label": lambda: file.put(replace(tasks[5_000], label="another")),
        "remove": lambda: file.remove([tasks[0].ref]),
        "reload": other.reload_if_changed,
        "look": other.reload_if_changed,
    }
    took: dict[str, float] = {}
    for name, act in acts.items():
        before = time.thread_time()
        act()
        took[name] = time.thread_time() - before
    print("\n" + ", ".join(f"{name} {1000 * seconds:.0f} ms" for name, seconds in took.items()))
    assert len(other.read().entries) == MANY
    assert max(took.values()) < SECONDS
    assert took["look"] < took["read"] / 10
