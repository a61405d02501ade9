"""A fault of ours ends where it happened (reliability.md row 68, S8)."""

from collections.abc import Iterator
from typing import Any

import pytest
from fake_desk import FakeDesk
from manual_clock import ManualClock
from sample_tasks import task
from waiting import until

from rushes.tui.lines import rows
from rushes.tui.lines.details import details
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.downloads import DownloadsScreen
from rushes.watch.task import Task

HELD = "sk-held-in-a-variable"


@pytest.fixture
def errors(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """What is logged in the test; it is no surprise."""
    yield caplog
    caplog.get_records("call").clear()


def broken(*_: object, **__: object) -> Any:
    key = HELD
    raise ZeroDivisionError(f"a fault of {len(key)}")


def told(app: RushesApp) -> list[str]:
    return [notice.text for _at, notice in app.dashboard.notices.told]


async def test_a_task_that_cannot_be_drawn_says_so_and_the_others_are_drawn(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, errors: pytest.LogCaptureFixture
) -> None:
    drawn = rows.cells

    def some(task: Task, *rest: Any) -> Any:
        return broken() if task.name == "bad" else drawn(task, *rest)

    monkeypatch.setattr("rushes.tui.screen.widgets.table.cells", some)
    desk.put(task("good"), task("bad"), task("fine"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        await pilot.press("j", "k")
        await pilot.pause(0.3)
        lines = {n: app.dashboard.table.render_line(n).text for n in range(3)}
        text = "\n".join(lines.values())
        assert "bad  internal error (ZeroDivisionError)" in text
        assert "good" in text
        assert "fine" in text
        assert app.is_running
    assert len(errors.records) == 1, "told once, however often it is drawn"


async def test_a_task_whose_details_cannot_be_told_leaves_the_list_alone(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, errors: pytest.LogCaptureFixture
) -> None:
    def some(task: Task, frame: Any) -> Any:
        return broken() if task.name == "bad" else details(task, frame)

    monkeypatch.setattr("rushes.tui.screen.widgets.details.details", some)
    desk.put(task("bad"), task("good"))
    app = RushesApp(desk)
    async with app.run_test(size=(140, 30)) as pilot:
        for _ in range(2):
            await pilot.press("j")
            await pilot.pause()
        await pilot.press("g")
        assert "internal error (ZeroDivisionError)" in app.dashboard.details.text
        await pilot.press("j")
        assert "internal error" not in app.dashboard.details.text
    assert len(errors.records) == 1


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    "place",
    [
        "rushes.tui.actions.board.Board.take",
        "rushes.tui.actions.board.Board.tick",
        "rushes.tui.lines.counts.Counts.take",
        "rushes.tui.screen.notice_log.NoticeLog.happened",
        "rushes.tui.screen.lines_around.header",
        "rushes.tui.screen.lines_around.footer",
        "rushes.tui.screen.lines_around.heads",
        "rushes.tui.screen.lines_around.trouble_lines",
        "rushes.tui.screen.widgets.table.TaskTable.tick",
        "rushes.tui.screen.widgets.table.TaskTable.changed",
        "rushes.tui.screen.widgets.table.TaskTable.show",
    ],
)
async def test_whatever_breaks_between_two_looks_the_dashboard_lives_and_admits_it(
    desk: FakeDesk,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    errors: pytest.LogCaptureFixture,
    place: str,
) -> None:
    desk.put(task("one"), task("two"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        with monkeypatch.context() as breaking:
            breaking.setattr(place, broken)
            desk.put(task("three"))
            for _ in range(2):
                app.dashboard.pull()
                app.dashboard.tick()
                app.dashboard.redraw()
            await pilot.pause()
        assert 1 <= len([text for text in told(app) if "ZeroDivisionError" in text]) <= 4
        assert HELD not in errors.text
        desk.put(task("four"))
        app.dashboard.pull()
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        app.dashboard.redraw()
        assert "four" in "".join(app.dashboard.table.render_line(n).text for n in range(4))


@pytest.mark.sampled(2)
@pytest.mark.parametrize("key", ["r", "y", "x", "p"])
async def test_a_key_that_breaks_is_admitted_and_the_next_key_works(
    desk: FakeDesk,
    monkeypatch: pytest.MonkeyPatch,
    errors: pytest.LogCaptureFixture,
    key: str,
) -> None:
    desk.put(task("one"), task("two"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        for owner, name in ((desk, "poll_now"), (desk, "remove"), (desk.pollers, "pause")):
            monkeypatch.setattr(owner, name, broken)
        monkeypatch.setattr(app, "copy_to_clipboard", broken)
        await pilot.press(key)
        await pilot.pause()
        assert any("internal error (ZeroDivisionError)" in text for text in told(app))
        await pilot.press("question_mark")
        await pilot.pause()
        assert app.screen is not app.dashboard


async def test_a_transfer_that_cannot_be_drawn_leaves_its_screen_open(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, errors: pytest.LogCaptureFixture
) -> None:
    desk.put(task("one"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 30)) as pilot:
        monkeypatch.setattr("rushes.tui.screen.downloads.transfers", broken)
        await pilot.press("T")
        await until(lambda: any("ZeroDivisionError" in text for text in told(app)))
        assert isinstance(app.screen, DownloadsScreen)
        await pilot.press("escape")
        await pilot.pause()
        assert app.screen is app.dashboard
