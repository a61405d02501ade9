"""The JSON Schema of every form of our JSON, each declared once: `rushes help schema NAME`.

A new form is an entry of `data_forms.py` (of `event_forms.py`, if it is a line of `--ndjson`, of
`figure_forms.py`, `store_forms.py` or `help_forms.py`, if it is about those) and a section of its
name in docs/interface.md. Tests hold each against that page in both directions, and against what
the commands really print.
"""

from collections.abc import Mapping
from types import MappingProxyType

from rushes.providers.as_json import JsonObject
from rushes.tui.command import (
    data_forms,
    event_forms,
    figure_forms,
    help_forms,
    json_fields,
    store_forms,
)
from rushes.tui.command.schema_form import Form, schema_of

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        **data_forms.FORMS,
        **store_forms.FORMS,
        **event_forms.FORMS,
        **figure_forms.FORMS,
        **help_forms.FORMS,
    }
)
"""Every form, by its name."""

MEANINGS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "TASK": json_fields.TASK,
        "OUTPUT": json_fields.OUTPUT,
        **dict.fromkeys(("EVENT", *event_forms.KINDS), json_fields.EVENT),
        "GOT": json_fields.GOT,
        "GROUP": json_fields.GROUP,
        "SNAPSHOT": json_fields.TASK,
        "FOUND_OUTPUT": json_fields.OUTPUT,
    }
)
"""What the fields mean that are explained where they are made."""


def schema(name: str) -> JsonObject:
    """The JSON Schema of the form of that name; raises KeyError."""
    return schema_of(name, FORMS, MEANINGS)
