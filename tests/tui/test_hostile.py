"""What a gateway or a person wrote is shown as written, and does nothing (reliability.md S2, M7)."""

from pathlib import Path

import pytest
from manual_clock import ManualClock
from rich.cells import cell_len
from stand_in import StandInDesk, finish, output, settings_of, task, trouble
from textual import events

from providers.model import Failure, ProblemKind, Status
from providers.text import clean
from tui.app import RushesApp
from watch.changes import EventKind
from watch.task import Task, Trouble

CORPUS = [
    "wide shot [/Scene]",
    "[/]",
    "[@click=app.quit]x[/]",
    "[red on blue]loud[/red]",
    '{"a": [true, false]}',
    "unclosed [",
    "\\[b]",
    "$ink-accent",
    "\x1b[2J\x1b]0;title\x07",
    "\x1b]52;c;aGVsbG8=\x07",
    "\x9b31m C1",
    "\u202egnp.exe\u202c",
    "a\u0301" * 200,
    "\u200b\u2060zero",
    "tag\U000e0041",
    "nul\x00 bs\x08 cr\r lf\n tab\t",
    "雨" * 300,
    "x" * 5000,
    "\ud800 lone",
]


def hostile(text: str) -> list[Task]:
    """Tasks that say `text` wherever a provider or a person can say anything."""
    text = clean(text, 512)
    kind = ProblemKind.MALFORMED
    problem = Trouble(kind=kind, message=text, since=trouble().since, code=text)
    return [
        task(
            text,
            raw=text,
            task_id="1",
            prompt=text,
            model=text,
            tags=(text,),
            problem=problem,
            added=0,
        ),
        task("", Status.FAILED, raw=text, task_id=text or "2", failure=Failure(text, text)),
        finish(task("made", raw=text), output(text, url=f"https://cdn.example/{text}")),
    ]


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
async def test_hostile_text_is_shown_as_text(tmp_path: Path, clock: ManualClock, text: str) -> None:
    desk = StandInDesk(settings_of(tmp_path), clock, watchlist_name=clean(text, 40))
    desk.put(*hostile(text))
    desk.stand("hiapi", Trouble(kind=ProblemKind.AUTH, message=clean(text), since=clock.now()))
    desk.tell(EventKind.SAVED, clean(text))
    app = RushesApp(desk)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.pause()
        for row in range(3):
            for x in (5, 20, 35, 100):
                await pilot.click("#table", offset=(min(x, 80), row))
        dashboard = app.dashboard
        width = dashboard.table.columns.width
        for y in range(3):
            strip = dashboard.table.render_line(y)
            assert strip.text.isprintable()
            assert cell_len(strip.text) == strip.cell_length == width
            assert all(not (segment.style and segment.style.meta) for segment in strip)
        for paper in (dashboard.details, *dashboard.query("Paper").results()):
            for line in getattr(paper, "text", "").split("\n"):
                assert line.isprintable()
        shown = clean(text, 512)
        if len(shown) < 12:
            assert shown in dashboard.table.render_line(0).text
        await pilot.press("question_mark", "escape", "ctrl+p", "escape", "slash", "q", "escape")
        app.post_message(events.Paste(text))
        await pilot.pause()
        await pilot.pause()
        assert app.screen.query("#text")
        assert app.is_running
        assert app.return_value is None
