"""`rushes config`: how a person comes to a config.toml, and sees what holds (rows 192 and 193)."""

import stat
import tomllib
from pathlib import Path

import pytest

from rushes.watch.config.settings import default_settings, load
from tests.cli.conftest import Rushes


def editor(folder: Path, script: str) -> str:
    """A program that does this to its last argument, as an editor would."""
    file = folder / "an editor"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return f"'{file}' --wait"


class TestInit:
    def test_every_setting_is_written_as_a_comment(self, rushes: Rushes) -> None:
        done = rushes("config", "init")
        path = rushes.home / "config.toml"
        assert (done.code, done.out) == (0, f"{path}\n")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert load(path, rushes.environ) == default_settings(rushes.environ)
        assert not any(tomllib.loads(path.read_text())["download"])

    def test_without_its_comments_it_is_what_help_prints(self, rushes: Rushes) -> None:
        rushes("config", "init")
        lines = (rushes.home / "config.toml").read_text().splitlines()
        printed = rushes("help", "config").out.splitlines()
        bare = [line.removeprefix("# ") for line in lines]
        assert bare == [line.removeprefix("# ") for line in printed]

    @pytest.mark.parametrize("kind", ["file", "dead link"])
    def test_what_is_there_is_never_written_over(
        self, rushes: Rushes, tmp_path: Path, kind: str
    ) -> None:
        path = rushes.home / "config.toml"
        if kind == "file":
            rushes.configure('glyphs = "ascii"\n')
        else:
            rushes.home.mkdir()
            path.symlink_to(tmp_path / "nowhere")
        done = rushes("config", "init")
        assert (done.code, done.out) == (2, "")
        assert "is there already: rushes config edit" in done.err
        assert not (tmp_path / "nowhere").exists()
        assert kind == "dead link" or path.read_text() == 'glyphs = "ascii"\n'

    def test_another_place_may_be_named(self, rushes: Rushes, tmp_path: Path) -> None:
        place = tmp_path / "here" / "mine.toml"
        assert rushes("config", "init", RUSHES_CONFIG=str(place)).out == f"{place}\n"
        assert rushes("config", "path", RUSHES_CONFIG=str(place)).out == f"{place}\n"
        assert rushes("config", "check", RUSHES_CONFIG=str(place)).code == 0
        assert not rushes.home.exists()


class TestEdit:
    def test_the_editor_gets_the_file_and_what_it_leaves_is_checked(
        self, rushes: Rushes, tmp_path: Path
    ) -> None:
        visual = editor(tmp_path, """echo 'glyphs = "plain"' >"$2" """)
        done = rushes("config", "edit", VISUAL=visual, EDITOR="false")
        assert (rushes.home / "config.toml").read_text() == 'glyphs = "plain"\n'
        assert done.code == 3
        assert "glyphs: unknown value" in done.err
        done = rushes("config", "edit", EDITOR=editor(tmp_path, 'echo >"$2"'))
        assert done.code == 0
        assert "fine" in done.out

    def test_it_gets_no_key(self, rushes: Rushes, tmp_path: Path) -> None:
        seen = tmp_path / "seen"
        rushes(
            "config", "edit", HIAPI_API_KEY="sk-hidden-1", EDITOR=editor(tmp_path, f"env >{seen}")
        )
        assert "RUSHES_HOME" in seen.read_text()
        assert "sk-hidden-1" not in seen.read_text()

    def test_how_it_ended_is_said_where_that_was_badly(
        self, rushes: Rushes, tmp_path: Path
    ) -> None:
        done = rushes("config", "edit", EDITOR=editor(tmp_path, "exit 7"))
        assert done.code == 0
        assert "ended with 7" in done.err

    @pytest.mark.parametrize(
        ("environ", "said"),
        [
            ({}, "set VISUAL or EDITOR"),
            ({"EDITOR": "no-such-editor-1"}, "EDITOR: cannot run no-such-editor-1"),
            ({"VISUAL": "'"}, "VISUAL is no command line"),
        ],
    )
    def test_without_one_it_says_what_to_set(
        self, rushes: Rushes, environ: dict[str, str], said: str
    ) -> None:
        rushes.environ |= environ
        done = rushes("config", "edit")
        assert (done.code, done.out) == (2, "")
        assert said in done.err


class TestShow:
    def rows(self, rushes: Rushes, **environ: str) -> dict[str, tuple[str, str]]:
        rushes.environ |= environ
        done = rushes("config", "show")
        assert done.code == 0, done.err
        rows = [line.split("\t") for line in done.out.splitlines()]
        return {name: (value, source) for name, value, source in rows}

    def test_each_setting_says_where_it_is_from(self, rushes: Rushes) -> None:
        rushes.configure(
            '[download]\nparallel = 2\n[keys]\ndownload = "f5"\n[network]\nproxy = "off"\n'
        )
        file = str(rushes.home / "config.toml")
        rows = self.rows(rushes, RUSHES_AUTO="all", RUSHES_HIAPI_BASE_URL="http://127.0.0.1:1/x")
        assert rows["download.parallel"] == ("2", file)
        assert rows["download.auto"] == ('"all"', "RUSHES_AUTO")
        assert rows["download.sidecar"] == ("false", "default")
        assert rows["download.dir"] == (f'"{rushes.home / "downloads"}"', "default")
        assert rows["network.proxy"] == ('"off"', file)
        assert rows["providers.hiapi.base_url"] == (
            '"http://127.0.0.1:1/x"',
            "RUSHES_HIAPI_BASE_URL",
        )
        assert rows["keys.download"] == ('"f5"', file)
        assert rows["keys.add"][1] == "default"

    def test_it_shows_no_key_no_login_and_no_argument(self, rushes: Rushes) -> None:
        rushes.configure(
            '[providers.hiapi]\napi_key = "sk-secret-1"\nproxy = "http://ann:sk-secret-2@a:1"\n'
            '[providers.own]\ndialect = "anyfast"\napi_key_command = ["op", "sk-secret-3"]\n'
        )
        done = rushes("config", "show", HIAPI_API_KEY="sk-secret-4")
        assert "sk-secret" not in done.out + done.err
        rows = self.rows(rushes)
        assert rows["providers.hiapi.proxy"][0] == '"http://a:1"'
        assert rows["providers.own.api_key_env"][0] == '"OWN_API_KEY"'
        assert rows["providers.own.api_key_command"][0] == '["op", "…"]'

    def test_a_faulty_file_is_told_as_ever(self, rushes: Rushes) -> None:
        rushes.configure("[download]\nparalel = 2\n")
        done = rushes("config", "show")
        assert (done.code, done.out) == (3, "")
        assert "did you mean parallel?" in done.err

    def test_at_a_terminal_it_reads_like_a_file(self, rushes: Rushes) -> None:
        out = rushes("config", "show", terminal=True).out
        assert "download.auto" in out
        assert "# default" in out


def test_a_key_that_a_variable_redirects_is_told(rushes: Rushes) -> None:
    assert "sent to https://gw.example" not in rushes("providers").err
    rushes.environ["RUSHES_HIAPI_BASE_URL"] = "https://gw.example"
    said = "sent to https://gw.example, as RUSHES_HIAPI_BASE_URL says"
    assert said in rushes("config", "check").out
    assert said in rushes("providers").err
    done = rushes("ls", RUSHES_HIAPY_BASE_URL="https://gw.example")
    assert (done.code, done.out) == (3, "")
