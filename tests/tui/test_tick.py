"""A second in which hardly anything changes costs hardly anything, and misses nothing (row 140)."""

from collections.abc import Callable
from typing import cast

import pytest
from emulated_terminal import at_emulated_terminal
from fake_desk import FakeDesk
from sample_tasks import a_day, finish, output, task
from textual._compositor import Compositor

from rushes.tui.lines.details import details
from rushes.tui.lines.fit import text_of
from rushes.tui.lines.glyphs import UNICODE
from rushes.tui.lines.task_sections import Frame
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.widgets import details as pane

LONG_OVER = finish(task("an old film"), output(expires_in=-9 * 86_400))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Frame]:
    """For what the details were made so far."""
    made: list[Frame] = []

    def counted(*args: object) -> object:
        made.append(args[1])  # type: ignore[arg-type]  # the frame
        return details(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(pane, "details", counted)
    return made


async def test_the_details_of_what_changes_by_the_minute_are_not_made_each_second(
    desk: FakeDesk, made: list[Frame]
) -> None:
    desk.put(LONG_OVER)
    await desk.manual_clock.advance(3 * 86_400)
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.pause()
        app.dashboard.tick()
        made.clear()
        for _ in range(60):
            await desk.manual_clock.advance(1)
            app.dashboard.tick()
        assert 0 < len(made) <= 8


async def test_no_change_of_the_details_is_late(desk: FakeDesk) -> None:
    desk.put(LONG_OVER)
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.pause()
        shown = app.dashboard.details
        cells = shown.scrollable_content_region.width - pane.MARGIN - pane.BEHIND
        for _ in range(150):
            await desk.manual_clock.advance(1)
            app.dashboard.tick()
            now = app.dashboard.now
            beside = app.dashboard.beside_task.of(LONG_OVER, None)
            assert shown.text == text_of(
                details(LONG_OVER, Frame(now, cells, UNICODE, beside)).lines
            )


async def test_a_clock_that_goes_on_alone_is_painted_without_a_look_at_the_whole_screen(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Compositor] = []
    desk.put(LONG_OVER)
    async with at_emulated_terminal(RushesApp(desk), monkeypatch) as screen:
        screen.app.dashboard.tick()
        await screen.settled()
        known = cast("Callable[..., object]", vars(Compositor)["render_update"])
        monkeypatch.setattr(
            Compositor,
            "render_update",
            lambda self, **more: (looks.append(self), known(self, **more))[1],  # type: ignore[misc]
        )
        for _ in range(3):
            await desk.manual_clock.advance(1)
            screen.app.dashboard.tick()
            await screen.settled()
            assert f"{screen.app.dashboard.now:%H:%M:%S}" in screen.terminal.text[0]
        assert looks == []


async def test_a_clock_under_a_box_does_not_paint_over_it(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(*a_day())
    async with at_emulated_terminal(RushesApp(desk), monkeypatch, 80, 12) as screen:
        await screen.pilot.press("question_mark")
        await screen.settled()
        assert screen.app.screen is not screen.app.dashboard
        await desk.manual_clock.advance(1)
        screen.app.dashboard.tick()
        await screen.settled()
