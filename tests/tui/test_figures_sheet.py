"""The figures under `F`, and what is usual in the rows and in the details."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from fake_desk import FakeDesk
from figured_tasks import HORSE, history
from sample_tasks import START, task
from waiting import until

from rushes.providers.model import Snapshot, Status
from rushes.tui.lines.details import details
from rushes.tui.lines.figure_charts import HEIGHT, lower_part
from rushes.tui.lines.figure_groups import FigureSort, rows
from rushes.tui.lines.figure_lines import fact_lines
from rushes.tui.lines.figure_lines import table as plain_table
from rushes.tui.lines.figure_table import as_tsv, row_words, table, total_lines
from rushes.tui.lines.fit import Cell, cell_width, text_of
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.layout import layout
from rushes.tui.lines.roles import Role
from rushes.tui.lines.rows import Row, cells
from rushes.tui.lines.task_sections import Beside, Frame
from rushes.tui.lines.usual_words import beside_words
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.figures import FiguresSheet
from rushes.watch.figures.gathered import Asked, Gathered
from rushes.watch.figures.model import Model
from rushes.watch.figures.price import Per, Price
from rushes.watch.figures.totals import By, Tally, figures_of
from rushes.watch.figures.usual import ENOUGH_FOR_LATE, Usual, usual
from rushes.watch.task import Task

PRICES = {Model("hiapi", HORSE): Price(Per.TASK, Decimal("0.36"), "USD")}


async def gathered(desk: FakeDesk, *by: By) -> Gathered:
    for one in history():
        desk.history.save(one)
    return await desk.history.figures(Asked(by=by), START, {})


def words(lines: Sequence[Cell]) -> list[str]:
    return [" ".join("".join(piece.text for piece in line).split()) for line in lines]


async def test_the_keys_of_the_sheet(desk: FakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    copied: list[str] = []

    def note(text: str, _what: str) -> None:
        copied.append(text)

    desk.put(*history())
    for one in history():
        desk.history.save(one)
    app = RushesApp(desk)
    monkeypatch.setattr(app.dashboard, "copy", note)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("F")
        await pilot.pause()
        sheet = app.screen
        assert isinstance(sheet, FiguresSheet)
        await until(lambda: "VIA, MODEL" in sheet.text)
        assert "WHY IT FAILED" in sheet.text
        for heading in ("DAY", "TAG", "VIA, MODEL"):
            await pilot.press("b")
            await until(lambda word=heading: f"\n  {word}" in sheet.text)
        await pilot.press("left")
        await until(lambda: "nothing failed" in sheet.text)
        await pilot.press("right", "right", "right")
        await until(lambda: "the filter said no" in sheet.text)
        await pilot.press("s", "s")
        assert sheet.text.splitlines()[2].split()[3:5] == ["OK", "▾"]
        await pilot.click("#heads", offset=(4, 0))
        assert "VIA, MODEL ▾" in sheet.text
        await pilot.press("slash", *"status:succeeded", "enter")
        await until(lambda: "nothing failed" in sheet.text)
        await pilot.press("j", "k", "c", "G")
        await pilot.click("#rows", offset=(6, 1))
        assert "dimilinks flux  2 tasks" in sheet.text
        assert copied[0].startswith("VIA, MODEL\ttasks")
        await pilot.press("enter")
        await pilot.pause()
        assert app.dashboard.board.filter.text == 'provider:dimilinks model:"flux"'
        assert len(app.dashboard.board) == 4


def test_the_mouse_and_every_key_find_the_tasks_of_a_group() -> None:
    tally = Tally(key=("2026-11-21",), model=Model("a", "m"), succeeded=1)
    found = Gathered(groups=[tally], whole=[tally], days={}, hours=[(0, 0)] * 24, reasons=[])
    (row,) = rows(found, (By.DAY,), {}, FigureSort.NAME)
    assert row.asks == "finished>2026-11-21 finished<2026-11-22"
    for key, asks in ((("act",), 'tag:"act"'), ((None,), "-tag:*")):
        (row,) = rows(
            replace(found, groups=[replace(tally, key=key)]), (By.TAG,), {}, FigureSort.NAME
        )
        assert row.asks == asks


def test_one_task_is_told_of_as_one() -> None:
    tally = Tally(key=("act",), model=Model("a", "m"), failed=1)
    found = Gathered(groups=[tally], whole=[tally], days={}, hours=[(0, 0)] * 24, reasons=[])
    (row,) = rows(found, (By.TAG,), {}, FigureSort.NAME)
    assert row_words(row) == "1 task, 1 failed"


async def test_models_stand_under_their_gateways_and_what_nobody_says_is_no_sum(
    desk: FakeDesk,
) -> None:
    found = await gathered(desk, By.PROVIDER, By.MODEL)
    made = rows(found, (By.PROVIDER, By.MODEL), PRICES, FigureSort.COST)
    assert [(row.name, row.branch) for row in made] == [
        ("hiapi", None),
        (HORSE, True),
        ("dimilinks", None),
        ("flux", True),
        ("ttapi", None),
    ]
    lines = words(table(made, "VIA", 115, UNICODE, FigureSort.COST).lines)
    assert lines[0].startswith("hiapi 6 ▄▄▄▄▄▄▄▄▄▄▄▄ 67 % ▄▄▄▖ 4s 1m 00s 1m 40s")
    assert lines[0].endswith("0.72 1 ?")
    assert lines[4].endswith("? — 1x")
    assert as_tsv(made, "VIA").splitlines()[0].startswith("VIA\ttasks\tsucceeded")


@pytest.mark.parametrize("cells", [50, 70, 90, 115])
@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
async def test_no_line_of_the_page_is_too_long_for_it(
    desk: FakeDesk, cells: int, glyphs: Glyphs
) -> None:
    found = await gathered(desk, By.PROVIDER, By.MODEL)
    whole = figures_of((), found.whole, (), PRICES).total
    made = table(
        rows(found, (By.PROVIDER, By.MODEL), PRICES, FigureSort.RUN), "VIA", cells, glyphs,
        FigureSort.RUN,
    )  # fmt: skip
    lines = [*total_lines(whole, cells), made.head, *made.lines]
    charts = lower_part(found, whole, cells, glyphs)
    assert max(cell_width(line) for line in (*lines, *charts)) <= cells
    assert len(charts) == HEIGHT
    assert "TASKS" in words([made.head])[0]
    if glyphs is ASCII:
        assert all(piece.text.isascii() for line in (*lines, *charts) for piece in line)


async def test_what_failed_stands_on_what_did_not_and_why_beside_it(desk: FakeDesk) -> None:
    found = await gathered(desk)
    whole = figures_of((), found.whole, (), {}).total
    lines = lower_part(found, whole, 115, UNICODE)
    nine = [line[1 + 9] for line in lines[1:-1]]
    assert [piece.role for piece in nine] == [*[Role.FAILED] * 3, *[Role.SUCCEEDED] * 4]
    told = words(lines)
    assert told[0].endswith("WHY IT FAILED 4 tasks")
    assert "4 ▄▄▄▄▄▄▄▄▄▄▄▄ the filter said no 1 charged" in told[1]
    assert any("say no price: [prices] in config.toml" in line for line in told)


async def test_no_line_of_the_table_is_lost_where_there_is_no_room(desk: FakeDesk) -> None:
    tallies = (await gathered(desk, By.PROVIDER)).groups
    figures = figures_of((By.PROVIDER,), tallies, tallies, {})
    for room in (70, 90, 140):
        lines = list(plain_table(figures, room, "…"))
        assert len(lines) == 5
        assert max(map(cell_width, lines)) <= room
    assert list(fact_lines(figures.total))


def running(seconds: float, progress: int | None = None) -> Task:
    made = task("run", Status.RUNNING)
    said = Snapshot(
        status=Status.RUNNING,
        raw_status="running",
        progress=progress,
        model="m",
        created_at=START - timedelta(seconds=seconds),
    )
    return replace(made, snapshot=said)


USUAL = usual([100_000] * (ENOUGH_FOR_LATE - 2) + [190_000] * 2)
assert USUAL is not None


def row(one: Task, usual: Usual | None = USUAL, width: int = 120) -> str:
    line = cells(one, layout(width), Row(START, UNICODE, usual=usual))
    assert cell_width(line) == width
    return "".join(piece.text for piece in line)


def test_a_row_says_how_long_such_a_run_usually_takes() -> None:
    assert "usually 1m 40s" in row(running(40))
    assert "usually" not in row(running(40), None)
    assert "40%" in row(running(40, progress=40))


@pytest.mark.parametrize("width", [82, 90, 200])
def test_a_run_that_is_far_past_the_usual_is_marked(width: int) -> None:
    words = "past 1m 40s" if width == 90 else "past the usual 1m 40s"
    assert words in row(running(151), width=width)
    assert "past" not in row(running(150), width=width)


def test_how_far_it_is_comes_before_what_is_usual() -> None:
    assert "90%  past the usual 1m 40s" not in row(running(200, progress=90), width=84)
    assert "90%" in row(running(200, progress=90), width=84)
    assert "usually 1m 40s" in row(running(40, progress=40), width=140)


def test_the_details_say_it_in_words() -> None:
    lines = details(running(200), Frame(START, 60, ASCII, Beside(usual=USUAL))).lines
    text = text_of(lines)
    assert "3m 20s, past the usual 1m 40s" in text
    assert "! takes longer than 95 of 100 did" in text


def test_those_beside_it_are_told() -> None:
    spans = [timedelta(seconds=n) for n in (125, 40)]
    assert beside_words(spans) == "2 of the same model run, for 2m 05s, 40s"
    assert beside_words(spans[:1]) == "1 of the same model runs, for 2m 05s"
    assert beside_words(spans * 3).endswith(" and 2 more")


async def test_what_is_usual_is_read_behind_the_rows_and_once_a_minute(desk: FakeDesk) -> None:
    one = running(40)
    for n in range(6):
        done = replace(
            one,
            entry=replace(one.entry, ref=one.ref._replace(id=f"done-{n}")),
            status=Status.SUCCEEDED,
            snapshot=replace(
                one.snapshot or Snapshot(status=Status.SUCCEEDED, raw_status=""),
                status=Status.SUCCEEDED,
                finished_at=START + timedelta(seconds=60),
            ),
        )
        desk.history.save(done)
    runs = desk.usual_runs
    assert runs.of(one) is None
    await runs.look()
    found = runs.of(one)
    assert found is not None
    assert found.half == timedelta(seconds=100)
    await desk.manual_clock.advance(59)
    assert runs.of(replace(one, status=Status.SUCCEEDED)) is None
    assert runs.of(one) == found
