"""What a sheet drew goes with it (row 62)."""

import gc
import weakref

from textual._styles_cache import StylesCache
from textual.color import Color

from rushes.tui.screen.app import RushesApp

BLACK, HALF_WHITE = Color(0, 0, 0), Color(255, 255, 255, 0.5)


def test_the_lines_of_a_widget_that_is_gone_are_not_kept() -> None:
    assert RushesApp is not None
    lines = StylesCache()
    inner, outer = lines.get_inner_outer(BLACK, HALF_WHITE)
    assert (inner.background, outer.background) == (BLACK + HALF_WHITE, BLACK)
    kept = weakref.ref(lines)
    del lines
    gc.collect()
    assert kept() is None
