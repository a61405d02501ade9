"""`rushes info`: versions, and where the files are; with `--security` what a reviewer looks for."""

import platform
from argparse import Namespace
from collections.abc import Iterable

from rushes.providers.exits import Exit
from rushes.providers.text import clean
from rushes.tui.command.security_facts import Fact, of_files, of_settings, version
from rushes.tui.shell.shell import Shell
from rushes.watch.version import VERSION


def run(args: Namespace, shell: Shell) -> Exit:
    """Print a name and a value a line, tab-separated in a pipe."""
    if not args.security:
        _print(_facts(shell), shell)
        return Exit.FINE
    # What is refused is shown before it keeps the settings from being read.
    _print(of_files(shell), shell)
    settings = shell.settings()
    for warning in settings.warnings:
        shell.tell(f"warning: {warning}")
    _print(of_settings(shell, settings), shell)
    return Exit.FINE


def _facts(shell: Shell) -> Iterable[Fact]:
    paths = shell.paths
    found = "" if paths.config.exists() else " (not there: defaults)"
    return {
        "rushes": VERSION,
        "python": platform.python_version(),
        "textual": version("textual"),
        "httpx": version("httpx"),
        "config": f"{paths.config}{found}",
        "watchlists": str(paths.watchlists),
        "history": str(paths.history),
        "log": str(paths.log),
        "state": str(paths.state),
        "downloads": str(shell.settings().download.dir),
    }.items()


def _print(facts: Iterable[Fact], shell: Shell) -> None:
    for name, value in facts:
        heading = f"{name:<12} " if shell.out.is_terminal else f"{name}\t"
        shell.out.line(f"{heading}{clean(value)}")
