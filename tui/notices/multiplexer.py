"""What stands between us and the terminal, and whether it hands a sequence on.

tmux drops what it does not know, and hands on what is wrapped for it where `allow-passthrough`
says so: `on` from panes that are seen, `all` (3.4) from every pane. Versions before 3.3 have no
such option and hand on everything. GNU screen hands on from the windows that are seen.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from enum import Enum

from rushes.providers.frozen import frozen
from rushes.tui.notices.sequences import Wrap
from rushes.tui.notices.terminals import UNKNOWN, Terminal, marked, named, terminal_of
from rushes.watch.keys.known_keys import without_keys

SECONDS = 1.0
"""Seconds that tmux may take to answer."""

_QUESTION = "#{allow-passthrough}\t#{version}\t#{client_termtype}\t#{client_termname}"
_FIRST_WITH_OPTION = (3, 3)

Ask = Callable[[Sequence[str]], str]


class Passing(Enum):
    """Which sequences reach the terminal."""

    ALL = "all"
    SEEN = "seen"
    """Only from a pane or window that is seen at the moment."""

    NONE = "none"
    UNTOLD = "untold"
    """tmux did not answer in time."""

    NESTED = "nested"
    """tmux and screen are one in the other, and nobody can tell which is the inner one."""


@frozen
class Outside:
    """The terminal that shows our lines, how to reach it, and whether that can be done."""

    terminal: Terminal
    wrap: Wrap = Wrap.NONE
    passing: Passing = Passing.ALL


def ask(argv: Sequence[str]) -> str:
    """What a program prints. Raises OSError, or SubprocessError after SECONDS."""
    return subprocess.run(  # noqa: S603 - a fixed program, no shell
        list(argv),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=without_keys(os.environ),
        start_new_session=True,
        timeout=SECONDS,
        check=True,
    ).stdout.decode(errors="replace")


def outside(
    environ: Mapping[str, str],
    *,
    run: Ask = ask,
    which: Callable[[str], str | None] = shutil.which,
) -> Outside:
    """What is around us, by the variables, and by tmux itself; it may take SECONDS."""
    in_tmux, in_screen = bool(environ.get("TMUX")), bool(environ.get("STY"))
    if in_tmux and in_screen:
        return Outside(UNKNOWN, passing=Passing.NESTED)
    if in_screen:
        # TERM is screen's own, and the other variables are of the terminal that it was begun in.
        begun_in = named([environ.get("LC_TERMINAL", ""), environ.get("TERM_PROGRAM", "")])
        terminal = begun_in or marked(environ) or UNKNOWN
        return Outside(terminal, Wrap.SCREEN, Passing.SEEN)
    if in_tmux:
        return _outside_tmux(environ, run, which)
    return Outside(terminal_of(environ))


def _outside_tmux(
    environ: Mapping[str, str], run: Ask, which: Callable[[str], str | None]
) -> Outside:
    program, pane = which("tmux"), environ.get("TMUX_PANE", "")
    if program is None:
        return Outside(UNKNOWN, Wrap.TMUX, Passing.UNTOLD)
    target = ["-t", pane] if pane else []
    try:
        answer = run([program, "display-message", "-p", *target, _QUESTION])
    except (OSError, subprocess.SubprocessError):
        return Outside(UNKNOWN, Wrap.TMUX, Passing.UNTOLD)
    option, version, kind, name = [*answer.rstrip("\n").split("\t"), "", "", "", ""][:4]
    terminal = named([kind, environ.get("LC_TERMINAL", ""), name]) or marked(environ) or UNKNOWN
    return Outside(terminal, Wrap.TMUX, _passing(option, version))


def _passing(option: str, version: str) -> Passing:
    words = {"all": Passing.ALL, "on": Passing.SEEN, "1": Passing.SEEN}
    number = re.match(r"\D*(\d+)\.(\d+)", version)
    if not option and number and (int(number[1]), int(number[2])) < _FIRST_WITH_OPTION:
        return Passing.ALL
    return words.get(option, Passing.NONE)
