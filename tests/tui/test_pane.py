"""The detail pane as a person works in it: labels, tags, copies, outputs, selected text."""

import json
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from sample_tasks import START, finish, output, saved, task
from textual.pilot import Pilot
from textual.widgets import Input
from waiting import until

from rushes.tui.actions.batches import ANY, fitting
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.task_sections import Siblings
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.beside import siblings_of
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.opener import Failed, Opener
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.ratings import Rating
from rushes.watch.watchlist.entries import BadWatchlist

A, B = task("alpha", added=1, tags=("trailer",)), task("bravo", added=2, tags=("trailer", "x"))
FILES = replace(
    finish(task("files", added=0), output(expires_in=60), output("image")), fetches={2: saved()}
)


class Screen:
    """A running dashboard and what left it."""

    def __init__(self, pilot: Pilot[None], dashboard: Dashboard) -> None:
        self.pilot, self.dashboard = pilot, dashboard
        self.copied: list[str] = []
        self.started: list[str] = []
        self.said: list[str] = []

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()


@asynccontextmanager
async def started(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int] = (120, 32)
) -> AsyncGenerator[Screen]:
    copied: list[str] = []
    opened: list[str] = []

    def spawn(argv: Sequence[str], failed: Failed) -> None:
        opened.append(argv[-1])

    def copy(text: str) -> bool:
        copied.append(text)
        return True

    opener = Opener(spawn=spawn, which=lambda name: f"/bin/{name}", platform="linux")
    app = RushesApp(desk, machine=Machine(opener, copy))
    async with app.run_test(size=size) as pilot:
        screen = Screen(pilot, app.dashboard)
        screen.copied, screen.started = copied, opened
        say = app.dashboard.say

        def heard(text: str, tone: Tone = Tone.CALM) -> None:
            screen.said.append(text)
            say(text, tone)

        monkeypatch.setattr(app.dashboard, "say", heard)
        await pilot.pause()
        yield screen


async def test_l_names_the_task_and_hash_tags_all_marked(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(A, B)
    async with started(desk, monkeypatch) as screen:
        await screen.press("l", *"x: dawn", "enter")
        assert desk.ledger.tasks()[A.ref].entry.label == "x: dawn"
        assert screen.said == ["label: x: dawn; undo takes it back"]
        assert screen.dashboard.details.text.startswith("x: dawn\n")
        await screen.press("space", "j", "space", "number_sign")
        line = screen.dashboard.query_one("#edit Input", Input)
        assert line.value == "trailer"
        await screen.press("end", *", new, -x", "enter")
        tags = [desk.ledger.tasks()[one.ref].entry.tags for one in (A, B)]
        assert tags == [("trailer", "new")] * 2
        assert screen.said[1] == "tags saved (2 tasks); undo takes it back"
        assert screen.dashboard.focused is screen.dashboard.table


async def test_escape_leaves_and_a_list_that_cannot_be_saved_keeps_what_was_typed(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(A)
    async with started(desk, monkeypatch) as screen:
        await screen.press("l", "x", "escape")
        assert desk.asked == []
        desk.edit_fault = BadWatchlist(Path("trailer.toml"), "another program has it locked")
        await screen.press("l", "x", "enter")
        edit = screen.dashboard.query_one("#edit")
        assert edit.has_class("-open")
        assert "has it locked" in screen.dashboard.query_one("#edit #note", Paper).text
        desk.edit_fault = None
        await screen.press("enter")
        assert not edit.has_class("-open")
        assert desk.ledger.tasks()[A.ref].entry.label == "x"


async def test_c_copies_by_a_letter_and_no_link_stands_on_the_screen(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(FILES)
    async with started(desk, monkeypatch) as screen:
        await screen.press("c")
        assert "s3cret" not in screen.dashboard.app.screen.query_one("#parts", Paper).text
        await screen.press("l")
        assert [text.count("s3cret") for text in screen.copied] == [2]
        await screen.press("c", "down", "enter")
        assert screen.copied[-1] == "hiapi:tk-hiapi-files"
        await screen.press("c", "a")
        assert "TIMELINE" not in screen.copied[-1]
        assert "1 video" in screen.copied[-1]
        assert "s3cret" not in screen.copied[-1]


async def test_an_output_is_picked_in_the_pane_and_acted_on(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    film = tmp_path / "film.png"
    film.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(32))
    desk.put(replace(FILES, fetches={2: saved(film)}))
    async with started(desk, monkeypatch) as screen:
        await screen.press("tab", "down", "d")
        assert desk.asked == [("download", (FILES.ref, 1))]
        await screen.press("down", "enter")
        assert screen.started == [str(film)]
        await screen.press("up", "o")
        assert screen.started[1].startswith("https://cdn.example/video")
        await screen.press("up")
        assert screen.dashboard.details.picked == 1, "there is none above it"
        await screen.press("tab")
        assert screen.dashboard.details.picked is None
        assert screen.dashboard.focused is screen.dashboard.table


async def test_a_command_of_ones_own_runs_on_the_tasks_and_says_how_it_failed(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    text = f"import sys; open({str(seen)!r}, 'a').write(sys.argv[1]); sys.exit(3)"
    run = [sys.executable, "-I", "-c", text, "{label}"]
    config = f'[commands.note]\nkey = "f5"\nrun = {json.dumps(run)}\n'
    desk = FakeDesk(settings_of(tmp_path, config), clock)
    desk.put(A, B)
    async with started(desk, monkeypatch) as screen:
        await screen.press("f5")
        await until(lambda: len(screen.said) == 2)
        assert screen.said == ["note: started", "note: failed with exit code 3"]
        assert seen.read_text() == "alpha"


async def test_plus_and_minus_rate_the_output(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rated: list[tuple[int, int | None]] = []

    async def rate(ref: object, n: int, rating: int | None) -> None:
        rated.append((n, rating))

    monkeypatch.setattr(desk, "rate", rate)
    desk.put(replace(FILES, ratings={2: Rating(4, START)}))
    async with started(desk, monkeypatch) as screen:
        await screen.press("plus", "tab", "down", "down", "minus")
        assert rated == [(1, 1), (2, 3)]
        undo = "undo takes it back"
        assert screen.said == [f"files: video 1 rated 1; {undo}", f"files: image 2 rated 3; {undo}"]
        await screen.press("u")
        assert rated[2:] == [(2, 4)]
        assert screen.said[2:] == ["the rating is taken back"]
        await screen.press("plus", "l", *"x", "enter", "u")
        assert rated[3:] == [(2, 5)]  # the label came after it


async def test_a_click_picks_an_output_and_a_second_one_opens_it(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(FILES)
    async with started(desk, monkeypatch) as screen:
        y = next(n for n, line in enumerate(screen.dashboard.details.text.split("\n"))
                 if line.startswith("1 video"))  # fmt: skip
        await screen.pilot.click("#details", offset=(5, y), times=2)
        await screen.pilot.pause()
        assert screen.dashboard.details.picked == 1
        assert screen.started[0].startswith("https://cdn.example/video")


async def test_text_of_the_pane_is_selected_with_the_mouse_and_copied(
    desk: FakeDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put(replace(FILES, entry=replace(FILES.entry, label="雨中, dusk")))
    async with started(desk, monkeypatch) as screen:
        await screen.pilot.mouse_down("#details", offset=(4, 0))
        await screen.pilot.hover("#details", offset=(12, 1))
        await screen.pilot.mouse_up("#details", offset=(12, 1))
        assert screen.dashboard.get_selected_text() == "中, dusk\nhappyhorse-"
        drawn = screen.dashboard.details.render_line(0)
        assert [segment.text for segment in drawn][1:3] == ["雨", "中, dusk"]
        await screen.press("ctrl+c")
        assert screen.copied == ["中, dusk\nhappyhorse-"]
        await screen.press("ctrl+c")
        assert screen.said[0] == "copied 19 characters"
        await screen.press("escape")
        assert screen.dashboard.get_selected_text() is None


def test_the_batch_of_a_task_is_made_by_the_tag_that_the_fewest_have() -> None:
    tags = [("trailer", "act-1"), ("trailer", "act-1"), ("trailer",), ("odd",)]
    one, two, three, four = (task(f"task {n}", tags=each) for n, each in enumerate(tags))
    tasks = {each.ref: each for each in (one, two, three, four)}
    assert siblings_of(two, tasks, fitting(ANY)) == Siblings("act-1", 2, (one,))
    assert siblings_of(two, tasks, fitting("tr*")) == Siblings("trailer", 2, (one, three))
    assert siblings_of(four, tasks, fitting(ANY)) is None
