"""JSON on stdout, whatever its encoding is."""

import json
from typing import TYPE_CHECKING

from rushes.tui.shell.stream import Stream

if TYPE_CHECKING:
    from rushes.providers.as_json import JsonObject

VERSION = 1
"""The version of the documents that have one."""


def print_json(out: Stream, value: "JsonObject", *, indent: int | None = 2) -> None:
    """Write `value` with `indent`, or as one line for None."""
    # A backslash escape that is not JSON's own would make it unreadable to every parser.
    out.line(json.dumps(value, indent=indent, ensure_ascii=not out.unicode))
