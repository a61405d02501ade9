"""The README's recording, made from the demo at a fixed clock: `python screenshots/cast.py`.

Writes `demo.cast` beside this file, an asciicast of version 2, for `asciinema play`.
Time in it is the script's own, so that it is the same whenever and wherever it is made.
"""

import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from make import HERE, OPENED, WIDE, stage
from rich.console import Console
from svg_frame import strips_of
from textual.app import App

from rushes.tui.screen.app import RushesApp

CAST = HERE / "demo.cast"
HIDE, SHOW, CLEAR = "\x1b[?25l", "\x1b[?25h", "\x1b[2J"


@dataclass(frozen=True, slots=True)
class Press:
    """A key, and for how many seconds what it leads to is looked at."""

    key: str
    seconds: float = 0.6


def typed(text: str) -> tuple[Press, ...]:
    """Keys at the pace of a person who types."""
    return tuple(Press(sign, 0.12) for sign in text)


SCRIPT = (
    Press("g", 2.0),
    *(Press("j", 0.35) for _ in range(4)),
    Press("enter", 2.0),
    Press("escape"),
    Press("slash"),
    *typed("status"),
    Press("colon", 0.12),
    *typed("failed"),
    Press("enter", 1.5),
    Press("escape"),
    Press("space"),
    Press("j"),
    Press("space", 1.0),
    Press("escape"),
    Press("T", 2.0),
    Press("escape"),
    Press("s", 1.5),
    Press("escape"),
    Press("F", 2.5),
    Press("escape"),
    Press("question_mark", 2.0),
    Press("escape", 1.5),
)


Frame = tuple[float, Sequence[str]]
"""The lines of the screen from a second on."""


def lines_of(app: App[None], console: Console) -> list[str]:
    """The lines of the screen as a terminal gets them."""
    return [strip.render(console) for strip in strips_of(app)]


def changes(before: Sequence[str], after: Sequence[str]) -> str:
    """What makes one frame of another: the lines that differ."""
    pairs = enumerate(zip(before, after, strict=True), start=1)
    return "".join(f"\x1b[{row};1H{new}" for row, (old, new) in pairs if old != new)


async def events() -> list[tuple[float, str]]:
    """What is written to the terminal, and at which second."""
    console = Console(color_system="truecolor", force_terminal=True, legacy_windows=False)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["HOME"] = folder
        async with stage(Path(folder)) as it:
            app = RushesApp(it.desk)
            async with app.run_test(size=WIDE) as pilot:
                await pilot.pause(0.4)
                frames: list[Frame] = [(0.0, lines_of(app, console))]
                at = 1.0
                for press in SCRIPT:
                    await pilot.press(press.key)
                    await pilot.pause(0.1)
                    frames.append((at, lines_of(app, console)))
                    at += press.seconds
    return list(_written(frames, at))


def _written(frames: Sequence[Frame], end: float) -> Iterator[tuple[float, str]]:
    blank = [""] * WIDE[1]
    yield 0.0, HIDE + CLEAR + changes(blank, frames[0][1])
    for (_, before), (at, after) in pairwise(frames):
        if changed := changes(before, after):
            yield at, changed
    yield end, SHOW


def main() -> None:
    """Write the recording."""
    header = {
        "version": 2,
        "width": WIDE[0],
        "height": WIDE[1],
        "timestamp": int(OPENED.timestamp()),
        "title": "rushes demo",
        "env": {"TERM": "xterm-256color"},
    }
    told = asyncio.run(events())
    lines = [json.dumps(header), *(json.dumps([round(at, 2), "o", data]) for at, data in told)]
    CAST.write_text("\n".join(lines) + "\n", "utf-8")
    print(f"{CAST.name}: {len(told)} events, {told[-1][0]:.0f} s, {CAST.stat().st_size:,} bytes")


if __name__ == "__main__":
    os.environ |= {"TZ": "UTC", "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    time.tzset()
    main()
