"""The dashboard as a person meets it: keys in, screen out."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from sample_tasks import START, a_day, finish, output, saved, task, trouble
from textual import events
from textual._compositor import Compositor, ReflowResult
from textual.geometry import Size
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import Input
from waiting import until

from rushes.providers.model import Failure, ProblemKind, Status
from rushes.tui.actions.keymap import BadKeys
from rushes.tui.lines.layout import Column
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.dashboard import Dashboard
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.opener import Failed, Opener
from rushes.tui.screen.widgets.paper import Inked, Paper
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.changes import PACE
from rushes.watch.event_kinds import EventKind
from rushes.watch.reasons import Told
from rushes.watch.refusals import Throttled
from rushes.watch.task import PollReason, PollWhy, Ref, Task

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


class Screen:
    """A running dashboard, its desk, and what it shows."""

    def __init__(self, app: RushesApp, pilot: Pilot[None], desk: FakeDesk) -> None:
        self.app = app
        self.pilot = pilot
        self.desk = desk
        self.started: list[list[str]] = []
        self.copied: list[str] = []

    @property
    def dashboard(self) -> Dashboard:
        return self.app.dashboard

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def paste(self, text: str) -> None:
        self.app.post_message(events.Paste(text))
        await self.pilot.pause()
        await self.pilot.pause()

    async def pull(self, seconds: float = 0) -> None:
        """Let that much time pass, and have everything drawn."""
        await self.desk.manual_clock.advance(seconds)
        self.dashboard.pull()
        self.dashboard.tick()
        await self.pilot.pause()

    @property
    def here(self) -> str:
        current = self.dashboard.board.current
        return current.name if current else ""

    @property
    def rows(self) -> list[str]:
        """The lines of the table as they are drawn."""
        table = self.dashboard.table
        return [table.render_line(y).text for y in range(len(self.dashboard.board))]

    def line(self, name: str) -> str:
        return self.app.screen.query_one(f"#{name}", Paper).text

    @property
    def told(self) -> list[str]:
        """Everything that was told, oldest first."""
        return [notice.text for _at, notice in self.dashboard.notices.told]

    @property
    def sheet(self) -> str:
        return type(self.app.screen).__name__


Start = Callable[..., AbstractAsyncContextManager[Screen]]


@pytest.fixture
def start(tmp_path: Path, clock: ManualClock) -> Start:
    """Starts a dashboard over tasks: `start(*tasks, size=…, config=…)`."""

    @asynccontextmanager
    async def begin(
        *tasks: Task,
        size: tuple[int, int] = (120, 32),
        config: str = "",
        installed: bool = True,
        opens: bool = True,
        copies: bool = True,
    ) -> AsyncGenerator[Screen]:
        desk = FakeDesk(settings_of(tmp_path, config), clock)
        desk.put(*(tasks or a_day()))
        started: list[list[str]] = []
        copied: list[str] = []

        def spawn(argv: Sequence[str], failed: Failed) -> None:
            started.append(list(argv))
            if not opens:
                # The real one tells of it from a thread of its own.
                teller = Thread(target=failed, args=(3,))
                teller.start()
                teller.join()

        def copy(text: str) -> bool:
            copied.append(text)
            return copies

        program = Opener(
            spawn=spawn, which=lambda name: f"/bin/{name}" if installed else None, platform="linux"
        )
        app = RushesApp(desk, machine=Machine(opener=program, copy=copy))
        async with app.run_test(size=size) as pilot:
            await pilot.pause()
            screen = Screen(app, pilot, desk)
            screen.started, screen.copied = started, copied
            yield screen

    return begin


A, B, C = (task(name, added=added) for name, added in (("alpha", 1), ("bravo", 2), ("charlie", 3)))
DONE = finish(task("done", added=0), output(expires_in=700))


async def test_the_first_screen_answers_the_four_questions(start: Start) -> None:
    async with start() as screen:
        assert "next loss 11:42  opening shot" in screen.line("header")
        assert "✗ 1" in screen.line("header")
        assert "TASK" in screen.line("headings")
        assert "EXPIRES" in screen.line("headings")
        assert screen.rows[0].startswith("▌  opening shot")
        assert "⇣ 62%" in screen.rows[0]
        assert screen.dashboard.details.text.startswith("opening shot\nhappyhorse-1-0 · hiapi")
        assert "d download" in screen.line("footer")


@pytest.mark.parametrize(
    ("keys", "here"),
    [
        (["j"], "bravo"),
        (["down", "down"], "charlie"),
        (["G"], "charlie"),
        (["G", "g"], "alpha"),
        (["j", "k"], "alpha"),
        (["down", "up"], "alpha"),
        (["ctrl+d"], "charlie"),
        (["ctrl+d", "ctrl+u"], "alpha"),
        (["k"], "alpha"),
    ],
)
async def test_moving(start: Start, keys: list[str], here: str) -> None:
    async with start(A, B, C) as screen:
        await screen.press(*keys)
        assert screen.here == here
        assert here in screen.dashboard.details.text


async def test_the_cursor_stays_on_its_task_while_the_list_changes(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("j")
        screen.desk.put(task("newest", added=0), task("newer", added=0.5))
        await screen.pull()
        assert screen.here == "bravo"
        assert screen.rows[3].startswith("▌  bravo")


async def test_a_new_order_waits_for_a_key_press(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("s", "4")
        screen.desk.put(finish(A))
        await screen.pull()
        assert "alpha" in screen.rows[0]
        await screen.press("y")
        assert "alpha" in screen.rows[2]
        assert screen.here == "alpha"


async def test_countdowns_run_without_any_news(start: Start) -> None:
    async with start(DONE) as screen:
        assert "11:40" in screen.rows[0]
        await screen.pull(41)
        assert "10:59" in screen.rows[0]
        assert "10:59" in screen.line("header")
        assert "10:59 left" in screen.dashboard.details.text


async def test_a_removed_task_comes_back(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("j", "x")
        assert screen.desk.asked == [("remove", (B.ref,))]
        assert screen.here == "charlie"
        assert len(screen.rows) == 2
        await screen.press("u")
        assert len(screen.rows) == 3
        await screen.press("u")
        assert screen.told[-1] == "nothing to undo"


async def test_marked_tasks_are_what_an_action_is_for(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("space", "j", "j", "space")
        assert [row[1] for row in screen.rows] == ["◉", " ", "◉"]
        assert "2 marked" in screen.line("footer")
        await screen.press("r")
        assert screen.desk.asked == [("poll", (A.ref, C.ref))]
        await screen.press("escape")
        assert screen.dashboard.board.marks == set()


async def test_a_range_is_marked_with_ctrl_space(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("space", "G", "ctrl+@")
        assert [row[1] for row in screen.rows] == ["◉", "◉", "◉"]


async def test_downloading(start: Start) -> None:
    async with start(DONE, A) as screen:
        await screen.press("d")
        assert screen.desk.asked == [("download", DONE.ref)]
        assert screen.told[-1] == "downloading done"
        await screen.press("D")
        assert screen.desk.asked[1:] == [("download", DONE.ref)]


async def test_downloading_everything_leaves_out_what_was_tried_too_late(start: Start) -> None:
    too_late = {1: Fetch(state=OutputState.EXPIRED, reasons=(Told("the link is dead"),))}
    done = task("done", Status.SUCCEEDED, outputs=(output(expires_in=-60),))
    late = replace(done, fetches=too_late)
    async with start(late) as screen:
        await screen.press("D")
        assert screen.told[-1] == "nothing to download: all saved or lost"
        await screen.press("d")
        assert screen.desk.asked == [("download", late.ref)]


async def test_downloading_everything_takes_what_was_called_too_late_before_its_end(
    start: Start,
) -> None:
    early = {1: Fetch(state=OutputState.EXPIRED, reasons=(Told("the link is dead"),))}
    alive = task("alive", Status.SUCCEEDED, outputs=(output(expires_in=60),), fetches=early)
    async with start(alive) as screen:
        await screen.press("D")
        assert screen.desk.asked == [("download", alive.ref)]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("d", "download: not finished yet"),
        ("o", "open: not finished yet"),
        ("Y", "copy link: no link yet"),
        ("n", "next: no filter yet: / asks for one"),
    ],
)
async def test_a_key_that_cannot_act_says_why(start: Start, key: str, says: str) -> None:
    async with start(A) as screen:
        await screen.press(key)
        assert screen.told == [says]
        assert screen.desk.asked == []


async def test_what_the_desk_refuses_is_told(start: Start) -> None:
    async with start(A) as screen:
        screen.desk.poll_refusal = Throttled(39.0)
        await screen.press("r")
        assert screen.told == ["throttled: the gateway asked to wait 39s"]


async def test_polling_all_and_pausing(start: Start) -> None:
    async with start(A, DONE) as screen:
        await screen.press("R")
        assert screen.desk.asked == [("poll", (A.ref,))]
        await screen.press("p")
        assert screen.desk.paused
        assert "polling paused" in screen.line("header")
        await screen.press("p")
        assert not screen.desk.paused


async def test_while_polling_is_paused_no_poll_is_promised(start: Start) -> None:
    stuck = task("stuck", problem=trouble(ProblemKind.UNAVAILABLE), added=0)
    stuck = replace(stuck, next_poll_at=START, next_poll_why=PollWhy(PollReason.INTERVAL, 3.0))
    async with start(stuck, A, size=(200, 32)) as screen:
        screen.desk.stand("ttapi", trouble(ProblemKind.UNAVAILABLE))
        await screen.pull(8)
        details, table = screen.dashboard.details, screen.dashboard.table

        def promises() -> list[bool]:
            row = table.render_line(0).text
            banner = screen.line("troubles")
            return ["next in" in row, "next try" in banner, "next try" in details.text]

        assert promises() == [True, True, True]
        assert "next     due 8s ago, every 3s" in details.text
        await screen.press("p")
        assert promises() == [False, False, False]
        assert "next     paused" in details.text
        assert "2m" in table.render_line(0).text
        await screen.press("p")
        assert promises() == [True, True, True]


async def test_opening_a_saved_file_and_its_folder(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "shot.png"
    path.write_bytes(PNG)
    async with start(replace(DONE, fetches={1: saved(path)})) as screen:
        await screen.press("o", "O")
        assert screen.started == [
            ["/bin/xdg-open", str(path)],
            ["/bin/xdg-open", str(tmp_path)],
        ]


async def test_without_a_file_the_link_is_opened_and_only_its_host_is_shown(start: Start) -> None:
    async with start(DONE) as screen:
        await screen.press("o")
        assert screen.started == [
            ["/bin/xdg-open", "https://cdn.example/video.mp4?signature=s3cret"]
        ]
        assert screen.told == ["opening the link at cdn.example"]


async def test_without_an_opener_the_path_is_shown(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "shot.png"
    path.write_bytes(PNG)
    async with start(replace(DONE, fetches={1: saved(path)}), installed=False) as screen:
        await screen.press("o")
        assert screen.told == [f"no program to open it with: {path}"]


async def test_an_opener_that_opens_nothing_is_told_of(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "shot.png"
    path.write_bytes(PNG)
    async with start(replace(DONE, fetches={1: saved(path)}), A, opens=False) as screen:
        await screen.press("o")
        await screen.pilot.pause()
        assert screen.told == [
            f"opening {path}",
            f"xdg-open could not open it (exit code 3): {path}",
        ]
    async with start(DONE, opens=False) as screen:
        await screen.press("o")
        await screen.pilot.pause()
        assert screen.told[1:] == [
            "xdg-open could not open it (exit code 3): https://cdn.example/video.mp4?…"
        ]


async def test_several_tasks_are_spoken_of_as_several(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("space", "j", "space", "x")
        assert screen.told == ["no longer watching 2 tasks; undo brings them back"]


async def test_copying_shows_what_was_copied_but_no_signature(start: Start) -> None:
    async with start(DONE) as screen:
        await screen.press("y")
        await until(lambda: screen.told == ["copied tk-hiapi-done"])
        await screen.press("Y")
        await until(lambda: screen.told[1:] == ["copied https://cdn.example/video.mp4?…"])
        assert screen.app.clipboard == "https://cdn.example/video.mp4?signature=s3cret"


async def test_where_no_tool_copies_nothing_is_promised(start: Start) -> None:
    async with start(DONE, copies=False) as screen:
        await screen.press("y")
        await until(lambda: bool(screen.told))
        assert screen.told == ["sent to the terminal, which may or may not copy it: tk-hiapi-done"]


async def test_filtering_is_live(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *"brav")
        assert len(screen.rows) == 1
        assert screen.here == "bravo"
        await screen.press("enter")
        assert "/brav  1 of 3" in screen.line("footer")
        await screen.press("escape")
        assert len(screen.rows) == 3
        await screen.press("g", "n")
        assert screen.here == "bravo"


async def test_a_link_pasted_into_the_filter_finds_its_task(start: Start) -> None:
    async with start(A, task("long", task_id="tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR")) as screen:
        await screen.press("slash")
        await screen.paste("https://api.hiapi.ai/v1/tasks/tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR?x=1")
        assert len(screen.rows) == 1
        assert screen.here == "long"
        await screen.press("enter")
        assert "/id:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR" in screen.line("footer")


async def test_a_click_on_a_head_sorts_and_a_second_one_turns_it_round(start: Start) -> None:
    async with start(A, B, C, size=(120, 30)) as screen:
        place = screen.dashboard.table.columns.place(Column.TASK)
        assert place is not None
        await screen.pilot.click("#headings", offset=(place.x, 0))
        assert (screen.here, screen.line("headings").split()[:2]) == ("alpha", ["TASK", "▴"])
        await screen.pilot.click("#headings", offset=(place.x, 0))
        assert screen.line("headings").split()[:2] == ["TASK", "▾"]


async def test_f_folds_batches_and_enter_opens_one(start: Start) -> None:
    act = [task(name, tags=("act-1",)) for name in ("one", "two")]
    async with start(*act, C, size=(120, 30)) as screen:
        await screen.press("f", "g")
        assert [row for row in screen.rows if "⊞ #act-1  2 tasks" in row]
        assert len(screen.rows) == 2
        await screen.press(*["j"] * ("#act-1" not in screen.rows[0]), "enter")
        assert len(screen.rows) == 4
        assert [row for row in screen.rows if "├ " in row or "└ " in row]
        await screen.press("x")
        assert screen.dashboard.board.total == 1
        assert "2 tasks" in screen.told[-1]
        await screen.press("f")
        assert screen.told[-1] == "no two tasks here share a tag that folds"


async def test_a_batch_shows_the_last_change_of_its_tasks_within_a_second(start: Start) -> None:
    act = [task(name, tags=("act-1",)) for name in ("one", "two")]
    async with start(*act, size=(120, 30)) as screen:
        await screen.press("f")
        screen.desk.put(*(replace(one, status=Status.FAILED) for one in act))
        await screen.pull()
        await screen.pull(1)
        assert "✗ 2" in screen.rows[0]


async def test_leaving_the_filter_with_escape_takes_it_away(start: Start) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *"brav", "escape")
        assert len(screen.rows) == 3
        assert screen.here == "alpha"


async def test_a_filter_that_makes_no_sense_says_so_and_the_last_good_one_stays(
    start: Start,
) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *'brav a"')
        assert "cannot read" in screen.line("note")
        assert len(screen.rows) == 1
        assert screen.app.screen.query_one(Input).value == 'brav a"'


@pytest.mark.parametrize("fault", ["status:bogus", "is:foo", "tag:", "foo:bar"])
async def test_enter_keeps_no_filter_but_the_one_that_is_typed(start: Start, fault: str) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *f"brav {fault}", "enter")
        assert screen.dashboard.filter.is_open
        assert screen.line("note")
        assert screen.here == "bravo"
        await screen.press(*["backspace"] * len(fault), "enter")
        assert not screen.dashboard.filter.is_open
        assert "/brav  1 of 3" in screen.line("footer")


@pytest.mark.parametrize(("text", "left"), [("is:foo", 3), ("foo:bar", 3), ("brav foo:b", 1)])
async def test_a_faulty_word_empties_no_list(start: Start, text: str, left: int) -> None:
    async with start(A, B, C) as screen:
        await screen.press("slash", *text)
        assert len(screen.rows) == left


async def test_a_list_that_is_filtered_empty_says_how_to_get_it_back(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("6")
        assert "Nothing is in trouble" in screen.line("empty")
        await screen.press("1")
        assert len(screen.rows) == 1


@pytest.mark.parametrize(("key", "count"), [("1", 13), ("2", 6), ("3", 5), ("5", 2), ("6", 1)])
async def test_the_number_keys_change_the_view(start: Start, key: str, count: int) -> None:
    async with start() as screen:
        await screen.press(key)
        assert len(screen.rows) == count


async def test_sorting_and_turning_the_order_round(start: Start) -> None:
    async with start(C, A, B) as screen:
        await screen.press("s", "2")
        assert "TASK ▴" in screen.line("headings")
        assert "alpha" in screen.rows[0]
        await screen.press("S")
        assert "charlie" in screen.rows[0]
        await screen.press("s", "down", "enter")
        assert "V▴" in screen.line("headings")


async def test_tab_moves_into_the_details_and_keys_scroll_there(start: Start) -> None:
    long = task("long", prompt="word " * 400, added=0)
    async with start(long, A) as screen:
        await screen.press("tab", "j", "j")
        assert screen.dashboard.details.scroll_offset.y == 2
        assert screen.here == "long"
        await screen.press("G")
        assert screen.dashboard.details.scroll_offset.y == screen.dashboard.details.max_scroll_y
        await screen.press("tab", "j")
        assert screen.here == "alpha"


async def test_on_a_small_screen_the_details_take_the_place_of_the_list(start: Start) -> None:
    async with start(A, B, size=(80, 24)) as screen:
        assert "RUN" not in screen.line("headings")
        assert " hi " in screen.rows[0]
        assert not screen.dashboard.details.display
        await screen.press("enter")
        assert screen.dashboard.details.display
        assert not screen.dashboard.query_one("#list").display
        assert "alpha\nhappyhorse-1-0 · hiapi" in screen.dashboard.details.text
        await screen.press("escape")
        assert not screen.dashboard.details.display
        assert screen.dashboard.table.has_focus


async def test_enter_gives_the_room_of_the_details_to_the_list_and_back(start: Start) -> None:
    async with start(A, size=(120, 40)) as screen:
        narrow = screen.dashboard.table.size.width
        await screen.press("enter")
        assert not screen.dashboard.details.display
        assert screen.dashboard.table.size.width == 120 > narrow
        await screen.press("enter")
        assert screen.dashboard.table.size.width == narrow


@pytest.mark.parametrize("size", [(50, 10), (1, 1), (59, 30), (200, 5)])
async def test_a_screen_too_small_says_how_much_it_needs(
    start: Start, size: tuple[int, int]
) -> None:
    async with start(size=size) as screen:
        assert "rushes needs 60 by 12" in screen.line("calm")
        await screen.press("j", "d", "x")
        assert screen.desk.asked == []
        await screen.pilot.resize_terminal(120, 32)
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert "opening shot" in screen.rows[0]


async def test_a_storm_of_sizes_is_survived(start: Start) -> None:
    async with start() as screen:
        for n in range(15):
            await screen.pilot.resize_terminal(1 + n * 37 % 190, 1 + n * 17 % 50)
            await screen.pull()
        await screen.pilot.resize_terminal(120, 32)
        await screen.pilot.pause()
        assert "opening shot" in screen.rows[0]


async def test_a_change_is_drawn_by_itself_and_at_most_four_times_a_second(
    start: Start, clock: ManualClock
) -> None:
    async with start(A, B) as screen:
        arrived = screen.dashboard.board.arranged
        await clock.advance(PACE)
        for n in range(20):
            screen.desk.put(task(f"more {n}"))
            await clock.advance(PACE / 10)
        drawn = screen.dashboard.board.arranged - arrived
        assert 1 <= drawn <= 3
        await clock.advance(PACE)
        assert len(screen.dashboard.board) == 22


async def test_trouble_with_an_account_is_one_banner(start: Start) -> None:
    async with start() as screen:
        screen.desk.stand("hiapi", key_missing="set HIAPI_API_KEY")
        screen.desk.stand("anyfast", trouble(ProblemKind.UNAVAILABLE))
        await screen.pull()
        assert screen.line("troubles").split("\n")[0].strip() == "! hiapi  set HIAPI_API_KEY"
        assert "anyfast  offline since 11:58:00" in screen.line("troubles")
        assert "! offline" in next(row for row in screen.rows if "rain on glass" in row)
        screen.desk.states.clear()
        await screen.pull()
        assert screen.line("troubles") == ""


async def test_what_happens_is_told_and_much_of_it_as_a_digest(start: Start) -> None:
    async with start(A) as screen:
        screen.desk.tell(EventKind.SAVED, "alpha: video-1.mp4 [/]")
        await screen.pull()
        assert screen.told == ["saved alpha: video-1.mp4 [/]"]
        for _ in range(5):
            screen.desk.tell(EventKind.EXPIRING, "soon")
        await screen.pull()
        assert "! 5 files end in under 10 min soon · ✓ 1 saved" in screen.line("notice")


async def test_an_empty_list_teaches(start: Start, tmp_path: Path, clock: ManualClock) -> None:
    async with start(A) as screen:
        await screen.press("x")
        for lesson in ("a   paste anything", "rushes add -w trailer", "rushes demo"):
            assert lesson in screen.line("empty")
        await screen.press("x")
        assert screen.told[-1] == "stop watching: the list is empty"


async def test_the_add_box_takes_what_it_can_tell_at_once(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("a")
        await screen.paste("tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR")
        assert "✓ tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR  hiapi" in screen.line("finds")
        assert "enter adds 1" in screen.line("lower")
        await screen.press("enter")
        assert screen.sheet == "Dashboard"
        added = Ref("hiapi", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR")
        assert screen.desk.asked == [("add", (added,))]
        assert len(screen.rows) == 2


async def test_a_paste_on_the_list_opens_the_add_box(start: Start) -> None:
    async with start(A) as screen:
        await screen.paste("tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9D7VQR\x1b[2J\n" + A.ref.id)
        assert screen.sheet == "AddBox"
        assert "tk-hiapi-alpha hiapi watched already" in " ".join(screen.line("finds").split())


async def test_the_add_box_asks_only_whose_a_task_is_that_it_cannot_tell(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("a")
        await screen.paste("abc123def\nabc123dee")
        assert "enter asks whose 2 are" in screen.line("lower")
        await screen.press("enter")
        assert "WHOSE IS IT?" in screen.line("head")
        accounts = list(screen.desk.settings.accounts)
        await screen.press("2", "up", "up", "right", "enter")
        assert screen.desk.asked == [
            (
                "add",
                (
                    Ref(accounts[2], "abc123def"),
                    Ref(accounts[1], "abc123dee"),
                ),
            )
        ]


async def test_escape_goes_from_the_question_back_to_the_text_and_then_out(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("a")
        await screen.paste("abc123def")
        await screen.press("enter", "escape")
        assert screen.sheet == "AddBox"
        await screen.press("escape")
        assert screen.sheet == "Dashboard"
        assert screen.desk.asked == []


async def test_the_palette_finds_any_action_by_name(start: Start) -> None:
    async with start(A, B) as screen:
        await screen.press("ctrl+p")
        assert screen.sheet == "Palette"
        await screen.press(*"stop wat", "enter")
        assert screen.desk.asked == [("remove", (A.ref,))]


async def test_remapped_keys_work_and_are_shown_and_the_usual_ones_do_not(start: Start) -> None:
    async with start(DONE, config='[keys]\ndownload = ["f5", "z"]\n') as screen:
        await screen.press("d")
        assert screen.desk.asked == []
        await screen.press("z")
        await screen.press("f5")
        assert screen.desk.asked == [("download", DONE.ref)] * 2
        assert "f5 download" in screen.line("footer")


def test_keys_that_clash_keep_the_dashboard_from_starting(
    tmp_path: Path, clock: ManualClock
) -> None:
    desk = FakeDesk(settings_of(tmp_path, '[keys]\ndownload = "x"\n'), clock)
    with pytest.raises(BadKeys, match="x is the key of remove"):
        RushesApp(desk)


async def test_a_theme_changes_the_colours_of_the_rows_and_nothing_else(start: Start) -> None:
    async with start(A) as screen:
        before = screen.dashboard.table.render_line(0)
        screen.app.theme = "rushes-light"
        await screen.pilot.pause()
        after = screen.dashboard.table.render_line(0)
        assert before.text == after.text
        assert before != after


@pytest.mark.parametrize("theme", ["ansi-dark", "nord", "textual-light"])
async def test_the_themes_of_textual_serve_too(start: Start, theme: str) -> None:
    async with start() as screen:
        screen.app.theme = theme
        await screen.pilot.pause()
        assert "opening shot" in screen.rows[0]


async def test_ascii_swaps_every_sign(start: Start) -> None:
    async with start(A, DONE, config='glyphs = "ascii"\n') as screen:
        assert all(row.isascii() for row in screen.rows)
        assert screen.line("header").isascii()
        assert screen.line("footer").isascii()


@pytest.mark.parametrize(
    "keys", [(), ("ctrl+p",), ("question_mark",), ("w",), ("T",), ("s",), ("a",)]
)
async def test_ascii_has_its_own_sign_where_a_line_is_cut(
    start: Start, keys: tuple[str, ...]
) -> None:
    async with start(A, DONE, config='glyphs = "ascii"\n', size=(60, 16)) as screen:
        await screen.pilot.press(*keys)
        await screen.pilot.pause()
        drawn = [
            widget.render_line(y).text
            for widget in screen.app.screen.query(Inked)
            for y in range(widget.size.height)
        ]
        assert drawn
        assert all(line.isascii() for line in drawn)


async def test_a_click_selects_and_a_double_click_opens(start: Start) -> None:
    async with start(A, B, C, size=(80, 24)) as screen:
        await screen.pilot.click("#table", offset=(10, 2))
        assert screen.here == "charlie"
        await screen.pilot.double_click("#table", offset=(10, 1))
        await screen.pilot.pause()
        assert screen.here == "bravo"
        assert screen.dashboard.details.display


async def test_a_row_that_changed_glows_for_two_seconds(start: Start) -> None:
    async with start(A, B) as screen:
        calm_strip = screen.dashboard.table.render_line(1)
        screen.desk.put(finish(B))
        await screen.pull()
        glowing = screen.dashboard.table.render_line(1)
        await screen.pull(2)
        after = screen.dashboard.table.render_line(1)
        ground = [next(iter(strip)).style for strip in (calm_strip, glowing, after)]
        assert ground[0] == ground[2] != ground[1]


async def test_quitting(start: Start) -> None:
    async with start(A) as screen:
        await screen.press("q")
        assert screen.app.return_code == 0


async def test_only_what_is_in_sight_is_drawn(start: Start) -> None:
    many = [task(f"task {n}", added=n) for n in range(5000)]
    async with start(*many) as screen:
        table = screen.dashboard.table
        drawn: list[int] = []
        plain = table.render_line
        table.render_line = lambda y: (drawn.append(y), plain(y))[1]  # type: ignore[method-assign]
        await screen.press("j")
        assert set(drawn) <= set(range(table.size.height))
        drawn.clear()
        screen.desk.put(replace(many[4000], polls=1), finish(many[3]))
        await screen.desk.manual_clock.advance(0.1)
        screen.dashboard.pull()
        await screen.pilot.pause()
        assert 3 in drawn
        assert set(drawn) <= set(range(table.size.height))
        drawn.clear()
        await screen.press("G")
        assert screen.here == "task 4999"
        assert len(drawn) <= 4 * table.size.height


async def test_the_desk_is_read_only_when_something_changed(start: Start) -> None:
    async with start(A) as screen:
        asked: list[int] = []
        plain = screen.desk.account_states
        screen.desk.account_states = lambda: (asked.append(1), plain())[1]  # type: ignore[method-assign]
        screen.dashboard.pull()
        assert asked == []


async def test_a_task_of_which_more_is_known_lays_nothing_out_anew(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Arranging all parts of the screen was a tenth of what a key of the cursor cost."""
    known = task("known", Status.FAILED, failure=Failure("E1", "refused"), added=20)
    async with start(task("new", None, added=30), known) as screen:
        lines = len(screen.line("details").splitlines())
        arranged = list[object]()
        reflow = Compositor.reflow

        def noted(compositor: Compositor, parent: Widget, size: Size) -> ReflowResult:
            arranged.append(parent)
            return reflow(compositor, parent, size)

        monkeypatch.setattr(Compositor, "reflow", noted)
        await screen.press("j")
        assert screen.here == "new"
        assert len(screen.line("details").splitlines()) != lines
        assert arranged == []
