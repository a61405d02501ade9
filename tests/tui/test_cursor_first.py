"""A key that moves the cursor: its row is painted first, all else once for keys in a row."""

from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from rich.console import RenderableType
from sample_tasks import task
from textual import events
from textual._compositor import ChopsUpdate
from textual.app import App
from textual.screen import Screen

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.widgets.details import DetailPane

TASKS = [task(f"take {n}", added=n) for n in range(20)]


def _app(folder: Path, clock: ManualClock) -> RushesApp:
    desk = FakeDesk(settings_of(folder), clock)
    desk.put(*TASKS)
    return RushesApp(desk)


async def test_its_old_and_its_new_row_are_painted_before_all_else(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    painted: list[set[int]] = []

    def display(_app: App[None], _screen: Screen[object], update: RenderableType | None) -> None:
        if isinstance(update, ChopsUpdate):
            painted.append({y for y, _, _ in update.spans})

    app = _app(tmp_path, clock)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.pause()
        monkeypatch.setattr(RushesApp, "_display", display)
        await pilot.press("j")
        top = app.dashboard.table.region.y
        assert painted[0] == {top, top + 1}
        assert app.dashboard.details.region.y in set[int]().union(*painted[1:])
        assert "take 1" in app.dashboard.details.text


async def test_keys_in_a_row_have_the_details_written_once_and_for_the_last(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = _app(tmp_path, clock)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.pause()
        dashboard, written = app.dashboard, list[str]()

        def show(pane: DetailPane, *_: object) -> None:
            current = dashboard.board.current
            written.append(current.name if current and pane is dashboard.details else "")

        monkeypatch.setattr(DetailPane, "show_task", show)
        for _ in range(10):
            dashboard.post_message(events.Key("j", "j"))
        await pilot.pause()
        assert "take 10" in written
        assert len(written) < 10
        assert written[-1] == "take 10"
