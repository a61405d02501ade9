"""All lines of the benchmarks, side by side with the peers and the build before, in one run.

Usage: python bench/run.py [--before COMMIT] [--only 5,8] [--no-peers] [--folder FOLDER] [--save]

What HEAD holds is measured. `--save` writes the table into bench/README.md. A line that misses its
bar is said and ends the run with 1; so is a module that could not be measured.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from builds import ROOT, make_builds, missing
from line import HEAD, RULE, Builds, Line, row

MODULES = {
    "first_frame": ("1", "2", "3"),
    "peers": (),
    "commands": ("4", "11"),
    "terminal_bytes": ("5",),
    "client": ("6",),
    "pace": ("7",),
    "idle": ("8",),
    "keys": ("9", "9b"),
    "download": ("10",),
    "cadence": (),
    "summary": ("summary",),
    "watch": ("watch",),
    "figures": ("stats",),
}
"""The modules in the order of their run, and the targets whose lines they give."""

README = Path(__file__).with_name("README.md")
BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"


def lines(builds: Builds, only: frozenset[str]) -> Iterator[Line]:
    """The lines of all modules, those of `only` where it is not empty."""
    for name, targets in MODULES.items():
        if only and not only.intersection((*targets, name)):
            continue
        for line in import_module(name).lines(builds):
            if not only or line.target in only or name in only:
                yield line


def machine() -> str:
    """Where and when it was measured."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if "model name" in line),
        "unknown processor",
    )
    load = os.getloadavg()[0]
    version = ".".join(map(str, sys.version_info[:3]))
    return (
        f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {os.cpu_count()} cores, {model}, "
        f"Python {version}, load {load:.1f} at the start"
    )


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text().splitlines()
    except OSError:
        return []


def save(where: str, rows: list[str]) -> None:
    """Put the table between the marks of bench/README.md."""
    text = README.read_text()
    head, rest = text.split(BEGIN)
    tail = rest.split(END)[1]
    README.write_text("\n".join([f"{head}{BEGIN}", where, "", HEAD, RULE, *rows, f"{END}{tail}"]))


def main() -> int:
    """Make the builds, run the modules, print the table."""
    words = argparse.ArgumentParser()
    words.add_argument("--before")
    words.add_argument("--only", default="")
    words.add_argument("--no-peers", action="store_true")
    words.add_argument("--folder", type=Path, default=ROOT / "build" / "bench")
    words.add_argument("--save", action="store_true")
    said = words.parse_args()
    builds = make_builds(said.folder, said.before, with_peers=not said.no_peers)
    if absent := missing():
        print(f"not installed here, so not beside: {', '.join(absent)}", file=sys.stderr)
    only = frozenset(word for word in str(said.only).split(",") if word)
    where, rows, missed = machine(), list[str](), list[Line]()
    print(where, "", HEAD, RULE, sep="\n", flush=True)
    for line in lines(builds, only):
        rows.append(row(line))
        print(rows[-1], flush=True)
        if line.held is False:
            missed.append(line)
    if said.save:
        save(where, rows)
    print(f"{len(rows)} lines, {len(missed)} miss their bar")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}")
