"""`rushes info`: the versions of the program and its libraries, and where its files are."""

import platform
from argparse import Namespace
from importlib import metadata

from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.tui.shell.shell import Shell
from rushes.watch.version import VERSION


def run(args: Namespace, shell: Shell) -> Exit:
    """Print a name and a value a line, tab-separated in a pipe."""
    paths = shell.paths
    found = "" if paths.config.exists() else " (not there: defaults)"
    facts = {
        "rushes": VERSION,
        "python": platform.python_version(),
        "textual": _version("textual"),
        "httpx": _version("httpx"),
        "config": f"{paths.config}{found}",
        "watchlists": str(paths.watchlists),
        "history": str(paths.history),
        "log": str(paths.log),
        "state": str(paths.state),
        "downloads": str(shell.settings().download.dir),
    }
    for name, value in facts.items():
        heading = f"{name:<12}" if shell.out.is_terminal else f"{name}\t"
        shell.out.line(f"{heading}{clean(value)}")
    return Exit.FINE


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
