"""The seeds' own schemas: replies made by them, and what is wrong with a reply by them.

hypothesis-jsonschema 0.23.1 does not run with this hypothesis (it calls internals that are gone),
and the schemas use few words: type, properties, required, items, enum, oneOf, $ref, bounds, format.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

from hypothesis import strategies as st

Schema = dict[str, Any]

_FOLDER = Path(__file__).parents[1] / "contract" / "schemas"
_UNIX = (946_684_800, 4_102_444_800)


@cache
def document(provider: str) -> Schema:
    """The transcribed schema of a provider's reply, with its source and its components."""
    return cast("Schema", json.loads((_FOLDER / f"{provider}.json").read_text("utf-8")))


def replies(provider: str) -> st.SearchStrategy[Any]:
    """Replies that the provider's schema allows."""
    whole = document(provider)
    return _made(whole["schema"], whole)


def faults(provider: str, reply: object) -> list[str]:
    """What the provider's schema does not allow in a reply; empty for a valid one."""
    whole = document(provider)
    return list(_faults(whole["schema"], reply, whole, "$"))


def _resolved(schema: Schema, whole: Schema) -> Schema:
    while "$ref" in schema:
        target: Any = whole
        for name in schema["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        schema = target
    return schema


# -- making -----------------------------------------------------------------------------------

_text = st.text(max_size=12)
_paths = st.from_regex(r"/[a-z0-9/_]{1,20}\.(mp4|png)(\?Expires=[1-4]\d{9})?", fullmatch=True)
_FORMATS: dict[str, st.SearchStrategy[Any]] = {
    "uri": _paths.map("https://cdn.example".__add__),
    "path-or-uri": _paths | _paths.map("https://cdn.example".__add__) | st.just("data:,a"),
    "utc8": st.datetimes(datetime(2000, 1, 2), datetime(2099, 1, 1)).map(
        lambda at: at.isoformat(" ", "milliseconds")
    ),
    "unix": st.integers(*_UNIX),
    "unix0": st.just(0) | st.integers(*_UNIX),
    "percent": st.integers(0, 100).map("{}%".format),
}


def _made(schema: Schema, whole: Schema) -> st.SearchStrategy[Any]:
    schema = _resolved(schema, whole)
    if "oneOf" in schema:
        return st.one_of([_made(each, whole) for each in schema["oneOf"]])
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "format" in schema:
        return _FORMATS[schema["format"]]
    match schema["type"]:
        case "object":
            members = {name: _made(each, whole) for name, each in schema["properties"].items()}
            needed = {name: members.pop(name) for name in schema.get("required", ())}
            return st.fixed_dictionaries(needed, optional=members)
        case "array":
            return st.lists(_made(schema["items"], whole), max_size=4)
        case "integer":
            return st.integers(schema.get("minimum", -1000), schema.get("maximum", 10**6))
        case "number":
            return st.integers(0, 10**6) | st.floats(0, 1e6)
        case _:
            return _text


# -- judging ----------------------------------------------------------------------------------

_PATTERNS = {
    "uri": r"https?://[^/\s]+\S*",
    "path-or-uri": r"(https?://[^/\s]+|/|data:)\S*",
    "utc8": r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3}",
    "percent": r"(\d|[1-9]\d|100)%",
}
_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
}


def _faults(schema: Schema, value: Any, whole: Schema, path: str) -> Iterator[str]:
    schema = _resolved(schema, whole)
    if "oneOf" in schema:
        if all(list(_faults(each, value, whole, path)) for each in schema["oneOf"]):
            yield f"{path}: of none of the forms"
        return
    if not isinstance(value, _TYPES[schema["type"]]) or isinstance(value, bool):
        yield f"{path}: {value!r} is no {schema['type']}"
        return
    if "enum" in schema and value not in schema["enum"]:
        yield f"{path}: {value!r} is none of {schema['enum']}"
    yield from _out_of_form(schema, value, path)
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        missing = [name for name in schema.get("required", ()) if name not in members]
        yield from (f"{path}.{name}: missing" for name in missing)
        for name, member in members.items():
            if name in schema["properties"]:
                yield from _faults(schema["properties"][name], member, whole, f"{path}.{name}")
            else:
                yield f"{path}.{name}: not in the document"
    if isinstance(value, list):
        for n, element in enumerate(cast("list[Any]", value)):
            yield from _faults(schema["items"], element, whole, f"{path}[{n}]")


def _out_of_form(schema: Schema, value: Any, path: str) -> Iterator[str]:
    form = schema.get("format", "")
    if form in _PATTERNS and not re.fullmatch(_PATTERNS[form], value):
        yield f"{path}: {value!r} is no {form}"
    never = form == "unix0" and value == 0
    if form in ("unix", "unix0") and not never and not _UNIX[0] <= value <= _UNIX[1]:
        yield f"{path}: {value!r} is no time"
    if "minimum" in schema and not schema["minimum"] <= value <= schema["maximum"]:
        yield f"{path}: {value!r} is out of bounds"
