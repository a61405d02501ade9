"""The first page: what Rushes is, which keys were found, how to begin; on one screen."""

from dataclasses import replace
from pathlib import Path

import pytest
from fake_desk import FakeDesk, settings_of

from rushes.tui.actions.keymap import keymap
from rushes.tui.lines.fit import cell_width
from rushes.tui.lines.glyphs import ASCII, UNICODE, Glyphs
from rushes.tui.lines.setup_words import KeyPlace, key_lines, without_key
from rushes.tui.screen.add import AddBox
from rushes.tui.screen.app import RushesApp
from rushes.tui.screen.empty import Setup, first_page
from rushes.watch.config.settings import Settings, default_settings, load
from rushes.watch.keys.find import KeySource
from rushes.watch.keys.keyring_look import InKeyring, look
from rushes.watch.keys.program import NoKey

HOLDS = {"ttapi": KeyPlace.ASKING, "gptge": KeyPlace.KEYRING, "dimilinks": KeyPlace.NO_ANSWER}
COMMAND = '[providers.anyfast]\napi_key_command = ["pass", "anyfast"]\n'
OWN = '[providers.studio]\ndialect = "newapi"\nbase_url = "https://studio.example"\n'


def keyed(tmp_path: Path, text: str = COMMAND) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return load(path, {"RUSHES_HOME": str(tmp_path), "HIAPI_API_KEY": "sk-secret-1"})


def page(
    settings: Settings,
    cells: int,
    rows: int,
    glyphs: Glyphs = UNICODE,
    *,
    add: str = "a",
    name: str = "default",
    keyring: dict[str, KeyPlace] | None = None,
) -> list[str]:
    setup = Setup(
        keymap=keymap({"add": (add,)}),
        watchlist=name,
        keys=key_lines(settings, keyring or {}),
        file=settings.file,
        is_there=settings.is_there,
    )
    lines = first_page(setup, glyphs, cells, rows)
    assert max(map(cell_width, lines)) <= cells
    return ["".join(piece.text for piece in line).rstrip() for line in lines]


@pytest.mark.parametrize("glyphs", [UNICODE, ASCII], ids=["unicode", "ascii"])
@pytest.mark.parametrize("size", [(60, 7), (60, 8), (80, 14), (80, 19), (80, 20), (200, 51)])
def test_it_fits_on_every_screen(tmp_path: Path, size: tuple[int, int], glyphs: Glyphs) -> None:
    written = page(keyed(tmp_path), *size, glyphs)
    assert len(written) <= size[1]
    for word in ("rushes add", "rushes demo", "config.toml", "found"):
        assert any(word in line for line in written), word
    if glyphs is ASCII:
        assert all(line.isascii() for line in written)


def test_each_key_is_told_with_its_place_and_never_shown(tmp_path: Path) -> None:
    written = page(keyed(tmp_path), 80, 20, keyring=HOLDS)
    said = {line.split()[1]: " ".join(line.split()[2:]) for line in written if "  " in line.strip()}
    assert said["hiapi"] == "HIAPI_API_KEY found in the environment"
    assert said["anyfast"] == "api_key_command named in config.toml, asked when needed"
    assert said["gptge"] == "GPTGE_API_KEY found in the keyring"
    assert said["ttapi"] == "TTAPI_API_KEY not set, asking the keyring"
    assert said["dimilinks"] == "DIMILINKS_API_KEY not set, the keyring does not answer"
    assert said["dashscope"] == "DASHSCOPE_API_KEY not set"
    text = "\n".join(written)
    assert "3 found · keyring being asked" in text
    assert "rushes providers --all" in text
    assert "sk-secret" not in text


def test_keys_are_those_that_are_in_force_and_the_list_is_named() -> None:
    text = "\n".join(page(default_settings({}), 80, 20, add="f2", name="night shoot"))
    assert "f2   paste anything" in text
    assert "rushes add -w 'night shoot'" in text
    assert "none found" in text
    assert "none yet: rushes config init" in text


def test_an_account_of_ones_own_is_named_before_the_usual_ones(tmp_path: Path) -> None:
    settings = keyed(tmp_path, OWN)
    assert [line.account for line in key_lines(settings, {})][:2] == ["hiapi", "studio"]
    assert next(iter(without_key(settings))).id == "studio"
    assert "hiapi" not in [account.id for account in without_key(settings)]


async def test_what_the_keyring_says_comes_behind_the_frame(desk: FakeDesk, tmp_path: Path) -> None:
    desk.settings = replace(settings_of(tmp_path), glyphs=desk.settings.glyphs)
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        empty = app.dashboard.empty
        before = empty.text
        assert "none found" in before
        empty.keyring_said("ttapi", KeyPlace.ASKING)
        assert "not set, asking the keyring" in empty.text
        empty.keyring_said("ttapi", KeyPlace.KEYRING)
        assert "1 found" in empty.text
        assert len(empty.text.splitlines()) == len(before.splitlines())
        row = next(y for y, line in enumerate(before.splitlines()) if "paste anything" in line)
        await pilot.click("#empty", offset=(4, row))
        await pilot.pause()
        assert isinstance(app.screen, AddBox)


def sources(*names: str) -> list[tuple[str, KeySource]]:
    return [(name, KeySource(env=f"{name.upper()}_KEY")) for name in names]


def test_the_keyring_is_asked_of_one_account_after_another_until_it_is_silent(
    tmp_path: Path,
) -> None:
    asked: list[str] = []

    def ask(service: str, account: str) -> str | None:
        asked.append(f"{service} {account}")
        if account == "c":
            raise NoKey("the keyring did not answer within 3 s")
        return "sk-from-the-keyring" if account == "b" else None

    said = list(look(sources("a", "b", "c", "d"), tmp_path / "state.toml", ask))
    assert said == [("a", InKeyring.LACKS), ("b", InKeyring.HOLDS), ("c", InKeyring.SILENT)]
    assert asked == ["rushes a", "rushes b", "rushes c"]
    assert "sk-from" not in (tmp_path / "state.toml").read_text()


async def test_its_keys_do_what_it_says(desk: FakeDesk) -> None:
    app = RushesApp(desk)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("A")
        await pilot.pause()
        told = [notice.text for _at, notice in app.dashboard.notices.told]
        assert told == ["no account with a key has a list of its own tasks"]
        await pilot.press("a")
        await pilot.pause()
        assert isinstance(app.screen, AddBox)
