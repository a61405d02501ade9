"""Which theme and signs a start has, and what is kept of them for the next one."""

from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of
from manual_clock import ManualClock
from waiting import until

from rushes.tui.lines.glyphs import ASCII, UNICODE, single_width
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.colour_depth import ColourDepth
from rushes.tui.screen.looks import Looks
from rushes.tui.screen.screen_state import ScreenState
from rushes.watch.config.settings import BadSettings
from rushes.watch.config.themes import BUILT_IN, OwnTheme, OwnThemes, read_themes

XTERM = {"TERM": "xterm-256color", "LANG": "zh_CN.UTF-8"}
MINE = OwnTheme(name="mine", background="#101418", text="#e0e0e0", accent="#ffb000")


@pytest.mark.parametrize(
    ("config", "chosen", "theme"),
    [
        ("", "", "rushes"),
        ("", "nord", "nord"),
        ('theme = "dracula"\n', "nord", "dracula"),
        ("", "one that was removed", "rushes"),
        ("", "mine", "mine"),
    ],
)
def test_the_theme_of_config_toml_comes_before_the_one_chosen_last(
    tmp_path: Path, config: str, chosen: str, theme: str
) -> None:
    state = ScreenState(tmp_path / "state.toml")
    state.keep_theme(chosen)
    again = ScreenState(tmp_path / "state.toml")
    looks = Looks(settings_of(tmp_path, config), again, OwnThemes((MINE,)))
    assert looks.theme_at_start([*BUILT_IN, "mine"]) == theme


@pytest.mark.parametrize(
    ("chosen", "on_white", "theme"),
    [
        ("nord", False, "terminal"),
        ("nord", True, "ansi-light"),
        ("ansi-dark", True, "ansi-dark"),
    ],
)
@pytest.mark.parametrize("depth", [ColourDepth.SIXTEEN, ColourDepth.NONE])
def test_where_there_are_few_colours_they_are_the_terminals_own(
    tmp_path: Path, depth: ColourDepth, chosen: str, theme: str, *, on_white: bool
) -> None:
    settings = settings_of(tmp_path, f'theme = "{chosen}"\n')
    looks = Looks(settings, depth=depth, on_white=on_white)
    assert looks.theme_at_start(BUILT_IN) == theme


def test_a_theme_that_there_is_not_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="theme: unknown theme dracola; did you mean dracula"):
        settings_of(tmp_path, 'theme = "dracola"\n')
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "dracola.toml").write_text('background = "#000"\ntext = "#fff"\naccent = "#fa0"\n')
    assert settings_of(tmp_path, 'theme = "dracola"\n').theme == "dracola"


def test_the_names_of_built_in_themes_are_those_that_there_are(desk: FakeDesk) -> None:
    assert set(RushesApp(desk).available_themes) == set(BUILT_IN)


def test_the_faults_of_own_themes_name_file_and_key(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "fine.toml").write_text(
        'dark = false\nbackground = "#fff"\ntext = "#101010"\n'
        'accent = "#805000"\nqueued = "#ABCDEF"\n'
    )
    (folder / "nord.toml").write_text("")
    (folder / "odd.toml").write_text('background = "white"\ntext = 7\nacent = "#fff"\n')
    (folder / "torn.toml").write_text("text = [")
    read = read_themes(tmp_path)
    assert [(theme.name, theme.dark, theme.queued) for theme in read.themes] == [
        ("fine", False, "#abcdef")
    ]
    said = [line.removeprefix(f"{folder}/") for line in read.faults]
    assert said[0] == "nord.toml: nord is built in: the built-in one is used"
    assert said[1:5] == [
        'odd.toml: background: expected a colour such as "#ef6f5e"',
        "odd.toml: text: expected text, got 7",
        "odd.toml: accent: expected a colour, got nothing",
        "odd.toml: acent: unknown key; did you mean accent?",
    ]
    assert "torn.toml" in said[5]
    assert read_themes(tmp_path / "elsewhere") == OwnThemes()


@pytest.mark.parametrize(
    ("term", "encoding", "glyphs"),
    [
        ("xterm-256color", "utf-8", UNICODE),
        ("xterm-256color", "UTF8", UNICODE),
        ("xterm-256color", "iso-8859-1", ASCII),
        ("linux", "utf-8", ASCII),
        ("vt220", "utf-8", ASCII),
    ],
)
def test_signs_that_a_terminal_cannot_draw_are_not_sent_to_it(
    tmp_path: Path, term: str, encoding: str, glyphs: object
) -> None:
    assert Looks(settings_of(tmp_path), term=term, encoding=encoding).glyphs is glyphs


def test_without_motion_a_bar_goes_on_in_whole_cells(tmp_path: Path) -> None:
    glyphs = Looks(settings_of(tmp_path, "motion = false\n")).glyphs
    assert ["".join(glyphs.progress(percent, 4)) for percent in (12, 26, 37, 50, 100)] == [
        *("────", "━───", "━───", "━━──", "━━━━")
    ]


def test_how_wide_signs_are_is_kept_for_that_kind_of_terminal(tmp_path: Path) -> None:
    path, settings = tmp_path / "state.toml", settings_of(tmp_path)
    looks = Looks(settings, ScreenState(path, XTERM))
    assert [looks.measured(cells) for cells in (1, 0, 7, 2, 2)] == [
        False,
        False,
        False,
        True,
        False,
    ]
    assert looks.glyphs is single_width()
    looks.keep_measured()
    looks = Looks(settings, ScreenState(path, XTERM))
    assert looks.glyphs is single_width()
    assert Looks(settings, ScreenState(path, {"TERM": "foot"})).glyphs is UNICODE
    assert looks.measured(1)
    looks.keep_measured()
    assert Looks(settings, ScreenState(path, XTERM)).glyphs is UNICODE
    ascii_only = settings_of(tmp_path, 'glyphs = "ascii"\n')
    assert Looks(ascii_only, ScreenState(path, XTERM)).glyphs is ASCII


async def test_the_chooser_shows_each_theme_and_keeps_the_one_that_is_taken(
    tmp_path: Path, clock: ManualClock
) -> None:
    path, settings = tmp_path / "state.toml", settings_of(tmp_path)
    state = ScreenState(path)
    app = RushesApp(FakeDesk(settings, clock), looks=Looks(settings, state, OwnThemes((MINE,))))
    async with app.run_test(size=(80, 24)) as pilot:
        seen = list[str]()
        for key in ("t", "k", "escape", "t", "k", "enter"):
            await pilot.press(key)
            await pilot.pause()
            seen.append(app.theme)
        assert seen == ["rushes", "mine", "rushes", "rushes", "mine", "mine"]
        await until(lambda: ScreenState(path).theme == "mine")


async def test_where_config_toml_has_a_theme_a_choice_is_for_this_time(
    tmp_path: Path, clock: ManualClock
) -> None:
    settings = settings_of(tmp_path, 'theme = "nord"\n')
    app = RushesApp(FakeDesk(settings, clock))
    async with app.run_test(size=(80, 24)) as pilot:
        assert app.theme == "nord"
        await pilot.press("t", "1")
        await pilot.pause()
        assert app.theme == "rushes"
        told = app.dashboard.notices.told
        await until(lambda: any("until the end" in notice.text for _, notice in told))
