"""Pictures in half blocks: two pixels a cell, in the middle of their place."""

from pathlib import Path
from threading import get_ident

import pytest
from PIL import Image
from rich.segment import Segment
from rich.style import Style
from waiting import until

from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.screen.painting.cells import is_certain
from rushes.tui.screen.pictures.half_blocks import half_blocks
from rushes.tui.screen.pictures.pictures import ASKED, AT_ONCE, KEPT_BYTES, Pictures
from rushes.tui.screen.pictures.pixels import Pixels, fitted, read_pixels
from rushes.tui.screen.pictures.without import NoPictures, no_pictures

GROUND = Style(bgcolor="#1d1b17")
RED, BLUE = b"\xf0\0\0", b"\0\0\xf0"


def drawn(line: list[Segment]) -> list[tuple[str, str, str]]:
    """The text of each segment with its colours, "" where it has none."""

    def color(found: object) -> str:
        return getattr(found, "name", "") if found is not None else ""

    return [(text, color(style.color), color(style.bgcolor)) for text, style, _ in line if style]


def test_two_pixels_are_a_cell() -> None:
    pixels = Pixels(2, 2, RED + RED + BLUE + BLUE)
    assert [drawn(line) for line in half_blocks(pixels, 2, 1, GROUND, "▀")] == [
        [("▀▀", "#f00000", "#0000f0")]
    ]


def test_what_is_not_filled_is_ground_at_both_sides() -> None:
    lines = half_blocks(Pixels(1, 4, RED * 4), 4, 2, GROUND, "▀")
    assert drawn(lines[0]) == [
        (" ", "", "#1d1b17"),
        ("▀", "#f00000", "#f00000"),
        ("  ", "", "#1d1b17"),
    ]
    wide = half_blocks(Pixels(4, 1, RED * 4), 4, 3, GROUND, "▀")
    assert [drawn(line) for line in wide] == [
        [("    ", "", "#1d1b17")],
        [("▀▀▀▀", "#f00000", "#1d1b17")],
        [("    ", "", "#1d1b17")],
    ]


def test_each_line_is_as_wide_as_its_place() -> None:
    for width, height in ((21, 12), (7, 12), (12, 12), (21, 5)):
        pixels = Pixels(width, height, bytes(3 * width * height))
        lines = half_blocks(pixels, 21, 6, GROUND, "▀")
        assert [sum(segment.cell_length for segment in line) for line in lines] == [21] * 6


def test_a_rejected_picture_has_a_quarter_of_its_light() -> None:
    assert Pixels(1, 1, b"\xf0\x80\x04").dimmed(4).data == b"\x3c\x20\x01"


@pytest.mark.parametrize(
    ("size", "pixels"), [((320, 180), (21, 12)), ((180, 320), (7, 12)), ((9, 9), (12, 12))]
)
def test_a_picture_keeps_its_form(size: tuple[int, int], pixels: tuple[int, int]) -> None:
    assert fitted(*size, 21, 12) == pixels


def test_a_file_is_read_as_small_as_it_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "poster.jpg"
    Image.new("RGB", (320, 180), (200, 100, 50)).save(path)
    found = read_pixels(path, 21, 6)
    assert found is not None
    assert (found.width, found.height, len(found.data)) == (21, 12, 21 * 12 * 3)
    assert abs(found.data[0] - 200) < 8


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"\xff\xd8\xff\xe0 cut off"])
def test_of_what_is_no_poster_nothing_is_made(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "poster.jpg"
    path.write_bytes(content)
    assert read_pixels(path, 21, 6) is None
    assert read_pixels(tmp_path / "nowhere.jpg", 21, 6) is None


def test_a_cell_of_a_picture_needs_no_leap_behind_it() -> None:
    assert is_certain(UNICODE.half_block)


@pytest.mark.parametrize(
    ("glyphs", "system", "no_color", "why"),
    [
        (UNICODE, "truecolor", False, None),
        (UNICODE, "256", False, None),
        (UNICODE, "standard", False, NoPictures.FEW_COLORS),
        (UNICODE, None, False, NoPictures.FEW_COLORS),
        (UNICODE, "truecolor", True, NoPictures.NO_COLOR),
        (ASCII, "truecolor", False, NoPictures.ASCII),
    ],
)
def test_where_there_are_no_pictures(
    glyphs: object, system: str | None, no_color: bool, why: NoPictures | None
) -> None:
    shown = UNICODE if glyphs is UNICODE else ASCII
    assert no_pictures(shown, system, no_color=no_color) is why
    assert why is None or why.words


class Reading:
    """Reads pictures as a test wants it, and notes which, and on which threads."""

    def __init__(self, size: int = 3) -> None:
        self.asked: list[str] = []
        self.threads: set[int] = set()
        self.size = size

    def read(self, path: Path, cells: int, rows: int) -> Pixels | None:
        self.asked.append(path.name)
        self.threads.add(get_ident())
        return None if path.name == "broken" else Pixels(cells, rows, bytes(self.size))


async def test_pictures_are_read_once_and_off_the_loop() -> None:
    reading = Reading()
    pictures = Pictures(reading.read)
    came: list[None] = []
    stop = pictures.listen(lambda: came.append(None))
    assert pictures.get(Path("a"), 21, 6) is None
    assert pictures.get(Path("a"), 21, 6) is None
    await until(lambda: bool(came))
    assert pictures.get(Path("a"), 21, 6) is not None
    assert reading.asked == ["a"]
    assert get_ident() not in reading.threads
    pictures.get(Path("a"), 40, 12)  # another size is another picture
    await until(lambda: len(came) == 2)
    stop()
    pictures.get(Path("b"), 21, 6)
    await until(lambda: "b" in reading.asked)
    assert len(came) == 2


async def test_what_was_asked_for_last_comes_first_and_no_more_than_can_be_seen() -> None:
    reading = Reading()
    pictures = Pictures(reading.read)
    for n in range(ASKED + 10):
        pictures.get(Path(f"{n:03}"), 21, 6)
    await until(lambda: len(reading.asked) == ASKED)
    assert f"{ASKED + 9:03}" in reading.asked[:AT_ONCE]
    assert "000" not in reading.asked


async def test_no_more_is_kept_than_there_is_room_for() -> None:
    pictures = Pictures(Reading(KEPT_BYTES // 2).read)
    came: list[None] = []
    pictures.listen(lambda: came.append(None))
    for name in "abc":
        pictures.get(Path(name), 21, 6)
    await until(lambda: bool(came))
    assert pictures.get(Path("c"), 21, 6) is not None
    assert pictures.get(Path("a"), 21, 6) is None


async def test_a_file_that_cannot_be_read_is_not_tried_again() -> None:
    reading = Reading()
    pictures = Pictures(reading.read)
    pictures.get(Path("broken"), 21, 6)
    await until(lambda: pictures.is_unreadable(Path("broken")))
    pictures.get(Path("broken"), 21, 6)
    assert reading.asked == ["broken"]
    pictures.forget(Path("broken"))
    pictures.get(Path("broken"), 21, 6)
    await until(lambda: len(reading.asked) == 2)
