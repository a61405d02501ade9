"""The last frame stands before the program is loaded, and never longer than it should."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import pytest
from terminal import Terminal

from rushes.tui.shell.frame_file import NO_AGE
from rushes.tui.shell.kept_frames import KeptFrames
from rushes.watch.disk.paths import Paths

if TYPE_CHECKING:
    from tests.cli.conftest import Rushes

COLUMNS, LINES = 100, 24
OFFLINE = '[providers.hiapi]\nbase_url = "http://127.0.0.1:9"\napi_key = "k3y-of-nothing"\n'
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"

WAITING = """
import signal, time
import rushes.tui.shell.process
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests may ignore it
def wait(words):
    time.sleep(60)
def crash(words):
    raise RuntimeError("it broke")
rushes.tui.shell.process.run = {}
from rushes.tui.entry import main
main()
"""

Start = Callable[..., Terminal]


@pytest.fixture
def home(rushes: Rushes) -> Rushes:
    """A home with three tasks whose gateway cannot be reached."""
    rushes.environ |= {"TERM": "xterm-256color", "LANG": "C.UTF-8"}
    rushes.configure(OFFLINE)
    names = ("alley", "harbour", "opening")
    # At once: those of a later second would come first.
    ids = [f"tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9-{name}" for name in names]
    assert rushes("add", "hiapi", *ids).code == 0
    return rushes


def keep(home: Rushes, watchlist: str = "default", passed: float = 185) -> None:
    """Keep a frame that nobody drew, of so many seconds ago."""
    frames = KeptFrames(
        Paths.under(home.home), home.process_environ(), lambda: time.time() - passed
    )
    rows = [f"row {y}" for y in range(1, LINES)]
    file = home.home / "watchlists" / f"{watchlist}.toml"
    frames.keep(file, COLUMNS, [f"\x1b[1mkept {watchlist}\x1b[0m  {NO_AGE}", *rows])


@pytest.fixture
def start(home: Rushes) -> Iterator[Start]:
    """Starts `rushes`, or code, in a terminal; what is still there at the end is killed."""
    opened: list[Terminal] = []

    def begin(*argv: str, code: str = "", rows: int = LINES, columns: int = COLUMNS) -> Terminal:
        run = ["-c", code] if code else ["-m", "rushes"]
        argv = (sys.executable, *run, *argv)
        opened.append(Terminal(argv, home.process_environ(), rows, columns))
        return opened[-1]

    yield begin
    for terminal in opened:
        terminal.kill()


def ended(terminal: Terminal) -> int:
    """The exit code, once all that the terminal was found with is there again."""
    while not terminal.ended:
        terminal.more(0.05)
    terminal.rest(0.05)
    assert terminal.left_on == []
    assert terminal.as_before
    assert terminal.read.count(ENTER) == terminal.read.count(LEAVE)
    return terminal.exit_code()


def test_it_is_painted_with_its_age_and_the_live_one_takes_its_place_without_a_blank(
    home: Rushes, start: Start
) -> None:
    keep(home)
    terminal = start()
    terminal.until("as of 3m ago")
    assert terminal.read.startswith(ENTER + b"\x1b[?25l\x1b[?7l\x1b[1;1H\x1b[1mkept default")
    terminal.until("-opening")
    terminal.press(b"q")
    assert ended(terminal) == 0
    assert terminal.read.count(ENTER) == 1
    assert b"\x1b[2J" not in terminal.read
    between = terminal.read.partition(b"row 23")[2].partition(b"-opening")[0]
    assert between.count(b"\x1b[1;1H") == 1  # nothing is drawn there but the whole live frame


def test_the_frame_of_a_dashboard_that_ended_is_what_the_next_one_paints(
    home: Rushes, start: Start
) -> None:
    first = start()
    first.until("-opening")
    first.press(b"jjq")
    assert ended(first) == 0
    second = start(code=WAITING.format("wait"))
    second.until("-alley")
    assert "as of 0s ago" in second.text or "as of 1s ago" in second.text
    second.press(b"\x03")
    assert ended(second) == 128 + signal.SIGINT


def test_keys_that_were_typed_before_the_live_frame_are_obeyed_by_it(
    home: Rushes, start: Start
) -> None:
    keep(home)
    terminal = start()
    terminal.until("row 23")
    terminal.press(b"jxq")
    assert ended(terminal) == 0
    tasks = json.loads(home("ls", "--json").out)["tasks"]
    assert [task["id"].rpartition("-")[2] for task in tasks] == ["alley", "opening"]


def test_the_list_that_is_asked_for_is_painted(home: Rushes, start: Start) -> None:
    assert home("-w", "trailer", "add", "hiapi", "tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9-rain").code == 0
    keep(home)
    keep(home, "trailer")
    terminal = start("-w", "trailer")
    terminal.until("-rain")
    terminal.press(b"q")
    assert ended(terminal) == 0
    assert "kept trailer" in terminal.text
    assert "kept default" not in terminal.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_a_signal_before_anything_is_loaded_restores_the_terminal(
    home: Rushes, start: Start, number: signal.Signals
) -> None:
    keep(home)
    terminal = start(code=WAITING.format("wait"))
    terminal.until("row 23")
    terminal.signal(number)
    assert ended(terminal) == 128 + number
    assert "Traceback" not in terminal.text


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGINT])
def test_where_no_frame_is_kept_no_key_is_echoed_either(
    home: Rushes, start: Start, number: signal.Signals
) -> None:
    terminal = start(code=WAITING.format("wait"))
    terminal.until_so(lambda: not terminal.as_before)
    terminal.press(b"G\x1a")
    terminal.rest(0.05)
    assert not terminal.ended
    terminal.signal(number)
    assert ended(terminal) == 128 + number
    assert terminal.read == b""


def test_a_key_before_a_first_start_is_obeyed_and_not_seen_on_the_shells_screen(
    home: Rushes, start: Start
) -> None:
    terminal = start()
    terminal.until_so(lambda: not terminal.as_before)
    terminal.press(b"q")
    assert ended(terminal) == 0
    assert terminal.read.partition(ENTER)[0] == b""


@pytest.mark.parametrize("spoil", [None, "glyphs = 5\n"], ids=["crash", "refused"])
def test_a_first_start_that_fails_leaves_the_terminal_as_it_was(
    home: Rushes, start: Start, spoil: str | None
) -> None:
    if spoil:
        home.configure(spoil)
    terminal = start(code="" if spoil else WAITING.format("crash"))
    assert ended(terminal) == (3 if spoil else 1)
    assert b"\x1b[?" not in terminal.read  # newer Pythons colour what they say of a crash
    assert (b"rushes: " if spoil else b"it broke") in terminal.read


def test_ctrl_z_waits_like_any_key_until_somebody_can_obey_it(home: Rushes, start: Start) -> None:
    keep(home)
    terminal = start(code=WAITING.format("wait"))
    terminal.until("row 23")
    terminal.press(b"\x1a\x1c")
    terminal.rest(0.05)
    assert not terminal.ended
    terminal.press(b"\x03")
    assert ended(terminal) == 128 + signal.SIGINT


def test_a_crash_before_the_dashboard_is_told_on_the_shells_screen(
    home: Rushes, start: Start
) -> None:
    keep(home)
    terminal = start(code=WAITING.format("crash"))
    assert ended(terminal) == 1
    assert b"it broke" in terminal.read.partition(LEAVE)[2]


def spoil_config(home: Rushes) -> Sequence[str]:
    home.configure("glyphs = 5\n")
    keep(home)
    return ()


def spoil_list(home: Rushes) -> Sequence[str]:
    (home.home / "watchlists/default.toml").write_text("[[task]\n")
    keep(home)
    return ()


def spoil_history(home: Rushes) -> Sequence[str]:
    keep(home)
    (home.home / "history.db").mkdir()
    return ()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("spoiled", [spoil_config, spoil_list, spoil_history])
def test_a_start_that_is_refused_says_so_on_the_shells_screen(
    home: Rushes, start: Start, spoiled: Callable[[Rushes], Sequence[str]]
) -> None:
    terminal = start(*spoiled(home))
    assert ended(terminal) == 3
    assert "as of 3m ago" in terminal.text
    assert b"rushes: " in terminal.read.partition(LEAVE)[2]


@pytest.mark.sampled(4)
@pytest.mark.parametrize(
    ("argv", "environ", "columns"),
    [
        ((), {}, COLUMNS + 1),
        ((), {"TERM": "xterm"}, COLUMNS),
        ((), {"NO_COLOR": "1"}, COLUMNS),
        ((), {"COLUMNS": str(COLUMNS)}, COLUMNS),
        (("-w", "trailer"), {}, COLUMNS),
        (("-w", ""), {}, COLUMNS),
        (("-w", "--help"), {}, COLUMNS),
        (("-w", "default", "ls"), {}, COLUMNS),
        (("--help",), {}, COLUMNS),
        ((), {"TERM": "dumb"}, COLUMNS),
    ],
    ids=str,
)
def test_what_does_not_fit_is_not_painted(
    home: Rushes, start: Start, argv: Sequence[str], environ: dict[str, str], columns: int
) -> None:
    keep(home)
    home.environ |= environ
    terminal = start(*argv, code=WAITING.format("crash"), columns=columns)
    ended(terminal)
    assert "kept" not in terminal.text


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_no_frame_goes_into_a_pipe(home: Rushes, stream: str) -> None:
    keep(home)
    redirect = {"stdin": "</dev/null", "stdout": "| cat", "stderr": "2>/dev/null"}[stream]
    code = WAITING.format("crash")
    command = f"stty cols {COLUMNS} rows {LINES}; {sys.executable} -c '{code}' {redirect}"
    terminal = Terminal(["/bin/sh", "-c", command], home.process_environ(), LINES, COLUMNS)
    while not terminal.ended:
        terminal.more(0.05)
    terminal.rest(0.05)
    assert "kept" not in terminal.text
    terminal.kill()


def test_nothing_costly_is_imported_before_the_frame(home: Rushes) -> None:
    """What `python -c pass` and the script of pip import is there in any case."""
    code = (
        "import sys, re, typing; before = set(sys.modules)\n"
        "import rushes.tui.entry, rushes.tui.shell.first_frame\n"
        "print(*sorted(set(sys.modules) - before))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    loaded = set(run.stdout.decode().split())
    ours = {name for name in loaded if name.startswith("rushes.tui.shell.")}
    assert {name.rpartition(".")[2] for name in ours} <= {
        *("first_frame", "frame_file", "dashboard_words", "ending_signals")
    }
    others = {name for name in loaded if not name.startswith("rushes")}
    assert others <= {"gc", "signal", "termios", "binascii", "collections.abc"}
    assert not {name for name in loaded if "screen" in name or "providers" in name}


def test_a_task_that_is_taken_off_the_list_is_in_no_frame(home: Rushes) -> None:
    keep(home)
    assert home("rm", "hiapi:tk-hiapi-01HZTQ8BX2N3GM3YFK4Z9-alley").code == 0
    assert list((home.home / "frames").iterdir()) == []
