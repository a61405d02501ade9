"""Reasons as the JSON text that a store holds of a download, and back."""

import json
from dataclasses import fields
from enum import Enum
from functools import cache
from typing import Any, cast, get_args, get_type_hints

from rushes.watch import codec
from rushes.watch.reasons import Cause, Cut, Detailed, Reason, Told

_KINDS: dict[str, Any] = {kind.code: kind for kind in get_args(Detailed)}
_PLAIN: dict[str, Cause | Cut] = {reason.value: reason for kind in (Cause, Cut) for reason in kind}
_REASONS = frozenset(get_args(Reason))


def write_reasons(reasons: tuple[Reason, ...]) -> str | None:
    """The reasons as one line of JSON; None for none."""
    return json.dumps([_written(reason) for reason in reasons]) if reasons else None


def read_reasons(text: str | None) -> tuple[Reason, ...]:
    """The reasons that `write_reasons` wrote; raises BadValue, ValueError, KeyError, TypeError.

    One that this version does not know is shown by its code, so that what it is of stays known.
    """
    return () if text is None else tuple(_read(item) for item in json.loads(text))


def _written(value: object) -> object:
    if isinstance(value, Cause | Cut):
        return {"code": value.value}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Detailed):
        details = {name: _written(getattr(value, name)) for name in _details(type(value))}
        return {"code": value.code, **details}
    return value


def _read(item: Any) -> Reason:
    code = item["code"]
    if code in _PLAIN:
        return _PLAIN[code]
    kind = _KINDS.get(code)
    if kind is None:
        return Told(str(code).replace("_", " "))
    details = {name: _detail(item[name], hint) for name, hint in _details(kind).items()}
    return cast("Reason", kind(**details))


def _detail(value: Any, hint: Any) -> object:
    """A detail of the type `hint`, which may be a reason; raises BadValue where it is not."""
    kinds = get_args(hint) or (hint,)
    if not _REASONS.issuperset(kinds):
        return codec.read(float(value) if type(value) is int and hint is float else value, hint)
    reason = _read(value)
    if not isinstance(reason, kinds):
        raise codec.BadValue("expected another reason")
    return reason


@cache
def _details(kind: type[Detailed]) -> dict[str, Any]:
    """The types of a reason's details by their names."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}
