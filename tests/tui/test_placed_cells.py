"""A kept frame: a label that a terminal draws wider shifts nothing that follows (row 283)."""

import pyte
import pytest
from rich.segment import Segment
from textual.strip import Strip

from rushes.tui.screen.painting.cells import placed

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"


@pytest.mark.parametrize("label", [FAMILY, "❤\ufe0f", "\U0001f44d\U0001f3fd", "é\u0301"])
def test_what_follows_a_label_of_doubtful_width_stands_in_its_column(label: str) -> None:
    row = Strip([Segment(label), Segment(" dawn  │ running")])
    text = placed(row).text
    wall = row.text.index("│") - len(label) + Segment(label).cell_length
    emulated = pyte.Screen(60, 1)
    pyte.Stream(emulated).feed(text)
    assert emulated.buffer[0][wall].data == "│"
    assert f"{label}\x1b[{Segment(label).cell_length + 1}G" in text


def test_where_all_are_certain_nothing_is_added() -> None:
    row = Strip([Segment("雨中 dawn"), Segment(" running")])
    assert placed(row).text == row.text
