"""The way in which pictures are drawn at a terminal, once all is known of it."""

from collections.abc import Callable
from functools import partial

from rushes.providers.frozen import frozen
from rushes.tui.screen.painting.painting import DrawOver
from rushes.tui.screen.pictures.cell_size import USUAL_CELL, CellSize
from rushes.tui.screen.pictures.gallery import FinePictures
from rushes.tui.screen.pictures.pictures import Pictures
from rushes.tui.screen.pictures.protocol import Protocol, is_xterm
from rushes.tui.screen.terminal_input import Identity


@frozen
class Way:
    """By what pictures are drawn, in cells of how many pixels, and whether xterm keeps them."""

    protocol: Protocol
    cell: CellSize
    xterm: bool = False

    def pictures(
        self,
        send: Callable[[str], object],
        came: Callable[[], object],
        lost: Callable[[], object],
    ) -> tuple[FinePictures | None, DrawOver | None]:
        """What gives out the cells of pictures, and what draws over them.

        `send` sends to the terminal, `came` is told when what was waited for can be drawn, `lost`
        when cells that were given out show nothing more.
        """
        if self.protocol is Protocol.KITTY:
            from rushes.tui.screen.pictures.kitty import KittyPictures
            from rushes.tui.screen.pictures.pixels import read_fine

            read = Pictures(partial(read_fine, self.cell))
            return KittyPictures(read, self.cell, send, lost), None
        if self.protocol is Protocol.SIXEL:
            from rushes.tui.screen.pictures.sixel_pictures import SixelPictures

            sixel = SixelPictures(self.cell, came, lost, xterm=self.xterm)
            return sixel, sixel.draw_over
        return None, None


BLOCKS = Way(Protocol.BLOCKS, USUAL_CELL)


def way_of(protocol: Protocol, terminal: Identity, cell: CellSize | None, *, true: bool) -> Way:
    """The way for that protocol, and half blocks where the terminal lacks what it takes.

    `cell` is what the system says of a cell, and `true` whether colours are exact.
    """
    if cell is None and terminal.cell is not None:
        cell = CellSize(*terminal.cell)
    if protocol is Protocol.KITTY and true:
        return Way(Protocol.KITTY, cell or USUAL_CELL)
    if protocol is Protocol.SIXEL and cell is not None:
        return Way(Protocol.SIXEL, cell, is_xterm(terminal))
    return BLOCKS
