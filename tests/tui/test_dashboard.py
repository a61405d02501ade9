"""The dashboard as a person meets it: keys in, screen out."""

from dataclasses import replace
from pathlib import Path

import pytest
from sample_tasks import START, finish, output, saved, task, trouble
from shown_dashboard import DONE, A, B, C, Start
from waiting import until

from rushes.providers.model import ProblemKind, Status
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.reasons import Told
from rushes.watch.refusals import Throttled
from rushes.watch.task import PollReason, PollWhy

PNG = b"\x89PNG\r\n\x1a\n" + bytes(32)


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
