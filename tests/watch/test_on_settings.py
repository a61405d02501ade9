"""`[on]` of config.toml: which commands there are, and a line for each that makes no sense."""

from pathlib import Path

import pytest

from rushes.watch.config.on import OnSettings
from rushes.watch.config.reader import settings_of
from rushes.watch.config.settings import BadSettings, load
from rushes.watch.event_kinds import NAMED, EventKind


def read(tmp_path: Path, text: str) -> OnSettings:
    path = tmp_path / "config.toml"
    path.write_text(f"[on]\n{text}\n")
    path.chmod(0o600)
    return load(path, {"HOME": str(tmp_path), "RUSHES_TRUST_HOME": "1"}).on


def test_each_named_event_may_have_a_command_and_nothing_else_may(tmp_path: Path) -> None:
    assert list(settings_of(OnSettings)) == [kind.value for kind in NAMED]
    assert OnSettings().commands == {}
    on = read(tmp_path, 'saved = ["ingest", "{path}", "--as={label}"]\nidle = ["say", "done"]')
    assert on.commands == {
        EventKind.SAVED: ("ingest", "{path}", "--as={label}"),
        EventKind.IDLE: ("say", "done"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('saveed = ["ingest"]', "[on] saveed: unknown key; did you mean saved?"),
        ('transition = ["x"]', "[on] transition: unknown key"),
        ('saved = "ingest {path}"', "[on] saved: expected a list such as"),
        ("saved = []", "[on] saved: expected a list such as"),
        ('saved = ["ingest", 1]', "[on] saved: expected a list such as"),
        ('saved = ["ingest", "{pth}"]', "unknown field pth; did you mean path?"),
        ('saved = ["{path}"]', "expected a program first, not the field path"),
    ],
)
def test_what_makes_no_sense_is_a_line(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(BadSettings) as bad:
        read(tmp_path, text)
    (line,) = bad.value.lines
    assert words in line


def test_braces_that_name_nothing_are_text(tmp_path: Path) -> None:
    on = read(tmp_path, """saved = ["jq", '{"a": 1}', "{ print }", "{{path}}"]""")
    assert on.saved == ("jq", '{"a": 1}', "{ print }", "{{path}}")


def test_a_program_that_others_could_have_written_is_refused(tmp_path: Path) -> None:
    program = tmp_path / "ingest"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o777)
    path = tmp_path / "config.toml"
    path.write_text(f'[on]\nsaved = ["{program}"]\n')
    path.chmod(0o600)
    with pytest.raises(BadSettings, match="could have written it"):
        load(path, {"HOME": str(tmp_path), "PATH": "/usr/bin"})
