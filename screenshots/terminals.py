"""Looks at the dashboard in real terminals, one picture each: `python screenshots/terminals.py`.

Usage: python screenshots/terminals.py [-o FOLDER] [NAME…]

Needs Xvfb, as it has a screen of its own, ImageMagick's `import`, and as many of the terminals as
there are. The demo is served over loopback, and some of its tasks are called what terminals
disagree about: joined pictures, variation selectors, skin tones, flags, marks, right to left.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
RUSHES = str(Path(sys.prefix) / "bin" / "rushes")
SIZE = (1240, 660)
SHOWN_AFTER = 7.0
"""Seconds until the terminal is up and all accounts were asked."""

LABELS = (
    "family 👨‍👩‍👧 at the lake",
    "heart ❤️ and warning ⚠️",
    "wave 👋🏽 good bye",
    "flags 🇩🇪 🇯🇵 race",
    "cafe\u0301, marks o\u0308",
    "שלום, right to left",
    "مرحبا 12",
    "雨の夜 take 2",
    "keycap 1️⃣ first",
)

XTERM = ("xterm", "-bg", "#15130f", "-fg", "#d9d2c3", "-fa", "monospace", "-fs", "10")
AT = ("-geometry", "120x32", "-e")


@dataclass(frozen=True)
class Terminal:
    """How a terminal is told to run a line of the shell, and with which variables.

    `whole` has the line as one argument, which the terminal splits by itself.
    """

    argv: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict[str, str])
    whole: bool = False
    needs: str = ""


TRUE = {"COLORTERM": "truecolor"}
SIXTEEN = {"TEXTUAL_COLOR_SYSTEM": "standard"}
KITTY = ("kitty", "--config", "NONE", "-o", "font_size=10", "-o", "confirm_os_window_close=0")
LARGE = ("remember_window_size=no", "initial_window_width=120c", "initial_window_height=32c")

TERMINALS = {
    "xterm": Terminal((*XTERM, *AT, "sh", "-c"), TRUE),
    "xterm-256": Terminal((*XTERM, *AT, "sh", "-c"), {"TEXTUAL_COLOR_SYSTEM": "256"}),
    "xterm-16": Terminal((*XTERM, *AT, "sh", "-c"), SIXTEEN),
    "xterm-white-16": Terminal(
        ("xterm", "-bg", "white", "-fg", "black", *XTERM[5:], *AT, "sh", "-c"),
        {**SIXTEEN, "COLORFGBG": "0;15"},
    ),
    "xterm-no-color": Terminal((*XTERM, *AT, "sh", "-c"), {**TRUE, "NO_COLOR": "1"}),
    "xterm-vt220": Terminal((*XTERM, "-tn", "vt220", *AT, "sh", "-c")),
    "xterm-wide": Terminal((*XTERM, "-cjk_width", *AT, "sh", "-c"), TRUE),
    "kitty": Terminal((*KITTY, *(word for it in LARGE for word in ("-o", it)), "sh", "-c"), TRUE),
    "sakura": Terminal(
        ("sakura", "--font", "monospace 10", "-c", "120", "-r", "32", "-x"), TRUE, whole=True
    ),
    "konsole": Terminal(
        (
            *("konsole", "--nofork", "--hide-menubar"),
            *("-p", "TerminalColumns=120", "-p", "TerminalRows=32", "-e", "sh", "-c"),
        ),
        TRUE,
    ),
    "alacritty": Terminal(
        (
            *("alacritty", "-o", "window.dimensions.columns=120"),
            *("-o", "window.dimensions.lines=32", "-e", "sh", "-c"),
        ),
        TRUE,
    ),
    "urxvt": Terminal(
        (
            "urxvt",
            "-bg",
            "#15130f",
            "-fg",
            "#d9d2c3",
            "-fn",
            "xft:monospace:size=10",
            *AT,
            "sh",
            "-c",
        )
    ),
    "tmux": Terminal(
        (
            *XTERM,
            "-tn",
            "xterm-256color",
            *AT,
            "tmux",
            "-L",
            "rushes-pictures",
            "-f",
            "/dev/null",
            "new-session",
        ),
        needs="tmux",
    ),
    "screen": Terminal(
        (*XTERM, "-tn", "xterm-256color", *AT, "screen", "-c", "/dev/null", "-U", "sh", "-c"),
        TRUE,
        needs="screen",
    ),
}


@contextmanager
def display(environ: dict[str, str]) -> Generator[None]:
    """A screen in memory."""
    name = f":{os.getpid() % 30000 + 100}"
    argv = ["Xvfb", name, "-screen", "0", f"{SIZE[0]}x{SIZE[1]}x24", "-nolisten", "tcp"]
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    environ["DISPLAY"] = name
    try:
        time.sleep(1.5)
        yield
    finally:
        server.terminate()
        server.wait()


@contextmanager
def demo(home: Path, environ: dict[str, str]) -> Generator[None]:
    """The demo's gateway, and a home whose list is of its tasks."""
    argv = [RUSHES, "demo", "--serve", "--config", str(home)]
    served = subprocess.Popen(argv, stdout=subprocess.PIPE, env=environ, text=True)
    assert served.stdout is not None
    said = json.loads(served.stdout.readline())
    try:
        for n, ref in enumerate(reversed(said["tasks"]), start=len(LABELS) - len(said["tasks"])):
            label = LABELS[n] if n >= 0 else ""
            provider, _, task = ref.partition(":")
            words = [RUSHES, "add", provider, task, *(("--label", label) if label else ())]
            subprocess.run(words, env=environ, check=True, stdout=subprocess.DEVNULL)
        yield
    finally:
        served.terminate()
        served.wait()


def look(name: str, environ: dict[str, str], target: Path) -> None:
    """Run the dashboard in that terminal, and save what is then on the screen."""
    terminal = TERMINALS[name]
    # Some terminals take these variables away, and set others of their own.
    said = shlex.join(f"{name}={value}" for name, value in terminal.environ.items())
    line = f"(sleep {SHOWN_AFTER + 1}; kill -TERM $$) & exec env {said} {RUSHES}"
    argv = [*terminal.argv, f"sh -c {shlex.quote(line)}" if terminal.whole else line]
    with tempfile.TemporaryFile() as errors:
        run = subprocess.Popen(
            argv, env=environ, stdout=errors, stderr=errors, start_new_session=True
        )
        time.sleep(SHOWN_AFTER)
        picture = target / f"terminal-{name}.png"
        shot = ["import", "-window", "root", "-colors", "64", str(picture)]
        subprocess.run(shot, env=environ, check=True)
        run.wait(timeout=30)
    print(picture)


def main() -> None:
    """Look at the terminals that are named, or at all that are installed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*", help=" ".join(TERMINALS))
    parser.add_argument("-o", "--output", type=Path, default=HERE)
    asked = parser.parse_args()
    asked.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="rushes-pictures-") as made:
        home = Path(made) / "home"
        home.mkdir()
        environ = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        environ |= {"LANG": "C.UTF-8", "LIBGL_ALWAYS_SOFTWARE": "1", "RUSHES_HOME": str(home)}
        with display(environ), demo(home, environ):
            for name in asked.names or TERMINALS:
                terminal = TERMINALS[name]
                if all(map(shutil.which, filter(None, (terminal.argv[0], terminal.needs)))):
                    look(name, environ, asked.output)


if __name__ == "__main__":
    main()
