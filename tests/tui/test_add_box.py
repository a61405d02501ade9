"""The add box: what is certain is saved before it asks, and the row it asks about is shown."""

from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from textual import events
from waiting import until

from rushes.providers.registry import recognise
from rushes.tui.screen.add import AddBox, PasteArea
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.widgets.paper import Paper
from rushes.watch.task import Ref

UUID = "051c7b40-b2c5-4341-aee4-0123456789ab"


def name(n: int) -> str:
    return f"tk-hiapi-{n:026}"


def refs(*numbers: int) -> tuple[Ref, ...]:
    return tuple(Ref("hiapi", name(n)) for n in numbers)


def finds(app: RushesApp) -> str:
    return app.screen.query_one("#finds", Paper).text


@pytest.mark.sampled(3)
@pytest.mark.parametrize("size", [(120, 32), (100, 18)])
@pytest.mark.parametrize("doubtful", [0, 6, 7, 8, 15])
async def test_the_row_that_it_asks_about_is_shown(
    desk: FakeDesk, doubtful: int, size: tuple[int, int]
) -> None:
    ids = [name(n) for n in range(15)]
    ids.insert(doubtful, UUID)
    app = RushesApp(desk)
    async with app.run_test(size=size) as pilot:
        app.post_message(events.Paste("\n".join(ids)))
        await until(lambda: isinstance(app.screen, AddBox))
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert UUID in finds(app)
        paper = app.screen.query_one("#finds", Paper)
        row = next(y for y, line in enumerate(finds(app).splitlines()) if UUID in line)
        assert 0 <= row - paper.scroll_offset.y < paper.size.height


async def test_what_is_certain_is_saved_before_it_asks(desk: FakeDesk) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        app.post_message(events.Paste(f"{name(1)}\n{UUID}\n{name(2)}"))
        await until(lambda: isinstance(app.screen, AddBox))
        await pilot.pause()
        await pilot.press("enter")
        await until(lambda: desk.asked == [("add", refs(1, 2))])
        await pilot.press("2")
        await pilot.press("enter")
        await until(lambda: not isinstance(app.screen, AddBox))
        await until(lambda: len(desk.asked) == 2)
    assert desk.asked[1] == ("add", (Ref(recognise(UUID).providers[1], UUID),))


async def test_accounts_with_a_key_are_offered_first(desk: FakeDesk, tmp_path: Path) -> None:
    desk.settings = settings_of(tmp_path, '[providers.vidu]\napi_key = "abcdefgh"\n')
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        app.post_message(events.Paste("job id: my-own-job-7"))
        await until(lambda: isinstance(app.screen, AddBox))
        await pilot.pause()
        assert "1 vidu  2 anyfast" in finds(app)


async def test_a_paste_amid_a_question_goes_into_the_text_on_a_line_of_its_own(
    desk: FakeDesk,
) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        app.post_message(events.Paste(UUID))
        await until(lambda: isinstance(app.screen, AddBox))
        await pilot.pause()
        await pilot.press("enter")
        app.post_message(events.Paste(name(1)))
        await until(lambda: name(1) in finds(app))
        text = app.screen.query_one("#text", PasteArea).text
    assert set(text.split("\n")) == {UUID, name(1)}


async def test_a_key_decides_in_the_box_as_it_does_in_add(desk: FakeDesk, tmp_path: Path) -> None:
    desk.settings = settings_of(tmp_path, '[providers.ttapi]\napi_key = "abcdefgh"\n')
    app = RushesApp(desk)
    async with app.run_test(size=(120, 32)) as pilot:
        app.post_message(events.Paste(UUID))
        await until(lambda: isinstance(app.screen, AddBox))
        await pilot.pause()
        assert f"{UUID}  ttapi" in finds(app)


async def test_a_click_on_what_could_be_of_several_asks_whose_it_is(desk: FakeDesk) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        app.post_message(events.Paste(f"{name(1)}\n{UUID}"))
        await until(lambda: isinstance(app.screen, AddBox))
        await pilot.pause()
        await pilot.click("#finds", offset=(6, 1))
        lower = app.screen.query_one("#lower", Paper).text
        assert "enter go on" in lower
        assert "2 of 2" in lower
        await pilot.click("#lower", offset=(lower.index("→"), 0))
        await pilot.pause()
        assert f"{UUID}  {recognise(UUID).providers[0]}" in finds(app)
        await pilot.press("escape")
        assert "esc close" in app.screen.query_one("#lower", Paper).text
