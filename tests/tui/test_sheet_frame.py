"""The frame that all sheets have: what its edges say, and that its keys are clicked."""

import pytest
from fake_desk import FakeDesk

from rushes.tui.lines.fit import Piece, cell_width
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.edges import Hint, lower_edge, upper_edge
from rushes.tui.screen.sheet import Sheet
from rushes.tui.screen.widgets.paper import Paper

HINTS = (
    Hint(("left", "right"), "range"),
    Hint(("s",), "sort"),
    Hint(("c",), "copy"),
    Hint(("escape",), "close"),
)


@pytest.mark.parametrize("cells", [12, 24, 58, 60, 120])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_an_edge_is_as_wide_as_its_sheet_and_closing_it_is_never_left_out(
    cells: int, glyphs: Glyphs
) -> None:
    edge = lower_edge(HINTS, "9 of 12" if cells > 30 else "", cells, glyphs)
    assert cell_width(edge.line) == cells
    written = "".join(piece.text for piece in edge.line)
    assert cells < 16 or "esc close" in written
    assert cell_width(upper_edge("figures", (Piece("7 days"),), cells, glyphs)) == cells
    if glyphs is ASCII:
        assert written.isascii()


def test_each_key_of_a_hint_is_pressed_by_a_click_on_it() -> None:
    edge = lower_edge(HINTS, "9 of 12", 80, UNICODE)
    written = "".join(piece.text for piece in edge.line)
    pressed = {word: edge.key_at(written.index(word)) for word in ("←", "→", "range", "s ", "esc")}
    assert list(pressed.values()) == ["left", "right", "right", "s", "escape"]
    assert edge.key_at(0) == edge.key_at(79) == ""


async def test_every_sheet_is_closed_by_a_click_and_keeps_its_place(desk: FakeDesk) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(60, 12)) as pilot:
        for key in ("a", "s", "w", "T", "F", "e", "question_mark", "ctrl+p"):
            await pilot.press(key)
            await pilot.pause()
            sheet = app.screen
            assert isinstance(sheet, Sheet), key
            frame, lower = sheet.query_one("#sheet").region, sheet.query_one("#lower", Paper)
            assert (frame.x, frame.y, frame.width) == (0, 1, 60)
            assert frame.bottom <= 11
            await pilot.click(lower, offset=(lower.text.index("esc"), 0))
            await pilot.pause()
            assert app.screen is app.dashboard, key
