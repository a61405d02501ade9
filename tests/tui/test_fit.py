"""Text cut and padded by cells."""

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from rushes.tui.lines.fit import Piece, cell_width, clip, clip_middle, fit, wrap

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
