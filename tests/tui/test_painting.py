"""What is sent to the terminal of an update, byte by byte (row 140)."""

import inspect
import unicodedata
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import pyte.screens
import pytest
from emulated_terminal import Emulated
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import ControlType, Segment
from rich.style import Style
from sampling import rounds
from textual._compositor import ChopsUpdate, CompositorUpdate, InlineUpdate, LayoutUpdate
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip
from wcwidth import wcwidth

from rushes.tui.screen.painting.cells import cells_of, is_certain
from rushes.tui.screen.painting.inks import change, ink_of
from rushes.tui.screen.painting.painting import Painting

CONSOLE = Console(color_system="truecolor", force_terminal=True)
RED, BLUE = Style.parse("#ff0000 on #102030"), Style.parse("bold #0000ff on #102030")
RED_CODES = "\x1b[0;38;2;255;0;0m\x1b[48;2;16;32;48m"
WIDTH = 12

Line = Sequence[tuple[str, Style | None]]


def strip_of(line: Line) -> Strip:
    return Strip([Segment(text, style) for text, style in line])


def whole(*lines: Line) -> LayoutUpdate:
    strips = [[strip_of(line)] for line in lines]
    return LayoutUpdate(list(strips), Region(0, 0, WIDTH, len(lines)))


def part(line: Line, left: int, right: int) -> ChopsUpdate:
    """The update of Textual that draws the only line again, from and up to those columns."""
    return ChopsUpdate([{0: strip_of(line)}], [(0, left, right)], [[WIDTH]])


def sent(painting: Painting, update: CompositorUpdate) -> str:
    changes = painting.changes(update, CONSOLE)
    return changes.render_segments(CONSOLE) if changes else ""


def test_what_stands_there_is_not_sent_again() -> None:
    painting = Painting()
    line = [("twelve cells", RED)]
    assert sent(painting, whole(line)) == f"\x1b[1;1H{RED_CODES}twelve cells"
    assert sent(painting, whole(line)) == ""
    assert sent(painting, part(line, 0, 5)) == ""


def test_a_digit_costs_a_digit_and_the_way_to_it() -> None:
    painting = Painting()
    sent(painting, whole([("run", BLUE), ("    12:39", RED)]))
    assert sent(painting, part([("run", BLUE), ("    12:40", RED)], 0, 12)) == "\x1b[1;11H40"
    assert sent(painting, part([("run", BLUE), ("    12:41", RED)], 0, 12)) == "\x1b[1;12H1"


def test_a_column_of_digits_costs_five_bytes_a_line() -> None:
    painting = Painting()
    sent(painting, whole(*[[(f"take {n}   39s", RED)] for n in range(5)]))
    assert sent(painting, whole(*[[(f"take {n}   38s", RED)] for n in range(5)])) == (
        "\x1b[1;11H8" + "\v\b8" * 4
    )


def test_only_the_colours_that_change_are_sent() -> None:
    painting = Painting()
    line = whole([("red", RED), ("blue", BLUE), ("red!!", RED)])
    assert sent(painting, line) == (
        f"\x1b[1;1H{RED_CODES}red\x1b[1;38;2;0;0;255mblue\x1b[22;38;2;255;0;0mred!!"
    )


@pytest.mark.parametrize(
    ("before", "after", "codes"),
    [
        ("1;31", "31", "\x1b[22m"),
        ("1;2;31;44", "2;31;44", "\x1b[22;2m"),
        ("1;2;38;5;9;44", "38;5;9;44", "\x1b[22m"),
        ("1;31", "", "\x1b[m"),
        ("53;38;2;1;2;3", "38;2;1;2;3", "\x1b[0;38;2;1;2;3m"),
        ("38;2;1;2;3;44", "39;44", "\x1b[39m"),
        ("97;107", "97;107", ""),
    ],
)
def test_the_shortest_change_of_look(before: str, after: str, codes: str) -> None:
    assert change(ink_of(before), ink_of(after)) == codes


@pytest.mark.parametrize("before", ["", "1", "2;9;38;2;1;2;3;48;2;4;5;6", "53;31"])
@pytest.mark.parametrize("attributes", ["", "1", "1;3;9"])
def test_no_sequence_has_more_numbers_than_mlterm_reads(before: str, attributes: str) -> None:
    look = ink_of(";".join(filter(None, (attributes, "38;2;200;100;50;48;2;21;19;15"))))
    for known in (None, ink_of(before)):
        sequences = change(known, look).split("\x1b[")[1:]
        assert all(each.count(";") < 10 for each in sequences), sequences
        assert sequences[-1].endswith("48;2;21;19;15m")


def test_a_wide_character_is_never_cut() -> None:
    painting = Painting()
    sent(painting, whole([("雨雨雨雨雨雨", RED)]))
    assert sent(painting, part([(" 雨雨雨雨雨.", RED)], 0, 12)) == "\x1b[1;1H 雨雨雨雨雨."
    sent(painting, whole([("雨雨雨雨雨雨", RED)]))
    box = ChopsUpdate([{0: None, 3: strip_of([("box", BLUE)]), 6: None}], [(0, 3, 6)], [[3, 6, 12]])
    assert sent(painting, box) == "\x1b[1;3H \x1b[1;38;2;0;0;255mbox"


def test_after_a_character_that_may_be_wider_comes_a_position() -> None:
    painting = Painting()
    first = [("shot… 12:39", RED), (" ", RED)]
    # The blank after it comes first: in that place it may show its other half.
    assert sent(painting, whole(first)) == (f"\x1b[1;1H{RED_CODES}shot\x1b[C \b\b…\x1b[1;7H12:39 ")
    assert sent(painting, part([("shot… 12:40", RED), (" ", RED)], 0, 12)) == "\x1b[1;10H40"
    # It may cover what follows, so that all of it is sent when it is drawn again.
    assert sent(painting, part([("sho·… 12:40", RED), (" ", RED)], 0, 12)) == (
        "\x1b[1;6H \b\b\b·…\x1b[1;7H12:40 "
    )


def test_what_a_terminal_may_draw_narrower_is_wiped_first() -> None:
    painting = Painting()
    sent(painting, whole([("twelve cells", RED)]))
    assert sent(painting, part([("🎬elve cells", RED)], 0, 12)) == (
        "\x1b[1;1H  \x1b[1G🎬\x1b[1;3Helve cells"
    )


def test_what_a_terminal_may_draw_as_two_signs_is_followed_by_its_blank() -> None:
    """The blank takes the second sign away; before it, it would keep that sign's place."""
    hand = "\U0001f44b\U0001f3fd"
    painting = Painting()
    line = whole([(f"{hand} good bye", RED), (" ", RED)])
    assert sent(painting, line).endswith(f"{hand}\x1b[1;3H good bye ")


@pytest.mark.parametrize(
    "strip",
    [
        Strip([Segment("a link here!", Style(link="https://example.com"))]),
        Strip([Segment("twelve cells"), Segment("\x1b[?25l", None, [(ControlType.BELL,)])], 12),
        Strip([Segment("bell\x07")], 12),
        Strip([Segment("too long for the line")], 12),
    ],
)
def test_what_is_no_plain_text_is_sent_as_textual_sends_it(strip: Strip) -> None:
    painting = Painting()
    sent(painting, whole([("twelve cells", RED)]))
    update = LayoutUpdate([[strip]], Region(0, 0, WIDTH, 1))
    bytes_of_it = f"\x1b[m\x1b[1;1H{strip.render(CONSOLE)}"
    assert sent(painting, update) == bytes_of_it
    assert sent(painting, update) == bytes_of_it
    assert sent(painting, whole([("twelve cells", RED)])) == f"\x1b[1;1H{RED_CODES}twelve cells"


def test_an_update_of_another_shape_is_sent_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    painting = Painting()
    sent(painting, whole([("twelve cells", RED)]))
    update = InlineUpdate([strip_of([("inline", RED)])])
    assert sent(painting, update) == "\x1b[m" + update.render_segments(CONSOLE)
    assert sent(painting, update) == "\x1b[m" + update.render_segments(CONSOLE)
    assert [record.message for record in caplog.records] == ["painting"]
    caplog.clear()
    assert "twelve cells" in sent(painting, whole([("twelve cells", RED)]))


def test_what_is_forgotten_is_sent_again() -> None:
    painting = Painting()
    first = sent(painting, whole([("twelve cells", RED)]))
    painting.forget()
    assert sent(painting, whole([("twelve cells", RED)])) == first


def test_textual_is_of_the_version_whose_updates_are_known() -> None:
    """Where this fails, look at `Painting._lines` and at `RushesApp._display`."""

    def named(function: Any) -> list[str]:
        return list(inspect.signature(function).parameters)

    assert version("textual").startswith("8.2.")
    assert named(ChopsUpdate) == ["chops", "spans", "chop_ends"]
    assert named(LayoutUpdate) == ["strips", "region"]
    assert named(App[None]._display) == ["self", "screen", "renderable"]  # pyright: ignore
    assert named(Strip.render_ansi) == ["style", "color_system"]


SIGNS = [*"ab 雨灯é…·━─▸漢　🎬한ﾊ", "a\u0301"]
TEXTS = st.lists(st.sampled_from(SIGNS), min_size=1, max_size=7).map("".join)
STYLES = st.sampled_from([RED, BLUE, None, Style(reverse=True), Style(dim=True, bold=True)])
LINES = st.lists(st.tuples(TEXTS, STYLES), max_size=6)


def fitted(line: Line) -> Line:
    return [(text, style) for text, style, _ in strip_of(line).adjust_cell_length(WIDTH)]


def boxed(under: Line, over: Line, left: int, right: int) -> tuple[ChopsUpdate, Strip]:
    """The update by which a box comes to lie over a line, and the line that is then seen."""
    strips = strip_of(under).divide([left, right, WIDTH])
    box = strip_of(over).crop(left, right)
    chops = ({0: None} if left else {}) | {left: box} | ({right: None} if right < WIDTH else {})
    ends = [*[*chops][1:], WIDTH]
    return ChopsUpdate([chops], [(0, left, right)], [ends]), Strip.join([strips[0], box, strips[2]])


CUTS = st.tuples(st.integers(0, 5), st.integers(6, 12))


@settings(max_examples=rounds(20, 600))
@given(LINES, LINES, LINES, CUTS)
def test_any_line_after_any_other_is_as_if_it_were_drawn_whole(
    first: Line, over: Line, last: Line, cuts: tuple[int, int]
) -> None:
    first, over, last = fitted(first), fitted(over), fitted(last)
    terminal, painting = Emulated(WIDTH, 1), Painting()
    terminal.feed(sent(painting, whole(first)))
    box, seen = boxed(first, over, *cuts)
    terminal.feed(sent(painting, box))
    assert terminal.cells == drawn(seen)
    terminal.feed(sent(painting, part(first, *cuts)))
    terminal.feed(sent(painting, whole(last)))
    assert terminal.cells == drawn(strip_of(last))


def drawn(strip: Strip) -> list[list[Any]]:
    terminal = Emulated(WIDTH, 1)
    terminal.feed("\x1b[1;1H" + strip.render(CONSOLE))
    return terminal.cells


def width_in_china(character: str) -> int:
    """How wide a terminal draws that takes ambiguous characters for wide ones."""
    return 2 if unicodedata.east_asian_width(character) == "A" else wcwidth(character)


@settings(max_examples=rounds(20, 600))
@given(st.lists(LINES, min_size=2, max_size=4))
def test_what_is_of_certain_width_stands_in_its_place_in_any_terminal(lines: list[Line]) -> None:
    terminal, painting = Emulated(WIDTH, 1), Painting()
    line: Line = ()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pyte.screens, "wcwidth", width_in_china)
        for line in map(fitted, lines):
            terminal.feed(sent(painting, whole(line)))
    cells = cells_of("".join(text for text, _ in line))
    assert cells is not None
    for x, cell in enumerate(cells):
        if is_certain(cell) and cell != " ":  # a blank's place may be a sign's other half
            assert terminal.cells[0][x].data == cell
