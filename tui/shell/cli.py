"""Runs the command that a command line names, and turns its outcome into an exit code."""

import gc
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from types import SimpleNamespace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.tui.shell.dashboard_words import watchlist_of
from rushes.tui.shell.stream import CannotWrite, Stream

TYPE_CHECKING = False  # `typing` is not loaded for a version or a help: see `tui/entry.py`
if TYPE_CHECKING:
    from argparse import Namespace
    from typing import BinaryIO

    from rushes.tui.shell.shell import Shell

Command = Callable[["Namespace", "Shell"], int]

ELSEWHERE = {
    "rm": ("edit", "rm"),
    "label": ("edit", "label"),
    "tag": ("edit", "tag"),
    "export": ("portable", "write"),
    "import": ("portable", "read"),
}
"""The module and function of each command whose module is named otherwise."""

_BRIEF = frozenset({"ls", "show", "export", "rm", "label", "tag"})


def main(
    argv: Sequence[str],
    environ: Mapping[str, str],
    stdin: "BinaryIO | None",
    stdout: TextIOWrapper,
    stderr: TextIOWrapper,
) -> int:
    """Run one command and return its exit code; BrokenPipeError is left to the process."""
    out, err = Stream(stdout, environ), Stream(stderr, environ)
    if watchlist := watchlist_of(argv):
        known = SimpleNamespace(command=None, watchlist=watchlist)  # all that the dashboard reads
        shell = _shell(environ, stdin, out, err)
        return _obeyed(known, shell)  # pyright: ignore[reportArgumentType]
    from rushes.tui.shell.arguments import tree
    from rushes.tui.shell.parser import Asked, BadArguments

    try:
        arguments = tree().parse(argv)
    except Asked as text:
        return _told(str(text), out, err)
    except BadArguments as error:
        return _failed(error, _shell(environ, stdin, out, err))
    return _obeyed(arguments, _shell(environ, stdin, out, err))


def _shell(
    environ: Mapping[str, str], stdin: "BinaryIO | None", out: Stream, err: Stream
) -> "Shell":
    # Only now: `--help` and `--version` have no need of the rest.
    from rushes.tui.shell.shell import Shell

    return Shell(environ=environ, stdin=stdin, out=out, err=err)


def _told(text: str, out: Stream, err: Stream) -> Exit:
    try:
        out.line(text)
        out.flush()
    except CannotWrite as error:
        err.line(f"rushes: {error}")
        return Exit.INTERNAL
    return Exit.FINE


def _is_brief(arguments: "Namespace") -> bool:
    """Whether a command only reads or edits, and ends: it leaves no garbage worth looking for."""
    return arguments.command in _BRIEF and not getattr(arguments, "poll", False)


def _obeyed(arguments: "Namespace", shell: "Shell") -> int:
    try:
        try:
            command = _command(arguments.command, shell)
            # It was put off by `entry.py`: what was imported until now stays.
            if not gc.isenabled() and not _is_brief(arguments):
                gc.freeze()
                gc.enable()
            code = command(arguments, shell)
        finally:
            if arguments.command is None:
                _back_to_the_shell()
        shell.out.flush()
        return code
    except RushesError as error:
        return _failed(error, shell)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the process' boundary
        from rushes.tui.shell.internal_error_text import report

        return report(error, shell.err)


def _back_to_the_shell() -> None:
    """Take a painted frame away where the dashboard did not: what is told next would go with it."""
    from rushes.tui.shell.first_frame import give_back

    give_back()


def _failed(error: RushesError, shell: "Shell") -> Exit:
    from rushes.tui.shell.failures import ended_by

    return ended_by(error, shell)


def _command(name: str | None, shell: "Shell") -> Command:
    """The command of that name; without one the dashboard, or `ls` where there is no screen."""
    if name is None:
        name = "dashboard" if shell.has_screen else "ls"
    module, function = ELSEWHERE.get(name, (name, "run"))
    command: Command = getattr(import_module(f"rushes.tui.command.{module}"), function)
    return command
