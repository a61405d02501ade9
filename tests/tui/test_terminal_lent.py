"""A command of one's own that has the terminal: it gets all of it, and gives it back."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from terminal import Terminal

CHILD = """
import sys
from pathlib import Path
from manual_clock import ManualClock
from fake_desk import FakeDesk, settings_of
from sample_tasks import a_day
from rushes.tui.screen.app import RushesApp

folder = Path(sys.argv[1])
desk = FakeDesk(settings_of(folder, (folder / "wanted.toml").read_text()), ManualClock())
desk.put(*a_day())
app = RushesApp(desk)
app.run()
sys.exit(app.return_code)
"""

PROGRAM = """
import signal, sys, time
came = []
signal.signal(signal.SIGINT, lambda *_: came.append(1))
print("your name?", flush=True)
while not came:
    time.sleep(0.01)
print("interrupted", flush=True)
name = input()
print("hello", name, sys.argv[1], flush=True)
print(input(), flush=True)
"""


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A dashboard whose terminal the program has."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    run = f'["{sys.executable}", "-I", "{program}", "{{label}}"]'
    (tmp_path / "wanted.toml").write_text(
        f'[commands.ask]\nkey = "f5"\nrun = {run}\nterminal = true\n'
    )
    root = Path(__file__).parents[2]
    path = f"{root}:{root / 'tests/support'}"
    environ = {**os.environ, "PYTHONPATH": path, "TERM": "xterm-256color"}
    terminal = Terminal([sys.executable, "-c", CHILD, str(tmp_path)], environ)
    terminal.until("opening shot")
    terminal.press(b"\x1b[15~")
    terminal.until("your name?")
    yield terminal
    terminal.kill()


def test_it_reads_and_writes_there_and_the_dashboard_comes_back(terminal: Terminal) -> None:
    assert terminal.left_on == []
    assert terminal.as_before
    terminal.press(b"\x03")
    terminal.until("interrupted")
    terminal.press(b"fox\n")
    terminal.until("hello fox opening shot")
    since = len(terminal.read)
    terminal.press(b"bye\n")
    terminal.until_so(lambda: terminal.shows("opening shot", since=since))
    terminal.press(b"q")
    assert terminal.end() == 0


def test_it_ends_with_the_dashboard(terminal: Terminal) -> None:
    terminal.signal(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM
    assert terminal.left_on == []
