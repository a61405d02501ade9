"""The language: chosen by config.toml or the locale, for people, and never for programs."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from rushes.providers.language import Language, _, language_of, plural
from rushes.tui.lines.words import clock, run_time
from rushes.tui.shell import catalogue
from rushes.tui.shell.wide_text import cells, padded, wrapped
from rushes.watch.config.settings import load

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

CHINESE = "zh_CN.UTF-8"


@pytest.fixture(autouse=True)
def english_afterwards() -> Generator[None]:
    yield
    catalogue.talk(Language.EN)


@pytest.mark.parametrize(
    ("environ", "language"),
    [
        ({}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "zh_TW.UTF-8"}, "zh"),  # there is one Chinese here, which its readers can read
        ({"LANG": "zh_HK"}, "zh"),
        ({"LANG": "zh-Hans"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "en_GB", "LC_MESSAGES": "zh_CN"}, "zh"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "en_GB"}, "en"),
        ({"LANG": "zh_CN", "LC_MESSAGES": "zh_CN", "LC_ALL": "en_GB"}, "en"),
        ({"LANG": "zh_CN", "LC_ALL": ""}, "zh"),
        ({"LANG": "en_GB", "LANGUAGE": "zh:en"}, "zh"),
        ({"LANG": "zh_CN", "LANGUAGE": "de:en_GB:zh"}, "en"),
        ({"LANG": "zh_CN", "LANGUAGE": "de"}, "zh"),
        ({"LANG": "C", "LANGUAGE": "zh"}, "en"),
        ({"LANGUAGE": "zh"}, "en"),
    ],
)
def test_the_environment_asks_for_a_language(environ: Mapping[str, str], language: str) -> None:
    assert language_of(environ).value == language


def test_a_command_speaks_the_language_of_the_locale(rushes: Rushes) -> None:
    assert "没有关注列表 foo" in rushes("ls", "-w", "foo", LANG=CHINESE).err
    assert "there is no watchlist foo" in rushes("ls", "-w", "foo").err


def test_config_toml_comes_before_the_locale(rushes: Rushes) -> None:
    rushes.configure('lang = "en"\n')
    assert "there is no watchlist" in rushes("ls", "-w", "foo", LANG=CHINESE).err
    rushes.configure('lang = "zh"  # whatever LANG says\n')
    assert "没有关注列表" in rushes("ls", "-w", "foo").err
    assert "用法：" in rushes("ls", "--help").out
    assert "未知的命令" in rushes("lss").err


@pytest.mark.parametrize(
    "text",
    [
        "",
        'lang = "zh"\n',
        "lang='en' # zh\n",
        'glyphs = "ascii"\n  lang   =   "zh"\n[download]\nparallel = 2\n',
        '[views]\nlang = "tag:zh"\n',
        '# lang = "zh"\n',
    ],
)
def test_the_language_is_read_as_the_settings_have_it(text: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text, "utf-8")
    file.chmod(0o600)
    environ = {"RUSHES_CONFIG": str(file), "RUSHES_HOME": str(tmp_path)}
    assert catalogue.said_by_config(environ) is load(file, environ).lang


def test_another_language_is_refused_in_a_line(rushes: Rushes) -> None:
    rushes.configure('lang = "de"\n')
    done = rushes("ls")
    assert done.code == 3
    assert "lang: unknown value; expected one of auto, en, zh" in done.err


def test_json_is_english(rushes: Rushes) -> None:
    done = rushes("ls", "-w", "foo", "--json", LANG=CHINESE)
    assert done.json()["error"]["message"] == "there is no watchlist foo"


def test_a_word_that_a_filter_does_not_know_is_told_of_in_the_language(rushes: Rushes) -> None:
    assert "未知的 字段 'foo'；" in rushes("ls", "foo:x", LANG=CHINESE).err


def test_columns_and_words_of_programs_stay(rushes: Rushes) -> None:
    rushes.watch("ttapi", "aa-1")
    english = rushes("ls")
    assert rushes("ls", LANG=CHINESE).out == english.out
    template = ("ls", "--format", "{ref} {status} {run} {files}")
    assert rushes(*template, LANG=CHINESE).out == rushes(*template).out


def test_english_needs_no_catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("gettext.translation", loaded)
    assert catalogue.choose(("ls",), {"LANG": "en_GB.UTF-8"}) is Language.EN
    assert _("saved") == "saved"


def test_numbers_times_and_dates_in_chinese() -> None:
    catalogue.talk(Language.ZH)
    assert plural("{n} task", "{n} tasks", 1) == "1 个任务"
    assert plural("{n} task", "{n} tasks", 3) == "3 个任务"
    assert run_time(timedelta(seconds=70)) == "1m 10s"
    now = datetime(2026, 11, 30, 12, tzinfo=UTC)
    day = datetime(2026, 11, 9, 12, 4).astimezone()
    assert clock(day, now) == "11月9日 12:04"
    catalogue.talk(Language.EN)
    assert clock(day, now) == "09 Nov 12:04"


def test_help_is_no_wider_than_the_terminal(
    rushes: Rushes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    for command in ("ls", "get", "wait", "watch"):
        lines = rushes("help", command, LANG=CHINESE).out.splitlines()
        options = lines[lines.index("选项:") : lines.index("示例：")]
        assert [line for line in options if cells(line) > 60] == []


def test_a_text_of_wide_characters_is_folded_by_cells() -> None:
    assert cells("任务 a") == 6
    assert padded("任务", 6) == "任务  "
    folded = wrapped("打印一个 JSON 对象，然后结束。", 10)
    assert folded == ["打印一个", "JSON 对", "象，然后结", "束。"]
    assert wrapped("a word-break and more", 10, 2) == ["a", "  word-break", "  and more"]
