"""How many pixels a cell of the terminal has."""

import contextlib
import fcntl
import struct
import termios
from typing import NamedTuple


class CellSize(NamedTuple):
    """Pixels of the terminal in one cell."""

    width: int
    height: int


USUAL_CELL = CellSize(10, 20)
"""For a terminal that scales pictures and does not say: they have as many pixels then."""


def cell_size(fileno: int) -> CellSize | None:
    """The pixels of a cell of the terminal behind a descriptor, where they are known.

    See tty_ioctl(4), TIOCGWINSZ.
    """
    with contextlib.suppress(OSError):
        answer = fcntl.ioctl(fileno, termios.TIOCGWINSZ, bytes(8))
        lines, columns, width, height = struct.unpack("4H", answer)
        if 0 < columns <= width and 0 < lines <= height:
            return CellSize(width // columns, height // lines)
    return None
