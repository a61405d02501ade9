"""The downloads pane: what its lines say, and what its keys do."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fake_desk import FakeDesk
from sample_tasks import START, arriving, output, saved, task
from textual.pilot import Pilot

from rushes.providers.model import Status
from rushes.tui.lines.fit import cell_width
from rushes.tui.lines.glyphs import ASCII, UNICODE
from rushes.tui.lines.transfer_lines import facts, lines, total_line
from rushes.tui.lines.transfers import Stage, TransferRow, totals, transfers
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.downloads import DownloadsScreen
from rushes.tui.screen.machine import Machine
from rushes.tui.screen.opener import Opener
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.asset import Fetch, Halt, OutputState
from rushes.watch.changes import Shortfall
from rushes.watch.downloads.forecast import Forecast
from rushes.watch.downloads.job import Job, OutputKey
from rushes.watch.reasons import CannotSave, DiskFault, GaveUp, HttpStatus, NotThereYet, Reason
from rushes.watch.refusals import DownloadRefusal
from rushes.watch.task import Task


def shot(name: str, fetch: Fetch | None, expires_in: float = 700) -> Task:
    return task(
        name,
        Status.SUCCEEDED,
        outputs=(output(expires_in=expires_in),),
        fetches={} if fetch is None else {1: fetch},
    )


def aside(*reasons: Reason, state: OutputState = OutputState.AVAILABLE) -> Fetch:
    return Fetch(state=state, reasons=reasons, done=400, total=1000)


COMING = shot("coming", arriving(6_000_000, 10_000_000))
WAITING = shot("waiting", None)
PAUSED = shot("paused", aside().set_aside(Halt.PAUSED))
FAILED = shot("failed", aside(GaveUp(HttpStatus(500), 6), state=OutputState.FAILED))
DONE, UNTOUCHED = shot("done", saved()), shot("untouched", None)
ALL = (PAUSED, FAILED, DONE, WAITING, UNTOUCHED, COMING)
QUEUE: tuple[OutputKey, ...] = ((COMING.ref, 1), (WAITING.ref, 1))


def seen(*tasks: Task, lost: frozenset[OutputKey] = frozenset()) -> tuple[TransferRow, ...]:
    return transfers({one.ref: one for one in tasks}, QUEUE, lost, START)


def text(rows: tuple[TransferRow, ...], cells: int = 100) -> list[str]:
    return ["".join(p.text for p in line).rstrip() for line in lines(rows, cells, UNICODE)]


def test_what_is_under_way_comes_first_and_what_is_saved_or_untouched_is_not_there() -> None:
    found = [(row.task.name, row.stage) for row in seen(*ALL)]
    assert found == [
        ("coming", Stage.UNDER_WAY),
        ("waiting", Stage.WAITING),
        ("paused", Stage.SET_ASIDE),
        ("failed", Stage.OVER),
    ]


def test_a_line_tells_how_far_how_fast_how_long_and_how_long_it_may_take() -> None:
    (line,) = text(seen(COMING))
    for part in ("coming video 1", " 60%", "8.3 MB/s", "00:00 to go", "11:40 left"):
        assert part in line


def test_what_is_not_under_way_says_why() -> None:
    said = text(seen(*ALL))
    assert "waits its turn" in said[1]
    assert "paused" in said[2]
    assert "gave up after 6 tries" in said[3]


def test_a_link_that_is_alive_and_refused_says_when_it_is_tried_again() -> None:
    again = START + timedelta(seconds=90)
    fetch = aside().set_aside(Halt.NOT_THERE_YET, NotThereYet(HttpStatus(404)), retry_at=again)
    refused = shot("refused", fetch)
    rows = transfers({refused.ref: refused}, ((refused.ref, 1),), frozenset(), START)
    assert rows[0].stage is Stage.REFUSED
    (line,) = text(rows)
    assert "not there yet (HTTP 404), next try in 1m" in line
    assert "11:40 left" in line
    left_by_a_command = shot("left", replace(fetch, retry_at=None))
    (line,) = text(seen(left_by_a_command))
    assert "not there yet (HTTP 404)" in line


def test_a_file_that_will_not_make_it_is_urgent_however_much_time_is_left() -> None:
    late = shot("late", arriving(), expires_in=90_000)
    for lost in (frozenset[OutputKey](), frozenset({(late.ref, 1)})):
        (line,) = lines(seen(late, lost=lost), 100, UNICODE)
        assert any(piece.bold and "left" in piece.text for piece in line) == bool(lost)


@pytest.mark.parametrize("cells", [1, 5, 20, 40, 60, 98])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII])
def test_no_line_is_wider_than_there_is_room(cells: int, glyphs: object) -> None:
    long = shot("雨" * 60, arriving(620, None))
    chosen = ASCII if glyphs is ASCII else UNICODE
    for line in lines(seen(*ALL, long), cells, chosen):
        assert cell_width(line) <= cells


def test_a_speed_of_nothing_promises_no_end() -> None:
    stalled = shot("stalled", replace(arriving(), rate=0.0))
    assert "to go" not in text(seen(stalled))[0]
    assert seen(stalled)[0].to_go is None


def test_nothing_to_see_is_said() -> None:
    assert text(seen(DONE, UNTOUCHED)) == ["nothing is being downloaded"]


def job(one: Task) -> Job:
    assert one.snapshot is not None
    made = one.snapshot.outputs[0]
    return Job(ref=one.ref, n=1, output=made, name=one.name, expires_at=START + timedelta(hours=1))


@pytest.fixture
async def pilot(desk: FakeDesk, tmp_path: Path) -> AsyncGenerator[Pilot[None]]:
    """The dashboard with the pane open over a desk that fetches."""
    desk.put(*ALL)
    desk.transfers.jobs = (job(COMING), job(WAITING))
    opener = Opener(spawn=lambda _, __: None, which=lambda _: None, platform="linux")
    app = RushesApp(desk, machine=Machine(opener=opener, copy=lambda _: True))
    async with app.run_test(size=(110, 30)) as pilot:
        await pilot.press("T")
        await pilot.pause()
        yield pilot


def pane(pilot: Pilot[None]) -> DownloadsScreen:
    screen = pilot.app.screen
    assert isinstance(screen, DownloadsScreen)
    return screen


async def test_keys_pause_cancel_and_retry_the_file_under_the_cursor(
    pilot: Pilot[None], desk: FakeDesk
) -> None:
    assert "coming video 1" in pane(pilot).text
    await pilot.press("p", "j", "x", "j", "p", "j", "r")
    assert desk.asked == [
        ("pause download", (COMING.ref, 1)),
        ("cancel download", (WAITING.ref, 1)),
        ("download", (PAUSED.ref, 1)),
        ("download", (FAILED.ref, 1)),
    ]


async def test_what_was_refused_is_tried_at_once_paused_or_taken_off(
    pilot: Pilot[None], desk: FakeDesk
) -> None:
    refused = shot("coming", aside().set_aside(Halt.NOT_THERE_YET, retry_at=START))
    desk.put(refused)
    pane(pilot).pull()
    await pilot.press("d", "p", "x")
    assert [what for what, _ in desk.asked] == ["download", "pause download", "cancel download"]
    assert dict(desk.asked)["pause download"] == (refused.ref, 1)


async def test_the_list_s_other_keys_do_the_same_to_a_file(
    pilot: Pilot[None], desk: FakeDesk
) -> None:
    await pilot.press("down", "up", "space", "j", "j", "k", "x", "j", "enter")
    assert desk.asked == [
        ("pause download", (COMING.ref, 1)),
        ("cancel download", (WAITING.ref, 1)),
        ("download", (PAUSED.ref, 1)),
    ]
    await pilot.press("q")
    await pilot.pause()
    assert not isinstance(pilot.app.screen, DownloadsScreen)


async def test_its_keys_are_those_that_the_list_was_given(desk: FakeDesk) -> None:
    desk.put(*ALL)
    desk.transfers.jobs = (job(COMING), job(WAITING))
    given = {"pause": ("[",), "remove": ("]",), "poll": ("f5",), "down": ("J",)}
    desk.settings = replace(desk.settings, keys=given)
    async with RushesApp(desk).run_test(size=(110, 30)) as pilot:
        await pilot.press("T")
        await pilot.pause()
        edge = pane(pilot).query_one("#lower", Paper).text
        assert "[ pause, go on  ] give up  f5 try again  s sort anew  esc close" in edge
        await pilot.press("p", "x", "j", "r")
        assert desk.asked == []
        await pilot.press("left_square_bracket", "J", "right_square_bracket", "J", "J", "f5", "T")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, DownloadsScreen)
    assert desk.asked == [
        ("pause download", (COMING.ref, 1)),
        ("cancel download", (WAITING.ref, 1)),
        ("download", (FAILED.ref, 1)),
    ]


async def test_a_file_that_is_saved_keeps_its_row_until_a_key_asks(
    pilot: Pilot[None], desk: FakeDesk
) -> None:
    await pilot.press("j", "j")
    height = pane(pilot).query_one("#sheet").region
    desk.put(shot("coming", saved()), shot("another", arriving()))
    desk.transfers.jobs = (job(WAITING),)
    pane(pilot).pull()
    await pilot.pause()
    rows = [line.split()[0] for line in pane(pilot).query_one("#lines", Paper).text.splitlines()]
    assert rows == ["coming", "waiting", "paused", "failed", "another"]
    assert "saved  12.4 MB" in pane(pilot).text
    assert pane(pilot).query_one("#sheet").region == height
    await pilot.press("x", "s")
    assert desk.asked == [("cancel download", (PAUSED.ref, 1))]
    rows = [line.split()[0] for line in pane(pilot).query_one("#lines", Paper).text.splitlines()]
    assert rows == ["another", "waiting", "paused", "failed"]


async def test_a_click_puts_the_cursor_on_a_file_which_is_told_of_in_full(
    pilot: Pilot[None], desk: FakeDesk
) -> None:
    await pilot.click("#lines", offset=(6, 3))
    assert "gave up after 6 tries" in pane(pilot).query_one("#facts", Paper).text
    await pilot.press("r")
    assert desk.asked == [("download", (FAILED.ref, 1))]


def test_the_name_of_a_file_wins_over_a_sentence() -> None:
    name = "drone over the ridge, second"
    lost = shot(name, aside(GaveUp(HttpStatus(500), 6), state=OutputState.FAILED))
    (line,) = text(seen(lost), 75)
    assert f"{name} video 1" in line
    assert "HTTP 500; gave" in line
    assert line.endswith("left")


def test_totals_count_every_row_and_measure_what_goes_on() -> None:
    kept = [(DONE.ref, 1), (COMING.ref, 1)]
    every = {one.ref: one for one in (COMING, DONE, FAILED)}
    rows = transfers(every, QUEUE, frozenset(), START, kept)
    assert [row.stage for row in rows] == [Stage.SAVED, Stage.UNDER_WAY, Stage.OVER]
    line = "".join(piece.text for piece in total_line(totals(rows)))
    assert line == "1 of 3 files saved  1 stopped  18.4 MB of 22.4 MB  8.3 MB/s  00:00 to go"
    assert total_line(totals(())) == ()
    assert facts(rows[0])[0] == "/videos/opening shot/video-1.mp4"


async def test_what_stands_in_the_way_is_said_above(pilot: Pilot[None], desk: FakeDesk) -> None:
    desk.transfers.shortage = CannotSave("[b]downloads", DiskFault(28, "no space left on device"))
    desk.expected = Forecast(
        frozenset({(COMING.ref, 1)}), Shortfall(1, 2, 9_000_000, 3.0, 1_000_000.0)
    )
    pane(pilot).pull()
    _, first, second, *_ = [line.strip() for line in pane(pilot).text.splitlines()]
    assert first == "cannot save in [b]downloads: no space left"
    assert second.startswith("1 of 2 files will not make it: 9.0 MB in 3 s needs 3.0 MB/s")


async def test_a_refusal_is_told_and_escape_closes(pilot: Pilot[None], desk: FakeDesk) -> None:
    desk.download_refusal = DownloadRefusal.NOT_FETCHING
    await pilot.press("x")
    await pilot.pause()
    assert isinstance(pilot.app, RushesApp)
    told = [notice.text for _at, notice in pilot.app.dashboard.notices.told]
    assert told == ["nothing is being fetched"]
    await pilot.press("escape")
    await pilot.pause()
    assert not isinstance(pilot.app.screen, DownloadsScreen)
