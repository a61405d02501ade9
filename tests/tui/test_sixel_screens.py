"""The dashboard at a terminal that draws Sixel (rows 326 to 330)."""

from dataclasses import replace
from pathlib import Path

import pytest
from manual_clock import ManualClock
from sixel_rig import BLUE, COLORS, FOOT, GREEN, RED, SixelDriver, at_sixel
from waiting import until

from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.tui.screen.pictures.gallery import QUARTER
from rushes.tui.screen.terminal_input import Identity

CARD = 21 * 6
"""Cells of a picture of 16 by 9, in cells of 10 by 20, as wide as a card."""


def all_there(driver: SixelDriver) -> bool:
    return all(driver.cells(color) == CARD for color in COLORS)


async def test_a_picture_is_drawn_once_and_not_again_by_what_happens_beside_it(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_sixel(tmp_path, clock, monkeypatch) as (_app, pilot, driver):
        await until(lambda: all_there(driver))
        assert driver.sent == 3
        await pilot.press("right", "right", "left")
        await pilot.pause()
        assert driver.sent == 0
        assert PLACEHOLDER not in driver.terminal.sent
        assert "▀" not in driver.terminal.sent


async def test_a_sheet_hides_what_it_covers_and_what_goes_shows_it_again(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (160, 34)
    async with at_sixel(tmp_path, clock, monkeypatch, size=size) as (_app, pilot, driver):
        await until(lambda: all_there(driver))
        assert driver.sent == 3
        await pilot.press("question_mark")
        await until(lambda: driver.cells(BLUE) < CARD)
        await pilot.pause()
        covered = [driver.cells(color) for color in COLORS]
        assert min(covered) == 0
        assert driver.sent == 0
        await pilot.press("escape")
        await until(lambda: all_there(driver))
        assert driver.sent == sum(each < CARD for each in covered)


async def test_what_is_drawn_under_a_sheet_is_drawn_around_it(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = (160, 34)
    async with at_sixel(tmp_path, clock, monkeypatch, size=size) as (_app, pilot, driver):
        await until(lambda: all_there(driver))
        await pilot.press("question_mark")
        await pilot.pause()
        covered = {**driver.terminal.screen.pixels}
        await pilot.press("ctrl+l")
        await until(lambda: driver.terminal.screen.pixels.keys() == covered.keys())
        assert 0 < sum(map(driver.cells, COLORS)) < 3 * CARD


async def test_the_terminal_is_given_back_without_them_and_has_them_when_it_is_taken_again(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_sixel(tmp_path, clock, monkeypatch) as (app, pilot, driver):
        await until(lambda: all_there(driver))
        monkeypatch.setattr(SixelDriver, "can_suspend", True)
        with app.suspend():
            assert not driver.terminal.screen.pixels
        await pilot.pause()
        await until(lambda: all_there(driver))
        assert driver.sent == 6
        await pilot.press("ctrl+l")
        await until(lambda: driver.sent == 3)
        assert all_there(driver)
    assert not driver.terminal.screen.pixels


async def test_a_rejected_picture_has_a_fourth_of_its_light(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_sixel(tmp_path, clock, monkeypatch) as (_app, pilot, driver):
        await until(lambda: all_there(driver))
        await pilot.press("home", "0")
        await until(lambda: sum(map(driver.cells, COLORS)) == 2 * CARD)
        dark = [tuple(part // QUARTER for part in color) for color in (RED, GREEN, BLUE)]
        await until(lambda: sum(map(driver.cells, dark)) == CARD)  # pyright: ignore[reportArgumentType]


async def test_pictures_have_the_size_of_the_cells_when_the_font_is_another(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_sixel(tmp_path, clock, monkeypatch) as (app, pilot, driver):
        await until(lambda: all_there(driver))
        driver.terminal.screen.cell = (8, 16)
        app.dashboard.pictures.named(replace(FOOT, cell=(8, 16)))
        await pilot.pause()
        await until(lambda: all_there(driver))
        widths = {
            (max(x for x, _ in cell) + 1, max(y for _, y in cell) + 1)
            for cell in driver.terminal.screen.pixels.values()
        }
        assert max(widths) == (8, 16)


async def test_xterm_which_keeps_sixteen_draws_cards_in_blocks_and_large_ones_itself(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    xterm = replace(FOOT, version="XTerm(379)")
    async with at_sixel(tmp_path, clock, monkeypatch, terminal=xterm) as (_app, pilot, driver):
        await until(lambda: "▀" in driver.terminal.sent)
        assert driver.sent == 0
        await pilot.press("home", "i")
        await until(lambda: any(driver.cells(color) > 1000 for color in COLORS))


@pytest.mark.parametrize(
    ("terminal", "config"),
    [
        (Identity("tmux 3.5a", sixel=True, cell=(10, 20)), ""),
        (Identity("foot(1.16.2)", sixel=True), ""),
        (Identity("foot(1.16.2)", cell=(10, 20)), ""),
        (FOOT, 'pictures = "blocks"'),
        (Identity(), 'pictures = "sixel"'),
    ],
)
async def test_there_are_half_blocks_where_the_terminal_does_not_say_all_that_it_takes(
    tmp_path: Path,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
    terminal: Identity,
    config: str,
) -> None:
    async with at_sixel(tmp_path, clock, monkeypatch, config, terminal=terminal) as (*_, driver):
        await until(lambda: "▀" in driver.terminal.sent)
        assert driver.sent == 0


async def test_it_takes_no_more_colours_than_there_are(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEXTUAL_COLOR_SYSTEM", "256")
    async with at_sixel(tmp_path, clock, monkeypatch, keys=()) as (app, pilot, driver):
        app.console._color_system = 2  # pyright: ignore
        await pilot.press("v")
        await until(lambda: all_there(driver))
