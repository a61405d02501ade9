"""Reads a form of our JSON, written as a table, as a JSON Schema (draft 2020-12).

A line of the table has a field, its type and its meaning. A field that ends with `?` may be left
out. Types: the words of WORDS, an enum of ENUMS, the name of another form; `T?` is null as well,
`[T]` a list, `{T}` an object whose values are so, `"text"` or a number is that value alone, and
`"text"|"word"` one of those.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from types import MappingProxyType

from rushes.providers.as_json import JsonObject, JsonValue
from rushes.providers.error_codes import ErrorCode
from rushes.providers.frozen import frozen
from rushes.providers.model import Basis, ProblemKind, Status
from rushes.tui.command.verdict import Verdict
from rushes.watch.asked_every import Pacing
from rushes.watch.asset import Check, OutputState
from rushes.watch.polling import probe
from rushes.watch.ratings import BEST, REJECTED

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_DAY = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


def _time(fraction: str) -> JsonObject:
    return {"type": "string", "format": "date-time", "pattern": f"{_DAY}{fraction}Z$"}


WORDS: Mapping[str, JsonObject] = MappingProxyType(
    {
        "any": {},
        "text": {"type": "string"},
        "flag": {"type": "boolean"},
        "whole": {"type": "integer"},
        "number": {"type": "number"},
        "rating": {"type": "integer", "minimum": REJECTED, "maximum": BEST},
        "object": {"type": "object"},
        "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        "second": _time(""),
        "millisecond": _time(r"\.\d{3}"),
        "moment": _time(r"(\.\d+)?"),
    }
)
"""The types that are no form; the last three are times of that precision, in UTC."""

ENUMS: Mapping[str, type[Enum]] = MappingProxyType(
    {
        "status": Status,
        "problem": ProblemKind,
        "state": OutputState,
        "basis": Basis,
        "check": Check,
        "reach": probe.Verdict,
        "pacing": Pacing,
        "error_code": ErrorCode,
        "verdict": Verdict,
    }
)


@frozen
class FormField:
    """A field of a form: its name, whether it may be left out, its type and its meaning."""

    name: str
    may_lack: bool
    type: str
    meaning: str


@frozen
class Form:
    """A form of our JSON: what it is, its table, and what prints it, "" where only forms hold it.

    `one_of`: of these fields there is exactly one. `kinds`: of these forms it is exactly one, too.
    """

    about: str
    table: str
    printed_by: str = ""
    one_of: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()

    def fields(self, meanings: Mapping[str, str]) -> Iterator[FormField]:
        """The fields in their order; `meanings` has what the table itself does not say."""
        for line in filter(str.strip, self.table.splitlines()):
            name, kind, *words = line.split(None, 2)
            said = words[0].strip() if words else meanings.get(name.rstrip("?"), "")
            yield FormField(name.rstrip("?"), name.endswith("?"), kind, said)


def schema_of(
    name: str, forms: Mapping[str, Form], meanings: Mapping[str, Mapping[str, str]]
) -> JsonObject:
    """The schema of a form, with those of the forms that it holds among its definitions.

    Fields may be added in later versions, so it allows others than it names.
    """
    held: dict[str, JsonValue] = {}
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each not in held:
            held[each] = _object(forms[each], meanings.get(each, {}))
            waiting += sorted(_forms_in(forms[each], forms))
    whole = held.pop(name)
    if not isinstance(whole, dict):
        raise TypeError(name)
    head: JsonObject = {"$schema": DRAFT, "$id": f"urn:rushes:1:{name}", "title": name, **whole}
    return head | {"$defs": held} if held else head


def _object(form: Form, meanings: Mapping[str, str]) -> JsonObject:
    fields = list(form.fields(meanings))
    made: JsonObject = {
        "description": form.about,
        "type": "object",
        "properties": {each.name: _described(each) for each in fields},
        "required": [each.name for each in fields if not each.may_lack],
    }
    if form.one_of:
        made["oneOf"] = [{"required": [name]} for name in form.one_of]
    if form.kinds:
        made["oneOf"] = [_typed(name) for name in form.kinds]
    return made


def _described(field: FormField) -> JsonObject:
    kind = _typed(field.type)
    return {**kind, "description": field.meaning} if field.meaning else kind


def _typed(kind: str) -> JsonObject:
    if kind.endswith("?"):
        return {"anyOf": [_typed(kind[:-1]), {"type": "null"}]}
    if kind.startswith("["):
        return {"type": "array", "items": _typed(kind[1:-1])}
    if kind.startswith("{"):
        return {"type": "object", "additionalProperties": _typed(kind[1:-1])}
    if kind in ENUMS:
        return {"enum": [each.value for each in ENUMS[kind]]}
    if kind in WORDS:
        return dict(WORDS[kind])
    if "|" in kind:
        return {"enum": [json.loads(each) for each in kind.split("|")]}
    if kind.isupper():
        return {"$ref": f"#/$defs/{kind}"}
    return {"const": json.loads(kind)}


def _forms_in(form: Form, forms: Iterable[str]) -> set[str]:
    held = {field.type.strip("[]{}?") for field in form.fields({})}
    return (held | set(form.kinds)) & set(forms)
