"""What is told in the notice line, for how long, and in how much room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from manual_clock import ManualClock
from rich.cells import cell_len
from sample_tasks import START, task

from rushes.providers.model import Failure, Snapshot, Status
from rushes.tui.actions.tone import Tone
from rushes.tui.lines.fit import Cell
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.roles import Ground
from rushes.tui.screen.notice_line import notice_line
from rushes.tui.screen.notice_log import KEPT, SEEN_FOR, NoticeLog
from rushes.watch.asset import Fetch, OutputState
from rushes.watch.changes import (
    DownloadNews,
    Event,
    Expiring,
    Fetched,
    Shortfall,
    SuspensionSummary,
    step_event,
)
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Ref, Task, Transition


class Line:
    """A notice line whose time a test moves on."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.tasks: dict[Ref, Task] = {}
        self.log = NoticeLog(clock, self.tasks.get)

    def event(self, kind: EventKind, text: str = "", news: DownloadNews | None = None) -> Event:
        about = Ref("hiapi", text or getattr(news, "task", "")) if text or news else None
        return Event(
            kind=kind, at=self.clock.now(), account="hiapi", ref=about, text=text, news=news
        )

    def tell(self, kind: EventKind, text: str = "", news: DownloadNews | None = None) -> None:
        self.log.happened([self.event(kind, text, news)])

    def saved(self, name: str, n: int = 1, size: int = 9_400_000) -> None:
        fetch = Fetch(state=OutputState.DOWNLOADED, path=Path(f"/x/video-{n}.mp4"), done=size)
        self.tell(EventKind.SAVED, news=Fetched(name, n, fetch))

    def ends(self, name: str, n: int = 1) -> None:
        news = Expiring(name, n, "video", timedelta(seconds=252), START)
        self.tell(EventKind.EXPIRING, news=news)

    def failed(self, name: str, why: str) -> None:
        one = task(name, Status.FAILED)
        said = Snapshot(
            status=Status.FAILED, raw_status="", failure=Failure(code="refused", message=why)
        )
        self.tasks[one.ref] = replace(one, snapshot=said)
        step = Transition(Status.FAILED, None, self.clock.now())
        self.log.happened([step_event(one.ref, step, f"{name}: failed")])

    async def wait(self, seconds: float) -> None:
        await self.clock.advance(seconds)

    def cell(self, width: int = 160, glyphs: Glyphs = UNICODE) -> Cell:
        standing = self.log.standing()
        return notice_line(standing, width, glyphs, "e") if standing else ()

    def text(self, width: int = 160, glyphs: Glyphs = UNICODE) -> str:
        text = "".join(piece.text for piece in self.cell(width, glyphs))
        assert cell_len(text) in (0, width)
        return " ".join(text.split())


@pytest.fixture
def line(clock: ManualClock) -> Line:
    return Line(clock)


ALONE: dict[str, tuple[Callable[[Line], None], str, str]] = {
    "saved": (
        lambda it: it.saved("market 3"),
        "✓ saved market 3: video-1.mp4 9.4 MB",
        "SAVED",
    ),
    "failed": (
        lambda it: it.failed("chase", "a real person"),
        "✗ failed chase: a real person",
        "FAILED",
    ),
    "ends": (lambda it: it.ends("dusk"), "! dusk: video expires in 4:12", "ENDING"),
    "said": (lambda it: it.log.say("copied it"), "copied it", "SAVED"),
    "warned": (lambda it: it.log.say("no link", Tone.WARNING), "! no link", "ENDING"),
}


@pytest.mark.parametrize(("told", "said", "ground"), ALONE.values(), ids=ALONE)
def test_one_thing_is_told_in_its_own_words_on_the_ground_of_its_tone(
    line: Line, told: Callable[[Line], None], said: str, ground: str
) -> None:
    told(line)
    assert line.text(120).startswith(f"▌ 12:00:00 {said}")
    assert {piece.ground for piece in line.cell()} == {Ground[f"NOTICE_{ground}"]}


def test_many_things_are_told_worst_first_with_the_newest_of_each(line: Line) -> None:
    line.saved("a", size=1000)
    line.saved("b")
    line.ends("harbour")
    line.ends("dusk")
    line.failed("chase", "likeness of a real person")
    assert line.text() == (
        "▌ 12:00:00 ✗ 1 failed chase: likeness of a real person"
        " · ! 2 files end in under 10 min dusk: video expires in 4:12"
        " · ✓ 2 saved b: video-1.mp4 9.4 MB e all"
    )


def test_no_file_is_both_about_to_be_lost_and_saved(line: Line) -> None:
    for n in (1, 2):
        line.ends("dusk", n)
    line.saved("dusk", 1)
    assert "! dusk: video" in line.text()
    line.saved("dusk", 2)
    assert "expires" not in line.text()
    assert "✓ saved dusk: video-2.mp4 18.8 MB" not in line.text()
    assert "✓ 2 saved dusk: video-2.mp4 18.8 MB" in line.text()


async def test_it_stands_for_eight_seconds_and_what_comes_meanwhile_joins_it(line: Line) -> None:
    line.saved("a")
    await line.wait(SEEN_FOR - 1)
    line.saved("b")
    assert "✓ 2 saved" in line.text()
    await line.wait(2)
    assert "✓ 2 saved" in line.text()
    line.saved("c")
    assert "✓ 2 saved c" in line.text()
    await line.wait(SEEN_FOR)
    assert line.text() == ""
    line.saved("d")
    assert "✓ saved d" in line.text()


async def test_what_nobody_looked_at_is_counted_until_somebody_does(line: Line) -> None:
    for name in "abc":
        line.saved(name)
    await line.wait(60)
    line.failed("d", "why")
    assert line.text().endswith("3 more since 12:00 e all")
    line.log.read()
    assert line.text().endswith("why e all")
    assert len(line.log.told) == 4


async def test_the_answer_to_a_key_stands_in_front_and_a_new_one_replaces_it(line: Line) -> None:
    line.failed("chase", "why")
    line.log.say("copied a")
    line.log.say("copied b")
    assert line.text(120) == "▌ 12:00:00 copied b · ✗ 1 failed chase: why e all"
    line.log.say("no link", Tone.WARNING)
    line.log.say("copied c")
    assert "copied c · ! no link · ✗" in line.text(120)


@pytest.mark.parametrize("width", [60, 72, 80, 99, 120, 200])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
def test_where_room_is_short_what_is_least_urgent_loses_its_name_first(
    line: Line, width: int, glyphs: Glyphs
) -> None:
    for n in range(3):
        line.saved(f"雨中的玻璃窗 {n}" * 4)
        line.ends(f"harbour, dusk {n}" * 4)
    line.failed("chase, close", "the likeness of a real person is not allowed here")
    said = line.text(width, glyphs)
    assert f"{glyphs.status(Status.FAILED)} 1 failed chase" in said
    assert said.endswith("e all")
    if width >= 72:
        assert "3 files end" in said


def test_what_loses_its_name_says_what_it_is_all_the_same(line: Line) -> None:
    line.ends("a" * 60)
    line.saved("b" * 60)
    line.log.say("the mouse works here again")
    assert "again · ! 1 file ends in under 10 min · ✓ 1 saved e all" in line.text(100)


def test_links_that_died_are_files_lost_and_not_failures(line: Line) -> None:
    for n in range(1, 5):
        line.tell(EventKind.EXPIRED, news=Expiring("a", n, "video", None, START))
    assert "✗ 4 files lost" in line.text()


def test_after_a_suspension_the_numbers_are_told_in_one_sentence(line: Line) -> None:
    summary = SuspensionSummary(done=5, at_risk=2, lost=1)
    resumed = Event(kind=EventKind.RESUMED, at=START, account="", suspension=summary)
    line.log.happened([resumed])
    assert "✓ welcome back: 5 done, 2 at risk, 1 lost" in line.text()


def test_of_what_will_not_be_in_time_the_last_word_holds(line: Line) -> None:
    for lost in (3, 2):
        line.tell(EventKind.SHORTFALL, news=Shortfall(lost, 7, 10**9, 60, 10**6))
    assert "! 2 of 7 files will not make it: 1.0 GB in 60 s" in line.text()


def test_steps_on_the_way_and_accounts_do_not_stand_there(line: Line) -> None:
    running = step_event(Ref("hiapi", "a"), Transition(Status.RUNNING, None, START), "a: running")
    line.log.happened([running, line.event(EventKind.PROBLEM, "hiapi: key refused")])
    assert line.text() == ""
    assert [notice.text for _at, notice in line.log.told] == ["hiapi: key refused"]


def test_of_a_flood_the_last_are_kept_and_all_are_counted(line: Line) -> None:
    line.log.happened([line.event(EventKind.FAILED, f"take {n}") for n in range(KEPT + 50)])
    assert "✗ 550 failed take 549" in line.text()
    assert len(line.log.told) == KEPT
    assert line.log.told[-1][1].text == "take 549"
