"""`[commands.NAME]`: what is right there, which tasks a command is for, and how it is filled in."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from sample_tasks import START, finish, output, saved, task

from rushes.providers.model import Status
from rushes.watch.config.commands import OwnCommand, When
from rushes.watch.config.settings import BadSettings, Settings, load
from rushes.watch.disk.ownership import TRUST_HOME
from rushes.watch.events.by_hand import ended, ready, start, subjects_of
from rushes.watch.events.command import Filled
from rushes.watch.events.ran import Ran
from rushes.watch.queued_events import CommandEnd
from rushes.watch.task import Task


def read(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text)
    path.chmod(0o600)
    return load(path, {"HOME": str(tmp_path), "RUSHES_TRUST_HOME": "1"})


def test_a_command_has_a_name_a_key_and_what_it_is_for(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        '[commands.review]\nkey = "ctrl+r"\nrun = ["mpv", "{paths}"]\nwhen = "saved"\n'
        "terminal = true\n",
    )
    assert settings.own_commands == {
        "review": OwnCommand(
            name="review",
            run=("mpv", "{paths}"),
            key=("ctrl+r",),
            when=When.SAVED,
            terminal=True,
        )
    }
    assert ("mpv", "{paths}") in settings.commands, "who could have written it is looked at"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[commands.a]\nkey = "z"', "[commands.a] run: missing; expected a list such as"),
        ('[commands.a]\nrun = "mpv {path}"', "[commands.a] run: expected a list such as"),
        ('[commands.a]\nrun = ["mpv", "{pth}"]', "unknown field pth; did you mean path"),
        ('[commands.a]\nrun = ["{path}"]', "expected a program first, not the field path"),
        ('[commands.a]\nrun = ["mpv", "x{paths}"]', "{paths} is an argument of its own"),
        ('[commands.a]\nrun = ["mpv"]\nwhen = "later"', "[commands.a] when: unknown value"),
        ('[commands.a]\nrun = ["mpv"]\nkeys = "z"', "[commands.a] keys: unknown key"),
        ('[commands."a b"]\nrun = ["mpv"]', "expected a name of letters, digits, - and _"),
        ('[commands]\nrun = ["mpv"]', "[commands] run: expected a table"),
    ],
)
def test_what_makes_no_sense_is_a_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadSettings) as bad:
        read(tmp_path, text)
    (line,) = bad.value.lines
    assert words in line


OPEN = task("open", prompt="a fox")
FAILED = task("failed", Status.FAILED)
DONE = replace(finish(task("done"), output(), output("image")), fetches={2: saved()})


def own(*run: str, when: When = When.ANY) -> OwnCommand:
    return OwnCommand(name="mine", run=run, when=when)


def arguments(command: OwnCommand, *tasks: Task) -> list[tuple[str, ...]]:
    return [each.command for each in ready(command, subjects_of(command, tasks, START))]


def test_a_command_is_for_all_tasks_or_those_that_are_over_or_have_a_file() -> None:
    found = {
        when: [each.task for each in subjects_of(own("x", when=when), [OPEN, FAILED, DONE], START)]
        for when in When
    }
    assert found == {
        When.ANY: [OPEN, FAILED, DONE],
        When.FINISHED: [FAILED, DONE],
        When.SAVED: [DONE],
    }


def test_it_is_run_for_each_task_or_once_where_it_takes_lists() -> None:
    each = own("note", "{ref}", "{kind}{n}:{path}", "{{refs}}")
    assert arguments(each, OPEN, DONE) == [
        ("note", "hiapi:tk-hiapi-open", ":", "{refs}"),
        ("note", "hiapi:tk-hiapi-done", "image2:/videos/opening shot/video-1.mp4", "{refs}"),
    ]
    assert arguments(own("note", "{refs}", "{prompt}", "{paths}"), OPEN, DONE) == [
        ("note", "hiapi:tk-hiapi-open", "hiapi:tk-hiapi-done", "a fox",
         "/videos/opening shot/video-1.mp4")
    ]  # fmt: skip
    assert arguments(own("note", "{paths}"), OPEN) == [("note",)]


def test_a_picked_output_is_the_only_one() -> None:
    command = own("mpv", "{paths}", when=When.SAVED)
    assert subjects_of(command, [DONE], START, 1) == ()
    assert len(subjects_of(command, [DONE], START, 2)) == 1


def test_a_value_that_would_be_taken_for_an_option_is_never_an_argument() -> None:
    sly = replace(OPEN, entry=replace(OPEN.entry, label="-rf"))
    (filled,) = ready(own("rm", "{label}"), subjects_of(own("rm"), [sly], START))
    assert filled.dash == "{label}"
    assert start(filled, {}, terminal=False) == Ran(CommandEnd.DASH, said="{label}")


def test_it_is_started_without_a_shell_a_terminal_or_our_keys(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys\n"
        "assert os.getsid(0) == os.getpid() and sys.stdin.read() == ''\n"
        "print('to nobody')\n"
        f"open({str(seen)!r}, 'w').write('|'.join([sys.argv[1], os.environ['RUSHES_PROMPT']]))\n"
        "sys.exit(3)\n"
    )
    environ = {"PATH": os.environ["PATH"], TRUST_HOME: "1"}
    filled = Filled((sys.executable, "-I", str(script), "$(id)"), {"RUSHES_PROMPT": "a fox"})
    process = start(filled, environ, terminal=False)
    assert not isinstance(process, Ran)
    assert ended(process.wait()) == Ran(CommandEnd.FAILED, 3)
    assert seen.read_text() == "$(id)|a fox"
    missing = Filled((str(tmp_path / "nothing"),), {})
    assert start(missing, environ, terminal=False) == Ran(CommandEnd.NOT_FOUND)
    assert ended(-15) == Ran(CommandEnd.FAILED, 143)
