"""A notice from inside tmux and screen: the bytes that the terminal around them gets."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from terminal import Terminal

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

NOTICE = b"\x1b]777;notify;Rushes: a test;notices reach you this way\a"
SENT = "told of:"
ASKED = '[notify]\nmethod = "osc777"\n'

RUN = f"read key; {sys.executable} -m rushes notify --test; sleep 60"
"""What runs inside: it waits for the key that says that all is set up outside."""

Inside = Callable[[str], Terminal]
"""Opens that inside, by a configuration of the program around it."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for sockets, whose paths have to be short."""
    with tempfile.TemporaryDirectory(prefix="rn-") as folder:
        yield Path(folder)


@pytest.fixture
def environ(rushes: Rushes, folder: Path) -> dict[str, str]:
    rushes.environ |= {"TERM": "xterm-256color", "LANG": "C.UTF-8", "SSH_CONNECTION": "a 1 b 2"}
    return rushes.process_environ() | {"SCREENDIR": str(folder), "SHELL": "/bin/sh"}


@pytest.fixture
def tmux(environ: dict[str, str], folder: Path) -> Iterator[Inside]:
    program = shutil.which("tmux")
    if program is None:
        pytest.skip("tmux is not installed")
    server = [program, "-S", str(folder / "s")]
    opened: list[Terminal] = []

    def start(lines: str) -> Terminal:
        (folder / "tmux.conf").write_text(lines)
        argv = [*server, "-f", str(folder / "tmux.conf"), "new-session", RUN]
        opened.append(Terminal(argv, environ))
        return opened[-1]

    yield start
    subprocess.run([*server, "kill-server"], check=False, capture_output=True)
    for terminal in opened:
        terminal.kill()


def test_tmux_hands_a_notice_on_where_its_option_says_so(rushes: Rushes, tmux: Inside) -> None:
    rushes.configure(ASKED)
    terminal = tmux("set -g allow-passthrough on\n")
    terminal.press(b"\r")
    terminal.until(SENT)
    assert NOTICE in terminal.read
    assert terminal.shows("sent by OSC 777 and the bell through tmux")


def test_where_tmux_hands_nothing_on_the_bell_is_rung(rushes: Rushes, tmux: Inside) -> None:
    rushes.configure(ASKED)
    terminal = tmux("set -g allow-passthrough off\n")
    terminal.press(b"\r")
    terminal.until(SENT)
    assert b"]777" not in terminal.read
    assert b"\a" in terminal.read
    assert terminal.shows("not OSC 777: tmux does not hand it on")


def test_tmux_tells_which_terminal_is_around_it(rushes: Rushes, tmux: Inside) -> None:
    rushes.configure("")
    terminal = tmux("set -g allow-passthrough on\n")
    terminal.until("\x1b[>q")
    terminal.press(b"\x1bP>|kitty(0.26.5)\x1b\\\r")
    terminal.until(SENT)
    assert b"\x1b]99;i=rushes-" in terminal.read
    assert terminal.shows("sent by OSC 99 and the bell through tmux; kitty shows it")


@pytest.fixture
def screen(environ: dict[str, str], folder: Path) -> Iterator[Inside]:
    program = shutil.which("screen")
    if program is None:
        pytest.skip("screen is not installed")
    opened: list[Terminal] = []

    def start(lines: str) -> Terminal:
        (folder / "rc").write_text(lines)
        argv = [program, "-U", "-c", str(folder / "rc"), "-S", "test", "/bin/sh", "-c", RUN]
        opened.append(Terminal(argv, environ))
        return opened[-1]

    yield start
    quit_ = [program, "-S", "test", "-X", "quit"]
    subprocess.run(quit_, check=False, env=environ, capture_output=True)
    for terminal in opened:
        terminal.kill()


def test_screen_hands_a_notice_on(rushes: Rushes, screen: Inside) -> None:
    rushes.configure(ASKED)
    terminal = screen("startup_message off\n")
    terminal.press(b"\r")
    terminal.until(SENT)
    assert NOTICE in terminal.read
    assert terminal.shows("sent by OSC 777 and the bell through screen")
