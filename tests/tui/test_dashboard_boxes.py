"""The add box, the palette, own keys and themes."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from sample_tasks import finish, task
from shown_dashboard import DONE, A, B, C, Start
from textual._compositor import Compositor, ReflowResult
from textual.geometry import Size
from textual.widget import Widget

from rushes.providers.model import Failure, Status
from rushes.tui.actions.keymap import BadKeys
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.widgets.paper import Inked
from rushes.watch.task import Ref


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
    desk = FakeDesk(settings_of(tmp_path, '[keys]\ndownload = "z"\nopen = "z"\n'), clock)
    with pytest.raises(BadKeys, match="z is also given to download"):
        RushesApp(desk)


async def test_an_action_whose_key_was_taken_is_found_by_its_name(start: Start) -> None:
    """Row 282."""
    async with start(A, config='[keys]\npoll_all = "x"\n') as screen:
        await screen.press("x")
        assert [asked for asked, *_ in screen.desk.asked] == ["poll"]
        await screen.press("ctrl+p", *"stop wat", "enter")
        assert screen.desk.asked[1:] == [("remove", (A.ref,))]


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


@pytest.mark.sampled(3)
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
