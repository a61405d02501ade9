"""A terminal that draws Sixel: what colours stand in which cell, as text is written over them."""

import re
from collections.abc import Iterator
from typing import Any

import pyte

PICTURE = re.compile(r"\x1bP([\d;]*)q([^\x1b]*)\x1b\\")
_TOKEN = re.compile(r'"[\d;]+|#\d+(?:;2;\d+;\d+;\d+)?|!\d+[?-~]|[$-]|[?-~]')

Color = tuple[int, int, int]
"""Red, green and blue, in hundredths."""


def pixels_of(data: str) -> Iterator[tuple[int, int, Color]]:
    """Each pixel that is drawn, with its column and line; later ones lie over earlier ones."""
    colors: dict[str, Color] = {}
    color, x, y = "", 0, 0
    for token in _TOKEN.findall(data):
        if token[0] == "#":
            color, _, defined = token.partition(";2;")
            if defined:
                red, green, blue = map(int, defined.split(";"))
                colors[color] = red, green, blue
        elif token == "$":
            x = 0
        elif token == "-":
            x, y = 0, y + 6
        elif token[0] != '"':
            count, bits = int(token[1:-1] or 1), ord(token[-1]) - 63
            for column in range(x, x + count):
                for bit in range(6):
                    if bits & 1 << bit:
                        yield column, y + bit, colors[color]
            x += count


class SixelScreen(pyte.Screen):
    """Text, and pictures over it: text that is written takes away what is in its cells."""

    def __init__(self, columns: int, lines: int, cell: tuple[int, int] = (10, 20)) -> None:
        self.pixels: dict[tuple[int, int], dict[tuple[int, int], Color]] = {}
        self.cell = cell
        self.pictures = 0
        super().__init__(columns, lines)

    def draw(self, data: str) -> None:
        """Write text."""
        for character in data:
            y, x = self.cursor.y, self.cursor.x
            super().draw(character)
            for column in range(x, max(x, self.cursor.x) + 1):
                if column < max(x + 1, self.cursor.x):
                    self.pixels.pop((y, column), None)

    def erase_in_display(self, how: int = 0, *args: Any, **kwargs: Any) -> None:
        """Clear the screen."""
        super().erase_in_display(how, *args, **kwargs)
        if how in (2, 3):
            self.pixels.clear()

    def draw_picture(self, data: str) -> None:
        """Draw a picture where the cursor is; it may not reach below the screen."""
        self.pictures += 1
        wide, high = self.cell
        for x, y, color in pixels_of(data):
            place = self.cursor.y + y // high, self.cursor.x + x // wide
            assert place[0] < self.lines, "a terminal would scroll"
            assert place[1] < self.columns
            self.pixels.setdefault(place, {})[x % wide, y % high] = color

    def colors(self, y: int, x: int) -> set[Color]:
        """The colours of pictures in that cell."""
        return set(self.pixels.get((y, x), {}).values())


class SixelTerminal:
    """Takes what is written to a terminal."""

    def __init__(self, columns: int, lines: int, cell: tuple[int, int] = (10, 20)) -> None:
        self.screen = SixelScreen(columns, lines, cell)
        self._stream = pyte.Stream(self.screen)
        self._stream.feed("\x1b[?7l")
        self.sent = ""

    def feed(self, text: str) -> None:
        """Draw what is written, in order."""
        self.sent += text
        end = 0
        for picture in PICTURE.finditer(text):
            self._stream.feed(text[end : picture.start()])
            self.screen.draw_picture(picture[2])
            end = picture.end()
        self._stream.feed(text[end:])
