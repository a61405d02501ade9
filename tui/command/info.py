"""`rushes info`: versions, and where the files are; with `--security` what a reviewer looks for."""

import platform
from argparse import Namespace
from collections.abc import Iterable

from rushes.providers.exits import Exit
from rushes.providers.language import _, catalogued
from rushes.providers.rfc3339 import rfc3339
from rushes.providers.text import clean
from rushes.tui.command.security_facts import Fact, of_files, of_settings, version
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.wide_text import padded
from rushes.watch.store import StoreError
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
        shell.tell(_("warning: {warning}").format(warning=warning))
    _print(of_settings(shell, settings), shell)
    return Exit.FINE


def _facts(shell: Shell) -> Iterable[Fact]:
    paths = shell.paths
    found = "" if paths.config.exists() else _(" (not there: defaults)")
    yield from {
        "rushes": VERSION,
        "python": platform.python_version(),
        "textual": version("textual"),
        "httpx": version("httpx"),
        catalogued("config"): f"{paths.config}{found}",
        catalogued("watchlists"): str(paths.watchlists),
        catalogued("history"): str(paths.history),
        catalogued("log"): str(paths.log),
        catalogued("state"): str(paths.state),
        catalogued("downloads"): str(shell.settings().download.dir),
    }.items()
    if paths.history.exists():
        yield from _commands(shell)


def _commands(shell: Shell) -> Iterable[Fact]:
    """The events that wait for their commands, and the commands that were cut off."""
    from rushes.tui.shell.memory import commands_left

    try:
        waiting, cut_off = commands_left(shell)
    except StoreError as error:
        yield catalogued("events"), str(error)
        return
    if waiting:
        yield catalogued("events"), _("{waiting} queued for their commands").format(waiting=waiting)
    for one in cut_off:
        yield (
            catalogued("cut off"),
            _("{event} of {subject}, found {time}").format(
                event=one.kind.value, subject=one.subject, time=rfc3339(one.at)
            ),
        )


def _print(facts: Iterable[Fact], shell: Shell) -> None:
    for name, value in facts:
        heading = f"{padded(_(name), 12)} " if shell.out.is_terminal else f"{name}\t"
        shell.out.line(f"{heading}{clean(value)}")
