"""The dashboard itself in a terminal, on the demo's gateway (reliability.md rows 63 to 67, 69)."""

from __future__ import annotations

import re
import signal
import sqlite3
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from terminal import ON, Terminal
from waiting import AT_ONCE

from rushes.demo.faults import Fault

if TYPE_CHECKING:
    from tests.cli.conftest import Play, Rushes

RUNNING = "neon alley"
DONE = "opening shot"
SOON = "harbour, dusk"
HELP = "every key"

Open = Callable[..., Terminal]


@pytest.fixture
def dashboard(staged: Rushes) -> Iterator[Open]:
    """Starts `rushes` in a terminal; what is still there at the end is killed."""
    opened: list[Terminal] = []

    def start(*argv: str, before: str = "", **size: int) -> Terminal:
        staged.environ |= {"LANG": "C.UTF-8"} | staged.environ
        run = [sys.executable, "-m", "rushes", *argv]
        if before:
            code = f"{before}\nfrom rushes.tui.shell.process import run\nrun({list(argv)!r})\n"
            run = [sys.executable, "-c", code]
        opened.append(Terminal(run, staged.process_environ(), **size))
        return opened[-1]

    yield start
    for terminal in opened:
        terminal.kill()


@pytest.fixture
def watching(staged: Rushes, play: Play) -> Rushes:
    """A home with three tasks, at a moment when two of them run."""
    play.offset = 50
    staged.environ["TERM"] = "xterm-256color"
    for label in (RUNNING, DONE, SOON):
        staged("add", play.ref(label), "--label", label)
    return staged


def ended(terminal: Terminal) -> int:
    """The exit code, once it was found that the end came soon and left the terminal in order."""
    began = time.monotonic()
    code = terminal.end()
    assert time.monotonic() - began < AT_ONCE
    assert terminal.left_on == []
    return code


def take_one_off(terminal: Terminal, rushes: Rushes) -> None:
    """Stop watching one of three tasks, by a key."""
    terminal.press(b"x")
    terminal.until_so(lambda: len(rushes("ls", "--json").json()["tasks"]) == 2)


def close_help(terminal: Terminal) -> None:
    """Leave the help by escape, and see it go: what comes too soon would be alt and it."""
    terminal.press(b"\x1b")
    terminal.until_so(lambda: not terminal.shows(HELP))
    assert terminal.shows(RUNNING)


def whole(rushes: Rushes) -> None:
    """Hold that every file of the home can be read."""
    tomllib.loads((rushes.home / "watchlists" / "default.toml").read_text())
    history = sqlite3.connect(rushes.home / "history.db")
    assert history.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    history.close()


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT], ids=lambda n: n.name
)
def test_a_signal_ends_it_soon_with_all_saved_and_the_terminal_restored(
    dashboard: Open, watching: Rushes, play: Play, number: signal.Signals
) -> None:
    terminal = dashboard()
    terminal.until("running")
    assert terminal.left_on == list(ON)
    take_one_off(terminal, watching)
    play.offset = 400
    # That neither runs any more was seen this very moment. Of a count only its digit may be sent.
    terminal.until_so(lambda: "✓ 2" in terminal.screen()[0])
    terminal.signal(number)
    assert ended(terminal) == 128 + number
    tasks = watching("ls", "--json").json()["tasks"]
    assert [task["status"] for task in tasks] == ["succeeded"] * 2
    whole(watching)


def test_two_signals_at_once_restore_the_terminal_as_well(
    dashboard: Open, watching: Rushes
) -> None:
    terminal = dashboard()
    terminal.until("running")
    terminal.signal(signal.SIGTERM)
    terminal.signal(signal.SIGHUP)
    assert ended(terminal) in (128 + signal.SIGTERM, 128 + signal.SIGHUP)


def test_a_closed_window_ends_it_with_all_saved(
    dashboard: Open, watching: Rushes, play: Play
) -> None:
    terminal = dashboard()
    terminal.until("running")
    take_one_off(terminal, watching)
    began = time.monotonic()
    terminal.close()
    assert terminal.exit_code() == 128 + signal.SIGHUP
    assert time.monotonic() - began < AT_ONCE
    assert len(watching("ls", "--json").json()["tasks"]) == 2
    whole(watching)


def test_kill_9_leaves_whole_files_and_the_next_start_goes_on(
    dashboard: Open, watching: Rushes
) -> None:
    terminal = dashboard()
    terminal.until("running")
    terminal.signal(signal.SIGKILL)
    assert terminal.end() == -signal.SIGKILL
    whole(watching)
    again = dashboard()
    again.until(RUNNING)
    again.press(b"q")
    assert ended(again) == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("how", ["ctrl+z", "SIGTSTP", "SIGSTOP"])
def test_stopped_and_continued_it_gives_the_terminal_and_takes_it_again(
    dashboard: Open, watching: Rushes, how: str
) -> None:
    terminal = dashboard()
    terminal.until("running")
    if how == "ctrl+z":
        terminal.press(b"\x1a")
    else:
        terminal.signal(signal.Signals[how])
    assert terminal.stopped() == signal.SIGSTOP
    if how != "SIGSTOP":  # nobody was asked
        terminal.until_so(lambda: terminal.left_on == [])
        assert terminal.as_before
    seen = len(terminal.read)
    terminal.signal(signal.SIGCONT)
    # Everything is drawn again, and keys are heard.
    for part in (b"\x1b[?1049h", b"rushes", b"TASK", b"everything"):
        terminal.until(part.decode(), seen)
    seen = len(terminal.read)
    terminal.press(b"?")
    terminal.until(HELP, seen)
    assert terminal.left_on == list(ON)
    close_help(terminal)
    terminal.press(b"q")
    assert ended(terminal) == 0


def test_however_small_the_window_it_says_so_and_recovers(
    dashboard: Open, watching: Rushes
) -> None:
    terminal = dashboard()
    terminal.until("running")
    for rows, columns in ((1, 1), (0, 0), (5, 20), (1, 300), (300, 1)):
        terminal.resize(rows, columns)
        terminal.rest(0.1)  # so that each is met; what counts is the last
    seen = len(terminal.read)
    terminal.resize(5, 59)
    terminal.until_so(lambda: terminal.shows("this is 59 by 5", 59, 5, seen))
    for n in range(200):
        terminal.resize(1 + n * 7 % 60, 1 + n * 13 % 200)
        terminal.more(0.0)
    stormed = len(terminal.read)
    terminal.resize(24, 90)
    terminal.until_so(lambda: terminal.shows(RUNNING, 90, 24, stormed))
    terminal.press(b"q")
    assert ended(terminal) == 0


def test_of_two_sizes_at_once_the_last_one_counts(dashboard: Open, watching: Rushes) -> None:
    terminal = dashboard(before=RESIZED_AS_IT_LOOKS)
    terminal.until(RUNNING)
    seen = len(terminal.read)
    terminal.resize(30, 100)
    terminal.until_so(lambda: terminal.shows("this is 59 by 5", 59, 5, seen))
    terminal.press(b"q")
    assert ended(terminal) == 0


RESIZED_AS_IT_LOOKS = """
import fcntl, struct, termios
from textual.drivers.linux_driver import LinuxDriver
known = LinuxDriver._get_terminal_size
def size(self):
    found = known(self)
    if found == (100, 30):
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 5, 59, 0, 0))
    return found
LinuxDriver._get_terminal_size = size
"""


@pytest.mark.sampled(1)
@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (0, 0), (5, 20)])
def test_a_window_that_is_small_from_the_start_is_no_trouble(
    dashboard: Open, watching: Rushes, rows: int, columns: int
) -> None:
    terminal = dashboard(rows=rows, columns=columns)
    terminal.until("\x1b[?2004h")
    seen = len(terminal.read)
    terminal.resize(30, 100)
    # Its first letters may stand there, of a name cut short, and are not sent again.
    terminal.until_so(lambda: terminal.shows(RUNNING, 100, 30, seen))
    terminal.press(b"q")
    assert ended(terminal) == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "locale",
    [
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "C", "PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"NO_COLOR": "1"},
    ],
    ids=lambda locale: "-".join(locale.values()),
)
def test_a_poor_locale_or_no_colour_is_no_trouble(
    dashboard: Open, watching: Rushes, locale: dict[str, str]
) -> None:
    watching.environ |= locale
    terminal = dashboard()
    terminal.until(RUNNING)
    terminal.press(b"?")
    terminal.until(HELP)
    close_help(terminal)
    terminal.press(b"q")
    assert ended(terminal) == 0
    assert "rror" not in terminal.text


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_draw_gets_the_list_once(
    dashboard: Open, watching: Rushes, term: str
) -> None:
    watching.environ["TERM"] = term
    if not term:
        del watching.environ["TERM"]
    terminal = dashboard()
    assert terminal.end() == 0
    assert RUNNING in terminal.text
    assert b"\x1b" not in terminal.read


def test_a_key_that_others_can_read_is_warned_of(dashboard: Open, watching: Rushes) -> None:
    config = watching.home / "config.toml"
    watching.configure(config.read_text().replace("[providers.hiapi]", HIAPI_WITH_KEY))
    config.chmod(0o644)
    words = "others can read the keys in it"
    assert words in watching("wait", "--timeout", "0.1s").err
    terminal = dashboard()
    terminal.until(RUNNING)
    terminal.until_so(lambda: "others can read" in terminal.text)
    terminal.press(b"q")
    assert ended(terminal) == 0
    config.chmod(0o600)
    assert words not in watching("wait", "--timeout", "0.1s").err


HIAPI_WITH_KEY = """
[providers.hiapi]
api_key = "sk-in-a-loose-file"
"""


def test_it_ends_soon_amid_transfers_polls_and_a_name_server_that_hangs(
    dashboard: Open, watching: Rushes, play: Play
) -> None:
    hung = '\n[providers.hung]\ndialect = "anyfast"\nbase_url = "https://gateway.invalid"\n'
    config = watching.home / "config.toml"
    watching.configure(config.read_text() + hung + 'api_key_env = "HUNG_KEY"\n')
    watching.environ["HUNG_KEY"] = "sk-hung"
    watching.watch("hung", *(f"task-{n}" for n in range(20)))
    play.gateway.fault("cdn", None, Fault(cut=200_000, stall=600, times=None))
    for name in play.gateway.base_urls:
        play.gateway.fault(name, None, Fault(stall=600, times=None, during=(60, 1e9)))
    terminal = dashboard(before=SLOW_RESOLVER)
    terminal.until("succeeded")
    terminal.press(b"D")
    terminal.until("⇣ ")
    play.offset = 61
    terminal.until_so(lambda: max(sizes(watching), default=0) == 200_000)
    terminal.press(b"q")
    assert ended(terminal) == 0
    assert re.search(r"[0-9] downloads? not finished: D goes on with them", terminal.text)
    assert max(sizes(watching)) == 200_000
    whole(watching)


def test_where_nothing_is_left_to_fetch_nothing_is_said(dashboard: Open, staged: Rushes) -> None:
    staged.environ["TERM"] = "xterm-256color"
    terminal = dashboard()
    terminal.until("rushes")
    terminal.press(b"q")
    assert ended(terminal) == 0
    assert "not finished" not in terminal.text


def sizes(rushes: Rushes) -> list[int]:
    """Of the files that are on their way."""
    return [part.stat().st_size for part in (rushes.home / "downloads").rglob("*.part")]


SLOW_RESOLVER = """
import socket, time
known = socket.getaddrinfo
def resolve(host, *rest, **named):
    if "invalid" in str(host):
        time.sleep(300)
    return known(host, *rest, **named)
socket.getaddrinfo = resolve
"""
