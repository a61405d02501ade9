"""The dashboard at a terminal that draws pictures itself (row 294)."""

from pathlib import Path

import pytest
from kitty_rig import SENT, TAKEN_AWAY, Kitty, in_kitty
from manual_clock import ManualClock
from waiting import until

from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.tui.screen.pictures.kitty import FIRST


async def test_each_picture_is_sent_once_and_drawn_by_placeholders(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch) as (_app, pilot, kitty):
        await until(lambda: kitty.count(SENT) == 3)
        await until(lambda: kitty.count(PLACEHOLDER) >= 3 * 6 * 21)
        for key in ("right", "right", "left"):
            await pilot.press(key)
        await pilot.pause()
        assert kitty.count(SENT) == 3
        assert "▀" not in "".join(kitty.written)


async def test_a_sheet_over_them_leaves_the_others_as_they_are(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch, size=(200, 34)) as (_app, pilot, kitty):
        await until(lambda: kitty.count(PLACEHOLDER) >= 3 * 6 * 21)
        await pilot.pause()
        assert kitty.drawn == {FIRST, FIRST + 1, FIRST + 2}
        kitty.written.clear()
        await pilot.press("question_mark")
        await pilot.pause()
        # The third is under the sheet. A tint of the others' ink would name other pictures.
        assert kitty.drawn == {FIRST, FIRST + 1}
        await pilot.press("escape")
        await until(lambda: kitty.drawn == {FIRST, FIRST + 1, FIRST + 2})
        assert kitty.count(SENT) == 0


async def test_they_are_taken_away_with_the_terminal_and_sent_again_when_it_is_back(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch) as (app, pilot, kitty):
        await until(lambda: kitty.count(SENT) == 3)
        monkeypatch.setattr(Kitty, "can_suspend", True)
        with app.suspend():
            assert kitty.count(TAKEN_AWAY) == 3
        await pilot.pause()
        await until(lambda: kitty.count(SENT) == 6)
        await pilot.press("ctrl+l")
        await until(lambda: kitty.count(SENT) == 9)
    assert kitty.count(TAKEN_AWAY) == 6


@pytest.mark.parametrize(
    ("config", "variable"), [('pictures = "blocks"', ""), ("", "NO_COLOR"), ("", "256")]
)
async def test_nothing_is_sent_where_blocks_are_wanted_or_colours_are_not_exact(
    tmp_path: Path,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    config: str,
    variable: str,
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch, config) as (app, pilot, kitty):
        if variable == "NO_COLOR":
            app.no_color = True
        elif variable:
            app.console._color_system = 2  # pyright: ignore
        kitty.written.clear()
        app.dashboard.pictures.look()
        await pilot.press("escape", "v")
        await pilot.pause()
        assert kitty.count(SENT) == kitty.count(PLACEHOLDER) == 0


async def test_none_are_drawn_where_they_are_off(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with in_kitty(tmp_path, clock, monkeypatch, 'pictures = "off"') as (app, pilot, kitty):
        await pilot.pause()
        assert kitty.count(SENT) == 0
        assert "▀" not in "".join(kitty.written)
        assert "pictures = off" in "".join(kitty.written)
        assert app.dashboard.gallery.without is not None
