"""Text cut and padded by cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rushes.tui.lines.fit import (
    Piece,
    cell_width,
    clip,
    clip_middle,
    fit,
    undisputed,
    width,
    wrap,
)

TEXTS = st.text(alphabet=st.sampled_from("ab cÄ雨中…é"), max_size=40)


@given(TEXTS, st.integers(0, 30))
def test_what_is_clipped_never_takes_more_cells_than_there_are(text: str, cells: int) -> None:
    for cut in (clip(text, cells, "…"), clip_middle(text, cells, "…")):
        assert cell_len(cut) <= cells


@given(st.lists(TEXTS, max_size=4), st.integers(0, 30), st.booleans())
def test_a_fitted_cell_takes_exactly_its_cells(texts: list[str], cells: int, right: bool) -> None:
    assert cell_width(fit(tuple(map(Piece, texts)), cells, "…", right=right)) == cells


@given(TEXTS, st.integers(2, 30))
def test_wrapped_text_fits_and_loses_nothing_but_spaces(text: str, cells: int) -> None:
    lines = wrap(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_both_ends_of_an_id_stay() -> None:
    assert clip_middle("abcdefghij", 5, "…") == "ab…ij"
    assert clip_middle("雨中的玻璃窗", 7, "…") == "雨…窗"


@pytest.mark.parametrize(
    ("text", "drawn"),
    [
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467 at sea", "\U0001f468 at sea"),
        ("\U0001f469\U0001f3fd\u200d\U0001f680!", "\U0001f469\U0001f3fd!"),
        ("\u2764\ufe0f\u200d\U0001f525", "\u2764\ufe0f"),
        ("\U0001f3f3\ufe0f\u200d\U0001f308", "\U0001f3f3\ufe0f"),
        ("\u0dc1\u0dca\u200d\u0dbb\u0dd3", "\u0dc1\u0dca\u200d\u0dbb\u0dd3"),
        ("no picture", "no picture"),
    ],
)
def test_of_joined_pictures_the_first_is_drawn_in_as_many_cells(text: str, drawn: str) -> None:
    assert undisputed(text) == drawn
    assert cell_len(drawn) == cell_len(text)


def test_a_text_of_wide_characters_ends_its_lines_between_them() -> None:
    assert wrap("HTTP 503：网关没有应答，稍后再试。", 12) == [
        "HTTP 503：网",
        "关没有应答，",
        "稍后再试。",
    ]
    assert all(width(line) <= 7 for line in wrap("一二三，四五（六）七", 7))
    assert wrap("a  b", 10) == ["a  b"]
