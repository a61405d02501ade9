"""JSON on stdout, whatever its encoding is."""

import json
from collections.abc import Callable, Iterable
from itertools import islice
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import TYPE_CHECKING

from rushes.tui.shell.stream import Stream

if TYPE_CHECKING:
    from rushes.providers.as_json import JsonObject, JsonValue

VERSION = 1
"""The version of the documents that have one."""

_STEP = "  "
_BREAK = f"\n{_STEP}"


def print_json(out: Stream, value: "JsonObject", *, indent: int | None = 2) -> None:
    """Write `value` with `indent`, or as one line for None."""
    # A backslash escape that is not JSON's own would make it unreadable to every parser.
    out.line(json.dumps(value, indent=indent, ensure_ascii=not out.unicode))


def print_json_list(
    out: Stream, head: "JsonObject", name: str, items: "Iterable[JsonObject]"
) -> None:
    """As `print_json` of `head` with a last field of that name, a list whose items come one by one.

    Nothing is written before the first item is there, and what raises in between leaves the
    document without its end, so that nobody takes it for a whole one.
    """
    quoted = encode_basestring if out.unicode else encode_basestring_ascii
    inner = _BREAK + _STEP
    texts = (_indented(item, inner, quoted) for item in items)
    first = list(islice(texts, 1))
    out.text("{")
    for key, value in head.items():
        out.text(f"{_BREAK}{quoted(key)}: {_indented(value, _BREAK, quoted)},")
    out.text(f"{_BREAK}{quoted(name)}: [")
    for text in first:
        out.text(inner + text)
    for text in texts:
        out.text(f",{inner}{text}")
    out.line(f"{_BREAK if first else ''}]\n}}")


def _indented(value: "JsonValue", line: str, quoted: Callable[[str], str]) -> str:
    """What `json.dumps` gives with an indent, which it takes four times as long for.

    `line` begins a line as deep as the value is.
    """
    # Most are texts and nulls; what is neither these nor a container is left to `json`.
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, dict):
        inner = line + _STEP
        fields = [f"{quoted(key)}: {_indented(its, inner, quoted)}" for key, its in value.items()]
        return f"{{{inner}{f',{inner}'.join(fields)}{line}}}" if fields else "{}"
    if isinstance(value, list):
        inner = line + _STEP
        items = [_indented(item, inner, quoted) for item in value]
        return f"[{inner}{f',{inner}'.join(items)}{line}]" if items else "[]"
    return _scalar(value)


_scalar = json.JSONEncoder().encode
