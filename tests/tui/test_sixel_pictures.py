"""Pictures as Sixel, and which part of one is in sight (rows 326 to 330)."""

from pathlib import Path

import pytest
from PIL import Image
from rich.style import Style
from sixel_terminal import Color, SixelTerminal
from textual.strip import Strip
from waiting import until

from rushes.tui.screen.painting.cells import PLACEHOLDER, cells_of, without_pictures
from rushes.tui.screen.painting.inks import PLAIN
from rushes.tui.screen.painting.pen import Written
from rushes.tui.screen.painting.row import Row
from rushes.tui.screen.pictures.cell_size import CellSize
from rushes.tui.screen.pictures.protocol import Protocol, protocol_of
from rushes.tui.screen.pictures.sixel import COLORS, drawn_height, read_sixel
from rushes.tui.screen.pictures.sixel_cells import (
    MOST,
    Part,
    Place,
    cells_of_sixel,
    parts_in_sight,
    place_of,
    tiles,
)
from rushes.tui.screen.pictures.sixel_pictures import XTERM_KEEPS, SixelPictures
from rushes.tui.screen.terminal_input import Identity, TerminalInput
from rushes.watch.config.settings import PictureChoice

CELL = CellSize(8, 17)
LARGE = (297, 297)
GROUND = Style(bgcolor="#1d1b17")
WIDE, HIGH = 6, 4


def a_file(folder: Path, width: int = 320, height: int = 180) -> Path:
    """A picture with a colour of its own in each part."""
    path = folder / f"{width}.png"
    spots = bytes(
        (7 * (x // 16) + 31 * (y // 16)) % 256 for y in range(height) for x in range(width)
    )
    picture = Image.frombytes("L", (width, height), spots)
    Image.merge("RGB", (picture, picture.rotate(180), picture)).save(path)
    return path


def a_screen(columns: int = 12, lines: int = 8) -> list[Row]:
    rows = [Row(columns) for _ in range(lines)]
    for row in rows:
        row.put(0, [" "] * columns, [PLAIN] * columns)
    return rows


def put_picture(screen: list[Row], number: int, line: int, column: int) -> list[Written]:
    """Put the cells of a picture there; what was written."""
    written: list[Written] = []
    lines = cells_of_sixel(number, (WIDE, HIGH), WIDE, HIGH, GROUND)
    for y, segments in enumerate(lines, line):
        cells = cells_of("".join(segment.text for segment in segments))
        assert cells is not None
        screen[y].put(column, cells, [PLAIN] * WIDE)
        written.append(Written(y, column, column + WIDE))
    return written


@pytest.mark.parametrize(
    ("terminal", "choice", "protocol"),
    [
        (Identity("foot(1.16.2)", sixel=True), PictureChoice.AUTO, Protocol.SIXEL),
        (Identity("", sixel=True), PictureChoice.AUTO, Protocol.SIXEL),
        (Identity("XTerm(379)", sixel=True), PictureChoice.AUTO, Protocol.SIXEL),
        (Identity("XTerm(379)"), PictureChoice.AUTO, Protocol.BLOCKS),
        (Identity("kitty(0.41.1)", sixel=True), PictureChoice.AUTO, Protocol.KITTY),
        (Identity("tmux 3.5a", sixel=True), PictureChoice.AUTO, Protocol.BLOCKS),
        (Identity("Konsole 22.12.3", sixel=True), PictureChoice.AUTO, Protocol.BLOCKS),
        (Identity("Zellij(0.41)", sixel=True), PictureChoice.AUTO, Protocol.BLOCKS),
        (Identity("tmux 3.5a"), PictureChoice.SIXEL, Protocol.SIXEL),
        (Identity("foot(1.16.2)", sixel=True), PictureChoice.BLOCKS, Protocol.BLOCKS),
    ],
)
def test_sixel_is_for_terminals_that_say_so_and_not_for_what_stands_between(
    terminal: Identity, choice: PictureChoice, protocol: Protocol
) -> None:
    assert protocol_of(choice, terminal) is protocol


def test_the_answers_are_taken_in_and_are_no_keys() -> None:
    came = TerminalInput()
    assert came.read("a\x1b[?62;4") == "a"
    assert came.identity == Identity()
    assert came.read(";22cb\x1b[6;17;8tc") == "bc"
    assert came.identity == Identity(sixel=True, cell=(8, 17))
    assert came.read("\x1b[?4;6c\x1b[6;0;8t\x1b[6;9999;8t") == ""
    assert came.identity == Identity(sixel=False, cell=(8, 17))


def test_a_terminal_draws_the_colours_of_the_file_in_every_pixel(tmp_path: Path) -> None:
    picture = read_sixel(CELL, LARGE, a_file(tmp_path), 21, 6)
    assert picture is not None
    assert (picture.width, picture.height, picture.size) == (168, 94, (21, 6))
    terminal = SixelTerminal(30, 10, CELL)
    terminal.feed(f"\x1b[2;3H{picture.sequence()}")
    drawn = terminal.screen.pixels
    assert sum(map(len, drawn.values())) == 168 * 94
    assert drawn.keys() == {(y, x) for y in range(1, 7) for x in range(2, 23)}
    with Image.open(a_file(tmp_path)) as file:
        wanted = file.convert("RGB").resize((168, 94), Image.Resampling.BOX)  # pyright: ignore[reportUnknownMemberType] # its stub may name numpy
    apart = 0.0
    for (y, x), pixels in drawn.items():
        for (left, below), color in pixels.items():
            there = wanted.getpixel((left + 8 * (x - 2), below + 17 * (y - 1)))
            assert isinstance(there, tuple)
            apart += sum(abs(2.55 * a - b) for a, b in zip(color, there, strict=True))
    assert apart / (3 * 168 * 94) < 12  # of 255: it is dotted of few colours
    assert len({color for each in drawn.values() for color in each.values()}) <= COLORS


def test_a_part_of_a_picture_has_the_pixels_that_the_whole_one_has_there(tmp_path: Path) -> None:
    path = a_file(tmp_path)
    drawn: list[dict[tuple[int, int], dict[tuple[int, int], Color]]] = []
    for part in ((), (3, 2, 5, 4)):
        picture = read_sixel(CELL, LARGE, path, 21, 6, *part)
        assert picture is not None
        terminal = SixelTerminal(30, 10, CELL)
        terminal.feed(f"\x1b[{1 + 2 * len(part[:1])};{1 + 3 * len(part[:1])}H{picture.sequence()}")
        drawn.append(terminal.screen.pixels)
    whole, piece = drawn
    assert piece.keys() == {(y, x) for y in range(2, 6) for x in range(3, 8)}
    assert all(color == whole[at][spot] for at in piece for spot, color in piece[at].items())


def test_no_band_reaches_into_the_cells_below() -> None:
    for height in range(1, 200):
        for room in (17, 34, 40, 200):
            if height <= room:
                drawn = drawn_height(height, room)
                assert height - 6 < drawn <= height
                assert -(-drawn // 6) * 6 <= room


def test_a_cell_says_which_part_of_which_picture_it_is() -> None:
    for number in (0, 296, 297, MOST - 1):
        screen = a_screen()
        put_picture(screen, number, 2, 3)
        assert place_of(screen[4].texts[5], 4, 5) == Place(number, 2, 3)
    strip = Strip(cells_of_sixel(5, (2, 1), 2, 1, GROUND)[0])
    assert without_pictures(strip).text == "  "


def test_what_is_in_sight_is_as_few_and_high_parts_as_can_be() -> None:
    screen = a_screen()
    put_picture(screen, 7, 1, 2)
    place, size = Place(7, 1, 2), (WIDE, HIGH)
    assert parts_in_sight(screen, place, size) == [Part(0, 0, WIDE, HIGH)]
    for y in (2, 3):
        screen[y].put(4, ["a", "b"], [PLAIN] * 2)
    assert parts_in_sight(screen, place, size) == [
        Part(0, 0, 2, 4),
        Part(2, 0, 2, 1),
        Part(2, 3, 2, 1),
        Part(4, 0, 2, 4),
    ]
    assert parts_in_sight(screen, Place(8, 1, 2), size) == []
    assert parts_in_sight(screen, Place(7, -1, -4), size) == []


def test_nothing_is_drawn_on_the_last_line() -> None:
    screen = a_screen(lines=5)
    put_picture(screen, 7, 1, 2)
    assert parts_in_sight(screen, Place(7, 1, 2), (WIDE, HIGH)) == [Part(0, 0, WIDE, HIGH - 1)]


def test_a_part_is_cut_to_what_a_terminal_takes() -> None:
    part = Part(3, 2, 10, 8)
    assert list(tiles(part, 20, 20)) == [part]
    pieces = list(tiles(part, 6, 6))
    assert pieces == [Part(3, 2, 6, 6), Part(9, 2, 4, 6), Part(3, 8, 6, 2), Part(9, 8, 4, 2)]


class Drawing:
    """Pictures of xterm or another terminal, over a screen of our own."""

    def __init__(self, *, xterm: bool = False) -> None:
        self.came = self.lost = 0
        self.sixel = SixelPictures(CELL, self._came, self._lost, xterm=xterm)

    def _came(self) -> None:
        self.came += 1

    def _lost(self) -> None:
        self.lost += 1

    async def number(self, path: Path, cells: int = WIDE) -> int:
        """The number of a picture, once it is read."""
        await until(lambda: self.sixel.draw(path, cells, HIGH, GROUND) is not None)
        lines = self.sixel.draw(path, cells, HIGH, GROUND)
        assert lines is not None
        text = next(s.text for line in lines for s in line if PLACEHOLDER in s.text)
        return place_of(text[:5], 0, 0).number


async def test_what_is_not_read_yet_is_drawn_once_it_came(tmp_path: Path) -> None:
    drawing = Drawing()
    path = a_file(tmp_path, 48, 68)
    number = await drawing.number(path)
    screen = a_screen()
    written = put_picture(screen, number, 1, 2)
    assert drawing.sixel.draw_over(screen, written).startswith("\x1b[2;3H\x1bP")
    screen[2].put(2, ["a", "b"], [PLAIN] * 2)
    # Only a part is in sight, and that was never asked for.
    assert "\x1b[2;5H" not in drawing.sixel.draw_over(screen, written)
    await until(lambda: bool(drawing.came))
    assert "\x1b[2;5H\x1bP" in drawing.sixel.draw_over(screen, [])
    assert drawing.sixel.draw_over(screen, []) == ""


async def test_what_goes_before_it_came_is_not_drawn(tmp_path: Path) -> None:
    drawing = Drawing()
    number = await drawing.number(a_file(tmp_path, 48, 68))
    screen = a_screen()
    written = put_picture(screen, number, 1, 2)
    screen[1].put(2, ["a"], [PLAIN])
    drawing.sixel.draw_over(screen, written)
    await until(lambda: bool(drawing.came))
    assert drawing.sixel.draw_over(a_screen(), []) == ""
    assert drawing.sixel.draw_over([], written[:0]) == ""


async def test_xterm_is_sent_all_that_is_in_sight_before_it_lets_go_of_any(tmp_path: Path) -> None:
    drawing = Drawing(xterm=True)
    numbers = [await drawing.number(a_file(tmp_path, width, 68)) for width in (48, 47)]
    screen = a_screen(columns=2 * WIDE)
    written = [put_picture(screen, number, 1, WIDE * n) for n, number in enumerate(numbers)]
    kept: list[int] = []
    for each in (written[0], *[written[1]] * 40):
        sent = drawing.sixel.draw_over(screen, each)
        kept += [int(part.split("H")[0]) for part in sent.split("\x1b[2;")[1:]]
        assert {1, WIDE + 1} <= {*kept[-XTERM_KEEPS:]} or len(kept) < 2
    assert drawing.sixel.taken_away() == "\x1b[2J"
    assert drawing.sixel.taken_away() == ""
