"""Small pictures of a task's batch in its details, in half blocks and drawn by the terminal."""

from pathlib import Path

import pytest
from dailies_rig import poster, take
from fake_desk import FakeDesk
from goldens import hold
from kitty_rig import SENT, in_kitty
from manual_clock import ManualClock
from PIL import Image
from shown_dailies import Dailies, Start
from svg_frame import svg_of
from textual.geometry import Region
from waiting import until

from rushes.tui.screen.painting.cells import PLACEHOLDER
from rushes.watch.task import Task

NAMES = ("dawn", "noon", "dusk", "night", "credits")
ACT = tuple(take(name, ended=60 + n, tags=("act-1",)) for n, name in enumerate(NAMES))
COLORS = ((200, 80, 40), (60, 140, 200), (120, 60, 160), (20, 30, 60), (90, 160, 90))
BELOW = " ".join(name.ljust(13) for name in ("noon", "dusk", "night")).rstrip()
"""The names under the pictures of the three that follow dawn."""


def with_own_pictures(desk: FakeDesk, folder: Path, *tasks: Task) -> None:
    """Have each picture be of a colour of its own."""
    for task, color in zip(tasks, COLORS, strict=True):
        path = folder / f"{task.name}.png"
        Image.new("RGB", (32, 18), color).save(path)
        desk.prepared_posters.prepare(task.ref, poster(path))


def details(dailies: Dailies) -> str:
    pane = dailies.app.dashboard.details
    return "\n".join(pane.render_line(y).text for y in range(pane.size.height))


def painted(dailies: Dailies) -> str:
    """What is drawn of the details, and of them alone what was drawn anew."""
    pane = dailies.app.dashboard.details
    return "\n".join(line.text for line in pane.render_lines(Region(0, 0, *pane.size)))


def asked_names(dailies: Dailies) -> set[str]:
    refs = {ref for ref, _n in dailies.desk.prepared_posters.asked}
    return {task.name for task in ACT if task.ref in refs}


async def test_the_next_of_the_batch_are_shown_once_the_cursor_rests(
    open_dailies: Start, tmp_path: Path
) -> None:
    async with open_dailies(*ACT, size=(200, 60), keys=()) as dailies:
        dailies.app.dashboard.tick()
        with_own_pictures(dailies.desk, tmp_path, *ACT)
        assert BELOW in details(dailies)
        assert "▀" not in details(dailies)
        assert asked_names(dailies) == set()
        strip = "▀" * 13
        await until(lambda: details(dailies).count(f"{strip} {strip} {strip}") == 4)
        assert "✓ credits" in details(dailies)
        assert asked_names(dailies) == {"dawn", "noon", "dusk", "night"}
        hold("siblings-200x60-dark", svg_of(dailies.app))


async def test_one_that_has_no_file_yet_is_only_named(open_dailies: Start) -> None:
    coming = take("coming", tags=("act-1",), fetches={})
    async with open_dailies(*ACT[:1], coming, *ACT[1:2], size=(200, 60), keys=()) as dailies:
        dailies.app.dashboard.tick()
        lines = [line[2:].rstrip() for line in details(dailies).splitlines()]
        assert "noon" in lines
        assert "✓ coming" in lines


@pytest.mark.parametrize("size", [(159, 60), (200, 29)])
async def test_a_screen_with_no_room_has_none_and_none_is_asked_for(
    open_dailies: Start, size: tuple[int, int]
) -> None:
    async with open_dailies(*ACT, size=size, keys=("j", "k")) as dailies:
        await dailies.pilot.pause(0.2)
        assert "▀" not in details(dailies)
        assert asked_names(dailies) == set()


async def test_they_are_names_where_there_are_no_pictures(open_dailies: Start) -> None:
    config = 'pictures = "off"\n'
    async with open_dailies(*ACT, size=(200, 60), keys=(), config=config) as dailies:
        dailies.app.dashboard.tick()
        assert "✓ noon" in details(dailies)
        assert BELOW not in details(dailies)


async def test_a_terminal_that_draws_pictures_draws_them(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    showing = in_kitty(tmp_path, clock, monkeypatch, size=(200, 60), takes=ACT, keys=())
    async with showing as (_app, _pilot, kitty):
        await until(lambda: len(kitty.drawn) == 4)
        assert kitty.count(SENT) == 4
        assert kitty.count(PLACEHOLDER) >= 3 * 4 * 13
        assert "▀" not in "".join(kitty.written)


async def test_nothing_stays_of_pictures_that_there_is_no_room_for_any_more(
    open_dailies: Start,
) -> None:
    async with open_dailies(*ACT, size=(200, 60), keys=()) as dailies:
        board = dailies.app.dashboard
        await until(lambda: "▀" in painted(dailies))
        task, beside = board.board.current, board.beside_task
        assert task is not None
        beside.picture_rows = 0
        beside.small_pictures = lambda _batch: None
        board.details.show_task(task, board.now, beside.of(task, None))
        assert "▀" not in details(dailies)
        assert "▀" not in painted(dailies)
