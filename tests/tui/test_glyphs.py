"""The signs: one cell each, in any terminal."""

import unicodedata
from dataclasses import fields

import pytest
from rich.cells import cell_len

from rushes.tui.lines.glyphs import ASCII, SETS, UNICODE, Glyphs, single_width
from rushes.watch.config.settings import GlyphSet as Setting

SINGLE = single_width()


def signs(glyphs: Glyphs) -> list[str]:
    several = ("statuses", "corners", "batch", "branches", "eighths", "sparks")
    single = [getattr(glyphs, f.name) for f in fields(Glyphs) if f.name not in several]
    rows = (
        glyphs.corners,
        glyphs.branches,
        glyphs.eighths,
        glyphs.sparks,
        glyphs.statuses.values(),
    )
    return [*single, *(sign for row in rows for sign in row)]


@pytest.mark.parametrize("glyphs", [UNICODE, SINGLE, ASCII], ids=["unicode", "single", "ascii"])
def test_every_sign_is_one_cell_wide(glyphs: Glyphs) -> None:
    assert [sign for sign in signs(glyphs) if cell_len(sign) != 1 or len(sign) != 1] == []


def test_no_status_and_no_gauge_is_drawn_double_by_chinese_terminals() -> None:
    drawn = [*UNICODE.statuses.values(), UNICODE.full, UNICODE.empty, UNICODE.mark, UNICODE.waiting]
    assert [sign for sign in drawn if unicodedata.east_asian_width(sign) in "AWF"] == []


def test_the_single_width_set_has_no_sign_that_any_terminal_draws_double() -> None:
    assert [sign for sign in signs(SINGLE) if unicodedata.east_asian_width(sign[0]) in "AWF"] == []
    assert SINGLE.statuses == UNICODE.statuses
    assert "".join(SINGLE.progress(62, 5)) == "===.."
    assert SINGLE.names_arrows


def test_ascii_is_ascii() -> None:
    assert all(sign.isascii() for sign in (*signs(ASCII), *ASCII.batch))


@pytest.mark.parametrize("glyphs", [UNICODE, SINGLE, ASCII], ids=["unicode", "single", "ascii"])
def test_no_two_statuses_share_a_sign(glyphs: Glyphs) -> None:
    drawn = [*glyphs.statuses.values(), glyphs.waiting]
    assert len(set(drawn)) == len(drawn)


def test_every_setting_has_its_set() -> None:
    assert set(SETS) == {setting.value for setting in Setting}


@pytest.mark.parametrize(
    ("fraction", "lit"), [(1.0, 5), (0.81, 5), (0.8, 4), (0.01, 1), (0.0, 0), (-1, 0), (7, 5)]
)
def test_a_gauge_keeps_a_cell_lit_as_long_as_anything_is_left(fraction: float, lit: int) -> None:
    full, empty = UNICODE.gauge(fraction)
    assert (len(full), len(full + empty)) == (lit, 5)


@pytest.mark.parametrize(
    ("percent", "drawn"), [(0, "────"), (12, "╸───"), (50, "━━──"), (88, "━━━╸"), (250, "━━━━")]
)
def test_a_bar_is_always_as_wide_as_its_place(percent: int, drawn: str) -> None:
    done, track = UNICODE.progress(percent, 4)
    assert done + track == drawn
