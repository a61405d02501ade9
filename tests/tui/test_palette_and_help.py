"""The palette and the help: the same groups and names, found by name and by key."""

from dataclasses import replace

import pytest
from fake_desk import FakeDesk
from sample_tasks import task
from textual.pilot import Pilot

from rushes.providers.model import Status
from rushes.tui.actions.catalogue import COMMANDS, GROUPS
from rushes.tui.actions.keymap import keymap
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.command_groups import command_groups, found, keys_of
from rushes.tui.screen.help import HelpScreen
from rushes.tui.screen.palette import Palette
from rushes.tui.screen.widgets.paper import Paper

VIEWS = {"7": "tag:night", "trailer": "tag:trailer"}


def names(text: str) -> list[str]:
    keys = keymap({"download": ("f5",)})
    shown = found(command_groups(VIEWS), text, lambda c: keys_of(c, keys, ascii_only=False))
    return [command.id for command in shown]


def test_every_command_is_in_a_group_and_views_of_config_toml_are_with_their_filters() -> None:
    groups = command_groups(VIEWS)
    assert set(groups) == set(GROUPS)
    listed = {command.id: command for commands in groups.values() for command in commands}
    assert set(listed) == {command.id for command in COMMANDS} | {"view trailer"}
    assert listed["view_7"].help == "tag:night"
    assert (listed["view trailer"].label, listed["view trailer"].help) == ("trailer", "tag:trailer")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("stop wat", "remove"),
        ("f5", "download"),
        ("ctrl+d", "half_down"),
        ("d", "download"),
        ("D", "download_all"),
        ("transfers", "downloads"),
        ("tag:night", "view_7"),
        ("trail", "view trailer"),
    ],
)
def test_a_command_is_found_by_its_key_and_by_its_name(text: str, first: str) -> None:
    assert first in names(text)[:3]


def test_a_text_that_is_no_name_and_no_key_finds_nothing() -> None:
    assert names("xylophone") == []


def shown(pilot: Pilot[None], name: str) -> str:
    return pilot.app.screen.query_one(name, Paper).text


async def test_help_is_searched_by_typing_and_by_pressing_a_key(desk: FakeDesk) -> None:
    desk.settings = replace(desk.settings, keys={"download": ("f5",)})
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HelpScreen)
        everything = shown(pilot, "#lines")
        await pilot.press("ctrl+d")
        assert shown(pilot, "#lines").split()[:2] == ["ctrl+d", "pgdn"]
        await pilot.press("f5")
        assert shown(pilot, "#lines").split()[:2] == ["f5", "download"]
        await pilot.press(*"undo")
        assert shown(pilot, "#lines").split()[:2] == ["u", "undo"]
        await pilot.press(*["backspace"] * 4)
        assert shown(pilot, "#lines") == everything
        await pilot.press("down", "pagedown", "end")
        assert app.screen.query_one("#lines", Paper).scroll_y > 0
        await pilot.press("home", "question_mark")
        await pilot.pause()
        assert app.screen is app.dashboard


async def test_the_palette_walks_and_clicks_commands_past_the_heads_of_groups(
    desk: FakeDesk,
) -> None:
    desk.put(task("a", Status.RUNNING))
    desk.settings = replace(desk.settings, views={"trailer": "tag:trailer"})
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+p", "down", "up", "up")
        await pilot.pause()
        assert isinstance(app.screen, Palette)
        last = [command.label for command in command_groups({})["Move"]][-1]
        assert last in shown(pilot, "#found").splitlines()[-1]
        assert f"{len(COMMANDS) + 1} of {len(COMMANDS) + 1}" in shown(pilot, "#lower")
        await pilot.press("pageup", "pagedown")
        await pilot.press(*"tag:trailer")
        await pilot.click("#found", offset=(4, 0))
        await pilot.pause()
        assert app.dashboard.board.view.text == "tag:trailer"


async def test_the_palette_says_below_why_a_command_cannot_act(desk: FakeDesk) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(60, 12)) as pilot:
        await pilot.press("ctrl+p", *"next match")
        await pilot.pause()
        assert "no filter yet" not in shown(pilot, "#found")
        assert shown(pilot, "#why").strip() == "! no filter yet: / asks for one"
