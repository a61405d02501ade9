"""What lies behind a sheet: the dashboard, darker, with its header as bright as before."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Protocol, cast

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.renderables.background_screen import BackgroundScreen

from rushes.tui.screen.painting.cells import PLACEHOLDER

_AS_IT_IS = Color(0, 0, 0, 0)

HIDDEN = 2
"""The last lines of the dashboard: its notice and its keys."""


class _Composed(Protocol):
    @property
    def _compositor(self) -> RenderableType: ...


class Behind(BackgroundScreen):
    """A screen behind another: below its first line it is tinted, and its last two are empty.

    What stands in those, the notice and the keys, is not of the screen that lies over it.
    """

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The segments of that screen."""
        screen = cast("_Composed", self.screen)  # pyright: ignore[reportUnknownMemberType]
        segments = iter(console.render(screen._compositor, options))  # pyright: ignore[reportPrivateUsage]
        yield from self.process_segments(_lines(segments, 1), _AS_IT_IS)
        height = options.height or options.max_height
        kept = _lines(segments, height - 1 - HIDDEN)
        for picture, group in groupby(kept, _is_picture):
            # Which picture it is is said by the ink, which a tint would change.
            yield from self.process_segments(group, _AS_IT_IS if picture else self.color)
        ground = Style(bgcolor=self.color.with_alpha(1).rich_color) if self.color.a else None
        yield from (Segment(_blank(each.text), ground) for each in segments if not each.control)


def _is_picture(segment: Segment) -> bool:
    return PLACEHOLDER in segment.text


def _lines(segments: Iterator[Segment], number: int) -> Iterable[Segment]:
    """The segments of so many lines; the rest are left to be taken."""
    if number <= 0:
        return
    for segment in segments:
        yield segment
        if segment.text.endswith("\n"):
            number -= 1
            if not number:
                return


def _blank(text: str) -> str:
    return text if text == "\n" else " " * cell_len(text)
