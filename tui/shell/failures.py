"""Ends a command after an error: the words on stderr, under `--json` a document on stdout."""

import contextlib
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TYPE_CHECKING

from rushes.providers.error_codes import ErrorCode
from rushes.providers.errors import RushesError
from rushes.providers.exits import Exit
from rushes.providers.language import _
from rushes.providers.text import clean
from rushes.tui.shell.internal_error_text import told
from rushes.tui.shell.json_output import VERSION, print_json
from rushes.tui.shell.shell import Shell
from rushes.tui.shell.stream import CannotWrite, Stream
from rushes.watch.keys.known_keys import hide


def ended_by(error: RushesError, shell: Shell) -> Exit:
    """Say what went wrong, a line for each fault, and return the exit code."""
    first, *rest = hide(str(error)).splitlines() or [_("something went wrong")]
    shell.tell(f"rushes: {clean(first)}")
    for line in rest:
        shell.tell(f"  {clean(line)}")
    return error.exit


if TYPE_CHECKING:
    from rushes.providers.as_json import JsonObject


class Form(Enum):
    """What a command writes on stdout."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"


def form_of(arguments: Mapping[str, object]) -> Form:
    """What a command with these arguments writes."""
    if arguments.get("ndjson"):
        return Form.NDJSON
    return Form.JSON if arguments.get("json") else Form.TEXT


def form_meant(words: Sequence[str]) -> Form:
    """What is to be written where a command line could not be read."""
    options = words[: words.index("--")] if "--" in words else words
    return form_of({"ndjson": "--ndjson" in options, "json": "--json" in options})


def failed(error: RushesError, form: Form, shell: Shell) -> Exit:
    """End a command that could not do what it should: also in the form that it writes."""
    code = ended_by(error, shell)
    _print(error_json(error.code, error.message, error.hint), form, shell.out)
    return code


def broken(error: Exception, form: Form, shell: Shell) -> Exit:
    """End a command after an error that is none of ours: a bug, or the machine's refusal."""
    lines = told(error)
    for line in lines:
        shell.err.line(line)
    code = ErrorCode.SYSTEM if isinstance(error, OSError) else ErrorCode.INTERNAL
    _print(error_json(code, lines[0].removeprefix("rushes: ")), form, shell.out)
    return code.exit


def error_json(code: ErrorCode, message: str, hint: str = "") -> "JsonObject":
    """The ERROR of docs/interface.md."""
    mend = hint or code.mend
    return {
        "code": code.value,
        "message": "\n".join(clean(line) for line in hide(message).splitlines()),
        "hint": clean(hide(mend)) if mend else None,
        "retryable": code.retryable,
    }


def _print(error: "JsonObject", form: Form, out: Stream) -> None:
    with contextlib.suppress(CannotWrite):  # the exit code says it, and stderr did
        if form is Form.NDJSON:
            print_json(out, {"event": "error", "version": VERSION, "error": error}, indent=None)
        elif form is Form.JSON and not out.has_written:
            print_json(out, {"error": error})
        out.flush()
