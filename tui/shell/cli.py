"""Runs the command that a command line names, and turns its outcome into an exit code."""

import gc
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from io import TextIOWrapper
from types import SimpleNamespace

from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.tui.shell.catalogue import choose
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
    "undo": ("edit", "undo"),
    "export": ("portable", "write"),
    "import": ("portable", "read"),
}
"""The module and function of each command whose module is named otherwise."""

_BRIEF = frozenset({"ls", "show", "stats", "export", "rm", "label", "tag", "undo"})


def main(
    argv: Sequence[str],
    environ: Mapping[str, str],
    stdin: "BinaryIO | None",
    stdout: TextIOWrapper,
    stderr: TextIOWrapper,
) -> int:
    """Run one command and return its exit code; BrokenPipeError is left to the process."""
    choose(argv, environ)
    out, err = Stream(stdout, environ), Stream(stderr, environ, must_write=False)
    if watchlist := watchlist_of(argv):
        known = SimpleNamespace(
            command=None, watchlist=watchlist, plain=False
        )  # all that the dashboard reads
        shell = _shell(environ, stdin, out, err)
        return _obeyed(known, shell)  # pyright: ignore[reportArgumentType]
    from rushes.tui.shell.arguments import tree
    from rushes.tui.shell.parser import Asked, BadArguments

    try:
        arguments = tree(argv[0] if argv else "").parse(argv)
    except Asked as text:
        return _told(str(text), out, err)
    except BadArguments as error:
        from rushes.tui.shell.failures import failed, form_meant

        return failed(error, form_meant(argv), _shell(environ, stdin, out, err))
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


def _is_plain(arguments: "Namespace") -> bool:
    """Whether the dashboard is wanted in lines; raises BadUsage where a command is named, too."""
    if arguments.plain and arguments.command is not None:
        from rushes.providers.language import _
        from rushes.tui.shell.shell import BadUsage

        wrong = _("--plain is the dashboard in lines: leave it or {command} out")
        raise BadUsage(wrong.format(command=arguments.command))
    return arguments.plain


def _obeyed(arguments: "Namespace", shell: "Shell") -> int:
    try:
        try:
            summed = getattr(arguments, "summary", False)
            name = "plain" if _is_plain(arguments) else arguments.command
            command = _command("summary" if summed else name, shell)
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
        from rushes.tui.shell.failures import failed, form_of

        return failed(error, form_of(vars(arguments)), shell)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the process' boundary
        from rushes.tui.shell.failures import broken, form_of

        return broken(error, form_of(vars(arguments)), shell)


def _back_to_the_shell() -> None:
    """Take a painted frame away where the dashboard did not: what is told next would go with it."""
    from rushes.tui.shell.first_frame import give_back

    give_back()


def _command(name: str | None, shell: "Shell") -> Command:
    """The command of that name; without one the dashboard, or `ls` where there is no screen."""
    if name is None:
        name = "dashboard" if shell.has_screen else "ls"
    module, function = ELSEWHERE.get(name, (name, "run"))
    command: Command = getattr(import_module(f"rushes.tui.command.{module}"), function)
    return command
