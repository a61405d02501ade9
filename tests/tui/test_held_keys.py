"""Keys that come while a box is being opened are for the box."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from fake_desk import FakeDesk
from sample_tasks import task
from textual import events
from textual.widgets import Input, TextArea
from waiting import PATIENCE

from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.held_keys import HeldKeys, Typed


@pytest.mark.sampled(4)
@pytest.mark.parametrize("pace", [0.0, 0.003])
@pytest.mark.parametrize(
    ("typed", "arrives"),
    [
        (["slash", *"xdx stat", "backspace"], "xdx sta"),
        (["a", *"xdx stat", "backspace"], "xdx sta"),
        (["w", *"xdx stat", "backspace"], "xdx sta"),
        (["slash", "x", events.Paste("dx st"), "a"], "xdx sta"),
        (["a", "x", events.Paste("dx st"), "a"], "xdx sta"),
        (["w", events.Paste("xdx st"), "a"], "xdx sta"),
    ],
)
async def test_what_is_typed_before_its_box_is_there_is_typed_into_the_box(
    desk: FakeDesk, typed: list[str | events.Paste], arrives: str, pace: float
) -> None:
    """And is no command: an x would stop watching a task."""
    desk.put(task("a"), task("b"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.pause()
        for one in typed:
            app.post_message(_key(one) if isinstance(one, str) else events.Paste(one.text))
            await asyncio.sleep(pace)
        async with asyncio.timeout(PATIENCE):
            while _text(app) != arrives:
                await pilot.pause(0.01)
    assert desk.asked == []


def _key(name: str) -> events.Key:
    return events.Key({" ": "space"}.get(name, name), name if len(name) == 1 else None)


def _text(app: RushesApp) -> str:
    """What stands where typing goes to."""
    box = app.focused
    if isinstance(box, Input):
        return box.value
    return box.text if isinstance(box, TextArea) else ""


@pytest.mark.parametrize("pane", ["table", "details"])
async def test_a_filter_that_a_click_took_the_focus_from_has_it_back_at_the_next_key(
    desk: FakeDesk, pane: str
) -> None:
    desk.put(task("a"), task("b"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.press("slash", "a")
        await pilot.click(f"#{pane}", offset=(6, 0))
        assert app.focused is app.dashboard.query_one(f"#{pane}")
        app.post_message(events.Key("d", "d"))
        async with asyncio.timeout(PATIENCE):
            while _text(app) != "ad":
                await pilot.pause(0.01)
        await pilot.click(f"#{pane}", offset=(6, 0))
        app.post_message(events.Key("escape", None))
        async with asyncio.timeout(PATIENCE):
            while app.dashboard.filter.is_open:
                await pilot.pause(0.01)
    assert desk.asked == []


async def test_a_filter_on_a_terminal_that_became_too_small_is_left_by_escape(
    desk: FakeDesk,
) -> None:
    desk.put(task("a"), task("b"))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.press("slash", "a")
        await pilot.resize_terminal(20, 5)
        await pilot.pause()
        await pilot.press("x", "d", "escape")
        await pilot.pause()
        assert not app.dashboard.filter.is_open
        await pilot.resize_terminal(120, 32)
        await pilot.pause()
        await pilot.press("d")
    assert [what for what, _ in desk.asked] == []
    assert app.dashboard.board.filter.text == ""


@pytest.mark.sampled(3)
@pytest.mark.parametrize("opening", ["slash", "s", "a", "w", "D", "question_mark", "ctrl+p", "T"])
async def test_whatever_is_opened_has_its_keys_as_soon_as_it_is_there(
    desk: FakeDesk, opening: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(task("a"))
    dropped: list[HeldKeys] = []
    monkeypatch.setattr(HeldKeys, "drop", dropped.append)
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        await pilot.press(opening)
        keys = app.dashboard.held_keys
        async with asyncio.timeout(PATIENCE):
            while keys.holding and not dropped:
                await pilot.pause(0.01)
    assert dropped == []


class NeverReady:
    """A screen whose box never gets the focus."""

    box_is_open = True

    def __init__(self) -> None:
        self._timers: list[Callable[[], None]] = []

    def box_is_ready(self) -> bool:
        return False

    def set_timer(self, _: float, callback: Callable[[], None], /) -> None:
        self._timers.append(callback)

    def call_later(self, _: Callable[[], Awaitable[None]], /) -> bool:
        return True

    def run(self) -> None:
        """Let all the time pass that timers wait for."""
        while self._timers:
            self._timers.pop()()


async def test_a_key_that_cannot_be_delivered_keeps_no_other_back() -> None:
    async def deliver(_: Typed) -> None:
        raise ZeroDivisionError

    keys = HeldKeys(deliver)
    keys.hold(NeverReady())
    assert keys.keep(events.Key("x", "x"))
    with pytest.raises(ZeroDivisionError):
        await keys.release()
    assert not keys.holding


async def test_keys_for_a_box_that_never_had_the_focus_are_no_commands() -> None:
    delivered: list[str] = []

    async def deliver(typed: Typed) -> None:
        assert isinstance(typed, events.Key)
        delivered.append(typed.key)

    keys, screen = HeldKeys(deliver), NeverReady()
    keys.hold(screen)
    assert keys.keep(events.Key("x", "x"))
    screen.run()
    assert not keys.holding
    keys.hold(screen)
    assert keys.keep(events.Key("d", "d"))
    await keys.release()
    assert delivered == ["d"]
