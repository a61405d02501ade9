"""Looks at the switch from the kept frame to the live one in real terminals.

Usage: python screenshots/first_frame.py [FOLDER]

Needs Xvfb, as it has a screen of its own, ImageMagick's `convert`, and as many of xterm, kitty,
tmux and sakura (VTE) as there are.
Each terminal runs `rushes` twice in a home of 200 tasks. While it starts the second time the screen
is copied some hundred times a second. Of each copy between the two frames it is found out how much
of what both have in common it shows, so that a blank would be seen. Both are saved side by side.
"""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "bench"))

from homes import Kind, make_home  # noqa: E402 - found beside this folder

WIDTH, HEIGHT = 1000, 600
RUSHES = str(Path(sys.prefix) / "bin" / "rushes")
FONT = "JetBrains Mono"

TERMINALS = {
    "xterm": [
        "xterm",
        "-bg",
        "black",
        "-fa",
        FONT,
        "-fs",
        "9",
        "-geometry",
        "120x32",
        "-e",
        "sh",
        "-c",
    ],
    "kitty": [
        *("kitty", "--config", "NONE", "-o", "font_size=8", "-o", "confirm_os_window_close=0"),
        *("-o", "initial_window_width=1000", "-o", "initial_window_height=600"),
        *("-o", "remember_window_size=no", "sh", "-c"),
    ],
    "tmux": [
        *("xterm", "-bg", "black", "-fa", FONT, "-fs", "9", "-geometry", "120x32", "-e"),
        *("tmux", "-L", "rushes-pictures", "-f", "/dev/null", "new-session"),
    ],
    "sakura": ["sakura", "--font", f"{FONT} 8", "-c", "120", "-r", "32", "-x"],
}
"""How each terminal is told to run a line of the shell."""


@contextmanager
def screen(folder: Path, environ: dict[str, str]) -> Generator[Path]:
    """A screen in memory; the file that always holds what is on it."""
    display = f":{os.getpid() % 30000 + 100}"
    size = f"{WIDTH}x{HEIGHT}x24"
    argv = ["Xvfb", display, "-screen", "0", size, "-fbdir", str(folder), "-nolisten", "tcp"]
    server = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    environ["DISPLAY"] = display
    try:
        time.sleep(1.5)
        yield folder / "Xvfb_screen0"
    finally:
        server.terminate()
        server.wait()


def run(name: str, line: str, environ: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Start a terminal that runs that line."""
    # VTE's terminal splits the line by itself.
    argv = [*TERMINALS[name], f"sh -c {shlex.quote(line)}" if name == "sakura" else line]
    return subprocess.Popen(argv, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def shots(file: Path, seconds: float) -> list[tuple[float, bytes]]:
    """What was on the screen, each time it was another thing, and when."""
    began = time.monotonic()
    taken: list[tuple[float, bytes]] = []
    while (now := time.monotonic() - began) < seconds:
        seen = file.read_bytes()
        if not taken or seen != taken[-1][1]:
            taken.append((now, seen))
        time.sleep(0.004)
    return taken


def common(kept: bytes, live: bytes, empty: bytes) -> list[int]:
    """The places of what both frames show and the empty terminal does not."""
    places = range(len(kept) - WIDTH * HEIGHT * 4 + 1, len(kept), 4)
    return [n for n in places if kept[n] == live[n] != empty[n]]


def look(name: str, file: Path, environ: dict[str, str], folder: Path) -> None:
    """Run it twice in that terminal, say what was on the screen, save the two frames."""
    run(name, f"(sleep 6; kill -TERM $$) & exec {RUSHES}", environ).wait()
    # What the shell writes tells where the start begins.
    second = run(name, f"sleep 3; (sleep 6; kill -TERM $$) & exec {RUSHES}", environ)
    seen = shots(file, 8.0)
    second.wait()
    empty = max((at, picture) for at, picture in seen if at < 2.8)[1]
    started = [(at, picture) for at, picture in seen if at > 2.9]
    live = started[-1][1]
    # The kept frame stands longest, as nothing changes in it.
    stood = [(after[0] - at, n) for n, ((at, _), after) in enumerate(pairwise(started))]
    first = max(stood[: len(stood) // 2 + 1])[1]
    kept = started[first][1]
    places = common(kept, live, empty)
    shown = [sum(it[n] == kept[n] for n in places) / len(places) for _, it in started[first:]]
    print(f"{name}: kept for {max(stood)[0]:.2f} s, then {len(shown)} pictures;", end=" ")
    print(f"of what both frames show each had at least {min(shown):.0%}", flush=True)
    for which, picture in (("kept", kept), ("live", live)):
        (folder / f"{name}-{which}.xwd").write_bytes(picture)
    _side_by_side(folder, name)


def _side_by_side(folder: Path, name: str) -> None:
    both: Sequence[str] = [f"xwd:{folder / f'{name}-{which}.xwd'}" for which in ("kept", "live")]
    target = folder / f"first_frame-{name}.png"
    subprocess.run(["convert", *both, "+append", "-colors", "32", str(target)], check=True)
    for which in ("kept", "live"):
        (folder / f"{name}-{which}.xwd").unlink()


def main() -> None:
    """Look at every terminal that is installed."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    with tempfile.TemporaryDirectory(prefix="rushes-pictures-") as made:
        folder = Path(made)
        environ = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "COLORTERM": "truecolor"}
        environ |= {"LIBGL_ALWAYS_SOFTWARE": "1"}
        environ |= make_home(Path(sys.prefix), folder / "home", 200, Kind.MIXED)
        with screen(folder, environ) as file:
            for name, argv in TERMINALS.items():
                if shutil.which(argv[0]) and shutil.which(name if name == "tmux" else argv[0]):
                    look(name, file, environ, folder)
                    shutil.copy(folder / f"first_frame-{name}.png", target)


if __name__ == "__main__":
    main()
