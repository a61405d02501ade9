"""Pictures that kitty and Ghostty draw themselves (row 294)."""

import os
import re
import zlib
from base64 import b64decode
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from rich.color import Color as RichColor
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip
from waiting import until

from rushes.tui.screen.painting.cells import PLACEHOLDER, cells_of, without_pictures
from rushes.tui.screen.painting.painting import Painting
from rushes.tui.screen.pictures.cell_size import CellSize, cell_size
from rushes.tui.screen.pictures.kitty import AT_MOST, CHUNK, FIRST, KittyPictures, transmission
from rushes.tui.screen.pictures.pictures import Pictures
from rushes.tui.screen.pictures.pixels import Pixels, cells_of_picture, read_fine
from rushes.tui.screen.pictures.placeholders import LARGEST, MARKS, placeholders
from rushes.tui.screen.pictures.protocol import Protocol, protocol_of
from rushes.tui.screen.terminal_input import Identity, TerminalInput
from rushes.watch.config.settings import PictureChoice

GROUND = Style(bgcolor="#1d1b17")
CELL = CellSize(8, 17)
AUTO = PictureChoice.AUTO


@pytest.mark.parametrize(
    ("choice", "version", "protocol"),
    [
        (AUTO, "kitty(0.41.1)", Protocol.KITTY),
        (AUTO, "kitty(0.28.0)", Protocol.KITTY),
        (AUTO, "kitty(1.0.0)", Protocol.KITTY),
        (AUTO, "ghostty 1.1.3", Protocol.KITTY),
        (AUTO, "kitty(0.26.5)", Protocol.BLOCKS),
        (AUTO, "", Protocol.BLOCKS),
        (AUTO, "tmux 3.5a", Protocol.BLOCKS),
        (AUTO, "XTerm(379)", Protocol.BLOCKS),
        (AUTO, "WezTerm 20240203-110809-5046fc22", Protocol.BLOCKS),
        (AUTO, "Konsole 25.04.2", Protocol.BLOCKS),
        (PictureChoice.KITTY, "", Protocol.KITTY),
        (PictureChoice.BLOCKS, "kitty(0.41.1)", Protocol.BLOCKS),
        (PictureChoice.OFF, "kitty(0.41.1)", Protocol.NONE),
    ],
)
def test_only_terminals_that_say_they_can_are_asked_to_draw_pictures(
    choice: PictureChoice, version: str, protocol: Protocol
) -> None:
    assert protocol_of(choice, Identity(version)) is protocol


def test_the_answer_is_taken_in_and_is_no_key() -> None:
    came = TerminalInput()
    assert came.read("a\x1bP>|kitty(0.41") == "a"
    assert came.identity == Identity()
    assert came.read(".1)\x1b\\b") == "b"
    assert came.identity.version == "kitty(0.41.1)"
    assert came.read("\x1bP1$r0m\x1b\\") == ""
    assert came.identity.version == "kitty(0.41.1)"


def test_a_picture_is_in_the_middle_of_its_place() -> None:
    lines = placeholders(0x520001, (2, 1), 5, 3, GROUND)
    assert [segment.text for segment in lines[0]] == [" " * 5] == [s.text for s in lines[2]]
    left, picture, right = lines[1]
    assert (left.text, right.text) == (" ", "  ")
    assert cells_of(picture.text) == [PLACEHOLDER + MARKS[0] + MARKS[n] for n in (0, 1)]
    assert picture.style is not None
    assert picture.style.color is not None
    assert picture.style.color.triplet == (0x52, 0, 1)
    assert picture.style.bgcolor == RichColor.parse("#1d1b17")
    assert LARGEST == len(set(MARKS)) == 297


def test_a_picture_has_the_cells_that_its_form_fills() -> None:
    assert cells_of_picture(Pixels(320, 180, b""), 21, 6, CELL) == (21, 6)
    assert cells_of_picture(Pixels(180, 320, b""), 21, 6, CELL) == (8, 6)
    assert cells_of_picture(Pixels(320, 20, b""), 21, 6, CELL) == (21, 1)
    assert cells_of_picture(Pixels(1, 1000, b""), 21, 6, CELL) == (1, 6)


def test_a_picture_is_sent_in_pieces_that_no_terminal_finds_too_long() -> None:
    pixels = Pixels(100, 60, os.urandom(100 * 60 * 3))
    sent = list(transmission(FIRST, (21, 6), pixels))
    found = [re.fullmatch(r"\x1b_G([^;]*),m=([01]);([^\x1b]*)\x1b\\", each) for each in sent]
    assert [each and each[2] for each in found] == ["1"] * (len(sent) - 1) + ["0"]
    assert len(sent) > 1
    assert all(each and len(each[3]) <= CHUNK for each in found)
    payload = "".join(each[3] for each in found if each)
    assert zlib.decompress(b64decode(payload)) == pixels.data
    about = found[0] and found[0][1]
    assert about == f"a=T,U=1,q=2,f=24,o=z,s=100,v=60,i={FIRST},c=21,r=6"


def test_what_the_file_has_is_sent_and_no_pixel_more(tmp_path: Path) -> None:
    path = tmp_path / "it.png"
    Image.new("RGB", (320, 180), (200, 40, 41)).save(path)
    small, large = (read_fine(CELL, path, *size) for size in ((21, 6), (120, 40)))
    assert small == Pixels(168, 94, b"\xc8\x28\x29" * (168 * 94))
    assert large is not None
    assert (large.width, large.height) == (320, 180)


class Terminal:
    """What was sent to a terminal, and how often it lost all of it."""

    def __init__(self, read: Callable[[Path, int, int], Pixels | None]) -> None:
        self.sent: list[str] = []
        self.lost = 0
        self.came: list[None] = []
        self.pictures = Pictures(read)
        self.pictures.listen(lambda: self.came.append(None))
        self.kitty = KittyPictures(self.pictures, CELL, self.sent.append, self._lost)

    def _lost(self) -> None:
        self.lost += 1

    async def draw(self, name: str, *, dimmed: bool = False) -> int:
        """Draw it in 4 by 2 cells, and wait for it; the picture's number."""
        draw = partial(self.kitty.draw, Path(name), 4, 2, GROUND, dimmed=dimmed)
        if draw() is None:
            await until(lambda: draw() is not None)
        lines = draw()
        assert lines is not None
        colors = [s.style.color for line in lines for s in line if s.style and s.style.color]
        triplet = colors[0].triplet
        assert triplet is not None
        return triplet[0] << 16 | triplet[1] << 8 | triplet[2]


def gray(path: Path, cells: int, rows: int) -> Pixels:
    """A picture of one colour."""
    del path
    return Pixels(cells, rows, b"\x80" * (3 * cells * rows))


async def test_a_picture_is_sent_once_and_again_only_when_it_was_taken_away() -> None:
    terminal = Terminal(gray)
    first, second = await terminal.draw("a"), await terminal.draw("b")
    assert (first, second) == (FIRST, FIRST + 1)
    assert await terminal.draw("a") == first
    assert len(terminal.sent) == 2
    dimmed = await terminal.draw("a", dimmed=True)
    assert dimmed == FIRST + 2
    payload = terminal.sent[-1].partition(";")[2].removesuffix("\x1b\\")
    assert set(zlib.decompress(b64decode(payload))) == {0x20}
    assert terminal.kitty.taken_away() == "".join(
        f"\x1b_Ga=d,d=I,q=2,i={number}\x1b\\" for number in (first, second, dimmed)
    )
    assert terminal.kitty.taken_away() == ""
    await terminal.draw("b")
    assert len(terminal.sent) == 4


async def test_a_terminal_is_not_filled_with_pictures() -> None:
    terminal = Terminal(gray)
    for n in range(AT_MOST):
        await terminal.draw(f"{n}")
    assert not terminal.lost
    assert await terminal.draw("one more") == FIRST
    assert terminal.lost == 1
    assert terminal.sent[AT_MOST].count("a=d,d=I") == AT_MOST


def test_what_lies_over_a_picture_is_all_that_is_sent() -> None:
    console = Console(color_system="truecolor", force_terminal=True)
    painting = Painting()

    def sent(strip: Strip) -> str:
        update = LayoutUpdate([[strip]], Region(0, 0, 6, 1))
        changes = painting.changes(update, console)
        return changes.render_segments(console) if changes else ""

    (row,) = placeholders(FIRST, (6, 1), 6, 1, GROUND)
    picture = Strip(row)
    first = sent(picture)
    # In one go: every terminal that is sent these takes them for one cell each.
    assert "".join(segment.text for segment in row) in first
    assert sent(Strip(list(row))) == ""
    over = Strip([*picture.crop(0, 2), Segment("ab", GROUND), *picture.crop(4, 6)])
    assert PLACEHOLDER not in sent(over)
    back = sent(Strip(list(row)))
    assert back.count(PLACEHOLDER) == 2
    assert PLACEHOLDER + MARKS[0] + MARKS[2] in back


def test_a_frame_that_is_kept_has_blanks_where_a_picture_was() -> None:
    (row,) = placeholders(FIRST, (2, 1), 4, 1, GROUND)
    strip = Strip([Segment("name"), *row])
    assert without_pictures(strip).text == "name    "
    plain = Strip([Segment("name")])
    assert without_pictures(plain) is plain


def test_the_size_of_a_cell_is_not_known_where_nobody_says_it() -> None:
    with Path(os.devnull).open() as nothing:
        assert cell_size(nothing.fileno()) is None
    us, terminal = os.openpty()
    try:
        assert cell_size(terminal) is None
    finally:
        os.close(us)
        os.close(terminal)
