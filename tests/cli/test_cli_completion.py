"""What bash, zsh and fish offer after `rushes …<tab>`, asked of the shells themselves."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import shlex
import shutil
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyte
import pytest
from waiting import PATIENCE

from rushes.tui.command.topics import TOPICS
from rushes.tui.shell.arguments import tree

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

SHELLS = ["bash", "zsh", "fish"]

HOSTILE = "$(touch${IFS}broken)"
"""An id that somebody else chose."""

QUOTED = r"\$\(touch\$\{IFS\}broken\)"


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, rushes: Rushes, tmp_path: Path) -> Shell:
    if shutil.which(request.param) is None:
        pytest.skip(f"no {request.param} here")
    return Shell(request.param, rushes, tmp_path)


class Shell:
    """One of the shells, in a folder of its own, with our completions and our `rushes`."""

    def __init__(self, name: str, rushes: Rushes, folder: Path) -> None:
        self.name = name
        self.folder = folder / "folder"
        self.folder.mkdir()
        (folder / "bin").mkdir()
        program = folder / "bin" / "rushes"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m rushes "$@"\n')
        program.chmod(0o755)
        self.script = folder / "completions"
        self.script.write_text(rushes("completion", name).out)
        environ = rushes.process_environ()
        path = f"{program.parent}:{environ['PATH']}"
        self.environ = environ | {"PATH": path, "HOME": str(folder), "TERM": "xterm"}

    def offers(self, line: str) -> list[str]:
        """The words offered at the end of `line`, each with its description behind it if any."""
        if self.name == "fish":
            return self._asked_of_fish(line)
        shown = self._typed(line, _LIST)
        offered = [line for line in shown if not line.startswith(_PROMPT.strip())]
        # bash has no descriptions, and puts its words into columns.
        return offered if self.name == "zsh" else " ".join(offered).split()

    def completed(self, line: str) -> str:
        """The line after what was offered has been put into it; fish cannot be asked for that."""
        self._typed(line, _COMPLETE)
        return (self.folder.parent / "buffer").read_text().strip()

    def _asked_of_fish(self, line: str) -> list[str]:
        done = subprocess.run(
            ["fish", "-c", f"source {self.script}; complete -C {shlex.quote(line)}"],
            env=self.environ, cwd=self.folder, capture_output=True, text=True, timeout=PATIENCE,
            check=True,
        )  # fmt: skip
        assert done.stderr == ""
        return done.stdout.splitlines()

    def _typed(self, line: str, key: str) -> list[str]:
        """The lines on the screen of an interactive shell once it has answered the key."""
        start = self.folder.parent / ".zshrc"
        start.write_text(_STARTS[self.name].format(script=self.script))
        argv = {"bash": ["bash", "--rcfile", str(start), "-i"], "zsh": ["zsh", "-d", "-i"]}
        main, side = pty.openpty()
        fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("HHHH", 100, 200, 0, 0))
        process = subprocess.Popen(
            argv[self.name], env=self.environ, cwd=self.folder, stdin=side, stdout=side,
            stderr=side, start_new_session=True,
        )  # fmt: skip
        os.close(side)
        try:
            written = _read_until(main, _PROMPT)
            os.write(main, f"{line}{key}{_ANSWER}".encode())
            written += _read_until(main, _ANSWERED)
        finally:
            process.kill()
            process.wait()
            os.close(main)
        screen = pyte.Screen(200, 100)
        pyte.ByteStream(screen).feed(written.partition(_ANSWERED.encode())[0])
        return [shown.rstrip() for shown in screen.display if shown.strip()]


_LIST, _COMPLETE, _ANSWER = "\x18l", "\x18c", "\x18a"
_PROMPT, _ANSWERED = "ready> ", "(answered)"

_STARTS = {
    "bash": """
PS1='ready> '
source {script}
answer() {{ printf %s "$READLINE_LINE" >"$HOME/buffer"; printf '(answered)'; }}
bind 'set bell-style none' 'set completion-query-items 0' 'set page-completions off'
bind '"\\C-xl": possible-completions' '"\\C-xc": complete'
bind -x '"\\C-xa": answer'
""",
    "zsh": """
PS1='ready> '; LISTMAX=999; setopt no_beep
autoload -U compinit; compinit -D -u
source {script}
answer() {{ print -r -- "$BUFFER" >"$HOME/buffer"; print -n '(answered)' }}
zle -N answer
bindkey '^Xl' list-choices '^Xc' complete-word '^Xa' answer
""",
}


def _read_until(terminal: int, mark: str) -> bytes:
    written = b""
    until = time.monotonic() + PATIENCE
    while mark.encode() not in written:
        assert time.monotonic() < until, written
        if select.select([terminal], [], [], 0.2)[0]:
            written += os.read(terminal, 65536)
    return written


@pytest.fixture
def watching(shell: Shell, rushes: Rushes) -> Shell:
    """The shell where tasks are watched in two lists."""
    rushes("add", "ttapi", "aa-1", "--label", "opening shot: 'it' $(x)")
    rushes("add", "ttapi", "bb-2")
    rushes("-w", "film", "add", "ttapi", "cc-3")
    return shell


def words(lines: list[str]) -> list[str]:
    return [word for line in lines for word in line.split()[:1]]


def test_commands_are_offered_with_what_they_do(shell: Shell) -> None:
    (offered,) = shell.offers("rushes verif")
    assert offered.startswith("verify")
    assert shell.name == "bash" or "Read saved files again" in offered
    assert set(words(shell.offers("rushes "))) == set(tree().commands)


def test_options_are_those_of_the_command(shell: Shell) -> None:
    assert words(shell.offers("rushes wait --nd")) == ["--ndjson"]
    assert words(shell.offers("rushes -w film wait --nd")) == ["--ndjson"]
    assert words(shell.offers("rushes ls --nd")) == []


def test_tasks_are_offered_by_their_ids_with_their_labels(watching: Shell) -> None:
    offered = watching.offers("rushes show ")
    assert words(offered) == ["aa-1", "bb-2"]
    assert watching.name == "bash" or "ttapi  opening shot: 'it' $(x)" in offered[0]
    assert words(watching.offers("rushes wait aa-1 b")) == ["bb-2"]


@pytest.mark.sampled(3)
@pytest.mark.parametrize("command", ["show", "wait aa-1"])
def test_a_ref_is_completed_after_its_colon(watching: Shell, command: str) -> None:
    # bash takes what is before the colon for another word.
    assert words(watching.offers(f"rushes {command} ttapi:b")) in (["bb-2"], ["ttapi:bb-2"])
    assert len(words(watching.offers(f"rushes {command} ttapi:"))) == 2


@pytest.mark.parametrize("line", ["rushes -w film show ", "rushes show -w 'film' "])
def test_tasks_are_those_of_the_watchlist_that_was_named(watching: Shell, line: str) -> None:
    assert words(watching.offers(line)) == ["cc-3"]


def test_watchlists_providers_and_topics_are_offered_where_they_belong(watching: Shell) -> None:
    (watching.folder / "f-file").touch()
    assert words(watching.offers("rushes -w fi")) == ["film"]
    assert words(watching.offers("rushes add hia")) == ["hiapi"]
    assert words(watching.offers("rushes help exi")) == ["exit-codes"]
    assert {*TOPICS, *tree().commands} == set(words(watching.offers("rushes help ")))


@pytest.mark.sampled(5)
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("rushes tag aa-1 ", ["act-1", "trailer"]),
        ("rushes ls is:un", ["is:unsaved"]),
        ("rushes completion --list fi", ["filter"]),
        ("rushes ls tag:trailer status:failed,ca", ["status:failed,canceled"]),
    ],
)
def test_tags_and_the_fields_and_values_of_a_filter_are_offered(
    shell: Shell, rushes: Rushes, line: str, offered: list[str]
) -> None:
    rushes("add", "ttapi", "aa-1", "--tag", "trailer,act-1")
    # bash takes what is before the colon for another word.
    short = [word.rpartition(":")[2] if line.count(":") else word for word in offered]
    found = sorted(word.replace("\\", "") for word in words(shell.offers(line)))
    assert found in (offered, short)


def test_labels_are_offered_and_inserted_quoted(watching: Shell) -> None:
    assert "opening" in " ".join(watching.offers("rushes add --label op"))
    if watching.name != "fish":
        assert shlex.split(watching.completed("rushes add --label op")) == [
            "rushes", "add", "--label", "opening shot: 'it' $(x)",
        ]  # fmt: skip


@pytest.mark.parametrize("line", ["rushes get --dir ", "rushes parse hiapi "])
def test_where_a_file_is_meant_no_task_is_offered(watching: Shell, line: str) -> None:
    (watching.folder / "answer.json").touch()
    (watching.folder / "shots").mkdir()
    offered = [word for line in watching.offers(line) for word in line.split()]
    assert offered == ["answer.json", "shots/"]


def test_an_id_is_inserted_quoted_and_nothing_in_it_is_run(shell: Shell, rushes: Rushes) -> None:
    assert rushes("add", f"ttapi:{HOSTILE}").code == 0
    assert words(shell.offers("rushes show ")) in ([HOSTILE], [QUOTED])
    if shell.name != "fish":  # which has no way to ask it what it would insert
        assert shell.completed("rushes show ").split(" ", 2)[2] == QUOTED
    assert list(shell.folder.iterdir()) == []
