"""A frame of the screen as a small SVG: the same text for the same cells, in any version of Rich.

For the pictures of this folder, and for those that the tests hold the screens to.
"""

import re
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from rich.terminal_theme import TerminalTheme
from textual.app import App
from textual.strip import Strip

WIDTH, HEIGHT = 8, 17
"""A cell in the units of the picture."""

_STYLE = (
    "text{font:13.333px 'JetBrains Mono','DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace;"
    "white-space:pre}.b{font-weight:bold}.s{text-decoration:line-through}"
)


def strips_of(app: App[None]) -> list[Strip]:
    """The lines that are on the screen of an app, sheets over it included."""
    compositor = app.screen._compositor  # pyright: ignore[reportPrivateUsage]
    return compositor.render_strips()  # as Textual's own export of a picture does


def svg_of(app: App[None]) -> str:
    """What is on the screen of an app."""
    theme = app.ansi_theme
    columns, rows = app.size
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {columns * WIDTH} {rows * HEIGHT}">',
        f"<style>{_STYLE}</style>",
        f'<rect width="100%" height="100%" fill="{theme.background_color.hex}"/>',
    ]
    for y, strip in enumerate(strips_of(app)):
        segments = [segment for segment in strip if segment.text and not segment.control]
        lines += _grounds(segments, y, theme)
        lines += _texts(segments, y, theme)
    return "\n".join((*lines, "</svg>", ""))


def _colors(style: Style | None, theme: TerminalTheme) -> tuple[str, str]:
    """The ink and the ground of a style, as hex."""
    style = style or Style.null()
    ink = style.color.get_truecolor(theme) if style.color else theme.foreground_color
    ground = style.bgcolor.get_truecolor(theme, foreground=False) if style.bgcolor else None
    back = theme.background_color if ground is None else ground
    return (back.hex, ink.hex) if style.reverse else (ink.hex, back.hex)


def _grounds(segments: Sequence[Segment], y: int, theme: TerminalTheme) -> Iterable[str]:
    """A rectangle for each run of cells on one ground."""
    x = 0
    for ground, run in groupby(segments, key=lambda segment: _colors(segment.style, theme)[1]):
        cells = sum(cell_len(segment.text) for segment in run)
        if ground != theme.background_color.hex:
            yield (
                f'<rect x="{x * WIDTH}" y="{y * HEIGHT}" width="{cells * WIDTH}"'
                f' height="{HEIGHT}" fill="{ground}"/>'
            )
        x += cells


def _texts(segments: Sequence[Segment], y: int, theme: TerminalTheme) -> Iterable[str]:
    """A text for each word of one style; signs stand alone, as fonts differ over their widths."""
    x = 0
    for segment in segments:
        style = segment.style or Style.null()
        ink = _colors(style, theme)[0]
        names = ("b" if style.bold else "") + (" s" if style.strike else "")
        kind = f' class="{names.strip()}"' if names else ""
        for part in re.findall(r"[ -~]+|.", segment.text):
            word = part.strip(" ")
            if word:
                at = (x + len(part) - len(part.lstrip(" "))) * WIDTH
                base = y * HEIGHT + 13
                yield f'<text x="{at}" y="{base}" fill="{ink}"{kind}>{escape(word)}</text>'
            x += cell_len(part)
