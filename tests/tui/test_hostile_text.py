"""What a gateway or a person wrote is shown as written and does nothing (reliability.md S2)."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from rich.cells import cell_len
from sample_tasks import finish, output, task, trouble
from sampling import sample
from textual import events
from textual.widgets import TextArea

from rushes.providers.model import Failure, ProblemKind, Status
from rushes.providers.text import clean
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.event_kinds import EventKind
from rushes.watch.task import Task, Trouble

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


def hostile(n: int, text: str) -> list[Task]:
    """Tasks that say `text` wherever a provider or a person can say anything."""
    text = clean(text, 512)
    kind = ProblemKind.MALFORMED
    problem = Trouble(kind=kind, message=text, since=trouble().since, code=text)
    running = task(text, raw=text, task_id=f"{n}", prompt=text, model=text, tags=(text,))
    return [
        replace(running, trouble=problem),
        task("", Status.FAILED, raw=text, task_id=f"{text} {n}", failure=Failure(text, text)),
        finish(task(f"made {n}", raw=text), output(text, url=f"https://cdn.example/{text}")),
    ]


def lines(app: RushesApp) -> Iterator[str]:
    """Every line that is on the screen, as drawn or as written."""
    dashboard = app.dashboard
    for y in range(len(dashboard.board)):
        strip = dashboard.table.render_line(y)
        assert cell_len(strip.text) == strip.cell_length == dashboard.table.columns.width
        assert all(not (segment.style and segment.style.meta) for segment in strip)
        yield strip.text
    for paper in dashboard.query(Paper).results():
        yield from paper.text.split("\n")


@pytest.mark.parametrize("start", range(0, len(CORPUS), 5))
async def test_hostile_text_is_shown_as_text(
    tmp_path: Path, clock: ManualClock, start: int
) -> None:
    texts = CORPUS[start : start + 5]
    desk = FakeDesk(settings_of(tmp_path), clock, watchlist_name=clean(texts[0], 40))
    for n, text in enumerate(texts):
        desk.put(*hostile(n, text))
    outage = Trouble(kind=ProblemKind.AUTH, message=clean(texts[0]), since=clock.now())
    desk.stand("hiapi", outage)
    app = RushesApp(desk)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        for row in sample(range(len(app.dashboard.board)), 5, start):
            await pilot.click("#table", offset=(5, row))
            await pilot.click("#details", offset=(6, 1))
            assert [line for line in lines(app) if not line.isprintable()] == []
        for text in texts:
            desk.tell(EventKind.SAVED, clean(text))
            app.dashboard.pull()
        app.post_message(events.Paste("\n".join(texts)))
        await pilot.pause()
        await pilot.pause()
        area = app.screen.query_one(TextArea)
        assert all(line.isprintable() for line in area.text.split("\n"))
        assert app.is_running


async def test_markup_is_shown_as_it_was_typed(tmp_path: Path, clock: ManualClock) -> None:
    desk = FakeDesk(settings_of(tmp_path), clock)
    desk.put(task("[@click=app.quit]x[/]"))
    app = RushesApp(desk)
    async with app.run_test(size=(160, 40)) as pilot:
        await pilot.click("#table", offset=(5, 0))
        assert "[@click=app.quit]x[/]" in app.dashboard.table.render_line(0).text
        assert app.is_running
